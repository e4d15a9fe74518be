/* py_convert.h - Python values to C values and back.
 *
 * The rules and texts of the feature table for initialisers and arguments.
 * Enums are ints, pointers are cdata, structs are cdata that refer to `data`
 * itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_CONVERT_H
#define EMBED_SUBINTERP_CPYTHON_PY_CONVERT_H

#include "subinterp/cpython/py_state.h"

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

/** The C type's Python object.  New reference. */
es_ctype *es_ctype_get(es_py *py, ec_type *type);

/** A cdata that owns nothing: `data` is the pointer's value for a pointer
 *  type, else where the value is.  New reference. */
PyObject *es_cdata_new(es_py *py, ec_type *type, const void *data);

/** As es_cdata_new() for an open array of `length` items. */
PyObject *es_cdata_new_array(es_py *py, ec_type *type, const void *data,
                             Py_ssize_t length);

/* --- Python to C --------------------------------------------------------- */

/**
 * Converts `value` to `type` and writes type->size bytes to `data`, which need
 * not be aligned.  Initialisers (lists, dicts) are understood for structs and
 * arrays; memory that they do not mention is left as it is.
 *
 * Returns:  0, or -1 with an exception set.
 */
int es_to_c(es_py *py, ec_type *type, void *data, PyObject *value);

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

/* --- type arguments ------------------------------------------------------ */

/* What es_type_arg() accepts besides str and CType. */
enum {
    ES_ARG_CDATA = 1 << 0,    /* a cdata: its type */
    ES_ARG_FUNCTION = 1 << 1, /* a function type: its pointer type */
    ES_ARG_NO_CTYPE = 1 << 2, /* no CType */
};

/** The type that an argument of an ffi method means; `accept` as above.
 *  NULL with an exception set. */
ec_type *es_type_arg(es_ffi *ffi, PyObject *arg, int accept);

/** Raises TypeError "initializer for ctype 'T' must be a WHAT, not X".
 *  Returns -1. */
int es_convert_type_error(const es_py *py, const ec_type *type,
                          const char *what, PyObject *value);

#endif /* EMBED_SUBINTERP_CPYTHON_PY_CONVERT_H */
