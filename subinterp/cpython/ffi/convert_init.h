/* convert_init.h - initialisers of arrays and structs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INIT_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INIT_H

#include "subinterp/cpython/ffi/convert.h"

/** es_to_c() for an array.  An open array takes any number of items: the caller
 *  has made room (es_array_init_length(), es_record_init_size()). */
int es_array_to_c(es_py *py, ec_type *type, char *data, PyObject *value);

/** es_to_c() for a struct or union. */
int es_record_to_c(es_py *py, ec_type *type, char *data, PyObject *value);

/** Items that an open array needs for an initialiser: a length, or values.
 *  @param out_values  set when `init` has values and is not just a length
 *  Returns -1 with an exception set on failure. */
Py_ssize_t es_array_init_length(const es_py *py, const ec_type *type,
                                PyObject *init, bool *out_values);

/** Bytes that a struct with a flexible array needs for `init` (which may be
 *  None); at least its size.  -1 with an exception set on failure. */
Py_ssize_t es_record_init_size(es_py *py, ec_type *type, PyObject *init);

/** Code units that a str needs in characters of 2 or 4 bytes, without NUL. */
Py_ssize_t es_wide_length(const ec_type *item, PyObject *str);

/** Writes a str as code units of 2 or 4 bytes, without NUL. */
void es_wide_write(const ec_type *item, char *data, PyObject *str);

/** True for types whose arrays take bytes. */
bool es_type_takes_bytes(const ec_type *item);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INIT_H */
