/* ffi_cdef.c - ffi.cdef() and ffi.include(): declarations at run time.
 *
 * The first of them gives an ffi without tables a scope of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_cdef.h"

#include "subinterp/cpython/ffi/ffi.h"

/* Largest pack=: more than any type needs. */
#define PACK_MAX 128

/* --- scopes -------------------------------------------------------------- */

/* What the scope of an ffi asks for names it does not know.  An ffi may include
 * itself through others: each is asked once. */
static embed_status
included_type(void *arg, ec_name_space space, const char *name, size_t len,
              ec_type **out, ec_err *err)
{
    es_ffi *ffi = arg;
    embed_status status = EMBED_OK;

    *out = NULL;
    if (ffi->included == NULL || ffi->is_asking) {
        return EMBED_OK;
    }
    ffi->is_asking = true;
    for (Py_ssize_t i = 0; status == EMBED_OK && *out == NULL &&
                           i < PyList_GET_SIZE(ffi->included);
         i++) {
        const es_ffi *other = (es_ffi *)PyList_GET_ITEM(ffi->included, i);

        status = ec_scope_type(other->scope, space, name, len, out, err);
    }
    ffi->is_asking = false;
    return status;
}

static bool
included_constant(void *arg, const char *name, size_t len, int64_t *out)
{
    es_ffi *ffi = arg;
    bool found = false;

    if (ffi->included == NULL || ffi->is_asking) {
        return false;
    }
    ffi->is_asking = true;
    for (Py_ssize_t i = 0; !found && i < PyList_GET_SIZE(ffi->included); i++) {
        const es_ffi *other = (es_ffi *)PyList_GET_ITEM(ffi->included, i);

        found = ec_scope_constant(other->scope, name, len, out);
    }
    ffi->is_asking = false;
    return found;
}

/* Sees that declarations have a place.  0, or -1 with an exception set. */
static int
scope_prepare(es_ffi *ffi)
{
    const ec_resolver resolver = {
        .arg = ffi, .type = included_type, .constant = included_constant};

    if (ffi->table == NULL && ffi->own == NULL) {
        ffi->own = ec_scope_create(ffi->py->types, &resolver);
        if (ffi->own == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        ffi->scope = ffi->own;
    }
    return 0;
}

/* --- cdef ---------------------------------------------------------------- */

/* Reads `packed` and `pack`.  0, or -1 with an exception set. */
static int
pack_args(PyObject *packed, PyObject *pack, int *out)
{
    long n = 0;

    if (packed != NULL) {
        n = PyLong_Check(packed) ? PyLong_AsLong(packed) : -1;
        if (n != 0 && n != 1) {
            PyErr_SetString(PyExc_ValueError,
                            "'packed' should be False or True; use 'pack' to "
                            "give another value");
            return -1;
        }
    }
    if (pack != NULL && pack != Py_None) {
        if (n != 0) {
            PyErr_SetString(PyExc_ValueError,
                            "cannot give both 'pack' and 'packed'");
            return -1;
        }
        n = PyLong_AsLong(pack);
        if (n == -1 && PyErr_Occurred()) {
            return -1;
        }
        if (n < 1 || n > PACK_MAX || (n & (n - 1)) != 0) {
            PyErr_Format(PyExc_ValueError,
                         "'pack' must be a power of two, not %S", pack);
            return -1;
        }
    }
    *out = (int)n;
    return 0;
}

/* Raises CDefError: place, message, line, caret. */
static void
raise_cdef(const es_py *py, const ec_diag *diag)
{
    char text[sizeof(ec_diag) + 256];

    (void)ec_diag_format(diag, text, sizeof(text));
    PyErr_SetString(py->cdef_error, text);
}

/* Parses declarations.  0, or -1 with an exception set. */
static int
declare(es_ffi *ffi, PyObject *source, const ec_parse_opts *opts)
{
    ec_diag diag = {0};
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(source, &len);
    embed_status status;

    if (text == NULL || scope_prepare(ffi) < 0) {
        return -1;
    }
    status =
        ec_parse_decls(ffi->scope, text, (size_t)len, "<cdef>", opts, &diag);
    /* A name may mean something else now. */
    if (ffi->parsed != NULL) {
        PyDict_Clear(ffi->parsed);
    }
    if (status == EMBED_E_NOMEM) {
        PyErr_NoMemory();
    } else if (status != EMBED_OK) {
        raise_cdef(ffi->py, &diag);
    }
    return status == EMBED_OK ? 0 : -1;
}

ES_FFI_METHOD(cdef)
{
    static const es_params params = {
        "cdef", {"csource", "override", "packed", "pack"}, 4, 1};
    ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_RUN_TIME};
    PyObject *arg[4];
    int override;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    if (!PyUnicode_Check(arg[0])) {
        PyErr_SetString(PyExc_TypeError, "cdef() argument must be a string");
        return NULL;
    }
    override = arg[1] != NULL ? PyObject_IsTrue(arg[1]) : 0;
    if (override < 0 || pack_args(arg[2], arg[3], &opts.pack) < 0) {
        return NULL;
    }
    if (override != 0) {
        opts.flags |= EC_PARSE_OVERRIDE;
    }
    if (declare(ffi, arg[0], &opts) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* --- include ------------------------------------------------------------- */

/* Adds `other` to what is included, once, and never `ffi` itself. */
static int
included_add(es_ffi *ffi, PyObject *other)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(ffi->included); i++) {
        if (PyList_GET_ITEM(ffi->included, i) == other) {
            return 0;
        }
    }
    return other != (PyObject *)ffi ? PyList_Append(ffi->included, other) : 0;
}

/* Includes `other` and what that includes.  0, or -1 with an exception set. */
static int
include(es_ffi *ffi, PyObject *other)
{
    const PyObject *more = ((es_ffi *)other)->included;

    if (ffi->included == NULL) {
        ffi->included = PyList_New(0);
    }
    if (ffi->included == NULL || included_add(ffi, other) < 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; more != NULL && i < PyList_GET_SIZE(more); i++) {
        if (included_add(ffi, PyList_GET_ITEM(more, i)) < 0) {
            return -1;
        }
    }
    return 0;
}

ES_FFI_METHOD(include)
{
    static const es_params params = {"include", {"ffi_to_include"}, 1, 1};
    PyObject *arg;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    if (!PyObject_TypeCheck(arg, ffi->py->ffi_type)) {
        PyErr_Format(PyExc_TypeError,
                     "ffi.include() expects an argument that is an FFI "
                     "object, not '%.200s'",
                     Py_TYPE(arg)->tp_name);
        return NULL;
    }
    if (arg == (PyObject *)ffi) {
        PyErr_SetString(PyExc_ValueError, "an FFI cannot include itself");
        return NULL;
    }
    if (ffi->table != NULL) {
        PyErr_SetString(PyExc_TypeError,
                        "the ffi of an extension cannot include others");
        return NULL;
    }
    if (scope_prepare(ffi) < 0 || include(ffi, arg) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

int
es_ffi_include_modules(es_ffi *ffi, const char *const *names)
{
    const ec_resolver resolver = {
        .arg = ffi, .type = included_type, .constant = included_constant};

    for (; names != NULL && *names != NULL; names++) {
        ES_OWNED PyObject *module = PyImport_ImportModule(*names);
        ES_OWNED PyObject *other = NULL;

        if (module != NULL) {
            other = PyObject_GetAttrString(module, "ffi");
        }
        if (other == NULL) {
            return -1;
        }
        if (!PyObject_TypeCheck(other, ffi->py->ffi_type)) {
            PyErr_Format(PyExc_ImportError,
                         "the included module '%s' is not one of libembed's",
                         *names);
            return -1;
        }
        if (include(ffi, other) < 0) {
            return -1;
        }
        ec_table_include(ffi->table, &resolver);
    }
    return 0;
}
