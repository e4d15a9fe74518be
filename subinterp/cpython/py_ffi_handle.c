/* py_ffi_handle.c - ffi.new_handle() and ffi.from_handle(): Python objects as
 * void pointers.
 *
 * A handle is the address of its cdata.  py->handles knows those alive, so
 * that a dead one is refused and not followed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/py_ffi.h"

ES_FFI_METHOD(new_handle)
{
    static const es_params params = {"new_handle", {"x"}, 1, 1};
    es_py *py = ffi->py;
    ES_OWNED PyObject *key = NULL;
    ES_OWNED PyObject *cd = NULL;
    es_cdata_keep *keep;
    PyObject *arg;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    keep =
        es_cdata_keep_new(py, py->type_void_ptr, NULL, -1, ES_KEEP_HANDLE, arg);
    cd = (PyObject *)keep;
    if (keep == NULL) {
        return NULL;
    }
    keep->head.data = (char *)keep;
    key = PyLong_FromVoidPtr(keep);
    if (key == NULL || PySet_Add(py->handles, key) < 0) {
        return NULL;
    }
    return es_take(&cd);
}

void
es_handle_forget(es_cdata_keep *keep)
{
    es_py *py = es_cdata_py(&keep->head);
    PyObject *pending = PyErr_GetRaisedException();
    ES_OWNED PyObject *key = PyLong_FromVoidPtr(keep);

    if (key == NULL || PySet_Discard(py->handles, key) < 0) {
        PyErr_Clear();
    }
    PyErr_SetRaisedException(pending); /* steals pending */
}

ES_FFI_METHOD(from_handle)
{
    static const es_params params = {"from_handle", {"x"}, 1, 1};
    ES_OWNED PyObject *key = NULL;
    PyObject *arg;
    const es_cdata *cd;
    const ec_type *type;
    int is_alive;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    if (!es_is_cdata(ffi->py, arg)) {
        PyErr_SetString(PyExc_TypeError, "expected a 'cdata' object");
        return NULL;
    }
    cd = (es_cdata *)arg;
    type = es_cdata_ctype(cd);
    if (type != ffi->py->type_void_ptr && type != ffi->py->type_char_ptr) {
        PyErr_Format(PyExc_TypeError,
                     "expected a 'cdata' object with a 'void *' out of "
                     "new_handle(), got '%s'",
                     type->name);
        return NULL;
    }
    if (cd->data == NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "cannot use from_handle() on NULL pointer");
        return NULL;
    }
    key = PyLong_FromVoidPtr(cd->data);
    is_alive = key != NULL ? PySet_Contains(ffi->py->handles, key) : -1;
    if (is_alive <= 0) {
        if (is_alive == 0) {
            PyErr_Format(PyExc_RuntimeError,
                         "from_handle(): %R is not a handle that is alive in "
                         "this interpreter",
                         arg);
        }
        return NULL;
    }
    return Py_NewRef(((es_cdata_keep *)(void *)cd->data)->owner);
}
