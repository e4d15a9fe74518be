/* dllib.c - what ffi.dlopen() returns: the names of a loaded library.
 *
 * What the ffi declared with cdef() is looked up in the library when first
 * asked for; what was compiled into an extension is asked of its own lib.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/dllib.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/convert.h"
#include "subinterp/cpython/ffi/ctype.h"
#include "subinterp/cpython/ffi/ffi.h"
#include "subinterp/cpython/ffi/ffi_names.h"
#include "subinterp/cpython/ffi/lib.h"

#include <dlfcn.h>
#include <string.h>

typedef struct es_dllib {
    PyObject_HEAD
    es_ffi *ffi;     /* owned; it keeps the declarations */
    PyObject *base;  /* lib of the extension that `ffi` is of; owned, or NULL */
    PyObject *name;  /* owned */
    PyObject *known; /* dict: name -> constant or function */
    void *handle;    /* NULL: closed */
    bool closes;     /* the handle ends with the object */
} es_dllib;

/* --- names --------------------------------------------------------------- */

/* Finds what a name is declared as; NULL for none. */
static const ec_decl *
decl_find(const es_dllib *lib, const char *name, size_t len)
{
    static const ec_decl_kind kinds[] = {EC_DECL_FUNCTION, EC_DECL_VARIABLE,
                                         EC_DECL_CONSTANT};
    const ec_decl *decl = NULL;

    for (size_t i = 0; i < 3 && decl == NULL; i++) {
        decl = ec_scope_find(lib->ffi->scope, kinds[i], name, len);
    }
    return decl;
}

/* True for names that were compiled in. */
static bool
is_of_base(const es_dllib *lib, const char *name, size_t len)
{
    return lib->base != NULL && lib->ffi->table != NULL &&
           ec_table_global(lib->ffi->table, name, len) >= 0;
}

static void
raise_no_name(const es_dllib *lib, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError,
                 "libembed library '%U' has no function, constant or global "
                 "variable named '%U'",
                 lib->name, name);
}

/* Returns the text of an attribute's name; NULL with an exception set. */
static const char *
name_text(PyObject *name, size_t *out_len)
{
    Py_ssize_t len = 0;
    const char *text = NULL;

    if (!es_lib_name_check(name)) {
        return NULL;
    }
    text = PyUnicode_AsUTF8AndSize(name, &len);
    *out_len = (size_t)len;
    return text;
}

/* --- symbols ------------------------------------------------------------- */

/* Finds a symbol's address; NULL with an exception set. */
static void *
symbol_find(const es_dllib *lib, const char *name)
{
    void *address;
    const char *why;

    if (lib->handle == NULL) {
        PyErr_Format(lib->ffi->py->error, "library '%U' has been closed",
                     lib->name);
        return NULL;
    }
    // NOLINTBEGIN(concurrency-mt-unsafe): one per thread
    (void)dlerror();
    address = dlsym(lib->handle, name);
    if (address != NULL) {
        return address;
    }
    why = dlerror();
    // NOLINTEND(concurrency-mt-unsafe)
    if (why == NULL) {
        PyErr_Format(lib->ffi->py->error, "symbol '%s' is at address NULL",
                     name);
    } else {
        PyErr_Format(PyExc_AttributeError,
                     "function/symbol '%s' not found in library '%U': %s", name,
                     lib->name, why);
    }
    return NULL;
}

/* Returns a variable, or a constant that is one; new reference. */
static PyObject *
variable_read(const es_dllib *lib, const ec_decl *decl)
{
    char *address;

    if (es_type_ready(lib->ffi->py, decl->type) < 0) {
        return NULL;
    }
    address = symbol_find(lib, decl->name);
    return address != NULL
               ? es_variable_get(lib->ffi->py, decl->name, decl->type, address)
               : NULL;
}

/* Returns the value of a declared name; new reference. */
static PyObject *
decl_value(const es_dllib *lib, const ec_decl *decl)
{
    void *address;

    switch (decl->kind) {
    case EC_DECL_FUNCTION:
        address = symbol_find(lib, decl->name);
        return address != NULL
                   ? es_pointer_to(lib->ffi->py, decl->type, address)
                   : NULL;
    case EC_DECL_CONSTANT:
        if ((decl->flags & EC_DECL_UNKNOWN_VALUE) == 0) {
            return es_ffi_constant(lib->ffi, decl->name, strlen(decl->name));
        }
        return variable_read(lib, decl);
    default:
        return variable_read(lib, decl);
    }
}

/* --- attributes ---------------------------------------------------------- */

/* Appends the names of one scope.  0, or -1 with an exception set. */
static int
names_add(PyObject *set, const ec_scope *scope, bool only_constants,
          bool with_variables)
{
    for (size_t i = 0; i < ec_scope_count(scope); i++) {
        const ec_decl *decl = ec_scope_at(scope, i);
        bool is_variable = decl->kind == EC_DECL_VARIABLE;

        if (decl->kind == EC_DECL_TYPEDEF || decl->kind == EC_DECL_TAG ||
            (only_constants && decl->kind != EC_DECL_CONSTANT) ||
            (is_variable && !with_variables)) {
            continue;
        }
        ES_OWNED PyObject *name = PyUnicode_FromString(decl->name);
        if (name == NULL || PySet_Add(set, name) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Returns a sorted list of the names; new reference. */
static PyObject *
lib_names(const es_dllib *lib, bool with_variables)
{
    ES_OWNED PyObject *set = PySet_New(NULL);
    ES_OWNED PyObject *names = NULL;
    const es_ffi *ffi = lib->ffi;

    if (set == NULL || names_add(set, ffi->scope, false, with_variables) < 0) {
        return NULL;
    }
    for (Py_ssize_t i = 0;
         ffi->included != NULL && i < PyList_GET_SIZE(ffi->included); i++) {
        const es_ffi *other = (es_ffi *)PyList_GET_ITEM(ffi->included, i);

        if (names_add(set, other->scope, true, false) < 0) {
            return NULL;
        }
    }
    if (lib->base != NULL) {
        ES_OWNED PyObject *compiled =
            with_variables ? PyObject_Dir(lib->base)
                           : PyObject_GetAttrString(lib->base, "__all__");
        ES_OWNED PyObject *none = NULL;

        if (compiled != NULL) {
            none = PyObject_CallMethod(set, "update", "O", compiled);
        }
        if (none == NULL) {
            return NULL;
        }
    }
    names = PySequence_List(set);
    if (names == NULL || PyList_Sort(names) < 0) {
        return NULL;
    }
    return es_take(&names);
}

/* Returns a new dict of all values; what the library does not have is left
 * out. */
static PyObject *
lib_values(PyObject *self)
{
    ES_OWNED PyObject *values = PyDict_New();
    ES_OWNED PyObject *names = lib_names((es_dllib *)self, true);

    if (values == NULL || names == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        ES_OWNED PyObject *value = PyObject_GetAttr(self, name);

        if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            continue;
        }
        if (value == NULL || PyDict_SetItem(values, name, value) < 0) {
            return NULL;
        }
    }
    return es_take(&values);
}

/* Returns an attribute that is no name of C; new reference. */
static PyObject *
lib_get_special(PyObject *self, PyObject *name)
{
    const es_dllib *lib = (es_dllib *)self;
    PyObject *value;

    if (PyUnicode_CompareWithASCIIString(name, "__all__") == 0) {
        return lib_names(lib, false);
    }
    if (PyUnicode_CompareWithASCIIString(name, "__dict__") == 0) {
        return lib_values(self);
    }
    value = PyObject_GenericGetAttr(self, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        raise_no_name(lib, name);
    }
    return value;
}

/* Returns the value of a name that is not in `known`; new reference. */
static PyObject *
lib_value(PyObject *self, PyObject *name)
{
    const es_dllib *lib = (es_dllib *)self;
    const ec_decl *decl;
    PyObject *value;
    size_t len = 0;
    const char *text = name_text(name, &len);

    if (text == NULL) {
        return NULL;
    }
    if (is_of_base(lib, text, len)) {
        return PyObject_GetAttr(lib->base, name);
    }
    decl = decl_find(lib, text, len);
    if (decl == NULL) {
        value = es_ffi_constant(lib->ffi, text, len);
        return value != NULL || PyErr_Occurred() ? value
                                                 : lib_get_special(self, name);
    }
    value = decl_value(lib, decl);
    if (value != NULL && decl->kind != EC_DECL_VARIABLE &&
        PyDict_SetItem(lib->known, name, value) < 0) {
        Py_CLEAR(value);
    }
    return value;
}

static PyObject *
lib_getattro(PyObject *self, PyObject *name)
{
    PyObject *known = PyDict_GetItemWithError(((es_dllib *)self)->known,
                                              name); /* borrowed from known */

    if (known != NULL) {
        return Py_NewRef(known);
    }
    return PyErr_Occurred() ? NULL : lib_value(self, name);
}

static int
lib_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    const es_dllib *lib = (es_dllib *)self;
    const ec_decl *decl;
    char *address;
    size_t len = 0;
    const char *text = name_text(name, &len);

    if (text == NULL) {
        return -1;
    }
    if (is_of_base(lib, text, len)) {
        return PyObject_SetAttr(lib->base, name, value);
    }
    decl = decl_find(lib, text, len);
    if (decl == NULL) {
        raise_no_name(lib, name);
        return -1;
    }
    if (decl->kind != EC_DECL_VARIABLE) {
        return es_lib_refuse_write(name);
    }
    if (es_type_ready(lib->ffi->py, decl->type) < 0) {
        return -1;
    }
    address = symbol_find(lib, text);
    return address != NULL
               ? es_variable_set(lib->ffi->py, name, decl->type, address, value)
               : -1;
}

static PyObject *
lib_dir(PyObject *self, PyObject *Py_UNUSED(unused))
{
    return lib_names((es_dllib *)self, true);
}

static PyObject *
lib_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<Lib object for '%U'>",
                                ((es_dllib *)self)->name);
}

PyObject *
es_dllib_addressof(PyObject *self, PyObject *name)
{
    const es_dllib *lib = (es_dllib *)self;
    const ec_decl *decl;
    void *address;
    size_t len = 0;
    const char *text = name_text(name, &len);

    if (text == NULL) {
        return NULL;
    }
    if (is_of_base(lib, text, len)) {
        return es_lib_addressof(lib->base, name);
    }
    decl = decl_find(lib, text, len);
    if (decl == NULL) {
        raise_no_name(lib, name);
        return NULL;
    }
    if (decl->kind == EC_DECL_CONSTANT) {
        return es_lib_refuse_address(name);
    }
    address = symbol_find(lib, text);
    return address != NULL ? es_pointer_to(lib->ffi->py, decl->type, address)
                           : NULL;
}

/* --- the object ---------------------------------------------------------- */

int
es_dllib_close(PyObject *self)
{
    es_dllib *lib = (es_dllib *)self;
    void *handle = lib->handle;
    es_released released;
    int rc;

    if (handle == NULL) {
        return 0;
    }
    lib->handle = NULL;
    PyDict_Clear(lib->known);
    es_gil_release(&released);
    rc = dlclose(handle);
    es_gil_regain(&released);
    if (rc != 0) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one per thread
        const char *why = dlerror();

        PyErr_Format(lib->ffi->py->error, "error closing '%U': %s", lib->name,
                     why != NULL ? why : "unknown reason");
    }
    return rc == 0 ? 0 : -1;
}

static int
lib_traverse(PyObject *self, visitproc visit, void *arg)
{
    const es_dllib *lib = (es_dllib *)self;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(lib->ffi);
    Py_VISIT(lib->base);
    Py_VISIT(lib->known);
    return 0;
}

/* `known` is emptied, not dropped: the object may still be used. */
static int
lib_clear(PyObject *self)
{
    if (((es_dllib *)self)->known != NULL) {
        PyDict_Clear(((es_dllib *)self)->known);
    }
    return 0;
}

static void
lib_dealloc(PyObject *self)
{
    es_dllib *lib = (es_dllib *)self;
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    if (lib->handle != NULL && lib->closes) {
        (void)dlclose(lib->handle);
    }
    Py_XDECREF(lib->known);
    Py_XDECREF(lib->name);
    Py_XDECREF(lib->base);
    Py_XDECREF(lib->ffi);
    type->tp_free(self);
    Py_DECREF(type);
}

static const PyMethodDef lib_methods[] = {
    {"__dir__", lib_dir, METH_NOARGS, "Returns all names, sorted."},
    {NULL, NULL, 0, NULL},
};

int
es_dllib_type_create(es_py *py)
{
    PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)(uintptr_t)lib_dealloc},
        {Py_tp_traverse, (void *)(uintptr_t)lib_traverse},
        {Py_tp_clear, (void *)(uintptr_t)lib_clear},
        {Py_tp_repr, (void *)(uintptr_t)lib_repr},
        {Py_tp_getattro, (void *)(uintptr_t)lib_getattro},
        {Py_tp_setattro, (void *)(uintptr_t)lib_setattro},
        {Py_tp_methods, (void *)(uintptr_t)lib_methods},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "embed.DynamicLib",
        .basicsize = sizeof(es_dllib),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };

    py->dllib_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return py->dllib_type != NULL ? 0 : -1;
}

PyObject *
es_dllib_new(es_ffi *ffi, PyObject *name, void *handle, bool closes)
{
    PyTypeObject *type = ffi->py->dllib_type;
    es_dllib *lib = (es_dllib *)type->tp_alloc(type, 0);

    if (lib == NULL) {
        return NULL;
    }
    Py_INCREF(ffi);
    lib->ffi = ffi;
    lib->base = ffi->ext != NULL ? Py_XNewRef(ffi->ext->lib) : NULL;
    lib->name = Py_NewRef(name);
    lib->known = PyDict_New();
    if (lib->known == NULL) {
        Py_DECREF(lib);
        return NULL;
    }
    lib->handle = handle;
    lib->closes = closes;
    return (PyObject *)lib;
}
