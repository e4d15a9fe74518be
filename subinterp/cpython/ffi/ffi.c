/* ffi.c - the ffi object: its type, attributes and list of methods.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/ffi_callback.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

/* --- methods ------------------------------------------------------------- */

#define FFI_METHOD(name)                                    \
 {                                                          \
#  name, (PyCFunction)(void (*)(void))es_ffi_method_##name, \
      METH_FASTCALL | METH_KEYWORDS, NULL                   \
 }

/* Those called all the time.  An ffi has them as attributes, bound: Python
 * makes a new bound method for each call `ffi.f()` where `ffi` was imported. */
static PyMethodDef bound_methods[ES_FFI_BOUND] = {
    FFI_METHOD(addressof), FFI_METHOD(alignof),     FFI_METHOD(callback),
    FFI_METHOD(cast),      FFI_METHOD(from_buffer), FFI_METHOD(from_handle),
    FFI_METHOD(gc),        FFI_METHOD(getctype),    FFI_METHOD(memmove),
    FFI_METHOD(new),       FFI_METHOD(new_handle),  FFI_METHOD(offsetof),
    FFI_METHOD(release),   FFI_METHOD(sizeof),      FFI_METHOD(string),
    FFI_METHOD(typeof),    FFI_METHOD(unpack),
};

static PyMethodDef ffi_methods[] = {
    FFI_METHOD(cdef),
    FFI_METHOD(dlclose),
    FFI_METHOD(dlopen),
    FFI_METHOD(include),
    FFI_METHOD(init_once),
    FFI_METHOD(integer_const),
    FFI_METHOD(list_types),
    FFI_METHOD(new_allocator),
    {"def_extern", (PyCFunction)(void (*)(void))es_ffi_def_extern,
     METH_FASTCALL | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};
#undef FFI_METHOD

/* --- life ---------------------------------------------------------------- */

/* Makes `py` own a table. */
static int
keep_table(es_py *py, ec_table *table)
{
    ec_table **tables =
        realloc(py->tables, (py->n_tables + 1) * sizeof(ec_table *));

    if (tables == NULL) {
        ec_table_close(table);
        PyErr_NoMemory();
        return -1;
    }
    py->tables = tables;
    py->tables[py->n_tables++] = table;
    return 0;
}

static bool
ffi_bind(es_ffi *ffi)
{
    for (int i = 0; i < ES_FFI_BOUND; i++) {
        ffi->bound[i] = PyCFunction_New(&bound_methods[i], (PyObject *)ffi);
        if (ffi->bound[i] == NULL) {
            return false;
        }
    }
    return true;
}

static PyObject *
ffi_create(es_py *py, PyTypeObject *type, ec_table *table)
{
    es_ffi *ffi = (es_ffi *)type->tp_alloc(type, 0);

    if (ffi == NULL) {
        return NULL;
    }
    ffi->py = es_py_ref(py);
    ffi->table = table;
    ffi->scope = table != NULL ? ec_table_scope(table) : py->scope;
    ffi->parsed = PyDict_New();
    if (ffi->parsed == NULL || !ffi_bind(ffi)) {
        Py_DECREF(ffi);
        return NULL;
    }
    return (PyObject *)ffi;
}

PyObject *
es_ffi_new(es_py *py, ec_table *table)
{
    if (table != NULL && keep_table(py, table) < 0) {
        return NULL;
    }
    return ffi_create(py, py->ffi_type, table);
}

/* type(ffi)(): an ffi that knows only the standard types. */
static PyObject *
ffi_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    es_py *py = es_py_current();

    if (py == NULL) {
        return NULL;
    }
    /* A subclass may have an __init__() for them. */
    if (type == py->ffi_type &&
        (PyTuple_GET_SIZE(args) > 0 ||
         (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0))) {
        PyErr_SetString(PyExc_TypeError, "FFI() takes no arguments");
        return NULL;
    }
    return ffi_create(py, type, NULL);
}

static int
ffi_traverse(es_ffi *ffi, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(ffi));
    Py_VISIT(ffi->parsed);
    Py_VISIT(ffi->included);
    Py_VISIT(ffi->once);
    for (int i = 0; i < ES_FFI_BOUND; i++) {
        Py_VISIT(ffi->bound[i]);
    }
    return 0;
}

static int
ffi_clear(es_ffi *ffi)
{
    Py_CLEAR(ffi->parsed);
    Py_CLEAR(ffi->included);
    Py_CLEAR(ffi->once);
    for (int i = 0; i < ES_FFI_BOUND; i++) {
        Py_CLEAR(ffi->bound[i]);
    }
    return 0;
}

static void
ffi_dealloc(es_ffi *ffi)
{
    PyTypeObject *tp = Py_TYPE(ffi);
    es_py *py = ffi->py;

    PyObject_GC_UnTrack(ffi);
    if (ffi->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)ffi);
    }
    (void)ffi_clear(ffi);
    if (ffi->table != NULL) {
        ec_table_include(ffi->table, NULL);
    }
    ec_scope_destroy(ffi->own);
    tp->tp_free(ffi);
    if (py != NULL) {
        es_py_unref(py);
    }
    Py_DECREF(tp);
}

/* --- attributes ---------------------------------------------------------- */

static PyObject *
ffi_get_errno(es_ffi *ffi, void *unused)
{
    (void)ffi;
    (void)unused;
    return PyLong_FromLong(es_tls_self.py_errno);
}

static int
ffi_set_errno(es_ffi *ffi, PyObject *value, void *unused)
{
    int overflow;
    long n;

    (void)ffi;
    (void)unused;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete errno");
        return -1;
    }
    n = PyLong_AsLongAndOverflow(value, &overflow);
    if (n == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (overflow != 0 || n > INT_MAX || n < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "errno value too large");
        return -1;
    }
    es_tls_self.py_errno = (int)n;
    return 0;
}

static PyGetSetDef ffi_getset[] = {
    {"errno", (getter)ffi_get_errno, (setter)ffi_set_errno, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* --- type ---------------------------------------------------------------- */

/* Gives the type the constants of dlopen(). */
static int
add_constants(PyObject *type)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"RTLD_LAZY", RTLD_LAZY},         {"RTLD_NOW", RTLD_NOW},
        {"RTLD_GLOBAL", RTLD_GLOBAL},     {"RTLD_LOCAL", RTLD_LOCAL},
        {"RTLD_NODELETE", RTLD_NODELETE}, {"RTLD_NOLOAD", RTLD_NOLOAD},
#ifdef RTLD_DEEPBIND
        {"RTLD_DEEPBIND", RTLD_DEEPBIND},
#endif
    };

    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
        ES_OWNED PyObject *value = PyLong_FromLong(constants[i].value);

        if (value == NULL ||
            PyObject_SetAttrString(type, constants[i].name, value) < 0) {
            return -1;
        }
    }
    return 0;
}

int
es_ffi_objects_add(es_py *py)
{
    const struct {
        const char *name;
        PyObject *object;
    } objects[] = {
        {"NULL", py->null},
        {"error", py->error},
        {"CData", (PyObject *)py->cdata_type},
        {"CType", (PyObject *)py->ctype_type},
        {"buffer", (PyObject *)py->buffer_type},
    };

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        if (PyObject_SetAttrString((PyObject *)py->ffi_type, objects[i].name,
                                   objects[i].object) < 0) {
            return -1;
        }
    }
    return 0;
}

/* What is left of an object that is gone. */
static PyObject *
ffi_get_ended(es_ffi *ffi, void *unused)
{
    (void)ffi;
    (void)unused;
    PyErr_SetString(PyExc_RuntimeError,
                    "libembed has ended in this interpreter");
    return NULL;
}

static PyGetSetDef ffi_ended = {"NULL", (getter)ffi_get_ended, NULL, NULL,
                                NULL};

void
es_ffi_objects_drop(es_py *py)
{
    ES_OWNED PyObject *ended = NULL;

    if (py->ffi_type == NULL) {
        return;
    }
    ended = PyDescr_NewGetSet(py->ffi_type, &ffi_ended);
    if (ended == NULL ||
        PyObject_SetAttrString((PyObject *)py->ffi_type, "NULL", ended) < 0) {
        PyErr_Clear();
    }
}

/* The attributes that objects keep, in the order of es_ffi.bound. */
static void
members_fill(PyMemberDef *out)
{
    out[0] = (PyMemberDef){"__weaklistoffset__", Py_T_PYSSIZET,
                           offsetof(es_ffi, weakrefs), Py_READONLY, NULL};
    for (size_t i = 0; i < ES_FFI_BOUND; i++) {
        out[1 + i] = (PyMemberDef){
            bound_methods[i].ml_name, Py_T_OBJECT_EX,
            (Py_ssize_t)(offsetof(es_ffi, bound) + i * sizeof(PyObject *)),
            Py_READONLY, NULL};
    }
    out[1 + ES_FFI_BOUND] = (PyMemberDef){NULL, 0, 0, 0, NULL};
}

int
es_ffi_type_create(es_py *py)
{
    PyMemberDef members[2 + ES_FFI_BOUND]; /* copied by PyType_FromSpec() */
    PyType_Slot slots[] = {
        {Py_tp_new, (void *)ffi_tp_new},
        {Py_tp_dealloc, (void *)ffi_dealloc},
        {Py_tp_traverse, (void *)ffi_traverse},
        {Py_tp_clear, (void *)ffi_clear},
        {Py_tp_getset, (void *)ffi_getset},
        {Py_tp_members, (void *)members},
        {Py_tp_methods, (void *)ffi_methods},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "libembed.FFI",
        .basicsize = (int)sizeof(es_ffi),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
    };

    members_fill(members);
    py->ffi_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return py->ffi_type != NULL ? add_constants((PyObject *)py->ffi_type) : -1;
}
