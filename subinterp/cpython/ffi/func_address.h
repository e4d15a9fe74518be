/* func_address.h - calls of a function that has no trampoline.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FUNC_ADDRESS_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FUNC_ADDRESS_H

#include "subinterp/cpython/ffi/func_int.h"

/** Prepares calls of a function that has no trampoline: the one at the global's
 *  address, which takes structs by pointer.  Its frame is laid out.  0, or -1
 *  with an exception set. */
int es_func_plan_address(es_func *f);

/** Makes such a call as a trampoline would; no GIL is held. */
void es_func_call_address(const es_func *f, char *frame);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FUNC_ADDRESS_H */
