/* ffi_type.h - the types that arguments of ffi's methods mean.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_TYPE_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_TYPE_H

#include "subinterp/cpython/ffi/state.h"

/* What es_type_arg() accepts besides str and CType. */
enum {
    ES_ARG_CDATA = 1 << 0,    /* a cdata: its type */
    ES_ARG_FUNCTION = 1 << 1, /* a function type: its pointer type */
    ES_ARG_NO_CTYPE = 1 << 2, /* no CType */
};

/** The type that an argument of an ffi method means; `accept` as above.
 *  NULL with an exception set. */
ec_type *es_type_arg(es_ffi *ffi, PyObject *arg, int accept);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_TYPE_H */
