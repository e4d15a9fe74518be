/* convert_int.h - integers between Python and C, in any size.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INT_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INT_H

#include "subinterp/cpython/ffi/state.h"

#include <string.h>

/** Slow half of es_int_read(). */
int es_int_read_object(const es_py *py, PyObject *value, uint64_t *out,
                       bool *out_negative);

/** Reads an int, or an object with __int__ or __index__ that is no float, as
 *  the bits of a 64-bit integer.
 *  @param out_negative  set when *out is a negative int64_t, and on failure for
 *                       an integer below that
 *  Returns 0, or -1 with an exception set. */
static inline int
es_int_read(const es_py *py, PyObject *value, uint64_t *out, bool *out_negative)
{
    if (PyLong_CheckExact(value) &&
        PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        Py_ssize_t n = PyUnstable_Long_CompactValue((PyLongObject *)value);

        *out = (uint64_t)n;
        *out_negative = n < 0;
        return 0;
    }
    return es_int_read_object(py, value, out, out_negative);
}

/** Reads an index: an int, or an object with __index__; `exc` is raised for
 *  one that is too large.  0, or -1 with an exception set. */
static inline int
es_index_read(PyObject *value, PyObject *exc, Py_ssize_t *out)
{
    if (PyLong_CheckExact(value) &&
        PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        *out = PyUnstable_Long_CompactValue((PyLongObject *)value);
        return 0;
    }
    *out = PyNumber_AsSsize_t(value, exc);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

/** As es_int_read(), but wraps as a C cast does, and takes floats. */
int es_int_read_wrapped(const es_py *py, PyObject *value, uint64_t *out);

/** Stores the low `size` bytes (1, 2, 4, 8) of `bits`. */
static inline void
es_int_store(void *data, ptrdiff_t size, uint64_t bits)
{
    switch (size) {
    case 1:
        memcpy(data, &(uint8_t){(uint8_t)bits}, 1);
        break;
    case 2:
        memcpy(data, &(uint16_t){(uint16_t)bits}, 2);
        break;
    case 4:
        memcpy(data, &(uint32_t){(uint32_t)bits}, 4);
        break;
    default:
        memcpy(data, &bits, 8);
        break;
    }
}

static inline int64_t
es_int_load_signed(const void *data, ptrdiff_t size)
{
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;

    switch (size) {
    case 1:
        memcpy(&i8, data, 1);
        return i8;
    case 2:
        memcpy(&i16, data, 2);
        return i16;
    case 4:
        memcpy(&i32, data, 4);
        return i32;
    default:
        memcpy(&i64, data, 8);
        return i64;
    }
}

static inline uint64_t
es_int_load_unsigned(const void *data, ptrdiff_t size)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;

    switch (size) {
    case 1:
        memcpy(&u8, data, 1);
        return u8;
    case 2:
        memcpy(&u16, data, 2);
        return u16;
    case 4:
        memcpy(&u32, data, 4);
        return u32;
    default:
        memcpy(&u64, data, 8);
        return u64;
    }
}

/** Stores an integer that must fit `type` (any integer or enum type).  0, or
 *  -1 with an exception set. */
int
es_int_to_c(const es_py *py, const ec_type *type, void *data, PyObject *value);

/** The same as generated code would do it for an argument: `name` is what the
 *  type is called when the integer does not fit. */
int es_int_to_c_as(const es_py *py, const ec_type *type, const char *name,
                   void *data, PyObject *value);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CONVERT_INT_H */
