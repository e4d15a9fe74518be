/* ffi_names.h - what an ffi knows by name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_NAMES_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_NAMES_H

#include "subinterp/cpython/ffi/state.h"

/** Returns the value of an integer constant that `ffi` knows, itself or by
 *  include(); new reference.  NULL without an exception when there is none. */
PyObject *es_ffi_constant(es_ffi *ffi, const char *name, size_t len);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_NAMES_H */
