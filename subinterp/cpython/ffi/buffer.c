/* buffer.c - ffi.buffer: the bytes of a cdata as a Python buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/buffer.h"

#include "subinterp/cpython/ffi/cdata_field.h"
#include "subinterp/cpython/ffi/convert_int.h"
#include "subinterp/cpython/ffi/ffi.h"

#include <string.h>

typedef struct buffer {
    PyObject_HEAD
    char *data;
    Py_ssize_t size; /* bytes */
    PyObject *cdata; /* keeps the memory; owned */
    PyObject *weakrefs;
} buffer;

/* --- making -------------------------------------------------------------- */

/* Finds how many bytes a cdata gives access to. */
static Py_ssize_t
buffer_extent(es_py *py, const es_cdata *cd)
{
    ec_type *type = es_cdata_ctype(cd);
    Py_ssize_t size;

    if ((type->kind != EC_KIND_POINTER && type->kind != EC_KIND_ARRAY) ||
        es_type_is_function_pointer(type)) {
        PyErr_Format(PyExc_TypeError,
                     "expected a pointer or array cdata, got '%s'", type->name);
        return -2;
    }
    if (es_type_ready(py, type->item) < 0) {
        return -2;
    }
    size = es_cdata_extent(cd);
    return size < 0 ? -1 : size;
}

/* Warns about a size beyond what ffi.new() allocated. */
static int
warn_too_large(const es_cdata *cd, Py_ssize_t size, Py_ssize_t extent)
{
    if (extent < 0 || size <= extent || !es_cdata_is_owning(cd)) {
        return 0;
    }
    return PyErr_WarnFormat(PyExc_UserWarning, 1,
                            "ffi.buffer(cdata, size): %zd bytes over a cdata "
                            "that owns only %zd: what is behind them is not "
                            "this cdata's",
                            size, extent);
}

/* Makes the buffer of ffi.buffer(arg, size). */
static PyObject *
buffer_over(PyObject *arg, Py_ssize_t size)
{
    es_py *py;
    Py_ssize_t extent;
    buffer *b;

    if (!es_is_any_cdata(arg)) {
        PyErr_Format(PyExc_TypeError,
                     "buffer() argument 1 must be libembed.CData, not %s",
                     Py_TYPE(arg)->tp_name);
        return NULL;
    }
    py = es_cdata_py((es_cdata *)arg);
    extent = buffer_extent(py, (es_cdata *)arg);
    if (extent < -1 || warn_too_large((es_cdata *)arg, size, extent) < 0) {
        return NULL;
    }
    size = size < 0 ? extent : size;
    if (size < 0) {
        PyErr_Format(PyExc_TypeError, "don't know the size pointed to by '%s'",
                     es_cdata_ctype((es_cdata *)arg)->name);
        return NULL;
    }
    b = PyObject_GC_New(buffer, py->buffer_type);
    if (b != NULL) {
        b->data = ((es_cdata *)arg)->data;
        b->size = size;
        b->cdata = Py_NewRef(arg);
        b->weakrefs = NULL;
        PyObject_GC_Track(b);
    }
    return (PyObject *)b;
}

static PyObject *
buffer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const keywords[] = {"cdata", "size", NULL};
    Py_ssize_t size = -1;
    PyObject *arg;

    (void)type; /* has no subtypes */
    return PyArg_ParseTupleAndKeywords(args, kwargs, "O|n:buffer",
                                       (char **)(uintptr_t)keywords, &arg,
                                       &size)
               ? buffer_over(arg, size)
               : NULL;
}

/* The type as a callable: the usual calls without a tuple. */
static PyObject *
buffer_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf,
                  PyObject *kwnames)
{
    static const es_params params = {"buffer", {"cdata", "size"}, 2, 1};
    Py_ssize_t size = -1;
    PyObject *arg[2];

    (void)type;
    if (es_args(&params, args, PyVectorcall_NARGS(nargsf), kwnames, arg) < 0 ||
        (arg[1] != NULL &&
         es_index_read(arg[1], PyExc_OverflowError, &size) < 0)) {
        return NULL;
    }
    return buffer_over(arg[0], size);
}

static int
buffer_traverse(buffer *b, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(b));
    Py_VISIT(b->cdata);
    return 0;
}

static int
buffer_clear(buffer *b)
{
    b->size = 0;
    Py_CLEAR(b->cdata);
    return 0;
}

static void
buffer_dealloc(buffer *b)
{
    PyTypeObject *tp = Py_TYPE(b);

    PyObject_GC_UnTrack(b);
    if (b->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)b);
    }
    Py_CLEAR(b->cdata);
    tp->tp_free(b);
    Py_DECREF(tp);
}

/* --- items and slices ---------------------------------------------------- */

/* Finds the bytes that an index or a slice means.  "" or "assignment " says
 * what for. */
static int
buffer_range(const buffer *b, PyObject *key, const char *what,
             Py_ssize_t *out_start, Py_ssize_t *out_n)
{
    Py_ssize_t start;
    Py_ssize_t stop;
    Py_ssize_t step;

    if (PySlice_Check(key)) {
        if (PySlice_Unpack(key, &start, &stop, &step) < 0) {
            return -1;
        }
        if (step != 1) {
            PyErr_SetString(PyExc_TypeError,
                            "buffer doesn't support slicing with step != 1");
            return -1;
        }
        *out_n = PySlice_AdjustIndices(b->size, &start, &stop, step);
        *out_start = start;
        return 0;
    }
    if (!PyIndex_Check(key)) {
        PyErr_Format(PyExc_TypeError, "buffer indices must be integers, not %s",
                     Py_TYPE(key)->tp_name);
        return -1;
    }
    start = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (start == -1 && PyErr_Occurred()) {
        return -1;
    }
    start = start < 0 ? start + b->size : start;
    if (start < 0 || start >= b->size) {
        PyErr_Format(PyExc_IndexError, "buffer %sindex out of range", what);
        return -1;
    }
    *out_start = start;
    *out_n = 1;
    return 0;
}

static Py_ssize_t
buffer_length(buffer *b)
{
    return b->size;
}

static PyObject *
buffer_subscript(buffer *b, PyObject *key)
{
    Py_ssize_t start;
    Py_ssize_t n;

    if (buffer_range(b, key, "", &start, &n) < 0) {
        return NULL;
    }
    return PyBytes_FromStringAndSize(b->data + start, n);
}

static PyObject *
buffer_item(buffer *b, Py_ssize_t i)
{
    if (i < 0 || i >= b->size) {
        PyErr_SetString(PyExc_IndexError, "buffer index out of range");
        return NULL;
    }
    return PyBytes_FromStringAndSize(b->data + i, 1);
}

/* Copies a bytes-like of exactly n bytes to the place of a slice. */
static int
assign_slice(char *data, Py_ssize_t n, PyObject *value)
{
    Py_buffer view;

    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    if (view.len != n) {
        PyErr_SetString(PyExc_ValueError,
                        "right operand length must match slice length");
        PyBuffer_Release(&view);
        return -1;
    }
    memmove(data, view.buf, (size_t)n);
    PyBuffer_Release(&view);
    return 0;
}

static int
buffer_ass_subscript(buffer *b, PyObject *key, PyObject *value)
{
    Py_ssize_t start;
    Py_ssize_t n;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete bytes of a buffer");
        return -1;
    }
    if (buffer_range(b, key, "assignment ", &start, &n) < 0) {
        return -1;
    }
    if (PySlice_Check(key)) {
        return assign_slice(b->data + start, n, value);
    }
    if (!PyBytes_Check(value) || PyBytes_GET_SIZE(value) != 1) {
        PyErr_Format(PyExc_TypeError, "must assign a bytes of length 1, not %s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    b->data[start] = PyBytes_AS_STRING(value)[0];
    return 0;
}

/* --- as bytes ------------------------------------------------------------ */

static int
buffer_getbuffer(buffer *b, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, (PyObject *)b, b->data, b->size, 0, flags);
}

static PyObject *
buffer_richcompare(buffer *b, PyObject *other, int op)
{
    Py_buffer view;
    Py_ssize_t shorter;
    int order;

    if (!PyObject_CheckBuffer(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (PyObject_GetBuffer(other, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    shorter = b->size < view.len ? b->size : view.len;
    order = shorter > 0 ? memcmp(b->data, view.buf, (size_t)shorter) : 0;
    if (order == 0) {
        order = (b->size > view.len) - (b->size < view.len);
    }
    PyBuffer_Release(&view);
    Py_RETURN_RICHCOMPARE(order, 0, op);
}

/* --- type ---------------------------------------------------------------- */

static PyMemberDef buffer_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(buffer, weakrefs),
     Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot buffer_slots[] = {
    {Py_tp_new, (void *)buffer_new},
    {Py_tp_dealloc, (void *)buffer_dealloc},
    {Py_tp_traverse, (void *)buffer_traverse},
    {Py_tp_clear, (void *)buffer_clear},
    {Py_tp_richcompare, (void *)buffer_richcompare},
    {Py_tp_hash, (void *)PyObject_HashNotImplemented},
    {Py_tp_members, (void *)buffer_members},
    {Py_sq_length, (void *)buffer_length},
    {Py_sq_item, (void *)buffer_item},
    {Py_mp_length, (void *)buffer_length},
    {Py_mp_subscript, (void *)buffer_subscript},
    {Py_mp_ass_subscript, (void *)buffer_ass_subscript},
    {Py_bf_getbuffer, (void *)buffer_getbuffer},
    {0, NULL},
};

static PyType_Spec buffer_spec = {
    .name = "libembed.buffer",
    .basicsize = (int)sizeof(buffer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = buffer_slots,
};

int
es_buffer_type_create(es_py *py)
{
    py->buffer_type = (PyTypeObject *)PyType_FromSpec(&buffer_spec);
    if (py->buffer_type == NULL) {
        return -1;
    }
    py->buffer_type->tp_vectorcall =
        buffer_vectorcall; /* no slot before 3.14 */
    return 0;
}
