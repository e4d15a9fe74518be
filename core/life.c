/* life.c - extensions from their first call to their end.
 *
 * One lock guards the states of all extensions: transitions are rare and
 * short, and finding cycles of creations needs to see them together.  Nothing
 * is created, run or ended under it (R5): the state CREATING is the exclusion.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/life.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/attached.h"
#include "core/config.h"
#include "core/environment.h"
#include "core/inside.h"
#include "core/level.h"
#include "core/life_int.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/lost.h"
#include "core/process.h"
#include "core/python.h"
#include "core/registry.h"
#include "core/report.h"
#include "core/sized.h"
#include "core/source.h"

#define NS_PER_MS UINT64_C(1000000)

/* How long fork() waits for Python's start on another thread: a Python that is
 * half started is of no use in the child. */
#define FORK_START_MS 1000u

typedef enum python_state {
    PYTHON_NONE,
    PYTHON_STARTING,
    PYTHON_STARTED,
    PYTHON_FAILED,
} python_state;

ec_mutex ec_life_lock = EC_MUTEX_INIT(EC_RANK_RUNTIME);
static ec_mutex load_lock = EC_MUTEX_INIT(EC_RANK_RUNTIME - 1);
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t creator_key;     /* constant after `once` */
static pthread_cond_t python_changed; /* with ec_life_lock */
static pthread_cond_t token_changed;  /* with ec_life_lock */
static python_state python_now;       /* guarded by: ec_life_lock */
static unsigned n_forking;            /* guarded by: ec_life_lock; fork()s under
                                               way, which Python's start must
                                               not run into */
static ec_err python_why = EC_ERR_INIT;     /* guarded by: ec_life_lock */
static ec_python python;                    /* constant once backend is set */
static _Atomic(const ec_backend *) backend; /* set once, by load() */
static ec_thread *token_owner;              /* guarded by: ec_life_lock */
static unsigned token_depth;                /* guarded by: ec_life_lock */
bool ec_life_closing;                       /* guarded by: ec_life_lock */
static _Atomic bool is_guarded;             /* an extension is in the place of
                                               a function of the C library */

__thread struct ec_thread ec_life_self;

static void creator_gone(void *unused);

static void
conds_init(void)
{
    ec_cond_init(&python_changed);
    ec_cond_init(&token_changed);
}

static void
once_init(void)
{
    conds_init();
    (void)pthread_key_create(&creator_key, creator_gone);
}

void
ec_life_self_watch(void)
{
    (void)pthread_setspecific(creator_key, &ec_life_self);
}

const ec_backend *
ec_life_backend(void)
{
    return atomic_load_explicit(&backend, memory_order_acquire);
}

/* --- waiting --------------------------------------------------------------*/

/* The thread that runs init code of a slot, so that no other may start it; NULL:
 * none.  A reload may go on after the extension was closed. */
static const ec_thread *
starter_of(const ec_slot *slot) EC_REQUIRES(ec_life_lock)
{
    if (slot->state == EMBED_STATE_CREATING) {
        return slot->creator;
    }
    return slot->state == EMBED_STATE_EMPTY ? slot->reloader : NULL;
}

/* The thread that `t` waits for at this moment; NULL: none. */
static const ec_thread *
waited_for(const ec_thread *t) EC_REQUIRES(ec_life_lock)
{
    if (t->waits_slot != NULL) {
        return starter_of(t->waits_slot);
    }
    return t->waits_token ? token_owner : NULL;
}

/* Waits for a slot to be created, or for the token when `slot` is NULL;
 * refuses when who has it waits, through others, for this thread. */
static embed_status
wait_for(ec_slot *slot, ec_err *err) EC_REQUIRES(ec_life_lock)
{
    ec_life_self.waits_slot = slot;
    ec_life_self.waits_token = slot == NULL;
    embed_status status = EMBED_OK;
    const ec_thread *t = waited_for(&ec_life_self);
    while (t != NULL && t != &ec_life_self) {
        t = waited_for(t);
    }
    if (t == &ec_life_self) {
        status = ec_fail(err, EMBED_E_CYCLE,
                         "its creation waits for this thread, through the "
                         "init code of other extensions");
    } else {
        unsigned unused = 0;
        unsigned *n_waiting = slot == NULL ? &unused : &slot->n_waiting;
        ++*n_waiting;
        (void)ec_cond_wait(slot == NULL ? &token_changed : &slot->changed,
                           &ec_life_lock, UINT64_MAX);
        --*n_waiting;
    }
    ec_life_self.waits_slot = NULL;
    ec_life_self.waits_token = false;
    return status;
}

/* --- Python ---------------------------------------------------------------*/

/* Loads the backend module.  Takes no GIL, so a caller may hold one. */
embed_status
ec_life_load(const ec_backend **out, ec_err *err)
{
    embed_status status = EMBED_OK;
    *out = ec_life_backend();
    if (*out != NULL) {
        return EMBED_OK;
    }
    (void)pthread_once(&once, once_init);
    ec_process_watch(); /* a fork meanwhile must not leave the lock behind */
    ec_mutex_lock(&load_lock);
    *out = ec_life_backend();
    if (*out == NULL) {
        status = ec_python_load(&python, out, err);
        if (status == EMBED_OK) {
            atomic_store_explicit(&backend, *out, memory_order_release);
        }
    }
    ec_mutex_unlock(&load_lock);
    return status;
}

/* ec_core.adopt */
static bool adopt(ec_slot *slot, void *inst, embed_isolation level);

/* ec_core.notice */
static void
notice(const char *extension, const char *text)
{
    ec_notice(extension, "%s", text);
}

static const ec_core core_table = {
    .abi = EC_BACKEND_ABI,
    .fail = ec_report_fail,
    .report = ec_report_call,
    .python_gone = ec_process_python_gone,
    .adopt = adopt,
    .notice = notice,
    .refuse = ec_report_inside,
    .is_inside = ec_is_inside,
    .libc = &ec_libc_now,
};

/* Starts Python once.  Its own failure is final: CPython cannot start twice. */
static embed_status
python_start(const ec_backend *b, ec_err *err)
{
    bool mine = false;
    ec_mutex_lock(&ec_life_lock);
    while (python_now == PYTHON_STARTING ||
           (python_now == PYTHON_NONE && n_forking > 0)) {
        (void)ec_cond_wait(&python_changed, &ec_life_lock, UINT64_MAX);
    }
    embed_status status = EMBED_OK;
    if (python_now == PYTHON_FAILED) {
        status = ec_err_copy(err, &python_why);
    } else if (python_now == PYTHON_NONE) {
        python_now = PYTHON_STARTING;
        mine = true;
    }
    ec_mutex_unlock(&ec_life_lock);
    if (!mine) {
        return status;
    }
    ec_err why = EC_ERR_INIT;
    bool is_final = false;
    status = b->start(&core_table, &python, &is_final, &why);
    ec_mutex_lock(&ec_life_lock);
    python_now = PYTHON_STARTED;
    if (status != EMBED_OK) {
        python_now = is_final ? PYTHON_FAILED : PYTHON_NONE;
        (void)ec_err_copy(&python_why, &why);
    }
    (void)pthread_cond_broadcast(&python_changed);
    ec_mutex_unlock(&ec_life_lock);
    if (status != EMBED_OK) {
        (void)ec_err_copy(err, &why);
    }
    ec_err_clear(&why);
    return status;
}

/* --- the token of the shared interpreter ---------------------------------*/

/* Init codes in the shared interpreter run one at a time (R20); the same
 * thread may nest them. */
static embed_status
token_take(ec_err *err)
{
    embed_status status = EMBED_OK;
    ec_mutex_lock(&ec_life_lock);
    while (token_owner != NULL && token_owner != &ec_life_self &&
           status == EMBED_OK) {
        status = wait_for(NULL, err);
    }
    if (status == EMBED_OK) {
        token_owner = &ec_life_self;
        token_depth++;
    }
    ec_mutex_unlock(&ec_life_lock);
    return status;
}

static void
token_give(void)
{
    ec_mutex_lock(&ec_life_lock);
    if (--token_depth == 0) {
        token_owner = NULL;
        (void)pthread_cond_broadcast(&token_changed);
    }
    ec_mutex_unlock(&ec_life_lock);
}

/* --- creation -------------------------------------------------------------*/

embed_status
ec_life_create(ec_slot *slot, const ec_backend *b, _Atomic(void *) *where,
               void *old, ec_err *err)
{
    void *inst = NULL;
    embed_status status = ec_source_refresh(slot, err);
    if (status == EMBED_OK) {
        status = ec_environment_choose(slot, err);
    }
    if (status == EMBED_OK) {
        status = b->create(slot, &inst, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    atomic_store(where, inst);
    if (b->deadline != NULL) {
        b->deadline(inst); /* may have been set before there was an instance */
    }
    unsigned depth = ec_inside_suspend(); /* init code may call extensions */
    status = b->init(inst, err);
    if (status == EMBED_OK) {
        status = ec_attached_check(slot, b, inst, old, err);
    }
    if (status != EMBED_OK) {
        bool parked = false;
        ec_err ignored = EC_ERR_INIT;
        atomic_store_explicit(where, NULL, memory_order_release);
        /* The failure that counts is the init code's. */
        (void)b->retire(inst, false, ec_now_ns(), &parked, &ignored);
        ec_err_clear(&ignored);
    }
    ec_inside_resume(depth);
    return status;
}

static embed_status
create(ec_slot *slot, const ec_backend *b, ec_err *err)
{
    embed_status status = ec_level_choose(slot, b, &python, err);
    if (status == EMBED_OK) {
        status = python_start(b, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    if (slot->level != EMBED_ISOLATION_SHARED) {
        return ec_life_create(slot, b, &slot->inst, NULL, err);
    }
    status = token_take(err);
    if (status == EMBED_OK) {
        status = ec_life_create(slot, b, &slot->inst, NULL, err);
        token_give();
    }
    return status;
}

void
ec_life_guard(void)
{
    atomic_store(&is_guarded, true);
}

embed_call_fn *
ec_life_entry(const ec_backend *b, bool is_counted)
{
    if (atomic_load(&is_guarded)) {
        return is_counted ? b->call_guarded_counted : b->call_guarded;
    }
    return is_counted ? b->call_counted : b->call;
}

bool
ec_life_is_refused(const struct embed_externpy *fn)
{
    const ec_backend *b = ec_life_backend();
    return ec_is_inside() ||
           (b != NULL && (b->is_inside() || (ec_export_original(fn) != NULL &&
                                             b->is_python(fn))));
}

/* Has calls go to a READY extension. */
static void
entry_publish(const ec_slot *slot, const ec_backend *b)
    EC_REQUIRES(ec_life_lock)
{
    embed_call_fn *entry = ec_life_entry(b, slot->is_counted);
    /* Pairs with embed_plugin_entry(): who sees the entry sees the rest. */
    __atomic_store_n(&slot->plugin->entry, entry, __ATOMIC_RELEASE);
}

void
ec_life_count(ec_slot *slot, bool on)
{
    ec_mutex_lock(&ec_life_lock);
    slot->is_counted = on;
    if (slot->state == EMBED_STATE_READY) {
        entry_publish(slot, ec_life_backend());
    }
    ec_mutex_unlock(&ec_life_lock);
}

/* Records what creation came to and wakes the threads that wait for it. */
static void
settle(ec_slot *slot, const ec_backend *b, embed_status status,
       const ec_err *why)
{
    ec_mutex_lock(&ec_life_lock);
    slot->creator = NULL;
    if (status == EMBED_OK) {
        slot->state = EMBED_STATE_READY;
        entry_publish(slot, b);
    } else if (status == EMBED_E_STACK || status == EMBED_E_STATE) {
        /* This thread's fault, not the extension's. */
        slot->state = EMBED_STATE_EMPTY;
    } else {
        slot->state = EMBED_STATE_FAILED;
        (void)ec_err_copy(&slot->why, why);
    }
    (void)pthread_cond_broadcast(&slot->changed);
    ec_mutex_unlock(&ec_life_lock);
}

/* Does this thread run init code that leads back to `slot`, also as a thread
 * that the init code has made?
 * @param inst  what the init code is of; NULL: it has not been made */
static bool
is_of_starter(const ec_slot *slot, const ec_backend *b, void *inst, void *outer)
    EC_REQUIRES(ec_life_lock)
{
    return starter_of(slot) == &ec_life_self ||
           (inst != NULL && b->belongs(inst, outer));
}

/* Waits until no other thread runs init code of `slot`.  In the middle of that
 * it comes back with the state CREATING, or fails. */
static embed_status
starter_wait(ec_slot *slot, const ec_backend *b, void *outer, ec_err *err)
    EC_REQUIRES(ec_life_lock)
{
    embed_status status = EMBED_OK;
    while (status == EMBED_OK && starter_of(slot) != NULL) {
        bool is_reload = slot->state != EMBED_STATE_CREATING;
        void *inst = atomic_load_explicit(
            is_reload ? &slot->pending : &slot->inst, memory_order_acquire);
        if (!is_of_starter(slot, b, inst, outer)) {
            status = wait_for(slot, err);
        } else if (is_reload) {
            status = ec_fail(err, EMBED_E_CLOSED,
                             "the extension was closed during its reload");
        } else if (inst == NULL) {
            status = ec_fail(err, EMBED_E_REENTRY,
                             "its interpreter is being created");
        } else {
            break; /* it runs what is attached (R6) */
        }
    }
    return status;
}

/* Waits until nobody else creates `slot`.
 * @param out_mine  set when this thread is to create it
 * @param outer     what this thread was attached to */
static embed_status
claim(ec_slot *slot, const ec_backend *b, void *outer, bool *out_mine,
      ec_err *err)
{
    ec_mutex_lock(&ec_life_lock);
    embed_status status = starter_wait(slot, b, outer, err);
    if (status == EMBED_OK) {
        switch (slot->state) {
        case EMBED_STATE_EMPTY:
            if (ec_life_closing) {
                status = ec_fail(err, EMBED_E_CLOSED, "libembed is shut down");
                break;
            }
            slot->state = EMBED_STATE_CREATING;
            slot->creator = &ec_life_self;
            ec_life_self_watch();
            ec_life_self.tid = syscall(SYS_gettid);
            *out_mine = true;
            break;
        case EMBED_STATE_CREATING:
        case EMBED_STATE_READY:
            break;
        case EMBED_STATE_FAILED:
            status = ec_err_copy(err, &slot->why);
            break;
        case EMBED_STATE_DRAINING:
        case EMBED_STATE_PARKED:
        case EMBED_STATE_CLOSED:
            status = ec_fail(err, EMBED_E_CLOSED, "the extension is closed");
            break;
        }
    }
    ec_mutex_unlock(&ec_life_lock);
    return status;
}

/* Tells the operator, once, that a fork child has lost an extension: not in the
 * fork itself, as most children call nothing. */
static void
loss_log(ec_slot *slot, const ec_err *why)
{
    ec_mutex_lock(&ec_life_lock);
    bool is_unsaid = slot->is_loss_unsaid;
    slot->is_loss_unsaid = false;
    ec_mutex_unlock(&ec_life_lock);
    if (is_unsaid) {
        ec_log(EC_LOG_WARNING, slot->plugin->name, "%s", why->text);
    }
}

static void
creation_log(const ec_slot *slot, const ec_backend *b, embed_status status,
             const ec_err *why)
{
    if (status == EMBED_OK) {
        ec_log(EC_LOG_INFO, slot->plugin->name, "ready: level %s, %s",
               ec_config_level_name(slot->level), b->name);
    } else {
        ec_log(EC_LOG_ERROR, slot->plugin->name, "failed: %s", why->text);
    }
}

embed_status
ec_life_ready(ec_slot *slot, ec_err *err)
{
    const ec_backend *b = NULL;
    ec_err why = EC_ERR_INIT;
    ec_inside_enter();
    embed_status status = ec_life_load(&b, &why);
    bool mine = false;
    if (status != EMBED_OK) {
        ec_mutex_lock(&ec_life_lock);
        if (slot->state == EMBED_STATE_EMPTY) {
            slot->state = EMBED_STATE_FAILED;
            (void)ec_err_copy(&slot->why, &why);
        }
        ec_mutex_unlock(&ec_life_lock);
    } else if (b->on_service_thread()) {
        status = ec_fail(&why, EMBED_E_REENTRY,
                         "Python is being started on this thread");
    } else {
        void *outer = b->detach();
        status = claim(slot, b, outer, &mine, &why);
        if (mine) {
            status = create(slot, b, &why);
            settle(slot, b, status, &why);
        }
        b->attach(outer);
    }
    ec_inside_leave();
    if (mine) {
        creation_log(slot, b, status, &why);
    }
    if (mine && status != EMBED_OK) {
        ec_report_set(slot->plugin->name, "", &why);
    }
    if (status == EMBED_E_FORK) {
        loss_log(slot, &why);
    }
    if (status != EMBED_OK) {
        (void)ec_err_copy(err, &why);
    }
    ec_err_clear(&why);
    return status;
}

embed_status
ec_life_retry(ec_slot *slot, ec_err *err)
{
    ec_mutex_lock(&ec_life_lock);
    bool is_closed =
        slot->state == EMBED_STATE_CLOSED || slot->state == EMBED_STATE_PARKED;
    if (is_closed && !ec_life_closing) {
        atomic_store(&slot->inst, NULL);
        slot->state = EMBED_STATE_EMPTY;
    }
    /* A shared interpreter that a fork child could not keep is not made anew. */
    bool is_gone = slot->why.status == EMBED_E_FORK &&
                   slot->level == EMBED_ISOLATION_SHARED;
    if (slot->state == EMBED_STATE_FAILED && ec_slot_fits(slot->plugin) &&
        !is_gone) {
        slot->state = EMBED_STATE_EMPTY;
        ec_err_clear(&slot->why);
    }
    ec_mutex_unlock(&ec_life_lock);
    return ec_life_ready(slot, err);
}

/* At the end of a thread, after the backend's part of it: it may have ended in
 * the middle of its init code. */
static void
creator_gone(void *unused)
{
    (void)unused;
    ec_life_lose_creations();
    ec_mutex_lock(&ec_life_lock);
    if (token_owner == &ec_life_self) {
        token_owner = NULL;
        token_depth = 0;
        (void)pthread_cond_broadcast(&token_changed);
    }
    ec_mutex_unlock(&ec_life_lock);
}

/* --- import ---------------------------------------------------------------*/

embed_status
ec_life_module(ec_slot *slot, void **out, ec_err *err)
{
    const ec_backend *b = NULL;
    embed_status status = ec_life_load(&b, err);
    if (status == EMBED_OK && b->on_service_thread()) {
        status = ec_fail(err, EMBED_E_REENTRY,
                         "Python is being started on this thread");
    }
    if (status != EMBED_OK) {
        return status;
    }
    void *outer = b->detach();
    status = python_start(b, err);
    b->attach(outer);
    if (status == EMBED_OK) {
        *out = b->module(slot);
        if (*out == NULL) {
            status = ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
    }
    return status;
}

static bool
adopt(ec_slot *slot, void *inst, embed_isolation level)
{
    const ec_backend *b = ec_life_backend();
    ec_mutex_lock(&ec_life_lock);
    bool is_free = slot->state == EMBED_STATE_EMPTY && !ec_life_closing;
    if (is_free) {
        slot->level = level;
        slot->state = EMBED_STATE_READY;
        atomic_store_explicit(&slot->inst, inst, memory_order_release);
        entry_publish(slot, b);
    }
    ec_mutex_unlock(&ec_life_lock);
    return is_free;
}

/* --- the end --------------------------------------------------------------*/

/* Takes a READY extension out of service.  Its own first entry answers from
 * then on: it finds the state DRAINING. */
static void *
slot_close_locked(ec_slot *slot) EC_REQUIRES(ec_life_lock)
{
    if (slot->state != EMBED_STATE_READY) {
        return NULL;
    }
    slot->state = EMBED_STATE_DRAINING;
    __atomic_store_n(&slot->plugin->entry, slot->start, __ATOMIC_RELEASE);
    return atomic_load_explicit(&slot->inst, memory_order_acquire);
}

size_t
ec_life_close(void)
{
    size_t n = 0;
    ec_slot *slot = NULL;
    ec_mutex_lock(&ec_life_lock);
    ec_life_closing = true;
    while ((slot = ec_registry_next(slot)) != NULL) {
        void *inst = slot_close_locked(slot);
        if (inst != NULL) {
            atomic_store(&slot->ending, inst);
            n++;
        }
    }
    ec_mutex_unlock(&ec_life_lock);
    return n;
}

size_t
ec_life_closed(void **out, size_t cap)
{
    size_t n = 0;
    ec_slot *slot = NULL;
    while (n < cap && (slot = ec_registry_next(slot)) != NULL) {
        void *inst = atomic_exchange(&slot->ending, NULL);
        if (inst != NULL) {
            out[n++] = inst;
        }
    }
    return n;
}

/* Waits until a creation under way is over; false when time is up. */
static bool
creation_wait(ec_slot *slot, uint64_t deadline_ns)
{
    bool over = true;
    ec_mutex_lock(&ec_life_lock);
    while (over && slot->state == EMBED_STATE_CREATING) {
        over = ec_cond_wait(&slot->changed, &ec_life_lock, deadline_ns);
    }
    over = slot->state != EMBED_STATE_CREATING;
    ec_mutex_unlock(&ec_life_lock);
    return over;
}

embed_status
ec_life_slot_close(ec_slot *slot, uint64_t deadline_ns, void **out_inst,
                   ec_err *err)
{
    *out_inst = NULL;
    if (!creation_wait(slot, deadline_ns)) {
        return ec_fail(err, EMBED_E_TIMEOUT, "%s is still being created",
                       slot->plugin->name);
    }
    ec_mutex_lock(&ec_life_lock);
    *out_inst = slot_close_locked(slot);
    ec_mutex_unlock(&ec_life_lock);
    return EMBED_OK;
}

/* --- looking, fork --------------------------------------------------------*/

void
ec_life_info(ec_slot *slot, embed_info *info)
{
    const ec_backend *b = ec_life_backend();
    embed_info full = {
        .name = slot->plugin->name,
        .library = slot->library,
        .n_exports = ec_slot_fits(slot->plugin) ? slot->plugin->num_exports : 0,
        .interp_id = -1};
    ec_mutex_lock(&ec_life_lock);
    full.state = slot->state;
    full.isolation = slot->level;
    void *inst = atomic_load_explicit(&slot->inst, memory_order_acquire);
    if (b != NULL && inst != NULL && slot->state == EMBED_STATE_READY) {
        full.interp_id = b->interp_id(inst);
    }
    if (full.state == EMBED_STATE_READY || full.state == EMBED_STATE_CREATING) {
        full.n_attached = ec_attached_count(slot, b, inst);
    }
    ec_mutex_unlock(&ec_life_lock);
    ec_sized_fill(info, info->size, &full, sizeof full);
}

const ec_backend *
ec_life_fork_begin(void)
{
    const ec_backend *b = ec_life_backend();
    bool on_service = b != NULL && b->on_service_thread();
    uint64_t deadline = ec_now_ns() + FORK_START_MS * NS_PER_MS;
    (void)pthread_once(&once, once_init);
    ec_mutex_lock(&ec_life_lock);
    while (python_now == PYTHON_STARTING && !on_service &&
           ec_cond_wait(&python_changed, &ec_life_lock, deadline)) {
    }
    n_forking++;
    bool is_started = python_now == PYTHON_STARTED;
    ec_mutex_unlock(&ec_life_lock);
    if (!is_started) {
        ec_mutex_lock(&load_lock);
    }
    return is_started ? b : NULL;
}

void
ec_life_fork_prepare(void)
{
    ec_mutex_lock(&ec_life_lock);
}

void
ec_life_fork_parent(const ec_backend *b)
{
    n_forking--;
    (void)pthread_cond_broadcast(&python_changed);
    ec_mutex_unlock(&ec_life_lock);
    if (b == NULL) {
        ec_mutex_unlock(&load_lock);
    }
}

void
ec_life_fork_child(const ec_backend *b)
{
    n_forking = 0;
    ec_mutex_unlock(&ec_life_lock);
    if (b == NULL) {
        ec_mutex_unlock(&load_lock);
    }
    ec_mutex_reinit(&ec_life_lock);
    ec_mutex_reinit(&load_lock);
    conds_init();
    ec_registry_walk(ec_lost_forget, NULL);
    if (token_owner != &ec_life_self) {
        token_owner = NULL;
        token_depth = 0;
    }
    if (b != NULL && python_now == PYTHON_STARTED) {
        b->fork_child(ec_lost_slot);
    } else if (python_now == PYTHON_STARTING) {
        python_now = PYTHON_FAILED;
        (void)ec_fail(&python_why, EMBED_E_FORK,
                      "fork() came while Python was starting");
    }
}
