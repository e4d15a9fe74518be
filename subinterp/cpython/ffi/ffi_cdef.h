/* ffi_cdef.h - declarations that an ffi gets at run time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_CDEF_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_CDEF_H

#include "subinterp/cpython/ffi/state.h"

/** Imports modules and includes their ffi, for one with tables.
 *  @param names  ends with NULL; may be NULL
 *  Returns 0, or -1 with an exception set. */
int es_ffi_include_modules(es_ffi *ffi, const char *const *names);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_CDEF_H */
