/* convert_arg.h - arguments of C functions.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_ARG_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_ARG_H

#include "subinterp/cpython/ffi/state.h"

/** The temporary memory of one call's arguments. */
typedef struct es_temp {
    struct es_temp_block *blocks;
} es_temp;

#define ES_TEMP_INIT \
 {                   \
  NULL               \
 }

/**
 * As es_to_c() for the argument of a C function: pointers also take lists and
 * tuples (a temporary array), bytes, str for wide characters, and file objects
 * for FILE *.  What is written to `data` is valid until es_temp_free() and as
 * long as the caller holds `value`.
 */
int es_arg_to_c(es_py *py, ec_type *type, void *data, PyObject *value,
                es_temp *temp);

/** Frees all temporary memory.  Keeps errno and the current exception. */
void es_temp_free(es_temp *temp);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_ARG_H */
