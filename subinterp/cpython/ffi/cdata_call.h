/* cdata_call.h - calling a function pointer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CDATA_CALL_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CDATA_CALL_H

#include "subinterp/cpython/ffi/state.h"

/* A slot of the cdata types. */
PyObject *es_cdata_call(es_cdata *cd, PyObject *args, PyObject *kwargs);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CDATA_CALL_H */
