/* cdata_number.c - cdata as numbers: values, arithmetic, comparison, hash.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/cdata_number.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/cdata_field.h"
#include "subinterp/cpython/ffi/convert_int.h"

#include <string.h>

/* --- values -------------------------------------------------------------- */

PyObject *
es_cdata_value(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_FLOAT && type->size > (ptrdiff_t)sizeof(double)) {
        return Py_NewRef((PyObject *)cd);
    }
    return es_from_c(es_cdata_py(cd), es_cdata_ctype(cd), cd->data);
}

static PyObject *
not_supported(const es_cdata *cd, const char *what)
{
    PyErr_Format(PyExc_TypeError, "%s not supported on cdata '%s'", what,
                 es_cdata_ctype(cd)->name);
    return NULL;
}

/* Reads a float, double or long double. */
static long double
load_float(const es_cdata *cd)
{
    float f;
    double d;
    long double ld;

    switch (es_cdata_ctype(cd)->size) {
    case sizeof(f):
        memcpy(&f, cd->data, sizeof(f));
        return (long double)f;
    case sizeof(d):
        memcpy(&d, cd->data, sizeof(d));
        return (long double)d;
    default:
        memcpy(&ld, cd->data, sizeof(ld));
        return ld;
    }
}

PyObject *
es_cdata_int(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_INT) {
        return PyLong_FromLongLong(es_int_load_signed(cd->data, type->size));
    }
    if (type->kind == EC_KIND_FLOAT) {
        return PyLong_FromDouble((double)load_float(cd));
    }
    if (!ec_type_is_integer(type)) {
        return not_supported(cd, "int()");
    }
    if (type->kind != EC_KIND_CHAR && ec_type_is_signed(type)) {
        return PyLong_FromLongLong(es_int_load_signed(cd->data, type->size));
    }
    return PyLong_FromUnsignedLongLong(
        es_int_load_unsigned(cd->data, type->size));
}

PyObject *
es_cdata_float(es_cdata *cd)
{
    if (es_cdata_ctype(cd)->kind != EC_KIND_FLOAT) {
        return not_supported(cd, "float()");
    }
    return PyFloat_FromDouble((double)load_float(cd));
}

PyObject *
es_cdata_complex(es_cdata *cd, PyObject *unused)
{
    (void)unused;
    if (es_cdata_ctype(cd)->kind != EC_KIND_COMPLEX) {
        return not_supported(cd, "complex()");
    }
    return es_cdata_value(cd);
}

int
es_cdata_bool(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);
    ES_OWNED PyObject *value = NULL;

    if (type->kind == EC_KIND_POINTER) {
        return cd->data != NULL;
    }
    if (es_cdata_is_address(cd)) {
        return 1;
    }
    if (type->kind == EC_KIND_FLOAT) {
        long double x = load_float(cd);

        return x < 0.0L || x > 0.0L || x != x;
    }
    if (type->kind != EC_KIND_COMPLEX) {
        return es_int_load_unsigned(cd->data, type->size) != 0;
    }
    value = es_cdata_value(cd);
    return value != NULL ? PyObject_IsTrue(value) : -1;
}

/* --- pointer arithmetic -------------------------------------------------- */

/* The pointer type that a pointer or array cdata has in arithmetic; NULL for
 * others, with an exception set only when something failed. */
static ec_type *
arithmetic_type(const es_cdata *cd)
{
    ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_ARRAY) {
        return es_pointer_type(es_cdata_py(cd), type->item);
    }
    return type->kind == EC_KIND_POINTER && !es_type_is_function_pointer(type)
               ? type
               : NULL;
}

/* Bytes from one item to the next; those of void are bytes; -1 unknown. */
static Py_ssize_t
item_step(es_py *py, const ec_type *type)
{
    if (type->item->kind == EC_KIND_VOID) {
        return 1;
    }
    if (es_type_ready(py, type->item) < 0) {
        return -1;
    }
    return type->item->size;
}

/* Returns cd + sign * n. */
static PyObject *
add_number(es_cdata *cd, PyObject *n, int sign)
{
    es_py *py = es_cdata_py(cd);
    ec_type *type = arithmetic_type(cd);
    Py_ssize_t step;
    Py_ssize_t i;

    if (type == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "cannot add a cdata '%s' and a number",
                         es_cdata_ctype(cd)->name);
        }
        return NULL;
    }
    if (es_index_read(n, PyExc_OverflowError, &i) < 0) {
        return NULL;
    }
    step = item_step(py, type);
    if (step < 0) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "ctype '%s' points to items of unknown size",
                         es_cdata_ctype(cd)->name);
        }
        return NULL;
    }
    if (sign < 0) {
        step = -step;
    }
    return es_cdata_new(
        py, type,
        (char *)((uintptr_t)cd->data + (uintptr_t)i * (uintptr_t)step));
}

PyObject *
es_cdata_add(PyObject *v, PyObject *w)
{
    if (!es_is_any_cdata(v)) {
        PyObject *other = v;

        v = w;
        w = other;
    }
    return add_number((es_cdata *)v, w, 1);
}

static PyObject *
subtract_pointers(es_cdata *v, es_cdata *w)
{
    es_py *py = es_cdata_py(v);
    const ec_type *vt = es_cdata_ctype(v);
    const ec_type *wt = arithmetic_type(w);
    Py_ssize_t step = -1;
    ptrdiff_t distance;

    if (wt == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (wt != NULL && vt == wt) {
        step = item_step(py, vt);
    }
    if (step <= 0) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "cannot subtract cdata '%s' and cdata '%s'", vt->name,
                         wt != NULL ? wt->name : es_cdata_ctype(w)->name);
        }
        return NULL;
    }
    distance = (ptrdiff_t)((uintptr_t)v->data - (uintptr_t)w->data);
    if (distance % step != 0) {
        PyErr_SetString(PyExc_ValueError,
                        "pointer subtraction: the distance between the two "
                        "pointers is not a multiple of the item size");
        return NULL;
    }
    return PyLong_FromSsize_t(distance / step);
}

PyObject *
es_cdata_subtract(PyObject *v, PyObject *w)
{
    if (!es_is_any_cdata(v)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (es_is_any_cdata(w)) {
        return subtract_pointers((es_cdata *)v, (es_cdata *)w);
    }
    return add_number((es_cdata *)v, w, -1);
}

/* --- comparison ---------------------------------------------------------- */

/* The value to compare: that of a primitive cdata, others as they are; new
 * reference. */
static PyObject *
comparable(const es_py *py, PyObject *x)
{
    PyObject *value;

    if (!es_is_cdata(py, x)) {
        return Py_NewRef(x);
    }
    value = es_cdata_value((es_cdata *)x);
    if (value == x) {
        Py_DECREF(value);
        PyErr_Format(PyExc_NotImplementedError,
                     "cannot use <cdata '%s'> in a comparison",
                     es_cdata_ctype((es_cdata *)x)->name);
        return NULL;
    }
    return value;
}

PyObject *
es_cdata_richcompare(es_cdata *v, PyObject *w, int op)
{
    const es_py *py = es_cdata_py(v);
    bool w_is_cdata = es_is_cdata(py, w);
    bool v_address = es_cdata_is_address(v);
    bool w_address = w_is_cdata && es_cdata_is_address((es_cdata *)w);
    ES_OWNED PyObject *a = NULL;
    ES_OWNED PyObject *b = NULL;

    if (v_address && w_address) {
        uintptr_t x = (uintptr_t)v->data;
        uintptr_t y = (uintptr_t)((es_cdata *)w)->data;

        Py_RETURN_RICHCOMPARE(x, y, op);
    }
    if (v_address || w_address) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    a = comparable(py, (PyObject *)v);
    b = a != NULL ? comparable(py, w) : NULL;
    return b != NULL ? PyObject_RichCompare(a, b, op) : NULL;
}

static Py_hash_t
hash_address(const es_cdata *cd)
{
    uintptr_t address = (uintptr_t)cd->data;
    /* The low bits of addresses are mostly zero. */
    Py_hash_t hash =
        (Py_hash_t)((address >> 4) | (address << (8 * sizeof(address) - 4)));

    return hash == -1 ? -2 : hash;
}

__attribute__((noinline)) static Py_hash_t
hash_value(es_cdata *cd)
{
    ES_OWNED PyObject *value = es_cdata_value(cd);

    if (value == NULL) {
        return -1;
    }
    return value != (PyObject *)cd ? PyObject_Hash(value) : hash_address(cd);
}

Py_hash_t
es_cdata_hash(es_cdata *cd)
{
    return es_cdata_is_address(cd) ? hash_address(cd) : hash_value(cd);
}
