/* ext.c - extensions in PyPy's interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/pypy/ext.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/helper.h"
#include "core/lock.h"
#include "core/ticks.h"
#include "subinterp/pypy/guarded.h"
#include "subinterp/pypy/start.h"
#include "subinterp/pypy/thread.h"

#define NS_PER_S 1e9
/* The part of the time for the exit handlers that threads may take. */
#define FINISH_SHARE 0.5

static ec_mutex list_lock = EC_MUTEX_INIT(EC_RANK_LEAF);
static pp_inst *first; /* guarded by: list_lock; all that ever were */

/* Whose tables this thread is having loaded. */
static __thread const pp_inst *loading;

/* --- tables ---------------------------------------------------------------*/

/* Copies the table of globals, the exports' records replaced by our own. */
static void
globals_copy(pp_inst *inst)
{
    const struct embed_context *c = inst->slot->plugin->context;
    for (int i = 0; i < c->num_globals; i++) {
        inst->globals[i] = c->globals[i];
        if (ec_is_export(&c->globals[i])) {
            const struct embed_externpy *fn = c->globals[i].address;
            struct embed_externpy *copy = &inst->copies[ec_export_index(fn)];
            *copy = (struct embed_externpy){
                .name = fn->name, .size_of_result = fn->size_of_result};
            inst->globals[i].address = copy;
        }
    }
    inst->context = *c;
    inst->context.globals = inst->globals;
}

/* Answers PyPy, on the thread that loads. */
static void
tables(void *p[])
{
    pp_answer(p, loading->slot->plugin->context_version, &loading->context);
}

/* --- life -----------------------------------------------------------------*/

/* Takes the name for an instance; false: another one has it. */
static bool
name_take(pp_inst *inst)
{
    ec_mutex_lock(&list_lock);
    bool is_free = true;
    for (const pp_inst *i = first; i != NULL; i = i->next) {
        is_free =
            is_free && (!i->is_loaded || strcmp(i->slot->plugin->name,
                                                inst->slot->plugin->name) != 0);
    }
    inst->is_loaded = is_free;
    if (is_free) {
        inst->next = first;
        first = inst;
    }
    ec_mutex_unlock(&list_lock);
    return is_free;
}

static void
name_give(pp_inst *inst)
{
    ec_mutex_lock(&list_lock);
    inst->is_loaded = false;
    ec_mutex_unlock(&list_lock);
}

void
pp_exts_after_fork(void (*lost)(ec_slot *slot))
{
    ec_mutex_reinit(&list_lock);
    for (const pp_inst *i = first; i != NULL; i = i->next) {
        ec_slot *slot = i->slot;
        if (slot->on_fork != EC_ON_FORK_KEEP && atomic_load(&slot->inst) == i) {
            lost(slot);
        }
    }
}

static void
inst_free(pp_inst *inst)
{
    free(inst->copies);
    free(inst->globals);
    free(inst);
}

/* Makes an instance, its tables not filled; NULL: out of memory. */
static pp_inst *
inst_make(ec_slot *slot)
{
    const struct embed_plugin *plugin = slot->plugin;
    size_t n_globals = (size_t)plugin->context->num_globals;
    pp_inst *inst =
        calloc(1, sizeof *inst + plugin->num_exports * sizeof(ec_flag));
    if (inst == NULL) {
        return NULL;
    }
    inst->slot = slot;
    inst->copies = calloc(plugin->num_exports + 1, sizeof *inst->copies);
    inst->globals = calloc(n_globals + 1, sizeof *inst->globals);
    if (inst->copies == NULL || inst->globals == NULL) {
        inst_free(inst);
        return NULL;
    }
    return inst;
}

embed_status
pp_create(ec_slot *slot, void **out, ec_err *err)
{
    pp_inst *inst = inst_make(slot);
    if (inst == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (!name_take(inst)) {
        inst_free(inst);
        return ec_fail(err, EMBED_E_INIT,
                       "the interpreter already has a module named '%s'; give "
                       "the extension another name",
                       slot->plugin->name);
    }
    globals_copy(inst);
    *out = inst;
    return EMBED_OK;
}

embed_status
pp_init(void *arg, ec_err *err)
{
    pp_inst *inst = arg;
    const struct embed_plugin *plugin = inst->slot->plugin;
    pp_module module = {plugin->name, tables, ""};
    const char *library = inst->slot->library;
    int saved = errno;
    if (pp_self == NULL && pp_thread_make(err) != EMBED_OK) {
        return err->status;
    }
    (void)pp_the_bridge.load(inst);
    loading = inst;
    int rc = pp_load(&module);
    loading = NULL;
    if (rc != 0) {
        (void)ec_fail(&inst->why, EMBED_E_INIT,
                      "PyPy does not take the extension's tables; what it "
                      "printed says why");
    } else {
        rc = pp_the_bridge.init(
            inst, plugin->name,
            plugin->init_code == NULL ? "" : plugin->init_code,
            plugin->init_code_size,
            plugin->init_file == NULL ? "" : plugin->init_file,
            library == NULL ? "" : library);
        if (rc != 0 && inst->why.status == EMBED_OK) {
            (void)ec_fail(&inst->why, EMBED_E_INIT,
                          "init code failed: PyPy could not run it");
        }
    }
    errno = saved;
    embed_status status = rc == 0 ? EMBED_OK : ec_err_copy(err, &inst->why);
    ec_err_clear(&inst->why);
    return status;
}

/* Python's exit handlers: they may take for ever. */
static void
finish_job(void *seconds)
{
    (void)pp_the_bridge.finish(*(double *)seconds);
}

bool
pp_finish(uint64_t deadline_ns)
{
    static _Atomic bool is_done;
    uint64_t now = ec_now_ns();
    if (atomic_exchange(&is_done, true)) {
        return true; /* nothing starts any more */
    }
    if (now >= deadline_ns) {
        return false;
    }
    double time = (double)(deadline_ns - now) / NS_PER_S * FINISH_SHARE;
    double *seconds = malloc(sizeof *seconds);
    ec_task *task = NULL;
    if (seconds != NULL) {
        *seconds = time;
        task = ec_task_start("embed-exit", finish_job, seconds, free);
    }
    if (task == NULL) {
        free(seconds);
        finish_job(&time);
        return ec_now_ns() < deadline_ns;
    }
    seconds = ec_task_end(task, deadline_ns);
    free(seconds);
    return seconds != NULL;
}

const ec_flag *
pp_attached(void *arg)
{
    return ((pp_inst *)arg)->attached;
}

void
pp_attach(void *arg, int i)
{
    pp_inst *inst = arg;
    atomic_store_explicit(&inst->attached[i], 1, memory_order_relaxed);
}

void
pp_notice(void *arg, const char *text)
{
    const pp_inst *inst = arg;
    pp_core->notice(inst->slot->plugin->name, text);
}

int
pp_is_strict(void *arg)
{
    const pp_inst *inst = arg;
    return (inst->slot->plugin->flags & EMBED_PLUGIN_STRICT) != 0;
}

embed_status
pp_retire(void *arg, bool hooks, uint64_t deadline_ns, bool *out_parked,
          ec_err *err)
{
    pp_inst *inst = arg;
    uint64_t now = ec_now_ns();
    uint64_t share = now < deadline_ns && hooks ? (deadline_ns - now) / 2 : 0;
    bool ok = !hooks || pp_threads_drain(deadline_ns - share);
    if (hooks && pp_is_ours()) {
        ok = pp_finish(deadline_ns) && ok;
    }
    name_give(inst);
    *out_parked = hooks; /* else it never ran */
    return ok ? EMBED_OK
              : ec_fail(err, EMBED_E_TIMEOUT, "%s: code of it is still running",
                        inst->slot->plugin->name);
}

/* --- calls and reports ----------------------------------------------------*/

/* Counts a failed call, if the extension's calls are counted. */
static void
error_count(const struct embed_externpy *fn)
{
    ec_slot *slot = ec_slot_of(fn);
    pp_inst *inst = atomic_load_explicit(&slot->inst, memory_order_acquire);
    embed_call_fn *entry = embed_plugin_entry(slot->plugin);
    if (inst != NULL &&
        (entry == pp_call_counted || entry == pp_call_guarded_counted)) {
        (void)atomic_fetch_add(&inst->errors, 1);
    }
}

/* A call that cannot be made. */
__attribute__((cold, noinline)) static void
call_fail(struct embed_externpy *fn, char *buffer, ec_err *err)
{
    error_count(fn);
    pp_core->fail(fn, buffer, err);
    ec_err_clear(err);
}

__attribute__((cold, noinline)) static bool
call_prepare(struct embed_externpy *fn, char *buffer)
{
    ec_err err = EC_ERR_INIT;
    int saved = errno;
    embed_status status =
        pp_self == NULL ? pp_thread_make(&err)
                        : ec_fail(&err, EMBED_E_STACK,
                                  "too little C stack is left on this thread");
    errno = saved;
    if (status != EMBED_OK) {
        call_fail(fn, buffer, &err);
    }
    return status == EMBED_OK;
}

void
pp_call(struct embed_externpy *fn, char *buffer)
{
    const pp_inst *inst =
        atomic_load_explicit(&ec_slot_of(fn)->inst, memory_order_acquire);
    pp_thread *thread = pp_self;
    if (__builtin_expect(thread == NULL || ec_stack_is_low(&thread->stack),
                         0)) {
        if (!call_prepare(fn, buffer)) {
            return;
        }
        thread = pp_self;
    }
    unsigned inside =
        atomic_load_explicit(&thread->inside, memory_order_relaxed);
    atomic_store_explicit(&thread->inside, inside + 1, memory_order_relaxed);
    pp_call_python(&inst->copies[ec_export_index(fn)], buffer);
    atomic_store_explicit(&thread->inside, inside, memory_order_release);
}

void
pp_call_counted(struct embed_externpy *fn, char *buffer)
{
    pp_inst *inst =
        atomic_load_explicit(&ec_slot_of(fn)->inst, memory_order_acquire);
    uint64_t begin = ec_ticks_now();
    pp_call(fn, buffer);
    uint64_t ticks = ec_ticks_between(begin, ec_ticks_now());
    (void)atomic_fetch_add_explicit(&inst->calls, 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&inst->call_ticks, ticks,
                                    memory_order_relaxed);
}

void
pp_stats(const ec_slot *slot, void *arg, embed_statistics *out)
{
    const pp_inst *inst = arg;
    (void)slot;
    if (inst != NULL) {
        out->calls = atomic_load(&inst->calls);
        out->errors = atomic_load(&inst->errors);
        out->call_ns = ec_ticks_ns(atomic_load(&inst->call_ticks));
    }
}

const char *
pp_export_name(void *arg, int i)
{
    const struct embed_plugin *plugin = ((const pp_inst *)arg)->slot->plugin;
    return (size_t)i < plugin->num_exports ? plugin->exports[i]->externpy.name
                                           : NULL;
}

const void *
pp_export_failure(void *arg, int i)
{
    const struct embed_plugin *plugin = ((const pp_inst *)arg)->slot->plugin;
    return plugin->exports[i]->failure;
}

const struct embed_bundled *
pp_bundled(void *arg, int i)
{
    const struct embed_plugin *plugin = ((const pp_inst *)arg)->slot->plugin;
    return (size_t)i < plugin->num_bundled ? &plugin->bundled[i] : NULL;
}

const ec_setting *
pp_setting(void *arg, int i)
{
    const ec_setting *settings = ((const pp_inst *)arg)->slot->settings;
    return settings == NULL || settings[i].name == NULL ? NULL : &settings[i];
}

const char *
pp_include_name(void *arg, int i)
{
    const char *const *names =
        ((const pp_inst *)arg)->slot->plugin->context->includes;
    return names == NULL ? NULL : names[i]; /* ends with NULL */
}

/* Makes a message one line. */
static void
line_make(char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < ' ') {
            text[i] = ' ';
        }
    }
    while (n > 0 && text[n - 1] == ' ') {
        text[--n] = '\0';
    }
}

/* An export without Python code: its failure is told as core tells it.  PyPy
 * puts the value in place. */
static void
report_unattached(struct embed_externpy *fn)
{
    ec_err err = EC_ERR_INIT;
    char *buffer = calloc(1, fn->size_of_result + 1);
    (void)ec_fail(&err, EMBED_E_UNATTACHED,
                  "no code was attached to it yet with @ffi.def_extern()");
    if (buffer != NULL) {
        pp_core->fail(fn, buffer, &err);
    }
    free(buffer);
    ec_err_clear(&err);
}

void
pp_report(void *arg, int i, int status, const char *type, const char *value,
          const char *trace)
{
    pp_inst *inst = arg;
    bool is_init = i < 0;
    ec_err own = EC_ERR_INIT;
    ec_err *err = is_init ? &inst->why : &own;
    if (status == EMBED_E_UNATTACHED) {
        error_count(&inst->slot->plugin->exports[i]->externpy);
        report_unattached(&inst->slot->plugin->exports[i]->externpy);
        return;
    }
    (void)ec_fail(err, (embed_status)status, "%s%s%s%s",
                  is_init ? "init code failed: " : "", type,
                  value[0] == '\0' ? "" : ": ", value);
    line_make(err->text);
    err->type = strdup(type);
    err->value = strdup(value);
    err->traceback = strdup(trace);
    if (!is_init) {
        error_count(&inst->slot->plugin->exports[i]->externpy);
        pp_core->report(&inst->slot->plugin->exports[i]->externpy, err);
        ec_err_clear(err);
    }
}
