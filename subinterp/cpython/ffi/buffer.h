/* buffer.h - ffi.buffer: the bytes of a cdata as a Python buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_BUFFER_H
#define EMBED_SUBINTERP_CPYTHON_FFI_BUFFER_H

#include "subinterp/cpython/ffi/state.h"

/** Makes py->buffer_type.  0, or -1 with an exception set. */
int es_buffer_type_create(es_py *py);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_BUFFER_H */
