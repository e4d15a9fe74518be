/* ffi_callback.h - ffi.callback(): C function pointers made of callables.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_CALLBACK_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_CALLBACK_H

#include "subinterp/cpython/ffi/ffi.h"

/** What a callback's cdata has in `view`. */
typedef struct es_callback es_callback;

/** Frees the C side; nobody calls the function pointer any more. */
void es_callback_free(es_callback *cb);

ES_FFI_METHOD(callback);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_CALLBACK_H */
