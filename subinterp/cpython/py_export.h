/* py_export.h - Python functions behind exported C functions.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_EXPORT_H
#define EMBED_SUBINTERP_CPYTHON_PY_EXPORT_H

#include "subinterp/cpython/py_state.h"

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

#endif /* EMBED_SUBINTERP_CPYTHON_PY_EXPORT_H */
