/* ffi_args.c - arguments of ffi methods.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_args.h"

#include "subinterp/cpython/ffi/ffi.h"

/* Stores one keyword argument. */
static int
keyword_arg(const es_params *params, PyObject *name, PyObject *value,
            PyObject **out)
{
    for (Py_ssize_t i = 0; i < params->n; i++) {
        if (PyUnicode_CompareWithASCIIString(name, params->names[i]) != 0) {
            continue;
        }
        if (out[i] != NULL) {
            PyErr_Format(PyExc_TypeError,
                         "argument for %s() given by name ('%s') and position "
                         "(%zd)",
                         params->func, params->names[i], i + 1);
            return -1;
        }
        out[i] = value;
        return 0;
    }
    PyErr_Format(PyExc_TypeError,
                 "'%U' is an invalid keyword argument for %s()", name,
                 params->func);
    return -1;
}

int
es_args_any(const es_params *params, PyObject *const *args, Py_ssize_t nargs,
            PyObject *kwnames, PyObject **out)
{
    Py_ssize_t n_keywords = kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0;

    if (nargs + n_keywords > params->n) {
        PyErr_Format(PyExc_TypeError,
                     "%s() takes at most %zd argument%s (%zd given)",
                     params->func, params->n, params->n == 1 ? "" : "s",
                     nargs + n_keywords);
        return -1;
    }
    for (Py_ssize_t i = 0; i < params->n; i++) {
        out[i] = i < nargs ? args[i] : NULL;
    }
    for (Py_ssize_t i = 0; i < n_keywords; i++) {
        if (keyword_arg(params, PyTuple_GET_ITEM(kwnames, i), args[nargs + i],
                        out) < 0) {
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < params->required; i++) {
        if (out[i] == NULL) {
            PyErr_Format(PyExc_TypeError,
                         "%s() missing required argument '%s' (pos %zd)",
                         params->func, params->names[i], i + 1);
            return -1;
        }
    }
    return 0;
}

es_cdata *
es_cdata_arg(const es_py *py, const char *func, PyObject *arg)
{
    if (es_is_cdata(py, arg)) {
        return (es_cdata *)arg;
    }
    PyErr_Format(PyExc_TypeError, "%s() argument 1 must be %s, not %s", func,
                 py->cdata_type->tp_name, Py_TYPE(arg)->tp_name);
    return NULL;
}

int
es_memory_open(const es_py *py, PyObject *arg, bool writable, es_memory *out)
{
    out->has_view = false;
    if (es_is_cdata(py, arg)) {
        const es_cdata *cd = (es_cdata *)arg;
        ec_kind kind = es_cdata_ctype(cd)->kind;

        if (kind != EC_KIND_POINTER && kind != EC_KIND_ARRAY) {
            PyErr_Format(PyExc_TypeError,
                         "expected a pointer or array ctype, got '%s'",
                         es_cdata_ctype(cd)->name);
            return -1;
        }
        out->data = cd->data;
        out->size = -1;
        return 0;
    }
    if (PyObject_GetBuffer(arg, &out->view,
                           writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) {
        return -1;
    }
    out->has_view = true;
    out->data = out->view.buf;
    out->size = out->view.len;
    return 0;
}

void
es_memory_close(es_memory *memory)
{
    if (memory->has_view) {
        PyBuffer_Release(&memory->view);
    }
}
