/* convert_cast.h - ffi.cast().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_CAST_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_CAST_H

#include "subinterp/cpython/ffi/convert.h"

/** Converts as a C cast does.  New cdata of `type`, or NULL with an exception
 *  set. */
PyObject *es_cast(es_py *py, ec_type *type, PyObject *value);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_CAST_H */
