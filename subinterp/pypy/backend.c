/* backend.c - the table that core calls the PyPy backend through.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/backend.h"

#include "core/types/cplugin.h"
#include "subinterp/pypy/ext.h"
#include "subinterp/pypy/guarded.h"
#include "subinterp/pypy/start.h"
#include "subinterp/pypy/thread.h"

/* C code that PyPy calls never has the GIL. */
static void *
detach(void)
{
    return NULL;
}

static void
attach(void *outer)
{
    (void)outer;
}

/* All threads are the one interpreter's, and may be anybody's. */
static bool
belongs(void *inst, void *outer)
{
    (void)inst;
    (void)outer;
    return false;
}

static int64_t
interp_id(void *inst)
{
    (void)inst;
    return 0;
}

/* PyPy keeps what it has for a thread until that ends. */
static embed_status
thread_release(ec_err *err)
{
    if (pp_self != NULL && atomic_load(&pp_self->inside) != 0) {
        return ec_fail(err, EMBED_E_STATE, "called from inside Python");
    }
    return EMBED_OK;
}

static void *
module(ec_slot *slot)
{
    (void)slot;
    return NULL;
}

static void
exit_all(void *const *insts, size_t n, uint64_t deadline_ns)
{
    (void)insts;
    if (n > 0 && pp_is_ours() && !pp_finish(deadline_ns)) {
        pp_core->notice(NULL, "exit handlers of Python code have not ended in "
                              "time: they are left behind");
    }
}

/* Child and parent go on as they are; see fork_watch() in start.c. */
static void
fork_prepare(uint64_t deadline_ns)
{
    (void)deadline_ns;
}

static void
fork_lock(void)
{
    pp_threads_lock();
}

static void
fork_parent(void)
{
    pp_threads_unlock();
}

static void
fork_child(void (*lost)(ec_slot *slot))
{
    pp_threads_after_fork();
    pp_exts_after_fork(lost);
}

const ec_backend *
embed_backend(uint32_t abi)
{
    static const ec_backend table = {
        .abi = EC_BACKEND_ABI,
        .name = "pypy",
        .is_shared_only = true,
        .plugin_make = ec_plugin_make,
        .plugin_free = ec_plugin_free,
        .start = pp_start,
        .create = pp_create,
        .init = pp_init,
        .module = module,
        .attached = pp_attached,
        .retire = pp_retire,
        .exit = exit_all,
        .call = pp_call,
        .call_counted = pp_call_counted,
        .call_guarded = pp_call_guarded,
        .call_guarded_counted = pp_call_guarded_counted,
        .is_inside = pp_is_inside,
        .is_python = pp_is_python,
        .stats = pp_stats,
        .detach = detach,
        .attach = attach,
        .belongs = belongs,
        .on_service_thread = pp_on_starter,
        .interp_id = interp_id,
        .thread_release = thread_release,
        .fork_prepare = fork_prepare,
        .fork_lock = fork_lock,
        .fork_parent = fork_parent,
        .fork_child = fork_child,
    };
    return abi == EC_BACKEND_ABI ? &table : NULL;
}
