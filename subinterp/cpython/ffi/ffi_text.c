/* ffi_text.c - ffi.string() and ffi.unpack(): C text as bytes and str.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"

#include "subinterp/cpython/ffi/cdata_number.h"
#include "subinterp/cpython/ffi/convert_init.h"
#include "subinterp/cpython/ffi/convert_int.h"
#include "subinterp/cpython/ffi/ffi_args.h"

#include <stdlib.h>
#include <string.h>

/* --- wide characters ----------------------------------------------------- */

/* Makes a str of n code units; surrogate pairs are joined. */
static PyObject *
wide_to_str(const ec_type *item, const char *data, Py_ssize_t n)
{
    Py_UCS4 *text = PyMem_Calloc((size_t)n + 1, sizeof(*text));
    Py_ssize_t len = 0;
    PyObject *str = NULL;

    if (text == NULL) {
        return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        uint64_t c = es_int_load_unsigned(data + i * item->size, item->size);

        if (c > 0x10ffff) {
            PyErr_Format(PyExc_ValueError,
                         "%s 0x%llx is outside the range of Unicode",
                         item->name, (unsigned long long)c);
            goto out;
        }
        if (item->size == 2 && len > 0 && (c & 0xfc00) == 0xdc00 &&
            (text[len - 1] & 0xfffffc00) == 0xd800) {
            text[len - 1] =
                (Py_UCS4)(0x10000 + ((text[len - 1] & 0x3ff) << 10) +
                          (c & 0x3ff));
        } else {
            text[len++] = (Py_UCS4)c;
        }
    }
    str = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text, len);
out:
    PyMem_Free(text);
    return str;
}

static Py_ssize_t
wide_strnlen(const ec_type *item, const char *data, Py_ssize_t max)
{
    Py_ssize_t n = 0;

    while ((max < 0 || n < max) &&
           es_int_load_unsigned(data + n * item->size, item->size) != 0) {
        n++;
    }
    return n;
}

/* --- string -------------------------------------------------------------- */

static PyObject *
cannot_use_null(const char *func, es_cdata *cd)
{
    PyErr_Format(PyExc_RuntimeError, "cannot use %s() on %R", func,
                 (PyObject *)cd);
    return NULL;
}

/* Reads text up to a NUL, at most `max` units when not negative. */
static PyObject *
string_of_items(es_cdata *cd, Py_ssize_t max)
{
    const ec_type *type = es_cdata_ctype(cd);
    const ec_type *item = type->item;

    if (cd->data == NULL) {
        return cannot_use_null("string", cd);
    }
    if (type->kind == EC_KIND_ARRAY) {
        Py_ssize_t n = es_cdata_array_length(cd);

        max = max < 0 || max > n ? n : max;
    }
    if (item->kind == EC_KIND_WCHAR) {
        return wide_to_str(item, cd->data, wide_strnlen(item, cd->data, max));
    }
    return PyBytes_FromStringAndSize(
        cd->data, (Py_ssize_t)(max < 0 ? strlen(cd->data)
                                       : strnlen(cd->data, (size_t)max)));
}

/* The name of an enum's value, or its number. */
static PyObject *
string_of_enum(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);
    bool is_signed = ec_type_is_signed(type);
    int64_t value = is_signed
                        ? es_int_load_signed(cd->data, type->size)
                        : (int64_t)es_int_load_unsigned(cd->data, type->size);

    for (size_t i = 0; i < type->n_enumerators; i++) {
        if (type->enumerators[i].value == value) {
            return PyUnicode_FromString(type->enumerators[i].name);
        }
    }
    return is_signed ? PyUnicode_FromFormat("%lld", (long long)value)
                     : PyUnicode_FromFormat("%llu", (unsigned long long)value);
}

static bool
is_text_item(const ec_type *item)
{
    return item->kind == EC_KIND_WCHAR ||
           (es_type_takes_bytes(item) && item->kind != EC_KIND_BOOL &&
            item->kind != EC_KIND_ENUM);
}

static PyObject *
string_of(es_cdata *cd, Py_ssize_t max)
{
    const ec_type *type = es_cdata_ctype(cd);

    if ((type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) &&
        is_text_item(type->item)) {
        return string_of_items(cd, max);
    }
    if (type->kind == EC_KIND_ENUM) {
        return string_of_enum(cd);
    }
    if (is_text_item(type)) {
        return type->kind == EC_KIND_WCHAR
                   ? es_cdata_value(cd)
                   : PyBytes_FromStringAndSize(cd->data, 1);
    }
    PyErr_Format(PyExc_TypeError, "string(): unexpected cdata '%s' argument",
                 type->name);
    return NULL;
}

ES_FFI_METHOD(string)
{
    static const es_params params = {"string", {"cdata", "maxlen"}, 2, 1};
    PyObject *arg[2];
    Py_ssize_t max = -1;
    es_cdata *cd;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    cd = es_cdata_arg(ffi->py, "string", arg[0]);
    if (cd == NULL) {
        return NULL;
    }
    if (arg[1] != NULL) {
        max = PyNumber_AsSsize_t(arg[1], PyExc_OverflowError);
        if (max == -1 && PyErr_Occurred()) {
            return NULL;
        }
    }
    return string_of(cd, max);
}

/* --- unpack -------------------------------------------------------------- */

static PyObject *
unpack_list(es_py *py, ec_type *item, const char *data, Py_ssize_t n)
{
    ES_OWNED PyObject *list = PyList_New(n);

    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *value = es_from_c(py, item, data + i * item->size);

        if (value == NULL) {
            return NULL;
        }
        PyList_SET_ITEM(list, i, value); /* steals value */
    }
    return es_take(&list);
}

static PyObject *
unpack(es_cdata *cd, Py_ssize_t n)
{
    const ec_type *type = es_cdata_ctype(cd);
    ec_type *item = type->item;

    if ((type->kind != EC_KIND_POINTER && type->kind != EC_KIND_ARRAY) ||
        item->kind == EC_KIND_FUNCTION) {
        PyErr_Format(PyExc_TypeError, "expected a pointer or array, got '%s'",
                     type->name);
        return NULL;
    }
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "'length' cannot be negative");
        return NULL;
    }
    if (cd->data == NULL) {
        return cannot_use_null("unpack", cd);
    }
    if (es_type_ready(es_cdata_py(cd), item) < 0) {
        return NULL;
    }
    if (item->size < 0) {
        PyErr_Format(PyExc_ValueError, "'%s' points to items of unknown size",
                     type->name);
        return NULL;
    }
    if (item->kind == EC_KIND_CHAR) {
        return PyBytes_FromStringAndSize(cd->data, n);
    }
    if (item->kind == EC_KIND_WCHAR) {
        return wide_to_str(item, cd->data, n);
    }
    return unpack_list(es_cdata_py(cd), item, cd->data, n);
}

ES_FFI_METHOD(unpack)
{
    static const es_params params = {"unpack", {"cdata", "length"}, 2, 2};
    PyObject *arg[2];
    Py_ssize_t n;
    es_cdata *cd;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    cd = es_cdata_arg(ffi->py, "unpack", arg[0]);
    if (cd == NULL) {
        return NULL;
    }
    n = PyNumber_AsSsize_t(arg[1], PyExc_OverflowError);
    return n == -1 && PyErr_Occurred() ? NULL : unpack(cd, n);
}
