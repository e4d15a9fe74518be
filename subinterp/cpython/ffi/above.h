/* above.h - everything that ffi/ uses of the code above it: leaving the GIL,
 * entering an interpreter for a callback, def_extern, the module `embed`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_ABOVE_H
#define EMBED_SUBINTERP_CPYTHON_FFI_ABOVE_H

#include "subinterp/cpython/ext/embed.h"
#include "subinterp/cpython/ext/export.h"
#include "subinterp/cpython/ext/ext.h"
#include "subinterp/cpython/gil.h"
#include "subinterp/cpython/thread.h"

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_ABOVE_H */
