/* ffi_once.c - ffi.init_once(): a function that runs once for each tag.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"

/* ffi->once: tag -> a lock while nobody has succeeded, then a tuple of the
 * result. */

/* The entry of a tag, with a new lock when there was none; new reference. */
static PyObject *
once_entry(es_ffi *ffi, PyObject *tag)
{
    ES_OWNED PyObject *module = NULL;
    ES_OWNED PyObject *lock = NULL;
    PyObject *entry;

    if (ffi->once == NULL) {
        ffi->once = PyDict_New();
        if (ffi->once == NULL) {
            return NULL;
        }
    }
    entry = PyDict_GetItemWithError(ffi->once, tag); /* borrowed */
    if (entry != NULL || PyErr_Occurred()) {
        return Py_XNewRef(entry);
    }
    module = PyImport_ImportModule("_thread");
    if (module == NULL) {
        return NULL;
    }
    lock = PyObject_CallMethod(module, "RLock", NULL);
    if (lock == NULL) {
        return NULL;
    }
    /* Another thread may have put its lock there meanwhile: the first stays. */
    return Py_XNewRef(PyDict_SetDefault(ffi->once, tag, lock));
}

/* Runs `func` under the tag's lock, unless another thread just did. */
static PyObject *
once_run(es_ffi *ffi, PyObject *func, PyObject *tag)
{
    PyObject *entry = PyDict_GetItemWithError(ffi->once, tag); /* borrowed */
    ES_OWNED PyObject *result = NULL;
    ES_OWNED PyObject *done = NULL;

    if (entry == NULL || PyTuple_CheckExact(entry)) {
        return entry != NULL ? Py_NewRef(PyTuple_GET_ITEM(entry, 0)) : NULL;
    }
    result = PyObject_CallNoArgs(func);
    if (result == NULL) {
        return NULL;
    }
    done = PyTuple_Pack(1, result);
    if (done == NULL || PyDict_SetItem(ffi->once, tag, done) < 0) {
        return NULL;
    }
    return es_take(&result);
}

ES_FFI_METHOD(init_once)
{
    static const es_params params = {"init_once", {"func", "tag"}, 2, 2};
    ES_OWNED PyObject *lock = NULL;
    ES_OWNED PyObject *taken = NULL;
    ES_OWNED PyObject *released = NULL;
    ES_OWNED PyObject *result = NULL;
    PyObject *raised;
    PyObject *arg[2];

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    lock = once_entry(ffi, arg[1]);
    if (lock == NULL) {
        return NULL;
    }
    if (PyTuple_CheckExact(lock)) {
        return Py_NewRef(PyTuple_GET_ITEM(lock, 0));
    }
    taken = PyObject_CallMethod(lock, "acquire", NULL);
    if (taken == NULL) {
        return NULL;
    }
    result = once_run(ffi, arg[0], arg[1]);
    raised = PyErr_GetRaisedException();
    released = PyObject_CallMethod(lock, "release", NULL);
    if (raised != NULL) {
        PyErr_SetRaisedException(raised); /* steals raised */
    }
    return released != NULL ? es_take(&result) : NULL;
}
