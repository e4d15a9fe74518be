/* convert_int.c - integers between Python and C, in any size.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/convert_int.h"

#include "subinterp/cpython/ffi/cdata.h"

/* Makes an int of an object that may stand for one; new reference. */
static PyObject *
int_of(const es_py *py, PyObject *value)
{
    const PyNumberMethods *nb = Py_TYPE(value)->tp_as_number;
    bool is_float = PyFloat_Check(value);
    PyObject *n;

    if (PyLong_Check(value)) {
        return Py_NewRef(value);
    }
    if (es_is_cdata(py, value)) {
        is_float = es_cdata_ctype((es_cdata *)value)->kind == EC_KIND_FLOAT;
    }
    if (is_float || nb == NULL ||
        (nb->nb_int == NULL && nb->nb_index == NULL)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return NULL;
    }
    n = nb->nb_int != NULL ? nb->nb_int(value) : nb->nb_index(value);
    if (n != NULL && !PyLong_Check(n)) {
        Py_DECREF(n);
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return NULL;
    }
    return n;
}

int
es_int_read_object(const es_py *py, PyObject *value, uint64_t *out,
                   bool *out_negative)
{
    ES_OWNED PyObject *n = int_of(py, value);
    int overflow;
    long long i;

    if (n == NULL) {
        return -1;
    }
    i = PyLong_AsLongLongAndOverflow(n, &overflow);
    if (overflow > 0) {
        *out = PyLong_AsUnsignedLongLong(n);
        *out_negative = false;
        return *out == UINT64_MAX && PyErr_Occurred() ? -1 : 0;
    }
    if (overflow < 0) {
        *out_negative = true;
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        return -1;
    }
    *out = (uint64_t)i;
    *out_negative = i < 0;
    return i == -1 && PyErr_Occurred() ? -1 : 0;
}

int
es_int_read_wrapped(const es_py *py, PyObject *value, uint64_t *out)
{
    ES_OWNED PyObject *n = NULL;
    bool is_cdata = es_is_cdata(py, value);

    if (PyFloat_Check(value) ||
        (is_cdata &&
         es_cdata_ctype((es_cdata *)value)->kind == EC_KIND_FLOAT)) {
        n = PyNumber_Long(value);
    } else {
        n = int_of(py, value);
    }
    if (n == NULL) {
        return -1;
    }
    *out = PyLong_AsUnsignedLongLongMask(n);
    return *out == UINT64_MAX && PyErr_Occurred() ? -1 : 0;
}

static int
does_not_fit(const char *name, PyObject *value)
{
    ES_OWNED PyObject *n = PyNumber_Long(value);

    if (n != NULL) {
        PyErr_Format(PyExc_OverflowError, "integer %S does not fit '%s'", n,
                     name);
    }
    return -1;
}

static int
too_big(void)
{
    PyErr_SetString(PyExc_OverflowError, "int too big to convert");
    return -1;
}

static int
is_negative(void)
{
    PyErr_SetString(PyExc_OverflowError,
                    "can't convert negative number to unsigned");
    return -1;
}

/* True when an integer below 2**63, or from there on an unsigned one, is in
 * the range of a type. */
static bool
int_fits(const ec_type *type, uint64_t bits, bool negative)
{
    int64_t limit = INT64_MAX >> (64 - 8 * (int)type->size);

    if (type->kind == EC_KIND_BOOL) {
        return bits <= 1;
    }
    if (ec_type_is_signed(type)) {
        return negative ? (int64_t)bits >= -limit - 1 : bits <= (uint64_t)limit;
    }
    return type->size == 8 || bits >> (8 * type->size) == 0;
}

/* Stores an integer.
 * @param name       what the type is called when the integer does not fit
 * @param is_signed  the integer is read as a signed one first */
static int
int_store(const es_py *py, const ec_type *type, const char *name,
          bool is_signed, void *data, PyObject *value)
{
    uint64_t bits = 0;
    bool negative = false;

    if (es_int_read(py, value, &bits, &negative) < 0) {
        return negative && !is_signed ? is_negative() : -1;
    }
    if (is_signed && !negative && bits > INT64_MAX) {
        return too_big();
    }
    if (!is_signed && negative) {
        return is_negative();
    }
    if (!int_fits(type, bits, negative)) {
        return does_not_fit(name, value);
    }
    es_int_store(data, type->size, bits);
    return 0;
}

int
es_int_to_c(const es_py *py, const ec_type *type, void *data, PyObject *value)
{
    return int_store(py, type, type->name, ec_type_is_signed(type), data,
                     value);
}

int
es_int_to_c_as(const es_py *py, const ec_type *type, const char *name,
               void *data, PyObject *value)
{
    bool is_signed = ec_type_is_signed(type) || type->kind == EC_KIND_BOOL;

    return int_store(py, type, name, is_signed, data, value);
}
