/* ext.h - extensions in PyPy's interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_PYPY_EXT_H
#define EMBED_SUBINTERP_PYPY_EXT_H

#include "core/backend.h"

/** One extension; its tables as PyPy sees them.  Never freed: PyPy and callers
 *  may look at it at any time. */
typedef struct pp_inst {
    ec_slot *slot; /* constant */
    /* PyPy keeps what it needs in the `reserved` members, and so does core:
     * PyPy has records of its own.  copies[num_exports] */
    struct embed_externpy *copies;
    struct embed_global *globals; /* globals[num_globals] */
    struct embed_context context;
    ec_err why;           /* of the init code, on its thread */
    struct pp_inst *next; /* guarded by: list lock */
    bool is_loaded; /* guarded by: list lock; has its name in sys.modules */
    /* What pp_call_counted() counts; of the errors all. */
    _Atomic uint64_t calls;
    _Atomic uint64_t errors;
    _Atomic uint64_t call_ticks;
    ec_flag attached[]; /* attached[num_exports] */
} pp_inst;

/** ec_backend.create; another extension of the same name is refused. */
embed_status pp_create(ec_slot *slot, void **out, ec_err *err);

/** ec_backend.init; arg: pp_inst, as below */
embed_status pp_init(void *arg, ec_err *err);

/** ec_backend.attached; arg: pp_inst */
const ec_flag *pp_attached(void *arg);

/** ec_backend.retire; PyPy cannot drop a module that C code may still call. */
embed_status pp_retire(void *arg, bool hooks, uint64_t deadline_ns,
                       bool *out_parked, ec_err *err);

/** In a fork child: everything goes on, but for the extensions that must not;
 *  `lost` is called for each of these. */
void pp_exts_after_fork(void (*lost)(ec_slot *slot));

/** Runs exit handlers and flushes files; false when that took too long. */
bool pp_finish(uint64_t deadline_ns);

/** ec_backend.call */
void pp_call(struct embed_externpy *fn, char *buffer);

/** ec_backend.call_counted, stats; what a call waits for is in its time, as PyPy
 *  takes its GIL itself. */
void pp_call_counted(struct embed_externpy *fn, char *buffer);
void pp_stats(const ec_slot *slot, void *arg, embed_statistics *out);

/* For pp_bridge; arg: pp_inst. */
const char *pp_export_name(void *arg, int i);
const void *pp_export_failure(void *arg, int i);
const struct embed_bundled *pp_bundled(void *arg, int i);
const ec_setting *pp_setting(void *arg, int i);
const char *pp_include_name(void *arg, int i);
void pp_attach(void *arg, int i);
void pp_notice(void *arg, const char *text);
int pp_is_strict(void *arg);
void pp_report(void *arg, int i, int status, const char *type,
               const char *value, const char *trace);

/** Answers PyPy's question for the tables of a module. */
void
pp_answer(void *p[], uintptr_t version, const struct embed_context *context);

#endif /* EMBED_SUBINTERP_PYPY_EXT_H */
