/* interp.c - interpreters and the extensions in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/interp.h"

#include <stdlib.h>
#include <string.h>

#include "subinterp/cpython/control.h"
#include "subinterp/cpython/dump.h"
#include "subinterp/cpython/ext/environment.h"
#include "subinterp/cpython/ext/guard.h"
#include "subinterp/cpython/ext/init.h"
#include "subinterp/cpython/ext/path.h"
#include "subinterp/cpython/ffi/state.h"
#include "subinterp/cpython/finish.h"
#include "subinterp/cpython/forked.h"
#include "subinterp/cpython/gilstruct.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

/* How long a thread keeps the GIL when another wants it.  CPython's default of
 * 5 ms makes a short call behind a busy thread wait as long (C14). */
#define SWITCH_INTERVAL_S 0.0005

/* CPython that ends interpreters without crashing (C8, C9). */
#define VERSION_ENDS 0x030d0000

/* All instances that ever were. */
static es_inst *_Atomic all_insts;

int64_t
es_interp_id(void *inst)
{
    return ((const es_inst *)inst)->interp->id;
}

bool
es_interp_may_end(void)
{
    return Py_Version >= VERSION_ENDS;
}

/* --- making one -----------------------------------------------------------*/

static PyInterpreterConfig
config_for(embed_isolation level)
{
    bool own = level == EMBED_ISOLATION_OWN;
    return (PyInterpreterConfig){
        /* pymalloc has no lock: with an own GIL its state must be own. */
        .use_main_obmalloc = !own,
        .allow_fork = 0,
        .allow_exec = 0,
        .allow_threads = 1,
        .allow_daemon_threads = 0,
        .check_multi_interp_extensions = own,
        .gil =
            own ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL,
    };
}

/* The preload of es_guard_install(): on the importing thread, as what is loaded
 * may wait for others. */
static embed_status
preload(const es_guard_module *m, ec_err *err)
{
    es_entry entry;
    embed_status status = es_main_check(err);
    if (status == EMBED_OK) {
        status = es_enter_interp(&es_main, &entry, err);
    }
    if (status == EMBED_OK) {
        status = es_guard_preload_in_main(m, err);
        es_leave(&entry);
    }
    return status;
}

typedef struct create_args {
    es_interp *interp;
    embed_status status;
    ec_err *err;
} create_args;

/* Makes an interpreter whose initial state stays on the service thread (R2),
 * and leaves it at once: its GIL is free before main's is taken again. */
static void
create_job(void *arg)
{
    create_args *args = arg;
    es_interp *interp = args->interp;
    if (!es_main_attach()) {
        args->status = es_main_check(args->err);
        if (args->status == EMBED_OK) {
            args->status = ec_fail(args->err, EMBED_E_NOMEM, "out of memory");
        }
        return;
    }
    PyInterpreterConfig config = config_for(interp->level);
    PyThreadState *tstate = NULL;
    PyStatus rc = Py_NewInterpreterFromConfig(&tstate, &config);
    if (PyStatus_Exception(rc) || tstate == NULL) {
        args->status =
            ec_fail(args->err, EMBED_E_INIT, "cannot make an interpreter: %s",
                    rc.err_msg == NULL ? "out of memory" : rc.err_msg);
        if (PyThreadState_GetUnchecked() != NULL) {
            es_main_detach();
        }
        return;
    }
    interp->initial = tstate;
    interp->is = tstate->interp;
    interp->id = PyInterpreterState_GetID(tstate->interp);
    if (interp->level == EMBED_ISOLATION_OWN && !es_gil_is_known()) {
        es_gil_discover();
    }
    (void)PyEval_SaveThread();
    es_interp_number(interp); /* here, so that a fork knows of it */
    /* Main's state last: CPython's gilstate slot of this thread names it. */
    if (es_main_attach()) {
        es_main_detach();
    }
}

/* Makes the es_interp of an own or sub extension. */
static embed_status
interp_create(embed_isolation level, es_interp **out, ec_err *err)
{
    es_interp *interp = calloc(1, sizeof *interp);
    if (interp == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    interp->level = level;
    create_args args = {.interp = interp, .status = EMBED_OK, .err = err};
    embed_status status = es_service_run(create_job, &args, UINT64_MAX, err);
    if (status == EMBED_OK) {
        status = args.status;
    }
    if (status != EMBED_OK) {
        free(interp);
        return status;
    }
    *out = interp;
    return EMBED_OK;
}

static void
inst_link(es_inst *inst)
{
    inst->next = atomic_load(&all_insts);
    while (!atomic_compare_exchange_weak(&all_insts, &inst->next, inst)) {
    }
}

es_inst *
es_insts_first(void)
{
    return atomic_load(&all_insts);
}

void
es_insts_walk(const ec_slot *slot, void (*fn)(const es_inst *inst, void *arg),
              void *arg)
{
    for (const es_inst *inst = atomic_load(&all_insts); inst != NULL;
         inst = inst->next) {
        if (inst->slot == slot) {
            fn(inst, arg);
        }
    }
}

/* Makes an instance that is in no list; NULL: out of memory. */
static es_inst *
inst_alloc(ec_slot *slot)
{
    es_inst *inst =
        calloc(1, sizeof *inst + slot->plugin->num_exports * sizeof(ec_flag));
    if (inst != NULL) {
        inst->slot = slot;
    }
    return inst;
}

embed_status
es_interp_create(ec_slot *slot, void **out, ec_err *err)
{
    /* Now, as an interpreter that is made in vain may have to stay. */
    embed_status stack = es_stack_check(err);
    if (stack != EMBED_OK) {
        return stack;
    }
    es_inst *inst = inst_alloc(slot);
    if (inst == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    inst->slot = slot;
    inst->interp = &es_main;
    if (slot->level != EMBED_ISOLATION_SHARED) {
        embed_status status = interp_create(slot->level, &inst->interp, err);
        if (status != EMBED_OK) {
            free(inst);
            return status;
        }
    } else if (es_main_check(err) != EMBED_OK) {
        free(inst);
        return EMBED_E_FORK;
    }
    inst_link(inst);
    *out = inst;
    return EMBED_OK;
}

const ec_flag *
es_inst_attached(void *arg)
{
    return ((es_inst *)arg)->attached;
}

es_inst *
es_inst_adopt(ec_slot *slot, es_interp *interp, es_pyext *ext)
{
    es_inst *inst = inst_alloc(slot);
    if (inst != NULL) {
        inst->interp = interp;
        inst->ext = ext;
        es_pyext_show(ext, inst->attached);
        inst->is_guest = true;
        inst_link(inst);
    }
    return inst;
}

/* --- init -----------------------------------------------------------------*/

/* Once for each interpreter, on the thread that makes its first extension.
 * `site` is run here: main ran without it, and subinterpreters copy that
 * (C4). */
static int
interp_prepare(es_interp *interp, PyObject *env)
{
    bool is_main = interp == &es_main;
    interp->py = es_py_create();
    if (interp->py == NULL) {
        return -1;
    }
    if (is_main && !es_main_is_ours()) {
        return 0; /* a host's own interpreter is as the host made it */
    }
    if (es_forked_watch(interp) != 0) {
        return -1;
    }
    ES_OWNED PyObject *sys = PyImport_ImportModule("sys");
    ES_OWNED PyObject *none =
        sys == NULL ? NULL
                    : PyObject_CallMethod(sys, "setswitchinterval", "d",
                                          SWITCH_INTERVAL_S);
    if (none == NULL) {
        return -1;
    }
    if (is_main) {
        return es_environment_site(Py_None);
    }
    /* The guard first: a .pth file may import. */
    bool has_own_gil = interp->level == EMBED_ISOLATION_OWN;
    return es_sleep_install() < 0 || es_guard_install(preload, has_own_gil) < 0
               ? -1
               : es_environment_site(env);
}

/* Attached: prepares the interpreter and what the extension has of its own. */
static int
inst_prepare(es_inst *inst, PyObject *env)
{
    const ec_slot *slot = inst->slot;
    bool is_shared = inst->interp == &es_main;
    bool is_strict = (slot->plugin->flags & EMBED_PLUGIN_STRICT) != 0;
    if ((inst->interp->py == NULL && interp_prepare(inst->interp, env) != 0) ||
        (is_shared && es_environment_share(env, is_strict) != 0)) {
        return -1;
    }
    ES_OWNED PyObject *roots = es_environment_roots(env, slot->library);
    return roots == NULL ? -1
                         : es_path_install(slot->plugin, slot->library, roots,
                                           is_shared, &inst->names);
}

/* Attached: prepares and runs. */
static embed_status
inst_init(es_inst *inst, ec_err *err)
{
    struct embed_plugin *plugin = inst->slot->plugin;
    ES_OWNED PyObject *env = es_environment_create(inst->slot);
    if (env == NULL || inst_prepare(inst, env) != 0) {
        return es_init_failed(plugin, env, "preparing the interpreter", err);
    }
    inst->ext = es_pyext_create(inst->interp->py, plugin);
    if (inst->ext == NULL) {
        return es_init_failed(plugin, env,
                              "making the modules of the extension", err);
    }
    es_pyext_show(inst->ext, inst->attached);
    if (es_environment_preload(env) != 0) {
        return es_init_failed(plugin, env, "preload code failed", err);
    }
    return es_init_run(inst->ext, inst->names, env, err);
}

embed_status
es_interp_init(void *arg, ec_err *err)
{
    es_inst *inst = arg;
    es_entry entry;
    embed_status status = es_enter_interp(inst->interp, &entry, err);
    if (status == EMBED_OK) {
        status = inst_init(inst, err);
        es_leave(&entry);
    }
    return status;
}

/* --- the end --------------------------------------------------------------*/

/* Is the initial state the only one (C8)?  Attached to it. */
static bool
is_alone(es_interp *interp)
{
    PyThreadState *head = PyInterpreterState_ThreadHead(interp->is);
    return head == interp->initial && PyThreadState_Next(head) == NULL;
}

/* Ends an interpreter if nothing is in it but its initial state, attached. */
static void
end_attached(es_interp *interp)
{
    if (!is_alone(interp)) {
        (void)PyEval_SaveThread();
        return;
    }
    if (interp->py != NULL) {
        es_py_destroy(interp->py);
        interp->py = NULL;
    }
    Py_CLEAR(interp->at_fork);
    Py_EndInterpreter(interp->initial);
    es_interp_unnumber(interp);
    interp->initial = NULL;
    /* es_interp itself stays: a late caller may still look at its number. */
    if (es_main_attach()) {
        es_main_detach();
    }
}

void
es_interp_end_job(void *arg)
{
    es_interp *interp = arg;
    if (es_interp_may_end() && interp->initial != NULL) {
        es_tstates_wait();
        es_service_attach(interp->initial);
        end_attached(interp);
    }
}

static void
end_all_job(void *unused)
{
    (void)unused;
    size_t n = 0;
    es_interp **all = es_interps_snapshot(&n);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->initial != NULL) {
            es_service_attach(all[i]->initial);
            es_states_delete_idle(all[i]);
            end_attached(all[i]);
        }
    }
    free(all);
}

void
es_interps_end_all(void)
{
    es_barrier();
    (void)es_service_run(end_all_job, NULL, UINT64_MAX, NULL);
}

/* Drops what the extension has in its interpreter. */
static void
ext_drop(es_inst *inst)
{
    es_entry entry;
    ec_err ignored = EC_ERR_INIT;
    if (es_enter_interp(inst->interp, &entry, &ignored) == EMBED_OK) {
        es_pyext *ext = inst->ext;
        inst->ext = NULL;
        if (ext != NULL) {
            es_pyext_destroy(ext);
        }
        es_path_uninstall(inst->names);
        inst->names = NULL;
        es_leave(&entry);
    }
    ec_err_clear(&ignored);
}

/* Ends the interpreter of a drained instance, now or when the last thread that
 * has a state in it lets go.
 * @param out_parked  set when it stays for now */
static embed_status
interp_end(es_interp *interp, uint64_t deadline_ns, bool *out_parked,
           ec_err *err)
{
    es_thread_drop(interp);
    ec_mutex_lock(&es_threads_lock);
    bool is_free = interp->states == NULL;
    interp->is_orphan = !is_free;
    interp->is_ending = is_free;
    ec_mutex_unlock(&es_threads_lock);
    embed_status status =
        is_free ? es_service_run(es_interp_end_job, interp, deadline_ns, err)
                : EMBED_OK;
    *out_parked = !is_free || status != EMBED_OK || interp->initial != NULL;
    return status;
}

/* Closes the guests of an interpreter that is about to end. */
static void
guests_drop(const es_interp *interp)
{
    for (es_inst *inst = atomic_load(&all_insts); inst != NULL;
         inst = inst->next) {
        if (inst->is_guest && inst->interp == interp) {
            es_gate_shut(inst, ES_GATE_CLOSED);
            es_barrier();
            ext_drop(inst);
        }
    }
}

embed_status
es_interp_retire(void *arg, bool hooks, uint64_t deadline_ns, bool *out_parked,
                 ec_err *err)
{
    es_inst *inst = arg;
    es_interp *interp = inst->interp;
    es_gate_shut(inst, ES_GATE_CLOSED);
    es_barrier();
    if (inst->is_guest) {
        *out_parked = false;
        ext_drop(inst);
        return EMBED_OK;
    }
    *out_parked = true;
    /* What still runs then is left alone; the rest of the time is for exit
     * handlers. */
    uint64_t now = ec_now_ns();
    uint64_t share = now < deadline_ns && hooks ? (deadline_ns - now) / 2 : 0;
    es_finished finished = ES_FINISHED;
    bool is_drained = es_interp_drain(interp, deadline_ns - share);
    if (hooks) {
        finished = es_finish_all(&arg, 1, deadline_ns, false);
    }
    if (!is_drained || finished == ES_FINISHED_LATE) {
        return es_still_running(inst, deadline_ns, err);
    }
    if (finished == ES_FINISHED_NOTHING) {
        return ec_fail(err, EMBED_E_TIMEOUT,
                       "%s: no time was left for its exit handlers",
                       inst->slot->plugin->name);
    }
    ext_drop(inst);
    if (interp == &es_main) {
        *out_parked = false;
        es_thread_drop(interp);
        return EMBED_OK;
    }
    guests_drop(interp);
    /* Without exit handlers nobody has set a time: its init code has failed. */
    return interp_end(interp, hooks ? deadline_ns : UINT64_MAX, out_parked,
                      err);
}
