/* attached.h - the Python function behind an export, and calling it: the hot
 * path of the product, inline in call.c.
 *
 * The plan of a call is made when the function is attached; a call then runs
 * through it without looking at types again.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_ATTACHED_H
#define EMBED_SUBINTERP_CPYTHON_EXT_ATTACHED_H

#include "subinterp/cpython/ext/export.h"
#include "subinterp/cpython/ext/ext.h"
#include "subinterp/cpython/ffi/scalar.h"
#include "subinterp/cpython/gilslot.h"

/* Arguments of a call that need no heap. */
#define ES_STACK_ARGS 16

struct es_attached {
    size_t refs; /* the extension's, and one for each call in progress */
    es_py *py;   /* counted */
    struct embed_plugin *plugin;
    const struct embed_export *export;
    PyObject *callable; /* owned */
    /* How to call it: a Python function's own entry, which saves what
     * PyObject_Vectorcall() does around it. It may change: read each time. */
    const vectorcallfunc *entry;
    PyObject *onerror; /* owned, or NULL */
    void *error;       /* error= converted: size_of_result bytes; or NULL */
    es_arg result;
    size_t n_args;
    es_arg args[];
};

/* Calls the function with arguments out of `buffer`.  args[-1] is free for
 * the callee. */
static inline embed_status
es_attached_run(es_attached *fn, PyObject **args, char *buffer, ec_err *err)
{
    size_t n = fn->n_args;
    size_t made = 0;
    PyObject *value = NULL;

    for (; made < n; made++) {
        args[made] = es_op_load_slot(fn->py, fn->args[made],
                                     buffer + EC_SLOT_SIZE * made);
        if (args[made] == NULL) {
            break;
        }
    }
    if (made == n) {
        value = (*fn->entry)(fn->callable, args,
                             n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }
    embed_status status = EMBED_OK;
    if (value == NULL) {
        status = es_attached_fail(fn, made == n ? ES_FAIL_CALL : ES_FAIL_ARGS,
                                  buffer, err);
    } else {
        if (!es_op_store(fn->py, fn->result, buffer, value) &&
            es_attached_result(fn, buffer, value) < 0) {
            status = es_attached_fail(fn, ES_FAIL_RESULT, buffer, err);
        }
        Py_DECREF(value);
    }
    while (made > 0) {
        Py_DECREF(args[--made]);
    }
    return status;
}

/**
 * Calls the attached function for one call from C: converts the arguments out
 * of `buffer` and the result into it.  On failure the exception is reported as
 * embedding.md D5-D8 say (onerror, sys.unraisablehook), `buffer` holds the
 * error value (def_extern's error=, else the export's declared failure value),
 * and `err`, which is not read before, says what happened: EMBED_E_EXCEPTION or
 * EMBED_E_CONVERT with type, value and traceback text.  A failure that onerror
 * turned into a value is none.  No exception is set on return.
 *
 * The function may be re-attached, and this es_attached dropped, during the
 * call.
 */
static inline embed_status
es_attached_call(es_attached *fn, char *buffer, ec_err *err)
{
    PyObject *args[1 + ES_STACK_ARGS];

    fn->refs++;
    embed_status status = ES_LIKELY(fn->n_args <= ES_STACK_ARGS)
                              ? es_attached_run(fn, args + 1, buffer, err)
                              : es_attached_call_many(fn, buffer, err);
    if (ES_LIKELY(fn->refs > 1)) {
        fn->refs--;
    } else {
        es_attached_unref(fn);
    }
    return status;
}

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_ATTACHED_H */
