/* backend.c - the table that core calls this backend through.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/backend.h"

#include "core/types/cplugin.h"
#include "core/version.h"
#include "subinterp/cpython/call.h"
#include "subinterp/cpython/control.h"
#include "subinterp/cpython/deadline.h"
#include "subinterp/cpython/dump.h"
#include "subinterp/cpython/ext/module.h"
#include "subinterp/cpython/finish.h"
#include "subinterp/cpython/forking.h"
#include "subinterp/cpython/guarded.h"
#include "subinterp/cpython/interp.h"
#include "subinterp/cpython/pending.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/stats.h"
#include "subinterp/cpython/thread.h"

/* Process exit: whatever has not finished in time is left to run. */
static void
exit_all(void *const *insts, size_t n, uint64_t deadline_ns)
{
    for (size_t i = 0; i < n; i++) {
        es_gate_shut(insts[i], ES_GATE_CLOSED);
    }
    es_threads_abandon();
    (void)es_finish_all(insts, n, deadline_ns, true);
}

const ec_backend *
embed_backend(uint32_t abi)
{
    static const ec_backend table = {
        .abi = EC_BACKEND_ABI,
        .name = "cpython-" EC_TEXT_OF(PY_MAJOR_VERSION) "." EC_TEXT_OF(
            PY_MINOR_VERSION),
        .plugin_make = ec_plugin_make,
        .plugin_free = ec_plugin_free,
        .start = es_runtime_start,
        .create = es_interp_create,
        .init = es_interp_init,
        .module = es_module_def,
        .attached = es_inst_attached,
        .retire = es_interp_retire,
        .exit = exit_all,
        .call = es_call,
        .call_counted = es_call_counted,
        .call_guarded = es_call_guarded,
        .call_guarded_counted = es_call_guarded_counted,
        .is_inside = es_is_inside,
        .is_python = es_is_python,
        .stats = es_stats,
        .detach = es_detach,
        .attach = es_attach,
        .belongs = es_belongs,
        .on_service_thread = es_service_is_self,
        .interp_id = es_interp_id,
        .thread_release = es_thread_release,
        .hold = es_hold,
        .unhold = es_unhold,
        .interrupt = es_interrupt,
        .call_pending = es_call_pending,
        .deadline = es_deadline,
        .thread_deadline = es_thread_deadline,
        .dump = es_dump,
        .fork_prepare = es_fork_prepare,
        .fork_lock = es_fork_lock,
        .fork_parent = es_fork_parent,
        .fork_child = es_fork_child,
    };
    return abi == EC_BACKEND_ABI ? &table : NULL;
}
