/* ffi_handle.h - handles: objects that C code has by address.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_HANDLE_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_HANDLE_H

#include "subinterp/cpython/ffi/state.h"

/** Takes a handle that ends out of the set of those alive. */
void es_handle_forget(const es_cdata_keep *keep);

/** Frees the set. */
void es_handles_fini(es_handles *handles);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_HANDLE_H */
