/* convert.h - Python values to C values and back.
 *
 * The rules and texts of the feature table for initialisers and arguments.
 * Enums are ints, pointers are cdata, structs are cdata that refer to `data`
 * itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_H

#include "subinterp/cpython/ffi/state.h"

/* --- C to Python --------------------------------------------------------- */

/**
 * Makes the Python value of the C value at `data`: int, bool, float, bytes of
 * length 1 (char), str of length 1 (wide chars), complex, cdata for pointers
 * (their value is copied).  Not copied, but referred to at `data`: structs and
 * unions (cdata 'T &') and arrays.  long double gives an owning cdata.  New
 * reference, or NULL with an exception set.
 */
PyObject *es_from_c(es_py *py, ec_type *type, const void *data);

/** As es_from_c(), but structs, unions and arrays are copied to an owning
 *  cdata: for results of C functions. */
PyObject *es_result_from_c(es_py *py, ec_type *type, const void *data);

/* --- Python to C --------------------------------------------------------- */

/**
 * Converts `value` to `type` and writes type->size bytes to `data`, which need
 * not be aligned.  Initialisers (lists, dicts) are understood for structs and
 * arrays; memory that they do not mention is left as it is.
 *
 * Returns:  0, or -1 with an exception set.
 */
int es_to_c(es_py *py, ec_type *type, void *data, PyObject *value);

/** Raises TypeError "initializer for ctype 'T' must be a WHAT, not X".
 *  Returns -1. */
int es_convert_type_error(const es_py *py, const ec_type *type,
                          const char *what, PyObject *value);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_H */
