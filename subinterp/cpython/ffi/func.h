/* func.h - C functions as Python callables.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FUNC_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FUNC_H

#include "subinterp/cpython/ffi/state.h"

/** Makes the type of the callables; new reference, or NULL with an exception
 *  set. */
PyTypeObject *es_func_type_create(void);

/**
 * Makes the callable of the C function at `index` of the plug-in's globals,
 * which has a trampoline.
 *
 * @param type  its function type
 *
 * Returns:  new reference, or NULL with an exception set.
 */
PyObject *es_func_new(es_py *py, const struct embed_plugin *plugin, int index,
                      ec_type *type);

/** The function-pointer cdata of a C function of lib (py->lib_func_type).
 *  New reference. */
PyObject *es_lib_func_pointer(es_py *py, PyObject *func);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FUNC_H */
