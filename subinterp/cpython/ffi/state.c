/* state.c - making and dropping the Python side of an interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/state.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/buffer.h"
#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/convert.h"
#include "subinterp/cpython/ffi/ctype.h"
#include "subinterp/cpython/ffi/dllib.h"
#include "subinterp/cpython/ffi/ffi.h"
#include "subinterp/cpython/ffi/ffi_handle.h"
#include "subinterp/cpython/ffi/lib.h"

#include <stdlib.h>

/* Key of the interpreter's dict; the value is a capsule of the same name. */
#define PY_STATE_KEY "libembed.state"

void
es_raise(ec_err *err, PyObject *exc)
{
    if (err->status == EMBED_E_NOMEM) {
        PyErr_NoMemory();
    } else {
        PyErr_SetString(exc, err->text);
    }
    ec_err_clear(err);
}

es_py *
es_py_current(void)
{
    PyObject *dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
    PyObject *capsule = NULL;

    if (dict != NULL) {
        capsule = PyDict_GetItemString(dict, PY_STATE_KEY); /* borrowed */
    }
    if (capsule == NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "libembed has ended in this interpreter");
        return NULL;
    }
    return PyCapsule_GetPointer(capsule, PY_STATE_KEY);
}

/* Lets es_py_current() find `py`, or nothing when it is NULL. */
static int
publish(es_py *py)
{
    PyObject *dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
    ES_OWNED PyObject *value = NULL;

    if (dict == NULL) {
        return PyErr_NoMemory(), -1;
    }
    if (py == NULL) {
        return PyDict_DelItemString(dict, PY_STATE_KEY);
    }
    value = PyCapsule_New(py, PY_STATE_KEY, NULL);
    return value != NULL ? PyDict_SetItemString(dict, PY_STATE_KEY, value) : -1;
}

/* Makes the C types and the names every ffi knows. */
static int
create_c_types(es_py *py)
{
    ec_err err = EC_ERR_INIT;
    ec_type *t;

    py->types = ec_types_create();
    py->scope = py->types != NULL ? ec_scope_create(py->types, NULL) : NULL;
    if (py->scope == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    t = ec_type_prim(py->types, EC_PRIM_VOID, &err);
    if (t != NULL) {
        py->type_void_ptr = ec_type_pointer(py->types, t, &err);
    }
    t = ec_type_prim(py->types, EC_PRIM_CHAR, &err);
    if (t != NULL) {
        py->type_char_ptr = ec_type_pointer(py->types, t, &err);
        py->type_char_array = ec_type_array(py->types, t, -1, &err);
    }
    if (py->type_void_ptr == NULL || py->type_char_ptr == NULL ||
        py->type_char_array == NULL) {
        es_raise(&err, PyExc_SystemError);
        return -1;
    }
    return 0;
}

/* Not of class Exception: code that goes on after errors must not go on. */
static int
create_interrupts(es_py *py)
{
    py->interrupted = PyErr_NewExceptionWithDoc(
        "embed.Interrupted", "The host has interrupted the call.",
        PyExc_BaseException, NULL);
    if (py->interrupted != NULL) {
        py->deadline_exceeded = PyErr_NewExceptionWithDoc(
            "embed.DeadlineExceeded", "The call has taken too long.",
            py->interrupted, NULL);
    }
    return py->deadline_exceeded == NULL ? -1 : 0;
}

static int
create_objects(es_py *py)
{
    if (create_c_types(py) < 0 || es_ctype_types_create(py) < 0 ||
        es_cdata_types_create(py) < 0 || es_buffer_type_create(py) < 0 ||
        es_ffi_type_create(py) < 0 || es_lib_types_create(py) < 0 ||
        es_dllib_type_create(py) < 0) {
        return -1;
    }
    py->ctypes = PyList_New(0);
    py->error = PyErr_NewException("ffi.error", NULL, NULL);
    if (py->ctypes == NULL || py->error == NULL) {
        return -1;
    }
    py->cdef_error = PyErr_NewException("embed.CDefError", py->error, NULL);
    if (create_interrupts(py) < 0) {
        return -1;
    }
    py->null = es_cdata_new(py, py->type_void_ptr, NULL);
    if (py->cdef_error == NULL || py->null == NULL ||
        es_ffi_objects_add(py) < 0 || publish(py) < 0) {
        return -1;
    }
    return es_embed_module_create(py);
}

es_py *
es_py_create(void)
{
    es_py *py = calloc(1, sizeof(*py));

    if (py == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    py->refs = 1;
    if (create_objects(py) < 0) {
        PyObject *exc = PyErr_GetRaisedException();

        es_py_destroy(py);
        PyErr_SetRaisedException(exc); /* steals exc */
        return NULL;
    }
    return py;
}

void
es_py_destroy(es_py *py)
{
    if (py == NULL) {
        return;
    }
    if (publish(NULL) < 0) {
        PyErr_Clear(); /* never published */
    }
    es_pyexts_drop(py);
    es_embed_module_destroy(py);
    es_ffi_objects_drop(py);
    /* The list goes first: what asks for a type from here on is on its own. */
    Py_CLEAR(py->ctypes);
    Py_CLEAR(py->null);
    es_py_unref(py);
}

void
es_py_unref(es_py *py)
{
    PyTypeObject *types[] = {
        py->dllib_type,  py->lib_func_type, py->lib_type,   py->ffi_type,
        py->buffer_type, py->iter_type,     py->keep_type,  py->own_type,
        py->cdata_type,  py->field_type,    py->ctype_type,
    };

    if (--py->refs > 0) {
        return;
    }
    es_cdata_drain(py);
    Py_XDECREF(py->deadline_exceeded);
    Py_XDECREF(py->interrupted);
    Py_XDECREF(py->cdef_error);
    Py_XDECREF(py->error);
    es_handles_fini(&py->handles);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        Py_XDECREF(types[i]);
    }
    for (size_t i = 0; i < py->n_tables; i++) {
        ec_table_close(py->tables[i]);
    }
    free(py->tables);
    ec_scope_destroy(py->scope);
    ec_types_destroy(py->types);
    free(py);
}
