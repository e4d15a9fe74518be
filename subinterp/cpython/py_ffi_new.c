/* py_ffi_new.c - ffi.new() and ffi.cast().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/py_ffi.h"

#include "subinterp/cpython/py_convert_cast.h"
#include "subinterp/cpython/py_convert_init.h"

/* Makes the owning pointer to a struct: it keeps a struct cdata that has the
 * memory, so that p[0] keeps it too. */
static PyObject *
new_record(es_py *py, ec_type *pointer, PyObject *init)
{
    ec_type *type = pointer->item;
    Py_ssize_t size = es_record_init_size(py, type, init);
    bool flexible = (type->flags & EC_TYPE_FLEXIBLE) != 0;
    ES_OWNED PyObject *record = NULL;
    es_cdata *cd;

    if (size < 0) {
        return NULL;
    }
    cd =
        es_cdata_own(py, type, (size_t)size, type->align, flexible ? size : -1);
    record = (PyObject *)cd;
    if (cd == NULL ||
        (init != Py_None && es_to_c(py, type, cd->data, init) < 0)) {
        return NULL;
    }
    return (PyObject *)es_cdata_keep_new(py, pointer, cd->data, cd->length,
                                         ES_KEEP_OWNER, record);
}

static PyObject *
new_pointer(es_py *py, ec_type *type, PyObject *init)
{
    ec_type *item = type->item;
    size_t size;
    es_cdata *cd;

    if (es_type_ready(py, item) < 0) {
        return NULL;
    }
    if (item->size < 0) {
        PyErr_Format(PyExc_TypeError,
                     "cannot instantiate ctype '%s' of unknown size",
                     item->name);
        return NULL;
    }
    if (es_type_is_record(item)) {
        return new_record(py, type, init);
    }
    size = (size_t)item->size;
    if (item->kind == EC_KIND_CHAR || item->kind == EC_KIND_WCHAR) {
        size *= 2; /* a hidden NUL follows */
    }
    cd = es_cdata_own(py, type, size, item->align, -1);
    if (cd != NULL && init != Py_None &&
        es_to_c(py, item, cd->data, init) < 0) {
        Py_CLEAR(cd);
    }
    return (PyObject *)cd;
}

static PyObject *
new_array(es_py *py, ec_type *type, PyObject *init)
{
    Py_ssize_t length = type->length;
    bool has_values = init != Py_None;
    bool is_open = length < 0;
    Py_ssize_t size;
    es_cdata *cd;

    if (es_type_ready(py, type) < 0) {
        return NULL;
    }
    if (is_open) {
        length = es_array_init_length(py, type, init, &has_values);
        if (length < 0) {
            return NULL;
        }
    }
    if (__builtin_mul_overflow(length, type->item->size, &size)) {
        PyErr_SetString(PyExc_OverflowError,
                        "array size would overflow a Py_ssize_t");
        return NULL;
    }
    cd = es_cdata_own(py, type, (size_t)size, type->item->align,
                      is_open ? length : -1);
    if (cd != NULL && has_values && es_to_c(py, type, cd->data, init) < 0) {
        Py_CLEAR(cd);
    }
    return (PyObject *)cd;
}

PyObject *
es_new(es_py *py, ec_type *type, PyObject *init)
{
    if (init == NULL) {
        init = Py_None;
    }
    if (type->kind == EC_KIND_ARRAY) {
        return new_array(py, type, init);
    }
    if (type->kind == EC_KIND_POINTER && !es_type_is_function_pointer(type)) {
        return new_pointer(py, type, init);
    }
    PyErr_Format(PyExc_TypeError, "expected a pointer or array ctype, got '%s'",
                 type->name);
    return NULL;
}

ES_FFI_METHOD(new)
{
    static const es_params params = {"new", {"cdecl", "init"}, 2, 1};
    PyObject *arg[2];
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg[0], 0);
    return type != NULL ? es_new(ffi->py, type, arg[1]) : NULL;
}

ES_FFI_METHOD(cast)
{
    static const es_params params = {"cast", {"cdecl", "source"}, 2, 2};
    PyObject *arg[2];
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg[0], 0);
    return type != NULL ? es_cast(ffi->py, type, arg[1]) : NULL;
}
