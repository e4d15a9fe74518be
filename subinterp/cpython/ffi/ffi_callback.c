/* ffi_callback.c - ffi.callback(): C function pointers made of callables.
 *
 * The pointer may be called on any thread: the call enters the interpreter
 * that the callback was made in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_callback.h"

#include "subinterp/cpython/ffi/above.h"

#include "core/types/ccall.h"
#include "subinterp/cpython/ffi/ffi_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments of a call that need no heap. */
#define CALLBACK_FEW_ARGS 16

struct es_callback {
    es_cdata_keep *self; /* borrowed: the cdata owns this */
    ec_type *fn;         /* function type */
    es_interp *interp;   /* NULL: an interpreter that is not ours to enter */
    PyInterpreterState *state;
    ec_closure *closure;
    void *error; /* error= converted, or NULL: zero bytes */
};

/* --- entering ------------------------------------------------------------ */

/* Attaches this thread.  Without an instance that works only where a call out
 * of the same interpreter came from. */
static bool
callback_enter(const es_callback *cb, es_entry *entry)
{
    const es_released *released = es_tls_self.released;
    ec_err err = EC_ERR_INIT;

    if (cb->interp != NULL) {
        if (es_enter_interp(cb->interp, entry, &err) == EMBED_OK) {
            return true;
        }
    } else if (released != NULL &&
               PyThreadState_GetInterpreter(released->tstate) == cb->state) {
        PyEval_RestoreThread(released->tstate);
        return true;
    } else {
        (void)ec_fail(&err, EMBED_E_STATE, "this thread cannot enter Python");
    }
    (void)fprintf(stderr, "libembed: callback of type '%s' called, but %s\n",
                  cb->fn->name, err.text);
    ec_err_clear(&err);
    return false;
}

static void
callback_leave(const es_callback *cb, es_entry *entry)
{
    if (cb->interp != NULL) {
        es_leave(entry);
    } else {
        (void)PyEval_SaveThread();
    }
}

/* --- failures ------------------------------------------------------------ */

static void
error_value(const es_callback *cb, void *result)
{
    ptrdiff_t size = cb->fn->result->size;

    if (size <= 0) {
        return;
    }
    if (cb->error != NULL) {
        memcpy(result, cb->error, (size_t)size);
    } else {
        memset(result, 0, (size_t)size);
    }
}

static int
convert_result(const es_callback *cb, void *result, PyObject *value)
{
    if (cb->fn->result->kind == EC_KIND_VOID) {
        if (value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "callback with the return type "
                                             "'void' must return None");
            return -1;
        }
        return 0;
    }
    return es_to_c(cb->self->head.type->py, cb->fn->result, result, value);
}

/* Reports the exception `exc` (stolen) in the words of a callback. */
static void
report(PyObject *exc, PyObject *what)
{
    PyErr_SetRaisedException(exc); /* steals exc */
    es_write_unraisable(what);
    PyErr_Clear();
}

/* Asks onerror for a value.  True when it is in `result`, or when onerror
 * said to use the error value; false with onerror's own exception set. */
static bool
ask_onerror(const es_callback *cb, PyObject *exc, void *result)
{
    ES_OWNED PyObject *traceback = PyException_GetTraceback(exc);
    ES_OWNED PyObject *value = PyObject_CallFunctionObjArgs(
        cb->self->extra, (PyObject *)Py_TYPE(exc), exc,
        traceback != NULL ? traceback : Py_None, NULL);

    if (value == NULL) {
        return false;
    }
    error_value(cb, result);
    return value == Py_None || convert_result(cb, result, value) == 0;
}

/* Ends a failed call: the exception is set. */
static void
callback_failed(const es_callback *cb, bool at_result, void *result)
{
    ES_OWNED PyObject *exc = PyErr_GetRaisedException();
    ES_OWNED PyObject *what = NULL;
    PyObject *second = NULL;

    if (cb->self->extra != NULL) {
        if (ask_onerror(cb, exc, result)) {
            return;
        }
        second = PyErr_GetRaisedException();
    }
    what = PyUnicode_FromFormat(
        "from libembed callback %R%s", cb->self->owner,
        at_result ? ", trying to convert the result back to C" : "");
    if (what == NULL) {
        PyErr_Clear();
    }
    report(es_take(&exc), what);
    if (second != NULL) {
        ES_OWNED PyObject *during = PyUnicode_FromString(
            "during handling of the above exception by 'onerror'");

        report(second, during);
    }
    error_value(cb, result);
}

/* --- the call ------------------------------------------------------------ */

/* Calls the callable; args[n_args] is room for its arguments. */
static void
callback_run(const es_callback *cb, PyObject **args, void *result,
             void **values)
{
    es_py *py = cb->self->head.type->py;
    size_t n = cb->fn->n_args;
    size_t made = 0;
    ES_OWNED PyObject *callable = Py_XNewRef(cb->self->owner);
    PyObject *value = NULL;

    for (; made < n; made++) {
        args[made] = es_from_c(py, cb->fn->args[made], values[made]);
        if (args[made] == NULL) {
            break;
        }
    }
    if (made == n && callable == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the callback is being collected");
    } else if (made == n) {
        value = PyObject_Vectorcall(callable, args, n, NULL);
    }
    if (value == NULL) {
        callback_failed(cb, false, result);
    } else if (convert_result(cb, result, value) < 0) {
        callback_failed(cb, true, result);
    }
    Py_XDECREF(value);
    while (made > 0) {
        Py_DECREF(args[--made]);
    }
}

/* ec_closure_fn: where C arrives. */
static void
callback_call(void *arg, void *result, void **values)
{
    int caller_errno = errno;
    es_callback *cb = arg;
    PyObject *few[CALLBACK_FEW_ARGS];
    PyObject **args = few;
    es_entry entry;

    if (cb->fn->n_args > CALLBACK_FEW_ARGS) {
        args = malloc(cb->fn->n_args * sizeof(PyObject *));
    }
    if (args == NULL || !callback_enter(cb, &entry)) {
        error_value(cb, result);
    } else {
        /* The callback may be dropped by the code that it runs. */
        es_callback here = *cb;
        ES_OWNED PyObject *self = Py_NewRef((PyObject *)cb->self);

        es_tls_self.py_errno = caller_errno;
        callback_run(&here, args, result, values);
        Py_CLEAR(self);
        callback_leave(&here, &entry);
        caller_errno = es_tls_self.py_errno;
    }
    if (args != few) {
        free(args);
    }
    errno = caller_errno;
}

/* --- making -------------------------------------------------------------- */

void
es_callback_free(es_callback *cb)
{
    if (cb != NULL) {
        ec_closure_destroy(cb->closure);
        free(cb->error);
        free(cb);
    }
}

/* Converts error= now: its mistakes are the maker's. */
static int
callback_set_error(es_py *py, es_callback *cb, PyObject *error)
{
    ec_type *type = cb->fn->result;

    if (error == NULL || error == Py_None || type->size <= 0) {
        return 0;
    }
    cb->error = calloc(1, (size_t)type->size);
    if (cb->error == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return es_to_c(py, type, cb->error, error);
}

static PyObject *
callback_new(es_py *py, ec_type *type, PyObject *const *arg)
{
    ES_OWNED PyObject *cd = NULL;
    es_callback *cb = calloc(1, sizeof(*cb));
    es_cdata_keep *keep;
    ec_err err = EC_ERR_INIT;

    if (cb == NULL) {
        return PyErr_NoMemory();
    }
    keep = es_cdata_keep_new(py, type, NULL, -1, ES_KEEP_CALLBACK, arg[1]);
    if (keep == NULL) {
        free(cb);
        return NULL;
    }
    cd = (PyObject *)keep;
    keep->view = cb;
    keep->extra =
        arg[3] == NULL || arg[3] == Py_None ? NULL : Py_NewRef(arg[3]);
    cb->self = keep;
    cb->fn = type->item;
    cb->state = PyInterpreterState_Get();
    cb->interp = es_interp_find(cb->state);
    if (es_type_ready(py, cb->fn->result) < 0 ||
        callback_set_error(py, cb, arg[2]) < 0) {
        return NULL;
    }
    if (ec_closure_create(py->types, cb->fn, callback_call, cb, &cb->closure,
                          &err) != EMBED_OK) {
        es_raise(&err, PyExc_NotImplementedError);
        return NULL;
    }
    keep->head.data = ec_closure_code(cb->closure);
    return es_take(&cd);
}

static int
check_callable(PyObject *x, const char *what)
{
    if (x == NULL || PyCallable_Check(x)) {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "expected a callable object%s, not %s", what,
                 Py_TYPE(x)->tp_name);
    return -1;
}

/* The decorator: self is (ffi, ctype, error, onerror). */
static PyObject *
callback_decorate(PyObject *self, PyObject *callable)
{
    es_ffi *ffi = (es_ffi *)PyTuple_GET_ITEM(self, 0);
    const es_ctype *ct = (es_ctype *)PyTuple_GET_ITEM(self, 1);
    PyObject *arg[4] = {NULL, callable, PyTuple_GET_ITEM(self, 2),
                        PyTuple_GET_ITEM(self, 3)};

    return check_callable(callable, "") < 0
               ? NULL
               : callback_new(ffi->py, ct->type, arg);
}

static PyMethodDef decorator_def = {"callback", callback_decorate, METH_O,
                                    NULL};

static PyObject *
callback_decorator(es_ffi *ffi, ec_type *type, PyObject *const *arg)
{
    ES_OWNED PyObject *ct = (PyObject *)es_ctype_ref(ffi->py, type);
    ES_OWNED PyObject *self = NULL;

    if (ct == NULL) {
        return NULL;
    }
    self =
        PyTuple_Pack(4, (PyObject *)ffi, ct, arg[2] != NULL ? arg[2] : Py_None,
                     arg[3] != NULL ? arg[3] : Py_None);
    return self != NULL ? PyCFunction_New(&decorator_def, self) : NULL;
}

ES_FFI_METHOD(callback)
{
    static const es_params params = {
        "callback", {"cdecl", "python_callable", "error", "onerror"}, 4, 1};
    PyObject *arg[4];
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg[0], ES_ARG_FUNCTION);
    if (type == NULL) {
        return NULL;
    }
    if (!es_type_is_function_pointer(type)) {
        PyErr_Format(PyExc_TypeError, "expected a function ctype, got '%s'",
                     type->name);
        return NULL;
    }
    if (arg[3] != Py_None && check_callable(arg[3], " for 'onerror'") < 0) {
        return NULL;
    }
    if (arg[1] == NULL || arg[1] == Py_None) {
        return callback_decorator(ffi, type, arg);
    }
    return check_callable(arg[1], "") < 0 ? NULL
                                          : callback_new(ffi->py, type, arg);
}
