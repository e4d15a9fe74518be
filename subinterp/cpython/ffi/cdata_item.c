/* cdata_item.c - items, slices and iteration of pointers and arrays.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/cdata_item.h"

#include "subinterp/cpython/ffi/cdata.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/cdata_field.h"
#include "subinterp/cpython/ffi/convert_int.h"

#include <errno.h>
#include <string.h>

int
es_cdata_check_not_null(const es_cdata *cd)
{
    if (cd->data != NULL) {
        return 0;
    }
    PyErr_Format(PyExc_RuntimeError,
                 "cannot dereference null pointer from cdata '%s'",
                 es_cdata_ctype(cd)->name);
    return -1;
}

/* --- one item ------------------------------------------------------------ */

/* Fails for a cdata that has no items. */
static int
check_indexable(const es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_ARRAY || (type->kind == EC_KIND_POINTER &&
                                        type->item->kind != EC_KIND_FUNCTION)) {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "cdata of type '%s' cannot be indexed",
                 type->name);
    return -1;
}

static char *
pointer_item(es_cdata *cd, Py_ssize_t i)
{
    const ec_type *type = es_cdata_ctype(cd);
    const ec_type *item = type->item;

    if (i != 0 && es_cdata_is_owning(cd)) {
        PyErr_Format(PyExc_IndexError, "cdata '%s' can only be indexed by 0",
                     type->name);
        return NULL;
    }
    if (es_type_ready(es_cdata_py(cd), type->item) < 0) {
        return NULL;
    }
    if (item->size < 0) {
        PyErr_Format(PyExc_TypeError, "cdata '%s' is opaque", item->name);
        return NULL;
    }
    if (es_cdata_check_not_null(cd) < 0) {
        return NULL;
    }
    return (char *)((uintptr_t)cd->data + (uintptr_t)i * (uintptr_t)item->size);
}

static char *
array_item(es_cdata *cd, Py_ssize_t i)
{
    Py_ssize_t n = es_cdata_array_length(cd);

    if (i < 0) {
        PyErr_SetString(PyExc_IndexError, "negative index");
        return NULL;
    }
    if (i >= n) {
        PyErr_Format(PyExc_IndexError,
                     "index too large for cdata '%s' (expected %zd < %zd)",
                     es_cdata_ctype(cd)->name, i, n);
        return NULL;
    }
    if (es_cdata_check_not_null(cd) < 0) {
        return NULL;
    }
    return cd->data + i * es_cdata_ctype(cd)->item->size;
}

/* Finds the address of an item, checked as far as it can be. */
static char *
item_at(es_cdata *cd, PyObject *key)
{
    Py_ssize_t i;

    if (check_indexable(cd) < 0) {
        return NULL;
    }
    if (es_index_read(key, PyExc_IndexError, &i) < 0) {
        return NULL;
    }
    return es_cdata_ctype(cd)->kind == EC_KIND_POINTER ? pointer_item(cd, i)
                                                       : array_item(cd, i);
}

/* --- slices -------------------------------------------------------------- */

/* Reads one end of a slice, which must be there. */
static int
slice_end(PyObject *end, const char *which, Py_ssize_t *out)
{
    if (end == Py_None) {
        PyErr_Format(PyExc_IndexError, "slice %s must be specified", which);
        return -1;
    }
    return es_index_read(end, PyExc_IndexError, out);
}

static int
slice_bounds(es_cdata *cd, PySliceObject *slice, Py_ssize_t *start,
             Py_ssize_t *stop)
{
    Py_ssize_t n;

    if (slice_end(slice->start, "start", start) < 0 ||
        slice_end(slice->stop, "stop", stop) < 0) {
        return -1;
    }
    if (slice->step != Py_None) {
        PyErr_SetString(PyExc_IndexError, "slice with step not supported");
        return -1;
    }
    if (*start > *stop) {
        PyErr_SetString(PyExc_IndexError, "slice start > stop");
        return -1;
    }
    if (es_cdata_ctype(cd)->kind != EC_KIND_ARRAY) {
        return 0;
    }
    n = es_cdata_array_length(cd);
    if (*start < 0) {
        PyErr_SetString(PyExc_IndexError, "negative index");
        return -1;
    }
    if (*stop > n) {
        PyErr_Format(PyExc_IndexError, "index too large (expected %zd <= %zd)",
                     *stop, n);
        return -1;
    }
    return 0;
}

/* Finds where a slice begins and how many items it has. */
static char *
slice_at(es_cdata *cd, PyObject *slice, Py_ssize_t *out_n)
{
    const ec_type *type = es_cdata_ctype(cd);
    Py_ssize_t start;
    Py_ssize_t stop;

    if (check_indexable(cd) < 0 ||
        slice_bounds(cd, (PySliceObject *)slice, &start, &stop) < 0 ||
        es_type_ready(es_cdata_py(cd), type->item) < 0) {
        return NULL;
    }
    if (type->item->size < 0) {
        PyErr_Format(PyExc_ValueError, "array item of unknown size: '%s'",
                     type->item->name);
        return NULL;
    }
    if (es_cdata_check_not_null(cd) < 0) {
        return NULL;
    }
    *out_n = stop - start;
    return (char *)((uintptr_t)cd->data +
                    (uintptr_t)start * (uintptr_t)type->item->size);
}

static PyObject *
slice_get(es_cdata *cd, PyObject *slice)
{
    es_py *py = es_cdata_py(cd);
    ec_type *array;
    Py_ssize_t n;
    char *data = slice_at(cd, slice, &n);

    if (data == NULL) {
        return NULL;
    }
    array = es_array_type(py, es_cdata_ctype(cd)->item, -1);
    return array != NULL ? es_cdata_new_array(py, array, data, n) : NULL;
}

/* Assigns the values of an iterable one by one: exactly n. */
static int
slice_set_each(es_py *py, ec_type *item, char *data, Py_ssize_t n,
               PyObject *values)
{
    ES_OWNED PyObject *iter = PyObject_GetIter(values);

    for (Py_ssize_t i = 0; iter != NULL; i++) {
        ES_OWNED PyObject *value = PyIter_Next(iter);

        if (value == NULL) {
            if (!PyErr_Occurred() && i < n) {
                PyErr_Format(PyExc_ValueError,
                             "need %zd values to unpack, got %zd", n, i);
            }
            return PyErr_Occurred() ? -1 : 0;
        }
        if (i == n) {
            PyErr_Format(PyExc_ValueError, "got more than %zd values to unpack",
                         n);
            return -1;
        }
        if (es_to_c(py, item, data + i * item->size, value) < 0) {
            return -1;
        }
    }
    return -1;
}

static int
slice_set(es_cdata *cd, PyObject *slice, PyObject *value)
{
    es_py *py = es_cdata_py(cd);
    ec_type *item = es_cdata_ctype(cd)->item;
    Py_ssize_t n;
    char *data = slice_at(cd, slice, &n);
    bool is_bytes = PyBytes_Check(value);

    if (data == NULL) {
        return -1;
    }
    if (item->kind == EC_KIND_CHAR && (is_bytes || PyByteArray_Check(value))) {
        Py_ssize_t len = Py_SIZE(value);

        if (len != n) {
            PyErr_Format(PyExc_ValueError,
                         "need a string of length %zd, got %zd", n, len);
            return -1;
        }
        memcpy(data,
               is_bytes ? PyBytes_AS_STRING(value)
                        : PyByteArray_AS_STRING(value),
               (size_t)n);
        return 0;
    }
    if (es_is_cdata(py, value)) {
        const es_cdata *from = (es_cdata *)value;
        const ec_type *t = es_cdata_ctype(from);

        if (t->kind == EC_KIND_ARRAY && t->item == item &&
            es_cdata_array_length(from) == n) {
            memmove(data, from->data, (size_t)(n * item->size));
            return 0;
        }
    }
    return slice_set_each(py, item, data, n, value);
}

/* --- the slots ----------------------------------------------------------- */

PyObject *
es_cdata_subscript(es_cdata *cd, PyObject *key)
{
    char *data;

    if (PySlice_Check(key)) {
        return slice_get(cd, key);
    }
    data = item_at(cd, key);
    if (data == NULL) {
        return NULL;
    }
    if (Py_TYPE(cd) == es_cdata_py(cd)->keep_type) {
        es_cdata_keep *keep = (es_cdata_keep *)cd;

        /* The struct inside an owning pointer keeps the memory too. */
        if (keep->what == ES_KEEP_OWNER) {
            return Py_NewRef(keep->owner);
        }
    }
    return es_from_c(es_cdata_py(cd), es_cdata_ctype(cd)->item, data);
}

int
es_cdata_ass_subscript(es_cdata *cd, PyObject *key, PyObject *value)
{
    char *data;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError,
                        "'del x[n]' not supported for cdata objects");
        return -1;
    }
    if (PySlice_Check(key)) {
        return check_indexable(cd) < 0 ? -1 : slice_set(cd, key, value);
    }
    data = item_at(cd, key);
    if (data == NULL) {
        return -1;
    }
    ec_type *item = es_cdata_ctype(cd)->item;
    if ((es_cdata_ctype(cd)->kind == EC_KIND_POINTER &&
         es_cdata_check_room(cd, item, 0, value) < 0) ||
        es_to_c(es_cdata_py(cd), item, data, value) < 0) {
        return -1;
    }
    if ((void *)data == (void *)&errno && item->size == sizeof errno) {
        /* An out parameter that is errno itself: what the caller sees. */
        memcpy(&es_tls_self.py_errno, data, sizeof errno);
    }
    return 0;
}

/* --- iteration ----------------------------------------------------------- */

typedef struct cdata_iter {
    PyObject_HEAD
    es_cdata *array; /* owned */
    Py_ssize_t next;
} cdata_iter;

PyObject *
es_cdata_iter(es_cdata *cd)
{
    cdata_iter *it;

    if (es_cdata_ctype(cd)->kind != EC_KIND_ARRAY) {
        PyErr_Format(PyExc_TypeError, "cdata '%s' does not support iteration",
                     es_cdata_ctype(cd)->name);
        return NULL;
    }
    it = PyObject_New(cdata_iter, es_cdata_py(cd)->iter_type);
    if (it != NULL) {
        it->array = (es_cdata *)Py_NewRef((PyObject *)cd);
        it->next = 0;
    }
    return (PyObject *)it;
}

static void
iter_dealloc(cdata_iter *it)
{
    PyTypeObject *tp = Py_TYPE(it);

    Py_DECREF(it->array);
    tp->tp_free(it);
    Py_DECREF(tp);
}

static PyObject *
iter_next(cdata_iter *it)
{
    const es_cdata *cd = it->array;
    ec_type *item = es_cdata_ctype(cd)->item;

    if (it->next >= es_cdata_array_length(cd) ||
        es_cdata_check_not_null(cd) < 0) {
        return NULL;
    }
    return es_from_c(es_cdata_py(cd), item, cd->data + it->next++ * item->size);
}

static PyType_Slot iter_slots[] = {
    {Py_tp_dealloc, (void *)iter_dealloc},
    {Py_tp_iter, (void *)PyObject_SelfIter},
    {Py_tp_iternext, (void *)iter_next},
    {0, NULL},
};

static PyType_Spec iter_spec = {
    .name = "libembed.CDataIterator",
    .basicsize = (int)sizeof(cdata_iter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = iter_slots,
};

int
es_cdata_iter_type_create(es_py *py)
{
    py->iter_type = (PyTypeObject *)PyType_FromSpec(&iter_spec);
    return py->iter_type != NULL ? 0 : -1;
}
