/* module.h - libraries as modules of the Python that imports them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_MODULE_H
#define EMBED_SUBINTERP_CPYTHON_EXT_MODULE_H

#include "subinterp/cpython/py.h"

#include "core/slot.h"

/** ec_backend.module: a PyModuleDef.  Each interpreter makes a module of it,
 *  with `ffi` and `lib`; calls of exports go to the extension's own
 *  interpreter. */
void *es_module_def(ec_slot *slot);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_MODULE_H */
