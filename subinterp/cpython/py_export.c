/* py_export.c - Python functions behind exported C functions.
 *
 * The plan of a call is made when the function is attached; a call then runs
 * through it without looking at types again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/py_export.h"

#include "subinterp/cpython/py_error.h"
#include "subinterp/cpython/py_guard.h"
#include "subinterp/cpython/py_init.h"
#include "subinterp/cpython/py_lib.h"
#include "subinterp/cpython/py_scalar.h"

#include <stdlib.h>
#include <string.h>

/* Arguments of a call that need no heap. */
#define STACK_ARGS 16

#define SLOT_SIZE 8

struct es_attached {
    size_t refs; /* the extension's, and one for each call in progress */
    es_py *py;   /* counted */
    struct embed_plugin *plugin;
    const struct embed_export *export;
    PyObject *callable; /* owned */
    /* How to call it: a Python function's own entry, which saves what
     * PyObject_Vectorcall() does around it. It may change: read each time. */
    const vectorcallfunc *entry;
    PyObject *onerror; /* owned, or NULL */
    void *error;       /* error= converted: size_of_result bytes; or NULL */
    es_arg result;
    size_t n_args;
    es_arg args[];
};

/* --- life ---------------------------------------------------------------- */

static void
attached_destroy(es_attached *fn)
{
    es_py *py = fn->py;

    Py_XDECREF(fn->callable);
    Py_XDECREF(fn->onerror);
    free(fn->error);
    free(fn);
    es_py_unref(py);
}

void
es_attached_unref(es_attached *fn)
{
    if (fn != NULL && --fn->refs == 0) {
        attached_destroy(fn);
    }
}

/* Makes the plan for functions of `type`; nothing is attached yet. */
static es_attached *
attached_create(es_pyext *ext, const struct embed_export *export,
                const ec_type *type)
{
    size_t size = sizeof(es_attached) + type->n_args * sizeof(es_arg);
    es_attached *fn = calloc(1, size);

    if (fn == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    fn->refs = 1;
    fn->py = es_py_ref(ext->py);
    fn->plugin = ext->plugin;
    fn->export = export;
    fn->result = (es_arg){es_op_of(type->result), type->result};
    fn->n_args = type->n_args;
    for (size_t i = 0; i < type->n_args; i++) {
        fn->args[i] = (es_arg){es_op_of(type->args[i]), type->args[i]};
    }
    return fn;
}

/* --- failures ------------------------------------------------------------ */

typedef enum fail_at {
    FAIL_ARGS,
    FAIL_CALL,
    FAIL_RESULT,
} fail_at;

/* Writes the value that says "failed": error=, else the declared one. */
static void
error_value(const es_attached *fn, char *buffer)
{
    size_t size = fn->export->externpy.size_of_result;
    const void *value = fn->error != NULL ? fn->error : fn->export->failure;

    if (size == 0) {
        return;
    }
    if (value != NULL) {
        memcpy(buffer, value, size);
    } else {
        memset(buffer, 0, size);
    }
}

/* Reports `exc`, which `err` describes, with the text of rule D5. */
static void
report(const es_attached *fn, PyObject *exc, fail_at at, const ec_err *err)
{
    const char *more =
        at == FAIL_RESULT ? ", trying to convert the result back to C" : "";
    ES_OWNED PyObject *what =
        PyUnicode_FromFormat("from libembed callback %R%s", fn->callable, more);

    if (what == NULL) {
        PyErr_Clear();
        what = PyUnicode_FromFormat("from libembed callback <%s object>%s",
                                    Py_TYPE(fn->callable)->tp_name, more);
    }
    PyErr_Clear();
    es_report_ignored(exc, what, err->traceback);
}

/* Reports the exception that onerror itself raised. */
static void
report_onerror(PyObject *exc)
{
    ec_err err = EC_ERR_INIT;
    ES_OWNED PyObject *what = PyUnicode_FromString(
        "during handling of the above exception by 'onerror'");

    PyErr_Clear();
    (void)es_err_from_object(&err, EMBED_E_EXCEPTION, NULL, exc);
    es_report_ignored(exc, what, err.traceback);
    ec_err_clear(&err);
}

/* Converts a result; memory that it does not mention is zero. */
static int
result_convert(const es_attached *fn, char *buffer, PyObject *value)
{
    if (fn->result.op == ES_OP_VOID) {
        if (value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "callback with the return type "
                                             "'void' must return None");
            return -1;
        }
        return 0;
    }
    memset(buffer, 0, fn->export->externpy.size_of_result);
    return es_to_c(fn->py, fn->result.type, buffer, value);
}

/* What onerror came to. */
typedef enum answer {
    ANSWER_VALUE, /* its value is in the buffer */
    ANSWER_NONE,  /* it left the error value to us */
    ANSWER_RAISED,
} answer;

/* Asks onerror what to do about `exc`.  Sets *out_second to what it raised. */
static answer
ask_onerror(const es_attached *fn, PyObject *exc, char *buffer,
            PyObject **out_second)
{
    ES_OWNED PyObject *traceback = PyException_GetTraceback(exc);
    ES_OWNED PyObject *value = PyObject_CallFunctionObjArgs(
        fn->onerror, (PyObject *)Py_TYPE(exc), exc,
        traceback == NULL ? Py_None : traceback, NULL);

    if (value == Py_None) {
        return ANSWER_NONE;
    }
    if (value != NULL && result_convert(fn, buffer, value) == 0) {
        return ANSWER_VALUE;
    }
    *out_second = PyErr_GetRaisedException();
    return ANSWER_RAISED;
}

/* Ends a call whose exception is set: see es_attached_call(). */
__attribute__((cold, noinline)) static embed_status
attached_fail(const es_attached *fn, fail_at at, char *buffer, ec_err *err)
{
    ec_err full = EC_ERR_INIT;
    ES_OWNED PyObject *second = NULL;

    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "failed without an exception");
    }
    ES_OWNED PyObject *exc = PyErr_GetRaisedException();
    answer got = ANSWER_RAISED;
    if (fn->onerror != NULL) {
        got = ask_onerror(fn, exc, buffer, &second);
        if (got == ANSWER_VALUE) {
            return EMBED_OK;
        }
    }
    es_source_show(fn->plugin);
    embed_status status = es_err_from_object(
        &full, at == FAIL_CALL ? EMBED_E_EXCEPTION : EMBED_E_CONVERT, NULL,
        exc);
    es_guard_hint_add(exc, &full);
    if (got == ANSWER_RAISED) {
        report(fn, exc, at, &full);
    }
    if (second != NULL) {
        report_onerror(second);
    }
    error_value(fn, buffer);
    (void)ec_err_copy(err, &full);
    ec_err_clear(&full);
    return status;
}

/* --- the call ------------------------------------------------------------ */

/* Calls the function with arguments out of `buffer`.  args[-1] is free for
 * the callee. */
static inline embed_status
attached_run(es_attached *fn, PyObject **args, char *buffer, ec_err *err)
{
    size_t n = fn->n_args;
    size_t made = 0;
    PyObject *value = NULL;

    for (; made < n; made++) {
        args[made] =
            es_op_load_slot(fn->py, fn->args[made], buffer + SLOT_SIZE * made);
        if (args[made] == NULL) {
            break;
        }
    }
    if (made == n) {
        value = (*fn->entry)(fn->callable, args,
                             n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }
    embed_status status = EMBED_OK;
    if (value == NULL) {
        status =
            attached_fail(fn, made == n ? FAIL_CALL : FAIL_ARGS, buffer, err);
    } else {
        if (!es_op_store(fn->py, fn->result, buffer, value) &&
            result_convert(fn, buffer, value) < 0) {
            status = attached_fail(fn, FAIL_RESULT, buffer, err);
        }
        Py_DECREF(value);
    }
    while (made > 0) {
        Py_DECREF(args[--made]);
    }
    return status;
}

/* A call with more arguments than the stack is used for. */
__attribute__((noinline)) static embed_status
attached_run_many(es_attached *fn, char *buffer, ec_err *err)
{
    PyObject **args = calloc(fn->n_args + 1, sizeof *args);

    if (args == NULL) {
        PyErr_NoMemory();
        return attached_fail(fn, FAIL_ARGS, buffer, err);
    }
    embed_status status = attached_run(fn, args + 1, buffer, err);
    free(args);
    return status;
}

embed_status
es_attached_call(es_attached *fn, char *buffer, ec_err *err)
{
    embed_status status;

    fn->refs++;
    if (fn->n_args <= STACK_ARGS) {
        PyObject *args[1 + STACK_ARGS];

        status = attached_run(fn, args + 1, buffer, err);
    } else {
        status = attached_run_many(fn, buffer, err);
    }
    es_attached_unref(fn);
    return status;
}

/* --- ffi.def_extern() ---------------------------------------------------- */

/* What the decorator keeps, as items of a tuple. */
enum {
    DECO_FFI,
    DECO_NAME,
    DECO_ERROR,
    DECO_ONERROR,
    DECO_COUNT,
};

/* Finds the export called `name`.  Returns its index, or -1. */
static ptrdiff_t
export_find(const struct embed_plugin *plugin, const char *name)
{
    for (size_t i = 0; i < plugin->num_exports; i++) {
        const char *full = plugin->exports[i]->externpy.name;
        const char *dot = strrchr(full, '.');

        if (strcmp(dot == NULL ? full : dot + 1, name) == 0) {
            return (ptrdiff_t)i;
        }
    }
    return -1;
}

/* Returns the function type of a name of lib, or NULL with an exception. */
static const ec_type *
export_type(const es_ffi *ffi, const char *name)
{
    int i = ec_table_global(ffi->table, name, strlen(name));
    ec_err err = EC_ERR_INIT;
    ec_type *type = NULL;

    if (i < 0) {
        (void)ec_fail(&err, EMBED_E_ABI, "export '%s' is not in the tables",
                      name);
    } else {
        const struct embed_global *g = &ffi->ext->plugin->context->globals[i];

        (void)ec_table_type(ffi->table, es_opcode_arg(g->type_op), &type, &err);
    }
    if (type != NULL && type->kind == EC_KIND_POINTER) {
        type = type->item;
    }
    if (type != NULL && type->kind != EC_KIND_FUNCTION) {
        (void)ec_fail(&err, EMBED_E_ABI, "export '%s' is not a function", name);
        type = NULL;
    }
    if (type == NULL) {
        es_raise(&err, ffi->py->error);
    }
    return type;
}

/* Raises ffi.error for a name that cannot be attached to. */
static void
raise_unknown(const es_ffi *ffi, PyObject *name)
{
    PyErr_Format(ffi->py->error,
                 "ffi.def_extern('%U'): no 'extern \"Python\"' function with "
                 "this name",
                 name);
}

/* Keeps error= as bytes of the result type.  0, or -1 with an exception. */
static int
attach_error(es_attached *fn, PyObject *error)
{
    size_t size = fn->export->externpy.size_of_result;

    if (error == Py_None) {
        return 0;
    }
    /* Room for a long double's padding, and never of size 0. */
    fn->error = calloc(1, size < 16 ? 16 : size);
    if (fn->error == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return result_convert(fn, fn->error, error);
}

/* Where the function to call `callable` with is kept. */
static const vectorcallfunc *
entry_of(PyObject *callable)
{
    static const vectorcallfunc any = PyObject_Vectorcall;

    return PyFunction_Check(callable)
               ? &((PyFunctionObject *)callable)->vectorcall
               : &any;
}

/* Makes the es_attached for `function` and puts it in place of the old one. */
static int
attach(es_ffi *ffi, PyObject *deco, PyObject *name, PyObject *function)
{
    const char *text = PyUnicode_AsUTF8(name);
    ptrdiff_t index;
    const ec_type *type;

    if (text == NULL) {
        return -1;
    }
    index = ffi->ext == NULL ? -1 : export_find(ffi->ext->plugin, text);
    if (index < 0) {
        raise_unknown(ffi, name);
        return -1;
    }
    type = export_type(ffi, text);
    if (type == NULL) {
        return -1;
    }
    es_attached *fn =
        attached_create(ffi->ext, ffi->ext->plugin->exports[index], type);
    if (fn == NULL ||
        attach_error(fn, PyTuple_GET_ITEM(deco, DECO_ERROR)) < 0) {
        es_attached_unref(fn);
        return -1;
    }
    PyObject *onerror = PyTuple_GET_ITEM(deco, DECO_ONERROR);
    fn->onerror = onerror == Py_None ? NULL : Py_NewRef(onerror);
    fn->callable = Py_NewRef(function);
    fn->entry = entry_of(function);

    es_attached *old = ffi->ext->attached[index];
    ffi->ext->attached[index] = fn;
    es_attached_unref(old);
    return 0;
}

/* The decorator: attaches `function` and returns it. */
static PyObject *
decorate(PyObject *deco, PyObject *function)
{
    ES_OWNED PyObject *name = Py_NewRef(PyTuple_GET_ITEM(deco, DECO_NAME));
    es_ffi *ffi = (es_ffi *)PyTuple_GET_ITEM(deco, DECO_FFI);

    if (name == Py_None) {
        Py_SETREF(name, PyObject_GetAttrString(function, "__name__"));
    }
    if (name == NULL) {
        return NULL;
    }
    if (!PyCallable_Check(function)) {
        return PyErr_Format(PyExc_TypeError,
                            "expected a callable object, not %.200s",
                            Py_TYPE(function)->tp_name);
    }
    if (!PyUnicode_Check(name)) {
        return PyErr_Format(PyExc_TypeError,
                            "the function's __name__ must be a str, not "
                            "%.200s",
                            Py_TYPE(name)->tp_name);
    }
    return attach(ffi, deco, name, function) < 0 ? NULL : Py_NewRef(function);
}

static const PyMethodDef decorator_method = {
    "def_extern", decorate, METH_O,
    "Attaches a function to the exported C function."};

/* Checks the arguments as far as they can be without the function. */
static int
deco_check(PyObject *name, PyObject *onerror)
{
    if (name != Py_None && !PyUnicode_Check(name)) {
        if (PyCallable_Check(name)) {
            PyErr_SetString(PyExc_TypeError,
                            "@ffi.def_extern needs parentheses: write "
                            "@ffi.def_extern()");
        } else {
            PyErr_Format(PyExc_TypeError,
                         "def_extern() argument 'name' must be str or None, "
                         "not %.200s",
                         Py_TYPE(name)->tp_name);
        }
        return -1;
    }
    if (onerror != Py_None && !PyCallable_Check(onerror)) {
        PyErr_Format(PyExc_TypeError,
                     "expected a callable object for 'onerror', not %.200s",
                     Py_TYPE(onerror)->tp_name);
        return -1;
    }
    return 0;
}

/* Sorts positional and keyword arguments into out[3]; borrowed references. */
static int
deco_args(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
          PyObject **out)
{
    static const char *const names[] = {"name", "error", "onerror"};
    Py_ssize_t n_kw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);

    if (nargs > 3) {
        PyErr_Format(PyExc_TypeError,
                     "def_extern() takes at most 3 arguments (%zd given)",
                     nargs);
        return -1;
    }
    for (Py_ssize_t i = 0; i < 3; i++) {
        out[i] = i < nargs ? args[i] : NULL;
    }
    for (Py_ssize_t k = 0; k < n_kw; k++) {
        PyObject *key = PyTuple_GET_ITEM(kwnames, k);
        int i = 0;

        while (i < 3 && PyUnicode_CompareWithASCIIString(key, names[i]) != 0) {
            i++;
        }
        if (i == 3 || out[i] != NULL) {
            PyErr_Format(PyExc_TypeError,
                         i == 3 ? "def_extern() got an unexpected keyword "
                                  "argument '%U'"
                                : "def_extern() got multiple values for "
                                  "argument '%U'",
                         key);
            return -1;
        }
        out[i] = args[nargs + k];
    }
    for (int i = 0; i < 3; i++) {
        out[i] = out[i] == NULL ? Py_None : out[i];
    }
    return 0;
}

PyObject *
es_ffi_def_extern(PyObject *ffi, PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    PyObject *values[3];

    if (deco_args(args, nargs, kwnames, values) < 0 ||
        deco_check(values[0], values[2]) < 0) {
        return NULL;
    }
    ES_OWNED PyObject *deco =
        PyTuple_Pack(DECO_COUNT, ffi, values[0], values[1], values[2]);
    if (deco == NULL) {
        return NULL;
    }
    /* CPython only reads the definition. */
    return PyCFunction_New((PyMethodDef *)&decorator_method, deco);
}
