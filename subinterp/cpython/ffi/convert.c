/* convert.c - single values: C to Python, Python to C.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/convert.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/convert_init.h"
#include "subinterp/cpython/ffi/convert_int.h"
#include "subinterp/cpython/ffi/func.h"

#include <string.h>

/* --- C to Python --------------------------------------------------------- */

static PyObject *
bool_from_c(const void *data)
{
    unsigned char b;

    memcpy(&b, data, 1);
    if (b > 1) {
        PyErr_Format(PyExc_ValueError,
                     "a _Bool must hold 0 or 1, this one holds %d", (int)b);
        return NULL;
    }
    return PyBool_FromLong(b);
}

static PyObject *
wchar_from_c(const ec_type *type, const void *data)
{
    uint64_t c = es_int_load_unsigned(data, type->size);

    if (c > 0x10ffff) {
        PyErr_Format(PyExc_ValueError,
                     "%s 0x%llx is outside the range of Unicode", type->name,
                     (unsigned long long)c);
        return NULL;
    }
    return PyUnicode_FromOrdinal((int)c);
}

static PyObject *
float_from_c(es_py *py, ec_type *type, const void *data)
{
    float f;
    double d;
    es_cdata *cd;

    if (type->size == (ptrdiff_t)sizeof(double)) {
        memcpy(&d, data, sizeof(d));
        return PyFloat_FromDouble(d);
    }
    if (type->size == (ptrdiff_t)sizeof(float)) {
        memcpy(&f, data, sizeof(f));
        return PyFloat_FromDouble((double)f);
    }
    cd = es_cdata_own(py, type, (size_t)type->size, type->align, -1);
    if (cd != NULL) {
        memcpy(cd->data, data, (size_t)type->size);
    }
    return (PyObject *)cd;
}

static PyObject *
complex_from_c(const ec_type *type, const void *data)
{
    float f[2];
    double d[2];

    if (type->size == (ptrdiff_t)sizeof(f)) {
        memcpy(f, data, sizeof(f));
        d[0] = (double)f[0];
        d[1] = (double)f[1];
    } else {
        memcpy(d, data, sizeof(d));
    }
    return PyComplex_FromDoubles(d[0], d[1]);
}

static PyObject *
array_from_c(es_py *py, ec_type *type, const void *data)
{
    ec_type *pointer;

    if (type->length >= 0) {
        return es_cdata_new(py, type, data);
    }
    pointer = es_pointer_type(py, type->item);
    return pointer != NULL ? es_cdata_new(py, pointer, data) : NULL;
}

PyObject *
es_from_c(es_py *py, ec_type *type, const void *data)
{
    void *p;

    switch (type->kind) {
    case EC_KIND_INT:
        return PyLong_FromLongLong(es_int_load_signed(data, type->size));
    case EC_KIND_UINT:
        return PyLong_FromUnsignedLongLong(
            es_int_load_unsigned(data, type->size));
    case EC_KIND_ENUM:
        return ec_type_is_signed(type)
                   ? PyLong_FromLongLong(es_int_load_signed(data, type->size))
                   : PyLong_FromUnsignedLongLong(
                         es_int_load_unsigned(data, type->size));
    case EC_KIND_BOOL:
        return bool_from_c(data);
    case EC_KIND_CHAR:
        return PyBytes_FromStringAndSize(data, 1);
    case EC_KIND_WCHAR:
        return wchar_from_c(type, data);
    case EC_KIND_FLOAT:
        return float_from_c(py, type, data);
    case EC_KIND_COMPLEX:
        return complex_from_c(type, data);
    case EC_KIND_POINTER:
        memcpy(&p, data, sizeof(p));
        return es_cdata_new(py, type, p);
    case EC_KIND_ARRAY:
        return array_from_c(py, type, data);
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return es_cdata_new(py, type, data);
    case EC_KIND_VOID:
        Py_RETURN_NONE;
    case EC_KIND_FUNCTION:
        break;
    }
    PyErr_Format(PyExc_SystemError, "no values of type '%s'", type->name);
    return NULL;
}

PyObject *
es_result_from_c(es_py *py, ec_type *type, const void *data)
{
    es_cdata *cd;

    if (!ec_type_is_record(type) && type->kind != EC_KIND_ARRAY) {
        return es_from_c(py, type, data);
    }
    if (es_type_ready(py, type) < 0) {
        return NULL;
    }
    cd = es_cdata_own(py, type, (size_t)type->size, type->align, -1);
    if (cd != NULL) {
        memcpy(cd->data, data, (size_t)type->size);
    }
    return (PyObject *)cd;
}

/* --- Python to C --------------------------------------------------------- */

int
es_convert_type_error(const es_py *py, const ec_type *type, const char *what,
                      PyObject *value)
{
    if (es_is_cdata(py, value)) {
        const ec_type *vt = es_cdata_ctype((es_cdata *)value);
        bool same_name = strcmp(vt->name, type->name) == 0;

        PyErr_Format(
            PyExc_TypeError,
            "initializer for ctype '%s' must be a %s, not cdata '%s'%s",
            type->name, what, vt->name,
            same_name ? " (a different type of the same name, from "
                        "other declarations)"
                      : "");
    } else {
        PyErr_Format(PyExc_TypeError,
                     "initializer for ctype '%s' must be a %s, not %s",
                     type->name, what, Py_TYPE(value)->tp_name);
    }
    return -1;
}

static int
char_to_c(const es_py *py, const ec_type *type, char *data, PyObject *value)
{
    if (PyBytes_Check(value) && PyBytes_GET_SIZE(value) == 1) {
        data[0] = PyBytes_AS_STRING(value)[0];
        return 0;
    }
    if (es_is_cdata(py, value) &&
        es_cdata_ctype((es_cdata *)value)->kind == EC_KIND_CHAR) {
        data[0] = ((es_cdata *)value)->data[0];
        return 0;
    }
    return es_convert_type_error(py, type, "bytes of length 1", value);
}

static int
wchar_to_c(const es_py *py, const ec_type *type, void *data, PyObject *value)
{
    static const char what[] = "unicode string of length 1";

    if (PyUnicode_Check(value)) {
        Py_ssize_t len = PyUnicode_GET_LENGTH(value);
        Py_UCS4 c = len == 1 ? PyUnicode_READ_CHAR(value, 0) : 0;

        if (len != 1) {
            PyErr_Format(PyExc_TypeError,
                         "initializer for ctype '%s' must be a %s, not unicode "
                         "string of length %zd",
                         type->name, what, len);
            return -1;
        }
        if (type->size == 2 && c > 0xffff) {
            PyErr_Format(PyExc_TypeError,
                         "initializer for ctype '%s' must be a %s, not "
                         "larger-than-0xFFFF character",
                         type->name, what);
            return -1;
        }
        es_int_store(data, type->size, c);
        return 0;
    }
    if (es_is_cdata(py, value)) {
        const es_cdata *cd = (es_cdata *)value;

        if (es_cdata_ctype(cd)->kind == EC_KIND_WCHAR &&
            es_cdata_ctype(cd)->size == type->size) {
            memcpy(data, cd->data, (size_t)type->size);
            return 0;
        }
    }
    return es_convert_type_error(py, type, what, value);
}

static int
float_to_c(const es_py *py, const ec_type *type, void *data, PyObject *value)
{
    double d;
    float f;
    long double ld;

    if (type->size > (ptrdiff_t)sizeof(d) && es_is_cdata(py, value) &&
        es_cdata_ctype((es_cdata *)value) == type) {
        memcpy(data, ((es_cdata *)value)->data, (size_t)type->size);
        return 0;
    }
    d = PyFloat_CheckExact(value) ? PyFloat_AS_DOUBLE(value)
                                  : PyFloat_AsDouble(value);
    if (d == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    if (type->size == (ptrdiff_t)sizeof(d)) {
        memcpy(data, &d, sizeof(d));
    } else if (type->size == (ptrdiff_t)sizeof(f)) {
        f = (float)d;
        memcpy(data, &f, sizeof(f));
    } else {
        ld = (long double)d;
        memcpy(data, &ld, sizeof(ld));
    }
    return 0;
}

static int
complex_to_c(const ec_type *type, void *data, PyObject *value)
{
    Py_complex c = PyComplex_AsCComplex(value);
    double d[2] = {c.real, c.imag};
    float f[2] = {(float)c.real, (float)c.imag};

    if (c.real == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    if (type->size == (ptrdiff_t)sizeof(f)) {
        memcpy(data, f, sizeof(f));
    } else {
        memcpy(data, d, sizeof(d));
    }
    return 0;
}

/* --- pointers ------------------------------------------------------------ */

static bool
is_byte_pointer(const ec_type *item)
{
    return item->size == 1 && item->kind != EC_KIND_BOOL &&
           ec_type_is_integer(item);
}

/* Fails for a pointer or array cdata whose items are of another type. */
static int
pointer_mismatch(const es_py *py, const ec_type *type, PyObject *value)
{
    const ec_type *from = es_cdata_ctype((es_cdata *)value);

    if (type->item->kind == EC_KIND_CHAR) {
        PyErr_Format(PyExc_TypeError,
                     "implicit cast to 'char *' from a different pointer type: "
                     "'%s' (use ffi.cast() if that is what is meant)",
                     from->name);
        return -1;
    }
    if (from->item->kind == EC_KIND_CHAR) {
        PyErr_Format(PyExc_TypeError,
                     "implicit cast from 'char *' to a different pointer type: "
                     "'%s' (use ffi.cast() if that is what is meant)",
                     type->name);
        return -1;
    }
    return es_convert_type_error(py, type, "pointer to same type", value);
}

// NOLINTBEGIN(misc-no-recursion): as deep as the declarations nest
static int
pointer_to_c(es_py *py, const ec_type *type, void *data, PyObject *value)
{
    const es_cdata *cd = (es_cdata *)value;
    const ec_type *from;

    if (!es_is_cdata(py, value)) {
        ES_OWNED PyObject *pointer = NULL;

        if (py->lib_func_type == NULL || Py_TYPE(value) != py->lib_func_type) {
            return es_convert_type_error(py, type, "cdata pointer", value);
        }
        pointer = es_lib_func_pointer(py, value);
        return pointer != NULL ? pointer_to_c(py, type, data, pointer) : -1;
    }
    from = es_cdata_ctype(cd);
    if (from->kind != EC_KIND_POINTER && from->kind != EC_KIND_ARRAY) {
        return es_convert_type_error(py, type, "pointer or array", value);
    }
    if (from->item != type->item && type->item->kind != EC_KIND_VOID &&
        from->item->kind != EC_KIND_VOID &&
        !(is_byte_pointer(type->item) && is_byte_pointer(from->item))) {
        return pointer_mismatch(py, type, value);
    }
    memcpy(data, &cd->data, sizeof(cd->data));
    return 0;
}

int
es_to_c(es_py *py, ec_type *type, void *data, PyObject *value)
{
    switch (type->kind) {
    case EC_KIND_BOOL:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        return es_int_to_c(py, type, data, value);
    case EC_KIND_CHAR:
        return char_to_c(py, type, data, value);
    case EC_KIND_WCHAR:
        return wchar_to_c(py, type, data, value);
    case EC_KIND_FLOAT:
        return float_to_c(py, type, data, value);
    case EC_KIND_COMPLEX:
        return complex_to_c(type, data, value);
    case EC_KIND_POINTER:
        return pointer_to_c(py, type, data, value);
    case EC_KIND_ARRAY:
        return es_array_to_c(py, type, data, value);
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return es_record_to_c(py, type, data, value);
    case EC_KIND_VOID:
    case EC_KIND_FUNCTION:
        break;
    }
    PyErr_Format(PyExc_TypeError, "cannot convert to ctype '%s'", type->name);
    return -1;
}
// NOLINTEND(misc-no-recursion)
