/* export.h - Python functions behind exported C functions.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_EXPORT_H
#define EMBED_SUBINTERP_CPYTHON_EXT_EXPORT_H

#include "subinterp/cpython/ext/ext.h"
#include "subinterp/cpython/ffi/state.h"

/**
 * ffi.def_extern(name=None, error=None, onerror=None): METH_FASTCALL |
 * METH_KEYWORDS of the ffi type.
 *
 * Returns:  the decorator (new reference), or NULL with an exception set.
 */
PyObject *es_ffi_def_extern(PyObject *ffi, PyObject *const *args,
                            Py_ssize_t nargs, PyObject *kwnames);

/** Drops one reference to an attached function; NULL is allowed. */
void es_attached_unref(es_attached *fn);

/** Where a call failed. */
typedef enum es_fail_at {
    ES_FAIL_ARGS,
    ES_FAIL_CALL,
    ES_FAIL_RESULT,
} es_fail_at;

/** Ends a call whose exception is set: see es_attached_call(). */
__attribute__((cold)) embed_status
es_attached_fail(const es_attached *fn, es_fail_at at, char *buffer,
                 ec_err *err);

/** Converts a result that es_op_store() does not; memory that it does not
 *  mention is zero.  0, or -1 with an exception set. */
int es_attached_result(const es_attached *fn, char *buffer, PyObject *value);

/** As es_attached_call(), with more arguments than ES_STACK_ARGS. */
embed_status es_attached_call_many(es_attached *fn, char *buffer, ec_err *err);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_EXPORT_H */
