/* ffi_type.c - ffi methods about types.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_type.h"

#include "subinterp/cpython/ffi/ffi.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/dllib.h"
#include "subinterp/cpython/ffi/func.h"
#include "subinterp/cpython/ffi/lib.h"

#include <string.h>

/* How many type expressions an ffi remembers: more come from formatting. */
#define PARSED_LIMIT 4096

/* --- type arguments ------------------------------------------------------ */

/* Raises what the parser found: message, line, caret. */
static void
raise_diag(const es_py *py, const ec_diag *diag)
{
    static const char unknown_size[] = "array item of unknown size";
    int column = diag->source_column > 0 ? diag->source_column - 1 : 0;

    if (strncmp(diag->message, unknown_size, sizeof(unknown_size) - 1) == 0) {
        PyErr_SetString(PyExc_ValueError, diag->message);
        return;
    }
    PyErr_Format(py->error, "%s\n%s\n%*s^", diag->message, diag->source, column,
                 "");
}

static ec_type *
parse_type(es_ffi *ffi, PyObject *text)
{
    ec_diag diag = {0};
    ec_type *type = NULL;
    ES_OWNED PyObject *ct = NULL;
    Py_ssize_t len;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &len);
    embed_status status;

    if (utf8 == NULL) {
        return NULL;
    }
    status = ec_parse_type(ffi->scope, utf8, (size_t)len, &type, &diag);
    if (status == EMBED_E_NOMEM) {
        PyErr_NoMemory();
        return NULL;
    }
    if (status != EMBED_OK) {
        raise_diag(ffi->py, &diag);
        return NULL;
    }
    ct = (PyObject *)es_ctype_ref(ffi->py, type);
    if (ct == NULL || ffi->parsed == NULL) {
        return ct != NULL ? type : NULL;
    }
    if (PyDict_GET_SIZE(ffi->parsed) >= PARSED_LIMIT) {
        PyDict_Clear(ffi->parsed);
    }
    return PyDict_SetItem(ffi->parsed, text, ct) < 0 ? NULL : type;
}

static ec_type *
type_of_str(es_ffi *ffi, PyObject *text, int accept)
{
    PyObject *ct = NULL;
    ec_type *type;

    if (ffi->parsed != NULL) {
        ct = PyDict_GetItemWithError(ffi->parsed, text); /* borrowed */
    }
    if (ct == NULL && PyErr_Occurred()) {
        return NULL;
    }
    type = ct != NULL ? ((es_ctype *)ct)->type : parse_type(ffi, text);
    if (type == NULL || type->kind != EC_KIND_FUNCTION) {
        return type;
    }
    if ((accept & ES_ARG_FUNCTION) == 0) {
        PyErr_Format(ffi->py->error,
                     "the type '%s' is a function type, not a "
                     "pointer-to-function type",
                     type->name);
        return NULL;
    }
    return es_pointer_type(ffi->py, type);
}

ec_type *
es_type_arg(es_ffi *ffi, PyObject *arg, int accept)
{
    const es_py *py = ffi->py;
    bool no_ctype = (accept & ES_ARG_NO_CTYPE) != 0;
    bool cdata = (accept & ES_ARG_CDATA) != 0;

    if (PyUnicode_Check(arg)) {
        return type_of_str(ffi, arg, accept);
    }
    if (!no_ctype && es_is_ctype(py, arg)) {
        return ((es_ctype *)arg)->type;
    }
    if (cdata && es_is_cdata(py, arg)) {
        return es_cdata_ctype((es_cdata *)arg);
    }
    if (cdata && py->lib_func_type != NULL &&
        Py_TYPE(arg) == py->lib_func_type) {
        ES_OWNED PyObject *pointer = es_lib_func_pointer(ffi->py, arg);

        return pointer != NULL ? es_cdata_ctype((es_cdata *)pointer) : NULL;
    }
    PyErr_Format(PyExc_TypeError, "expected a string%s%s, got '%s'",
                 no_ctype ? "" : " or ctype object",
                 cdata ? " or cdata object" : "", Py_TYPE(arg)->tp_name);
    return NULL;
}

/* --- typeof, sizeof, alignof, getctype ----------------------------------- */

ES_FFI_METHOD(typeof)
{
    static const es_params params = {"typeof", {"cdecl"}, 1, 1};
    PyObject *arg;
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg, ES_ARG_CDATA | ES_ARG_NO_CTYPE);
    return type != NULL ? (PyObject *)es_ctype_ref(ffi->py, type) : NULL;
}

ES_FFI_METHOD(sizeof)
{
    static const es_params params = {"sizeof", {"cdecl"}, 1, 1};
    PyObject *arg;
    ec_type *type;
    Py_ssize_t size;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg, ES_ARG_CDATA);
    if (type == NULL || es_type_ready(ffi->py, type) < 0) {
        return NULL;
    }
    size =
        es_is_cdata(ffi->py, arg) ? es_cdata_size((es_cdata *)arg) : type->size;
    if (size < 0) {
        PyErr_Format(ffi->py->error, "don't know the size of ctype '%s'",
                     type->name);
        return NULL;
    }
    return PyLong_FromSsize_t(size);
}

ES_FFI_METHOD(alignof)
{
    static const es_params params = {"alignof", {"cdecl"}, 1, 1};
    PyObject *arg;
    ec_type *type;
    const ec_type *base;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg, ES_ARG_CDATA);
    if (type == NULL || es_type_ready(ffi->py, type) < 0) {
        return NULL;
    }
    for (base = type; base->kind == EC_KIND_ARRAY;) {
        base = base->item;
    }
    if (base->align <= 0 || base->size < 0) {
        PyErr_Format(PyExc_ValueError, "ctype '%s' is of unknown alignment",
                     type->name);
        return NULL;
    }
    return PyLong_FromLong(base->align);
}

/* Spells `type` with `extra` where a declarator goes. */
static PyObject *
spell(const ec_type *type, const char *extra)
{
    size_t len = ec_type_spell(type, extra, NULL, 0);
    char *text = PyMem_Malloc(len + 1);
    PyObject *result;

    if (text == NULL) {
        return PyErr_NoMemory();
    }
    (void)ec_type_spell(type, extra, text, len + 1);
    result = PyUnicode_FromString(text);
    PyMem_Free(text);
    return result;
}

ES_FFI_METHOD(getctype)
{
    static const es_params params = {
        "getctype", {"cdecl", "replace_with"}, 2, 1};
    ES_OWNED PyObject *stripped = NULL;
    PyObject *arg[2];
    const char *extra = "";
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg[0], 0);
    if (type == NULL) {
        return NULL;
    }
    if (arg[1] != NULL) {
        if (!PyUnicode_Check(arg[1])) {
            PyErr_Format(PyExc_TypeError,
                         "getctype() argument 2 must be str, not %s",
                         Py_TYPE(arg[1])->tp_name);
            return NULL;
        }
        stripped = PyObject_CallMethod(arg[1], "strip", NULL);
        extra = stripped != NULL ? PyUnicode_AsUTF8(stripped) : NULL;
        if (extra == NULL) {
            return NULL;
        }
    }
    return spell(type, extra);
}

/* --- paths: offsetof and addressof --------------------------------------- */

/* Steps to a field. */
static ec_type *
step_field(es_py *py, ec_type *type, PyObject *name, size_t *offset)
{
    es_ctype *ct;
    es_field *f;
    ec_type *result = NULL;

    if (!ec_type_is_record(type)) {
        PyErr_SetString(PyExc_TypeError, "with a field name argument, expected "
                                         "a struct or union ctype");
        return NULL;
    }
    ct = es_ctype_ref(py, type);
    if (ct == NULL) {
        return NULL;
    }
    f = es_ctype_field(ct, name);
    if (f == NULL) {
        if (PyErr_Occurred()) {
            /* as it is */
        } else if (ct->fields == NULL) {
            PyErr_SetString(PyExc_TypeError, "struct/union is opaque");
        } else {
            PyErr_SetObject(PyExc_KeyError, name);
        }
    } else if (f->field->bit_size >= 0) {
        PyErr_SetString(PyExc_TypeError, "not supported for bitfields");
    } else {
        *offset += f->offset;
        result = f->field->type;
    }
    Py_DECREF(ct);
    return result;
}

/* Steps to an item. */
static ec_type *
step_index(es_py *py, ec_type *type, Py_ssize_t index, bool is_first,
           size_t *offset)
{
    ptrdiff_t distance;
    bool indexable = type->kind == EC_KIND_ARRAY ||
                     (is_first && type->kind == EC_KIND_POINTER &&
                      type->item->kind != EC_KIND_FUNCTION);

    if (indexable && es_type_ready(py, type->item) < 0) {
        return NULL;
    }
    if (!indexable || type->item->size < 0) {
        PyErr_SetString(PyExc_TypeError,
                        "with an integer argument, expected an array ctype or "
                        "a pointer to non-opaque");
        return NULL;
    }
    if (__builtin_mul_overflow(index, type->item->size, &distance)) {
        PyErr_SetString(PyExc_OverflowError,
                        "array offset would overflow a Py_ssize_t");
        return NULL;
    }
    *offset += (size_t)distance;
    return type->item;
}

/* Follows names and indexes. `type` may be a pointer for the first step.
 * Returns the type arrived at, or NULL with an exception set. */
static ec_type *
follow_path(es_py *py, ec_type *type, PyObject *const *steps, Py_ssize_t n,
            size_t *out_offset)
{
    *out_offset = 0;
    for (Py_ssize_t i = 0; i < n && type != NULL; i++) {
        if (PyUnicode_Check(steps[i])) {
            if (i == 0 && type->kind == EC_KIND_POINTER) {
                type = type->item;
            }
            type = step_field(py, type, steps[i], out_offset);
        } else {
            Py_ssize_t index = -1;

            if (PyIndex_Check(steps[i])) {
                index = PyNumber_AsSsize_t(steps[i], PyExc_OverflowError);
            } else {
                PyErr_SetString(PyExc_TypeError,
                                "field name or array index expected");
            }
            if (index == -1 && PyErr_Occurred()) {
                return NULL;
            }
            type = step_index(py, type, index, i == 0, out_offset);
        }
    }
    return type;
}

/* Refuses keyword arguments, and fewer arguments than needed. */
static int
check_path_args(const char *func, Py_ssize_t nargs, Py_ssize_t least,
                PyObject *kwnames)
{
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", func);
        return -1;
    }
    if (nargs < least) {
        PyErr_Format(PyExc_TypeError, "%s() expects at least %zd argument%s",
                     func, least, least == 1 ? "" : "s");
        return -1;
    }
    return 0;
}

ES_FFI_METHOD(offsetof)
{
    ec_type *type;
    size_t offset;

    if (check_path_args("offsetof", nargs, 2, kwnames) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, args[0], 0);
    if (type == NULL ||
        follow_path(ffi->py, type, args + 1, nargs - 1, &offset) == NULL) {
        return NULL;
    }
    return PyLong_FromSsize_t((Py_ssize_t)offset);
}

ES_FFI_METHOD(addressof)
{
    es_py *py = ffi->py;
    const es_cdata *cd;
    ec_type *type;
    ec_type *pointer;
    size_t offset;

    if (check_path_args("addressof", nargs, 1, kwnames) < 0) {
        return NULL;
    }
    if (es_is_lib(py, args[0])) {
        if (nargs != 2) {
            PyErr_SetString(PyExc_TypeError,
                            "addressof(lib, name) expects 2 arguments");
            return NULL;
        }
        return Py_TYPE(args[0]) == py->dllib_type
                   ? es_dllib_addressof(args[0], args[1])
                   : es_lib_addressof(args[0], args[1]);
    }
    if (!es_is_cdata(py, args[0])) {
        PyErr_Format(PyExc_TypeError, "expected a cdata object, got '%s'",
                     Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    cd = (es_cdata *)args[0];
    type = es_cdata_ctype(cd);
    if (!ec_type_is_record(type) && type->kind != EC_KIND_ARRAY &&
        (nargs == 1 || type->kind != EC_KIND_POINTER)) {
        PyErr_SetString(PyExc_TypeError,
                        nargs == 1
                            ? "expected a cdata struct/union/array object"
                            : "expected a cdata struct/union/array/pointer "
                              "object");
        return NULL;
    }
    type = follow_path(py, type, args + 1, nargs - 1, &offset);
    if (type == NULL) {
        return NULL;
    }
    pointer = es_pointer_type(py, type);
    return pointer != NULL
               ? es_cdata_new(py, pointer,
                              (char *)((uintptr_t)cd->data + (uintptr_t)offset))
               : NULL;
}
