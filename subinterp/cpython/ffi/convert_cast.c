/* convert_cast.c - ffi.cast().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/convert_cast.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/cdata_number.h"
#include "subinterp/cpython/ffi/convert_int.h"
#include "subinterp/cpython/ffi/func.h"

#include <string.h>

/* Makes a primitive cdata of `type` with zeroed memory. */
static es_cdata *
new_primitive(es_py *py, ec_type *type)
{
    return es_cdata_own(py, type, (size_t)type->size, type->align, -1);
}

/* Reads a str or bytes of length 1 as its code.
 * Returns 1; 0 when `value` is neither; -1 with an exception set. */
static int
read_character(const ec_type *type, PyObject *value, uint64_t *out)
{
    Py_ssize_t len;

    if (PyUnicode_Check(value)) {
        len = PyUnicode_GET_LENGTH(value);
        if (len == 1) {
            *out = PyUnicode_READ_CHAR(value, 0);
            return 1;
        }
    } else if (PyBytes_Check(value)) {
        len = PyBytes_GET_SIZE(value);
        if (len == 1) {
            *out = (unsigned char)PyBytes_AS_STRING(value)[0];
            return 1;
        }
    } else {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "cannot cast %s of length %zd to ctype '%s'",
                 PyUnicode_Check(value) ? "unicode string" : "bytes", len,
                 type->name);
    return -1;
}

// NOLINTBEGIN(misc-no-recursion): once, for a function of lib
/* The value of a pointer, array or function cdata, or of a function of lib.
 * Returns 1; 0 when `value` is none; -1 with an exception set. */
static int
read_address(es_py *py, PyObject *value, char **out)
{
    const es_cdata *cd = (es_cdata *)value;

    if (py->lib_func_type != NULL && Py_TYPE(value) == py->lib_func_type) {
        ES_OWNED PyObject *pointer = es_lib_func_pointer(py, value);

        return pointer != NULL ? read_address(py, pointer, out) : -1;
    }
    if (!es_is_cdata(py, value) ||
        (es_cdata_ctype(cd)->kind != EC_KIND_POINTER &&
         es_cdata_ctype(cd)->kind != EC_KIND_ARRAY)) {
        return 0;
    }
    *out = cd->data;
    return 1;
}
// NOLINTEND(misc-no-recursion)

/* Reads the truth of a float, as a cast to _Bool sees it.
 * Returns 1; 0 when `value` is no float; -1 with an exception set. */
static int
read_float_truth(const es_py *py, PyObject *value, uint64_t *out)
{
    double d;

    if (!PyFloat_Check(value) &&
        !(es_is_cdata(py, value) &&
          es_cdata_ctype((es_cdata *)value)->kind == EC_KIND_FLOAT)) {
        return 0;
    }
    d = PyFloat_AsDouble(value);
    if (d == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    *out = d < 0.0 || d > 0.0 || d != d;
    return 1;
}

static PyObject *
cast_integer(es_py *py, ec_type *type, PyObject *value)
{
    es_cdata *cd;
    char *address;
    uint64_t bits = 0;
    int known = read_address(py, value, &address);

    if (known > 0) {
        bits = (uint64_t)(uintptr_t)address;
    } else if (known == 0) {
        known = read_character(type, value, &bits);
    }
    if (known == 0 && type->kind == EC_KIND_BOOL) {
        known = read_float_truth(py, value, &bits);
    }
    if (known < 0 ||
        (known == 0 && es_int_read_wrapped(py, value, &bits) < 0)) {
        return NULL;
    }
    cd = new_primitive(py, type);
    if (cd != NULL) {
        if (type->kind == EC_KIND_BOOL) {
            bits = bits != 0;
        }
        es_int_store(cd->data, type->size, bits);
    }
    return (PyObject *)cd;
}

/* Makes a Python number of `value` for a cast to a floating-point type; new
 * reference. */
static PyObject *
number_of(es_py *py, const ec_type *type, PyObject *value)
{
    const ec_type *from;
    uint64_t code;
    int known = read_character(type, value, &code);

    if (known != 0) {
        return known > 0 ? PyLong_FromUnsignedLongLong(code) : NULL;
    }
    if (!es_is_cdata(py, value)) {
        return Py_NewRef(value);
    }
    from = es_cdata_ctype((es_cdata *)value);
    if (es_cdata_is_address((es_cdata *)value)) {
        PyErr_Format(PyExc_TypeError, "cannot cast ctype '%s' to ctype '%s'",
                     from->name, type->name);
        return NULL;
    }
    if (from->kind == EC_KIND_COMPLEX) {
        return es_cdata_value((es_cdata *)value);
    }
    return from->kind == EC_KIND_FLOAT ? es_cdata_float((es_cdata *)value)
                                       : es_cdata_int((es_cdata *)value);
}

static PyObject *
cast_float(es_py *py, ec_type *type, PyObject *value)
{
    ES_OWNED PyObject *number = NULL;
    es_cdata *cd = NULL;

    if (es_is_cdata(py, value) && es_cdata_ctype((es_cdata *)value) == type) {
        number = Py_NewRef(value); /* keeps all bits of a long double */
    } else {
        number = number_of(py, type, value);
    }
    if (number != NULL) {
        cd = new_primitive(py, type);
    }
    if (cd != NULL && es_to_c(py, type, cd->data, number) < 0) {
        Py_CLEAR(cd);
    }
    return (PyObject *)cd;
}

static PyObject *
cast_pointer(es_py *py, ec_type *type, PyObject *value)
{
    char *address;
    uint64_t bits = 0;
    int known = read_address(py, value, &address);

    if (known < 0) {
        return NULL;
    }
    if (known > 0) {
        return es_cdata_new(py, type, address);
    }
    if (es_int_read_wrapped(py, value, &bits) < 0) {
        return NULL;
    }
    return es_cdata_new(py, type, (void *)(uintptr_t)bits);
}

PyObject *
es_cast(es_py *py, ec_type *type, PyObject *value)
{
    switch (type->kind) {
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        return cast_integer(py, type, value);
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
        return cast_float(py, type, value);
    case EC_KIND_POINTER:
        return cast_pointer(py, type, value);
    case EC_KIND_ARRAY:
        if (type->length >= 0) {
            return cast_pointer(py, type, value);
        }
        break;
    case EC_KIND_VOID:
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
    case EC_KIND_FUNCTION:
        break;
    }
    PyErr_Format(PyExc_TypeError, "cannot cast to ctype '%s'", type->name);
    return NULL;
}
