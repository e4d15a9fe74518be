/* embed.h - the module `embed` of an interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_EMBED_H
#define EMBED_SUBINTERP_CPYTHON_EXT_EMBED_H

#include "subinterp/cpython/ffi/state.h"

/** Makes py->module and puts it into sys.modules, unless there is a module of
 *  this name already.  0, or -1 with an exception set. */
int es_embed_module_create(es_py *py);

/** Takes it out again. */
void es_embed_module_destroy(es_py *py);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_EMBED_H */
