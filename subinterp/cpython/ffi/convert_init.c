/* convert_init.c - initialisers of arrays and structs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/convert_init.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/cdata_field.h"
#include "subinterp/cpython/ffi/convert_int.h"

#include <string.h>

/* --- wide characters ----------------------------------------------------- */

Py_ssize_t
es_wide_length(const ec_type *item, PyObject *str)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(str);
    Py_ssize_t n = len;

    for (Py_ssize_t i = 0; item->size == 2 && i < len; i++) {
        n += PyUnicode_READ_CHAR(str, i) > 0xffff;
    }
    return n;
}

void
es_wide_write(const ec_type *item, char *data, PyObject *str)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(str);

    for (Py_ssize_t i = 0; i < len; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(str, i);

        if (item->size == 2 && c > 0xffff) {
            es_int_store(data, 2, 0xd800 + ((c - 0x10000) >> 10));
            data += 2;
            c = 0xdc00 + (c & 0x3ff);
        }
        es_int_store(data, item->size, c);
        data += item->size;
    }
}

// NOLINTBEGIN(misc-no-recursion): as deep as the declarations nest

/* --- arrays -------------------------------------------------------------- */

bool
es_type_takes_bytes(const ec_type *item)
{
    return item->size == 1 && ec_type_is_integer(item);
}

static int
array_too_long(const ec_type *type, const char *what, Py_ssize_t n)
{
    PyErr_Format(PyExc_IndexError,
                 "initializer %s is too long for '%s' (got %zd characters)",
                 what, type->name, n);
    return -1;
}

static int
array_from_sequence(es_py *py, ec_type *type, char *data, PyObject *value)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(value);

    if (type->length >= 0 && n > type->length) {
        PyErr_Format(PyExc_IndexError,
                     "too many initializers for '%s' (got %zd)", type->name, n);
        return -1;
    }
    /* A conversion may run code that changes a list. */
    for (Py_ssize_t i = 0; i < n && i < PySequence_Fast_GET_SIZE(value); i++) {
        ES_OWNED PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(value, i));

        if (es_to_c(py, type->item, data + i * type->item->size, item) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
array_from_bytes(const ec_type *type, char *data, PyObject *value)
{
    Py_ssize_t n = PyBytes_GET_SIZE(value);
    const char *bytes = PyBytes_AS_STRING(value);

    if (type->length >= 0 && n > type->length) {
        return array_too_long(type, "bytes", n);
    }
    for (Py_ssize_t i = 0; type->item->kind == EC_KIND_BOOL && i < n; i++) {
        if ((unsigned char)bytes[i] > 1) {
            PyErr_SetString(
                PyExc_ValueError,
                "an array of _Bool can only contain \\x00 or \\x01");
            return -1;
        }
    }
    if (n != type->length) {
        n++; /* the final NUL, where it fits */
    }
    memcpy(data, bytes, (size_t)n);
    return 0;
}

static int
array_from_str(const ec_type *type, char *data, PyObject *value)
{
    const ec_type *item = type->item;
    Py_ssize_t n = es_wide_length(item, value);

    if (type->length >= 0 && n > type->length) {
        return array_too_long(type, "unicode", n);
    }
    es_wide_write(item, data, value);
    if (n != type->length) {
        memset(data + n * item->size, 0, (size_t)item->size);
    }
    return 0;
}

int
es_array_to_c(es_py *py, ec_type *type, char *data, PyObject *value)
{
    const ec_type *item = type->item;
    bool takes_bytes = es_type_takes_bytes(item);
    bool takes_str = item->kind == EC_KIND_WCHAR;

    if (es_type_ready(py, type) < 0) {
        return -1;
    }
    if (PyList_Check(value) || PyTuple_Check(value)) {
        return array_from_sequence(py, type, data, value);
    }
    if (takes_bytes && PyBytes_Check(value)) {
        return array_from_bytes(type, data, value);
    }
    if (takes_str && PyUnicode_Check(value)) {
        return array_from_str(type, data, value);
    }
    if (type->length < 0 && PyIndex_Check(value)) {
        return 0; /* a length: the caller made room */
    }
    if (type->length >= 0 && es_is_cdata(py, value) &&
        es_cdata_ctype((es_cdata *)value) == type) {
        memmove(data, ((es_cdata *)value)->data, (size_t)type->size);
        return 0;
    }
    return es_convert_type_error(py, type,
                                 takes_bytes ? "bytes or list or tuple"
                                 : takes_str ? "unicode or list or tuple"
                                             : "list or tuple",
                                 value);
}

Py_ssize_t
es_array_init_length(const es_py *py, const ec_type *type, PyObject *init,
                     bool *out_values)
{
    Py_ssize_t n;

    (void)py;
    *out_values = true;
    if (PyList_Check(init) || PyTuple_Check(init)) {
        return PySequence_Fast_GET_SIZE(init);
    }
    if (PyBytes_Check(init)) {
        return PyBytes_GET_SIZE(init) + 1;
    }
    if (PyUnicode_Check(init)) {
        return es_wide_length(type->item, init) + 1;
    }
    *out_values = false;
    if (!PyIndex_Check(init)) {
        PyErr_Format(PyExc_TypeError,
                     "expected new array length or list/tuple/str, not %s",
                     Py_TYPE(init)->tp_name);
        return -1;
    }
    n = PyNumber_AsSsize_t(init, PyExc_OverflowError);
    if (n < 0 && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "negative array length");
    }
    return n < 0 ? -1 : n;
}

/* --- structs and unions -------------------------------------------------- */

static int
record_from_sequence(es_py *py, es_ctype *ct, char *data, PyObject *value)
{
    const ec_type *type = ct->type;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(value);
    Py_ssize_t pos = 0;
    Py_ssize_t i = 0;
    PyObject *name;
    PyObject *field;

    while (i < n && i < PySequence_Fast_GET_SIZE(value) &&
           PyDict_Next(ct->fields, &pos, &name, &field)) {
        const es_field *f = (es_field *)field;
        ES_OWNED PyObject *item = NULL;

        if (f->skip) {
            continue;
        }
        if (type->kind == EC_KIND_UNION && i > 0) {
            break;
        }
        item = Py_NewRef(PySequence_Fast_GET_ITEM(value, i));
        if (es_field_to_c(py, f, data, item) < 0) {
            return -1;
        }
        i++;
    }
    if (i < n) {
        PyErr_Format(PyExc_ValueError,
                     "too many initializers for '%s' (got %zd)", type->name, n);
        return -1;
    }
    return 0;
}

static int
record_from_dict(es_py *py, es_ctype *ct, char *data, PyObject *value)
{
    Py_ssize_t pos = 0;
    PyObject *key;
    PyObject *item;

    while (PyDict_Next(value, &pos, &key, &item)) {
        const es_field *f = es_ctype_field(ct, key);
        ES_OWNED PyObject *kept = Py_NewRef(item);

        if (f == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_SetObject(PyExc_KeyError, key);
            }
            return -1;
        }
        if (es_field_to_c(py, f, data, kept) < 0) {
            return -1;
        }
    }
    return 0;
}

int
es_record_to_c(es_py *py, ec_type *type, char *data, PyObject *value)
{
    es_ctype *ct;
    int rc;

    if (es_is_cdata(py, value) && es_cdata_ctype((es_cdata *)value) == type) {
        if (es_type_ready(py, type) < 0) {
            return -1;
        }
        if (type->size > 0) {
            memmove(data, ((es_cdata *)value)->data, (size_t)type->size);
        }
        return 0;
    }
    ct = es_ctype_ref(py, type);
    if (ct == NULL) {
        return -1;
    }
    if (es_ctype_load_fields(ct) < 0) {
        rc = -1;
    } else if (ct->fields == NULL) {
        PyErr_Format(PyExc_TypeError, "'%s' is opaque", type->name);
        rc = -1;
    } else if (PyList_Check(value) || PyTuple_Check(value)) {
        rc = record_from_sequence(py, ct, data, value);
    } else if (PyDict_Check(value)) {
        rc = record_from_dict(py, ct, data, value);
    } else {
        rc = es_convert_type_error(
            py, type, "list or tuple or dict or struct-cdata", value);
    }
    Py_DECREF(ct);
    return rc;
}

/* --- flexible arrays ----------------------------------------------------- */

/* The initialiser of the field at position `index` (among those that take
 * one), borrowed, or NULL. */
static PyObject *
init_of_field(PyObject *init, PyObject *name, Py_ssize_t index)
{
    if (PyDict_Check(init)) {
        return PyDict_GetItemWithError(init, name);
    }
    if ((PyList_Check(init) || PyTuple_Check(init)) &&
        index < PySequence_Fast_GET_SIZE(init)) {
        return PySequence_Fast_GET_ITEM(init, index);
    }
    return NULL;
}

/* Bytes up to the end of one field with its initialiser. */
static Py_ssize_t
field_init_end(es_py *py, const es_field *f, PyObject *init)
{
    ec_type *type = f->field->type;
    Py_ssize_t offset = (Py_ssize_t)f->offset;
    Py_ssize_t n;
    bool has_values;

    if (ec_type_is_record(type)) {
        n = es_record_init_size(py, type, init);
        return n < 0 ? -1 : offset + n;
    }
    if (type->kind != EC_KIND_ARRAY || type->length >= 0) {
        return 0;
    }
    n = es_array_init_length(py, type, init, &has_values);
    if (n < 0) {
        return -1;
    }
    if (type->item->size > 0 &&
        n > (PY_SSIZE_T_MAX - offset) / type->item->size) {
        PyErr_SetString(PyExc_OverflowError,
                        "array size would overflow a Py_ssize_t");
        return -1;
    }
    return offset + n * type->item->size;
}

Py_ssize_t
es_record_init_size(es_py *py, ec_type *type, PyObject *init)
{
    es_ctype *ct;
    Py_ssize_t size;
    Py_ssize_t pos = 0;
    Py_ssize_t index = 0;
    PyObject *name;
    PyObject *field;

    if (es_type_ready(py, type) < 0) {
        return -1;
    }
    size = type->size;
    if ((type->flags & EC_TYPE_FLEXIBLE) == 0 || init == Py_None) {
        return size;
    }
    ct = es_ctype_ref(py, type);
    if (ct == NULL || es_ctype_load_fields(ct) < 0) {
        Py_XDECREF(ct);
        return -1;
    }
    while (size >= 0 && ct->fields != NULL &&
           PyDict_Next(ct->fields, &pos, &name, &field)) {
        const es_field *f = (es_field *)field;
        PyObject *value = init_of_field(init, name, index);

        index += !f->skip;
        if (value != NULL) {
            Py_ssize_t end = field_init_end(py, f, value);

            size = end < 0 ? -1 : (end > size ? end : size);
        }
    }
    Py_DECREF(ct);
    return PyErr_Occurred() ? -1 : size;
}
// NOLINTEND(misc-no-recursion)
