/* ffi_memory.c - ffi methods about memory and what keeps it: memmove,
 * from_buffer, gc, release, handles.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"
#include "subinterp/cpython/ffi/ffi_args.h"
#include "subinterp/cpython/ffi/ffi_type.h"

#include <string.h>

ES_FFI_METHOD(memmove)
{
    static const es_params params = {"memmove", {"dest", "src", "n"}, 3, 3};
    PyObject *arg[3];
    Py_ssize_t n;
    es_memory dest;
    es_memory src;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    n = PyNumber_AsSsize_t(arg[2], PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "negative size");
        return NULL;
    }
    if (es_memory_open(ffi->py, arg[1], false, &src) < 0) {
        return NULL;
    }
    if (es_memory_open(ffi->py, arg[0], true, &dest) < 0) {
        es_memory_close(&src);
        return NULL;
    }
    if ((src.size >= 0 && n > src.size) || (dest.size >= 0 && n > dest.size)) {
        PyErr_Format(PyExc_ValueError, "%zd bytes are more than the buffer has",
                     n);
    } else {
        memmove(dest.data, src.data, (size_t)n);
    }
    es_memory_close(&dest);
    es_memory_close(&src);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* --- from_buffer --------------------------------------------------------- */

/* Checks that a buffer is as large as `type` says.
 * @param out_length  items of an open array, else -1 */
static int
check_buffer(es_py *py, ec_type *type, Py_ssize_t len, Py_ssize_t *out_length)
{
    *out_length = -1;
    if (type->kind != EC_KIND_ARRAY) {
        return 0; /* a pointer says nothing of how much there is */
    }
    if (es_type_ready(py, type) < 0) {
        return -1;
    }
    if (type->length >= 0) {
        if (len < type->size) {
            PyErr_Format(PyExc_ValueError,
                         "buffer is too small (%zd bytes) for '%s' (%zd bytes)",
                         len, type->name, (Py_ssize_t)type->size);
            return -1;
        }
        return 0;
    }
    if (type->item->size <= 0) {
        PyErr_Format(PyExc_ZeroDivisionError,
                     "from_buffer('%s', ..): items of size 0 give no length",
                     type->name);
        return -1;
    }
    *out_length = len / type->item->size;
    return 0;
}

/* Makes the cdata over a locked buffer, which it takes on success. */
static PyObject *
cdata_over(es_py *py, ec_type *type, PyObject *source, Py_buffer *view)
{
    es_cdata_keep *keep;
    Py_ssize_t length;

    if (check_buffer(py, type, view->len, &length) < 0) {
        return NULL;
    }
    keep =
        es_cdata_keep_new(py, type, view->buf, length, ES_KEEP_BUFFER, source);
    if (keep != NULL) {
        keep->view = view;
    }
    return (PyObject *)keep;
}

static PyObject *
from_buffer(es_py *py, ec_type *type, PyObject *source, bool writable)
{
    Py_buffer *view;
    PyObject *cd;

    if (type->kind != EC_KIND_ARRAY &&
        (type->kind != EC_KIND_POINTER || es_type_is_function_pointer(type))) {
        PyErr_Format(PyExc_TypeError,
                     "expected a pointer or array ctype, got '%s'", type->name);
        return NULL;
    }
    if (PyUnicode_Check(source)) {
        PyErr_SetString(PyExc_TypeError, "from_buffer() cannot return the "
                                         "address of a unicode object");
        return NULL;
    }
    view = PyMem_Malloc(sizeof(*view));
    if (view == NULL) {
        return PyErr_NoMemory();
    }
    if (PyObject_GetBuffer(source, view,
                           writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) {
        PyMem_Free(view);
        return NULL;
    }
    cd = cdata_over(py, type, source, view);
    if (cd == NULL) {
        PyBuffer_Release(view);
        PyMem_Free(view);
    }
    return cd;
}

ES_FFI_METHOD(from_buffer)
{
    static const es_params params = {
        "from_buffer", {"cdecl", "python_buffer", "require_writable"}, 3, 0};
    PyObject *arg[3];
    ec_type *type = ffi->py->type_char_array;
    int writable = 0;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    if (arg[1] == NULL && arg[0] == NULL) {
        PyErr_SetString(PyExc_TypeError,
                        "from_buffer() missing required argument "
                        "'python_buffer' (pos 1)");
        return NULL;
    }
    if (arg[1] == NULL) {
        arg[1] = arg[0]; /* the type is optional and comes first */
        arg[0] = NULL;
    }
    if (arg[0] != NULL) {
        type = es_type_arg(ffi, arg[0], 0);
    }
    if (arg[2] != NULL) {
        writable = PyObject_IsTrue(arg[2]);
    }
    if (type == NULL || writable < 0) {
        return NULL;
    }
    return from_buffer(ffi->py, type, arg[1], writable > 0);
}

/* --- gc and release ------------------------------------------------------ */

/* ffi.gc(cd, None): the destructor will not run. */
static PyObject *
disarm(const es_py *py, es_cdata *cd)
{
    es_cdata_keep *keep = (es_cdata_keep *)cd;

    if (Py_TYPE(cd) != py->keep_type || keep->what != ES_KEEP_GC) {
        PyErr_SetString(PyExc_TypeError, "a destructor can only be removed "
                                         "from a cdata that ffi.gc() returned");
        return NULL;
    }
    Py_CLEAR(keep->extra);
    Py_RETURN_NONE;
}

ES_FFI_METHOD(gc)
{
    static const es_params params = {
        "gc", {"cdata", "destructor", "size"}, 3, 2};
    PyObject *arg[3];
    es_cdata_keep *keep;
    es_cdata *cd;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    cd = es_cdata_arg(ffi->py, "gc", arg[0]);
    if (cd == NULL) {
        return NULL;
    }
    if (arg[2] != NULL && PyNumber_AsSsize_t(arg[2], NULL) == -1 &&
        PyErr_Occurred()) {
        return NULL;
    }
    if (arg[1] == Py_None) {
        return disarm(ffi->py, cd);
    }
    keep = es_cdata_keep_new(ffi->py, es_cdata_ctype(cd), cd->data, cd->length,
                             ES_KEEP_GC, (PyObject *)cd);
    if (keep != NULL) {
        keep->extra = Py_NewRef(arg[1]);
    }
    return (PyObject *)keep;
}

ES_FFI_METHOD(release)
{
    static const es_params params = {"release", {"cdata"}, 1, 1};
    PyObject *arg;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    if (!es_is_cdata(ffi->py, arg)) {
        PyErr_SetString(PyExc_TypeError, "expected a 'cdata' object");
        return NULL;
    }
    if (es_cdata_release((es_cdata *)arg) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
