/* py_func.h - C functions as Python callables.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_FUNC_H
#define EMBED_SUBINTERP_CPYTHON_PY_FUNC_H

#include "subinterp/cpython/py_state.h"

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

#endif /* EMBED_SUBINTERP_CPYTHON_PY_FUNC_H */
