/* ffi_dlopen.c - ffi.dlopen() and ffi.dlclose().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/dllib.h"

#include <dlfcn.h>
#include <limits.h>

/* Reads the argument `flags`.  0, or -1 with an exception set. */
static int
open_flags(PyObject *arg, int *out)
{
    long flags = arg != NULL ? PyLong_AsLong(arg) : 0;

    if (flags == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (flags > INT_MAX || flags < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError,
                        "dlopen() flags are too large for an int");
        return -1;
    }
    *out = (int)flags;
    if ((*out & (RTLD_LAZY | RTLD_NOW)) == 0) {
        *out |= RTLD_NOW;
    }
    return 0;
}

/* A handle that somebody else opened and closes. */
static PyObject *
lib_of_handle(es_ffi *ffi, const es_cdata *cd)
{
    ES_OWNED PyObject *name = NULL;

    if (es_cdata_ctype(cd) != ffi->py->type_void_ptr) {
        PyErr_Format(PyExc_TypeError,
                     "dlopen() takes a file name or 'void *' handle, not '%s'",
                     es_cdata_ctype(cd)->name);
        return NULL;
    }
    if (cd->data == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "cannot call dlopen(NULL)");
        return NULL;
    }
    name = PyUnicode_FromFormat("%p", (void *)cd->data);
    return name != NULL ? es_dllib_new(ffi, name, cd->data, false) : NULL;
}

/* Opens a library.
 * @param path   NULL: the program itself
 * @param shown  the name for messages */
static PyObject *
lib_open(es_ffi *ffi, const char *path, PyObject *shown, int flags)
{
    es_released released;
    PyObject *lib;
    void *handle;

    es_gil_release(&released);
    handle = dlopen(path, flags);
    es_gil_regain(&released);
    if (handle == NULL) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one per thread
        const char *why = dlerror();

        PyErr_Format(PyExc_OSError, "cannot load library '%U': %s", shown,
                     why != NULL ? why : "it is not loaded");
        return NULL;
    }
    lib = es_dllib_new(ffi, shown, handle, true);
    if (lib == NULL) {
        (void)dlclose(handle);
    }
    return lib;
}

ES_FFI_METHOD(dlopen)
{
    static const es_params params = {"dlopen", {"name", "flags"}, 2, 0};
    ES_OWNED PyObject *path = NULL;
    ES_OWNED PyObject *shown = NULL;
    PyObject *arg[2];
    int flags;

    if (es_args(&params, args, nargs, kwnames, arg) < 0 ||
        open_flags(arg[1], &flags) < 0) {
        return NULL;
    }
    if (arg[0] == NULL || arg[0] == Py_None) {
        shown = PyUnicode_FromString("<None>");
        return shown != NULL ? lib_open(ffi, NULL, shown, flags) : NULL;
    }
    if (es_is_cdata(ffi->py, arg[0])) {
        return lib_of_handle(ffi, (es_cdata *)arg[0]);
    }
    if (!PyUnicode_FSConverter(arg[0], &path)) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError,
                         "dlopen(name): name must be a file name, None, or an "
                         "already-opened 'void *' handle, not %.200s",
                         Py_TYPE(arg[0])->tp_name);
        }
        return NULL;
    }
    shown = PyUnicode_DecodeFSDefault(PyBytes_AS_STRING(path));
    return shown != NULL ? lib_open(ffi, PyBytes_AS_STRING(path), shown, flags)
                         : NULL;
}

ES_FFI_METHOD(dlclose)
{
    static const es_params params = {"dlclose", {"lib"}, 1, 1};
    PyObject *lib;

    if (es_args(&params, args, nargs, kwnames, &lib) < 0) {
        return NULL;
    }
    if (!es_is_lib(ffi->py, lib)) {
        PyErr_Format(PyExc_TypeError,
                     "argument 1 must be libembed.Lib, not %.200s",
                     Py_TYPE(lib)->tp_name);
        return NULL;
    }
    /* The lib of an extension has nothing to close. */
    if (Py_TYPE(lib) == ffi->py->dllib_type && es_dllib_close(lib) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
