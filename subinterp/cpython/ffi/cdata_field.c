/* cdata_field.c - the fields of structs and unions, bit-fields included.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/cdata_field.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/cdata_item.h"
#include "subinterp/cpython/ffi/convert_init.h"
#include "subinterp/cpython/ffi/convert_int.h"

#include <string.h>

/* --- bit-fields ---------------------------------------------------------- */

/* Bits are counted from the least significant one of the first byte, as on
 * every little-endian platform; a field in a packed struct may touch nine
 * bytes. */

static uint64_t
bits_read(const char *data, unsigned shift, unsigned size)
{
    const unsigned char *p = (const unsigned char *)data + shift / 8;
    uint64_t value = 0;
    unsigned done = 0;

    for (shift %= 8; done < size; p++, shift = 0) {
        unsigned n = 8 - shift < size - done ? 8 - shift : size - done;
        uint64_t part = ((uint64_t)*p >> shift) & ((1u << n) - 1u);

        value |= part << done;
        done += n;
    }
    return value;
}

static void
bits_write(char *data, unsigned shift, unsigned size, uint64_t value)
{
    unsigned char *p = (unsigned char *)data + shift / 8;
    unsigned done = 0;

    for (shift %= 8; done < size; p++, shift = 0) {
        unsigned n = 8 - shift < size - done ? 8 - shift : size - done;
        unsigned mask = ((1u << n) - 1u) << shift;

        *p = (unsigned char)((*p & ~mask) |
                             (((unsigned)(value >> done) << shift) & mask));
        done += n;
    }
}

static PyObject *
bitfield_get(const es_field *f, const char *record)
{
    const ec_field *field = f->field;
    unsigned size = (unsigned)field->bit_size;
    uint64_t bits =
        bits_read(record + f->offset, (unsigned)field->bit_shift, size);

    if (field->type->kind == EC_KIND_BOOL) {
        return PyBool_FromLong(bits != 0);
    }
    if (ec_type_is_signed(field->type)) {
        uint64_t sign = (uint64_t)1 << ((size - 1) & 63);

        return PyLong_FromLongLong((int64_t)((bits ^ sign) - sign));
    }
    return PyLong_FromUnsignedLongLong(bits);
}

static int
bitfield_range_error(PyObject *value, int64_t low, uint64_t high)
{
    ES_OWNED PyObject *number = PyNumber_Long(value);

    if (number != NULL) {
        PyErr_Format(PyExc_OverflowError,
                     "value %S outside the range allowed by the bit field "
                     "width: %lld <= x <= %llu",
                     number, (long long)low, (unsigned long long)high);
    }
    return -1;
}

static int
bitfield_set(const es_py *py, const es_field *f, char *record, PyObject *value)
{
    const ec_field *field = f->field;
    unsigned size = (unsigned)field->bit_size;
    uint64_t high = size == 64 ? UINT64_MAX : ((uint64_t)1 << size) - 1;
    int64_t low = 0;
    uint64_t bits;
    bool negative;

    if (es_int_read(py, value, &bits, &negative) < 0) {
        return -1;
    }
    if (field->type->kind == EC_KIND_BOOL) {
        high = 1;
    } else if (ec_type_is_signed(field->type)) {
        high >>= 1;
        low = -(int64_t)high - 1;
        high = high == 0 ? 1 : high; /* one signed bit takes 1 for -1 */
    }
    if (negative ? (int64_t)bits < low : bits > high) {
        return bitfield_range_error(value, low, high);
    }
    bits_write(record + f->offset, (unsigned)field->bit_shift, size, bits);
    return 0;
}

/* --- one field ----------------------------------------------------------- */

int
es_field_to_c(es_py *py, const es_field *field, char *record, PyObject *value)
{
    if (field->field->bit_size >= 0) {
        return bitfield_set(py, field, record, value);
    }
    return es_to_c(py, field->field->type, record + field->offset, value);
}

/* Items that the memory of `cd` has room for in a flexible array at the end,
 * -1 when unknown. */
static Py_ssize_t
flexible_length(const es_cdata *cd, const es_field *f)
{
    Py_ssize_t item_size = f->field->type->item->size;

    if (cd->length < 0 || item_size <= 0) {
        return -1;
    }
    return (cd->length - (Py_ssize_t)f->offset) / item_size;
}

static PyObject *
field_get(es_cdata *cd, const es_field *f, char *record)
{
    es_py *py = es_cdata_py(cd);
    ec_type *type = f->field->type;

    if (f->field->bit_size >= 0) {
        return bitfield_get(f, record);
    }
    if (type->kind == EC_KIND_ARRAY && type->length < 0) {
        Py_ssize_t n = flexible_length(cd, f);

        if (n >= 0) {
            return es_cdata_new_array(py, type, record + f->offset, n);
        }
    }
    return es_from_c(py, type, record + f->offset);
}

static int
no_room(const ec_type *type, Py_ssize_t needed, Py_ssize_t room)
{
    PyErr_Format(PyExc_IndexError,
                 "initializer for '%s' needs %zd bytes, there are %zd",
                 type->name, needed, room);
    return -1;
}

int
es_cdata_check_room(const es_cdata *cd, ec_type *type, size_t offset,
                    PyObject *value)
{
    Py_ssize_t room = cd->length - (Py_ssize_t)offset;
    Py_ssize_t needed = 0;
    bool has_values;

    if (cd->length < 0) {
        return 0;
    }
    if (ec_type_is_record(type) && (type->flags & EC_TYPE_FLEXIBLE) != 0) {
        needed = es_record_init_size(es_cdata_py(cd), type, value);
    } else if (type->kind == EC_KIND_ARRAY && type->length < 0) {
        Py_ssize_t n =
            es_array_init_length(es_cdata_py(cd), type, value, &has_values);

        if (n < 0 || __builtin_mul_overflow(n, type->item->size, &needed)) {
            needed = n < 0 ? -1 : PY_SSIZE_T_MAX;
        }
    }
    if (needed < 0) {
        return -1;
    }
    return needed > room ? no_room(type, needed, room) : 0;
}

/* --- the slots ----------------------------------------------------------- */

/* The struct or union type of a cdata or of what it points to, or NULL. */
static ec_type *
record_type(const es_cdata *cd)
{
    ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_POINTER) {
        type = type->item;
    }
    return ec_type_is_record(type) ? type : NULL;
}

/* Finds the field `name`: new reference; NULL with an exception set only when
 * something failed. */
static es_field *
find_field(es_cdata *cd, PyObject *name)
{
    ec_type *type = record_type(cd);
    es_ctype *ct;
    es_field *f;

    if (type == NULL) {
        return NULL;
    }
    ct = es_ctype_ref(es_cdata_py(cd), type);
    if (ct == NULL) {
        return NULL;
    }
    f = es_ctype_field(ct, name);
    Py_XINCREF((PyObject *)f);
    Py_DECREF(ct);
    return f;
}

/* Replaces an AttributeError by one that names the C type. */
static void
attribute_error(es_cdata *cd, PyObject *name, const char *verb)
{
    const ec_type *record = record_type(cd);
    const char *type = es_cdata_ctype(cd)->name;

    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return;
    }
    if (record == NULL) {
        PyErr_Format(PyExc_AttributeError, "cdata '%s' has no attribute '%U'",
                     type, name);
    } else if ((record->flags & EC_TYPE_INCOMPLETE) != 0) {
        PyErr_Format(PyExc_AttributeError,
                     "cdata '%s' points to an opaque type: cannot %s fields",
                     type, verb);
    } else {
        PyErr_Format(PyExc_AttributeError, "cdata '%s' has no field '%U'", type,
                     name);
    }
}

PyObject *
es_cdata_getattro(es_cdata *cd, PyObject *name)
{
    es_field *f = find_field(cd, name);
    PyObject *attr;

    if (f != NULL) {
        attr =
            es_cdata_check_not_null(cd) < 0 ? NULL : field_get(cd, f, cd->data);
        Py_DECREF(f);
        return attr;
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    attr = PyObject_GenericGetAttr((PyObject *)cd, name);
    if (attr == NULL) {
        attribute_error(cd, name, "read");
    }
    return attr;
}

static int
field_set(es_cdata *cd, const es_field *f, PyObject *value)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete struct field");
        return -1;
    }
    if (es_cdata_check_not_null(cd) < 0 ||
        es_cdata_check_room(cd, f->field->type, f->offset, value) < 0) {
        return -1;
    }
    return es_field_to_c(es_cdata_py(cd), f, cd->data, value);
}

int
es_cdata_setattro(es_cdata *cd, PyObject *name, PyObject *value)
{
    es_field *f = find_field(cd, name);
    int rc;

    if (f == NULL) {
        attribute_error(cd, name, "write");
        return -1;
    }
    rc = field_set(cd, f, value);
    Py_DECREF(f);
    return rc;
}

PyObject *
es_cdata_dir(es_cdata *cd, PyObject *unused)
{
    ec_type *type = record_type(cd);
    PyObject *names = NULL;
    es_ctype *ct;

    (void)unused;
    if (type == NULL) {
        return PyList_New(0);
    }
    ct = es_ctype_ref(es_cdata_py(cd), type);
    if (ct == NULL) {
        return NULL;
    }
    if (es_ctype_load_fields(ct) == 0) {
        names = ct->fields != NULL ? PyDict_Keys(ct->fields) : PyList_New(0);
    }
    Py_DECREF(ct);
    return names;
}
