/* lib.c - the `lib` object: the names of an extension's C side.
 *
 * Constants and functions are made when first asked for and kept; variables
 * are read and written in C's memory each time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/lib.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/ctype.h"
#include "subinterp/cpython/ffi/func.h"

#include <stdlib.h>
#include <string.h>

typedef struct es_lib {
    PyObject_HEAD
    es_py *py; /* counted; it keeps `table` */
    const struct embed_plugin *plugin;
    ec_table *table;
    PyObject *known;    /* dict: name -> constant or function */
    PyObject *included; /* list of es_ffi, or NULL */
} es_lib;

/* A constant's getter writes the value to *where. */
typedef void const_getter(char *where);

/* A variable's getter returns its address. */
typedef void *var_getter(void);

/* --- the names ----------------------------------------------------------- */

static const struct embed_global *
lib_global(const es_lib *lib, int index)
{
    return &lib->plugin->context->globals[index];
}

static bool
is_variable(const struct embed_global *g)
{
    int op = es_opcode_op(g->type_op);

    return op == EMBED_OP_GLOBAL_VAR || op == EMBED_OP_GLOBAL_VAR_F;
}

static bool
is_function(const struct embed_global *g)
{
    int op = es_opcode_op(g->type_op);

    return op == EMBED_OP_CPYTHON_BLTN_V || op == EMBED_OP_CPYTHON_BLTN_N ||
           op == EMBED_OP_CPYTHON_BLTN_O || op == EMBED_OP_EXTERN_PYTHON;
}

bool
es_lib_name_check(PyObject *name)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be str, not %.200s",
                     Py_TYPE(name)->tp_name);
        return false;
    }
    return true;
}

int
es_lib_refuse_write(PyObject *name)
{
    PyErr_Format(PyExc_AttributeError,
                 "cannot write to function or constant '%U'", name);
    return -1;
}

PyObject *
es_lib_refuse_address(PyObject *name)
{
    return PyErr_Format(PyExc_AttributeError,
                        "cannot take the address of the constant '%U'", name);
}

/* Finds a name.  Its index, -1 when there is none, -2 with an exception. */
static int
lib_find(const es_lib *lib, PyObject *name)
{
    Py_ssize_t len = 0;

    if (!es_lib_name_check(name)) {
        return -2;
    }
    const char *text = PyUnicode_AsUTF8AndSize(name, &len);
    if (text == NULL) {
        PyErr_Clear();
        return -1;
    }
    return ec_table_global(lib->table, text, (size_t)len);
}

/* Finds a name in what is included.  The lib that has it, borrowed, and its
 * index there; NULL without an exception when there is none. */
static es_lib *
lib_find_included(const es_lib *lib, PyObject *name, int *out_index)
{
    for (Py_ssize_t i = 0;
         lib->included != NULL && i < PyList_GET_SIZE(lib->included); i++) {
        const es_ffi *ffi = (es_ffi *)PyList_GET_ITEM(lib->included, i);
        es_lib *other = ffi->ext != NULL ? (es_lib *)ffi->ext->lib : NULL;
        int index = other != NULL ? lib_find(other, name) : -1;

        if (index >= 0) {
            *out_index = index;
            return other;
        }
    }
    return NULL;
}

static void
raise_no_name(const es_lib *lib, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError,
                 "libembed library '%s' has no function, constant or global "
                 "variable named '%U'",
                 lib->plugin->name, name);
}

/* Returns the complete type of a name, a function type for functions; NULL
 * with an exception set. */
static ec_type *
global_type(const es_lib *lib, const struct embed_global *g)
{
    ec_err err = EC_ERR_INIT;
    ec_type *type = NULL;
    embed_status status =
        ec_table_type(lib->table, es_opcode_arg(g->type_op), &type, &err);

    if (status == EMBED_OK && is_function(g) && type->kind == EC_KIND_POINTER) {
        type = type->item;
    }
    if (status == EMBED_OK && is_function(g) &&
        type->kind != EC_KIND_FUNCTION) {
        status = ec_fail(&err, EMBED_E_ABI, "'%s' is not of a function type",
                         g->name);
    }
    if (status == EMBED_OK) {
        status = ec_type_complete(lib->py->types, type, &err);
    }
    if (status != EMBED_OK) {
        es_raise(&err, lib->py->error);
        return NULL;
    }
    return type;
}

PyObject *
es_pointer_to(es_py *py, ec_type *target, const void *address)
{
    ec_type *type = es_pointer_type(py, target);

    return type != NULL ? es_cdata_new(py, type, address) : NULL;
}

/* --- constants and functions --------------------------------------------- */

/* Returns the value of an integer constant; new reference. */
static PyObject *
const_int(const es_lib *lib, int index)
{
    ec_err err = EC_ERR_INIT;
    uint64_t value = 0;
    bool is_negative = false;

    if (ec_table_const_int(lib->table, index, &value, &is_negative, &err) !=
        EMBED_OK) {
        es_raise(&err, lib->py->error);
        return NULL;
    }
    return is_negative ? PyLong_FromLongLong((long long)value)
                       : PyLong_FromUnsignedLongLong(value);
}

/* Returns the value of a constant of another type; new reference. */
static PyObject *
const_other(const es_lib *lib, const struct embed_global *g)
{
    ec_type *type = global_type(lib, g);
    const_getter *get = (const_getter *)(uintptr_t)g->address;

    if (type == NULL) {
        return NULL;
    }
    if (type->size < 0) {
        PyErr_Format(lib->py->error,
                     "constant '%s' is of type '%s', whose size is not known",
                     g->name, type->name);
        return NULL;
    }
    char *value = PyMem_Calloc(1, type->size < 16 ? 16 : (size_t)type->size);
    if (value == NULL) {
        return PyErr_NoMemory();
    }
    get(value);
    PyObject *result = es_result_from_c(lib->py, type, value);
    PyMem_Free(value);
    return result;
}

/* Returns a C function or an export; new reference. */
static PyObject *
function_new(const es_lib *lib, int index)
{
    const struct embed_plugin *plugin = lib->plugin;
    const struct embed_global *g = lib_global(lib, index);
    ec_type *type = global_type(lib, g);

    if (type == NULL) {
        return NULL;
    }
    if (es_opcode_op(g->type_op) != EMBED_OP_EXTERN_PYTHON) {
        return es_func_new(lib->py, plugin, index, type);
    }
    return es_pointer_to(lib->py, type, g->size_or_direct_fn);
}

/* --- variables ----------------------------------------------------------- */

/* Finds a variable's type and address.  0, or -1 with an exception set. */
static int
variable_find(const es_lib *lib, const struct embed_global *g,
              ec_type **out_type, char **out)
{
    ec_type *type = global_type(lib, g);
    size_t size = (size_t)(uintptr_t)g->size_or_direct_fn;
    char *address = g->address;

    if (type == NULL) {
        return -1;
    }
    if (es_opcode_op(g->type_op) == EMBED_OP_GLOBAL_VAR_F) {
        address = ((var_getter *)(uintptr_t)g->address)();
    } else if (size != 0 && type->size > 0 && size != (size_t)type->size) {
        PyErr_Format(lib->py->error,
                     "global variable '%s' should be %zd bytes according to "
                     "its declaration, but is actually %zd",
                     g->name, (Py_ssize_t)type->size, (Py_ssize_t)size);
        return -1;
    }
    if (address == NULL) {
        PyErr_Format(lib->py->error, "global variable '%s' is at address NULL",
                     g->name);
        return -1;
    }
    *out_type = type;
    *out = address;
    return 0;
}

PyObject *
es_variable_get(es_py *py, const char *name, ec_type *type, char *address)
{
    if (type->kind == EC_KIND_ARRAY && type->length < 0) {
        return es_pointer_to(py, type->item, address);
    }
    if (type->size < 0) {
        PyErr_Format(py->error,
                     "global variable '%s' is of type '%s', whose size is not "
                     "known",
                     name, type->name);
        return NULL;
    }
    return es_from_c(py, type, address);
}

int
es_variable_set(es_py *py, PyObject *name, ec_type *type, char *address,
                PyObject *value)
{
    if (value == NULL) {
        PyErr_Format(PyExc_AttributeError, "cannot delete C variable '%U'",
                     name);
        return -1;
    }
    if (type->size < 0) {
        PyErr_Format(PyExc_AttributeError,
                     "cannot write to '%U' of unknown size", name);
        return -1;
    }
    return es_to_c(py, type, address, value);
}

/* Returns a variable's value; new reference. */
static PyObject *
variable_read(const es_lib *lib, const struct embed_global *g)
{
    ec_type *type = NULL;
    char *address = NULL;

    if (variable_find(lib, g, &type, &address) < 0) {
        return NULL;
    }
    return es_variable_get(lib->py, g->name, type, address);
}

/* --- attributes ---------------------------------------------------------- */

/* Returns the value of a name that is not in `known`; new reference. */
static PyObject *
global_value(const es_lib *lib, int index)
{
    const struct embed_global *g = lib_global(lib, index);

    switch (es_opcode_op(g->type_op)) {
    case EMBED_OP_CPYTHON_BLTN_V:
    case EMBED_OP_CPYTHON_BLTN_N:
    case EMBED_OP_CPYTHON_BLTN_O:
    case EMBED_OP_EXTERN_PYTHON:
        return function_new(lib, index);
    case EMBED_OP_CONSTANT_INT:
    case EMBED_OP_ENUM:
        return const_int(lib, index);
    case EMBED_OP_CONSTANT:
        return const_other(lib, g);
    case EMBED_OP_GLOBAL_VAR:
    case EMBED_OP_GLOBAL_VAR_F:
        return variable_read(lib, g);
    default:
        return PyErr_Format(lib->py->error,
                            "'%s' is of a kind (%d) that is not supported",
                            g->name, es_opcode_op(g->type_op));
    }
}

/* Returns a list of the names, without the variables if not wanted; new
 * reference. */
static PyObject *
lib_names(const es_lib *lib, bool with_variables)
{
    ES_OWNED PyObject *names = PyList_New(0);

    for (int i = 0; names != NULL && i < lib->plugin->context->num_globals;
         i++) {
        const struct embed_global *g = lib_global(lib, i);

        if (is_variable(g) && !with_variables) {
            continue;
        }
        ES_OWNED PyObject *name = PyUnicode_FromString(g->name);
        if (name == NULL || PyList_Append(names, name) < 0) {
            return NULL;
        }
    }
    return es_take(&names);
}

/* Returns a new dict of all values. */
static PyObject *
lib_values(PyObject *self)
{
    const es_lib *lib = (es_lib *)self;
    ES_OWNED PyObject *values = PyDict_New();

    for (int i = 0; values != NULL && i < lib->plugin->context->num_globals;
         i++) {
        const char *name = lib_global(lib, i)->name;
        ES_OWNED PyObject *value = PyObject_GetAttrString(self, name);

        if (value == NULL || PyDict_SetItemString(values, name, value) < 0) {
            return NULL;
        }
    }
    return es_take(&values);
}

/* Returns an attribute that is no name of C: what makes lib look like a
 * module, then what every object has.  New reference. */
static PyObject *
lib_get_special(PyObject *self, PyObject *name)
{
    const es_lib *lib = (es_lib *)self;

    if (PyUnicode_CompareWithASCIIString(name, "__all__") == 0) {
        return lib_names(lib, false);
    }
    if (PyUnicode_CompareWithASCIIString(name, "__dict__") == 0) {
        return lib_values(self);
    }
    if (PyUnicode_CompareWithASCIIString(name, "__class__") == 0) {
        return Py_NewRef(&PyModule_Type);
    }
    if (PyUnicode_CompareWithASCIIString(name, "__name__") == 0) {
        return PyUnicode_FromFormat("%s.lib", lib->plugin->name);
    }
    if (PyUnicode_CompareWithASCIIString(name, "__spec__") == 0 ||
        PyUnicode_CompareWithASCIIString(name, "__loader__") == 0) {
        return Py_NewRef(Py_None);
    }
    PyObject *value = PyObject_GenericGetAttr(self, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        raise_no_name(lib, name);
    }
    return value;
}

static PyObject *
lib_getattro(PyObject *self, PyObject *name)
{
    const es_lib *lib = (es_lib *)self;
    PyObject *known =
        PyDict_GetItemWithError(lib->known, name); /* borrowed from known */

    if (known != NULL) {
        return Py_NewRef(known);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    int index = lib_find(lib, name);
    if (index == -1) {
        PyObject *other = (PyObject *)lib_find_included(lib, name, &index);
        return other != NULL ? PyObject_GetAttr(other, name)
                             : lib_get_special(self, name);
    }
    if (index < 0) {
        return NULL;
    }
    PyObject *value = global_value(lib, index);
    if (value != NULL && !is_variable(lib_global(lib, index)) &&
        PyDict_SetItem(lib->known, name, value) < 0) {
        Py_CLEAR(value);
    }
    return value;
}

static int
lib_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    const es_lib *lib = (es_lib *)self;
    int index = lib_find(lib, name);
    ec_type *type = NULL;
    char *address = NULL;

    if (index < 0) {
        PyObject *other = NULL;
        if (index == -1) {
            other = (PyObject *)lib_find_included(lib, name, &index);
            if (other == NULL) {
                raise_no_name(lib, name);
            }
        }
        return other != NULL ? PyObject_SetAttr(other, name, value) : -1;
    }
    if (!is_variable(lib_global(lib, index))) {
        return es_lib_refuse_write(name);
    }
    if (variable_find(lib, lib_global(lib, index), &type, &address) < 0) {
        return -1;
    }
    return es_variable_set(lib->py, name, type, address, value);
}

static PyObject *
lib_dir(PyObject *self, PyObject *Py_UNUSED(unused))
{
    return lib_names((es_lib *)self, true);
}

static PyObject *
lib_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<Lib object for '%s'>",
                                ((es_lib *)self)->plugin->name);
}

/* --- the object ---------------------------------------------------------- */

static int
lib_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((es_lib *)self)->known);
    Py_VISIT(((es_lib *)self)->included);
    return 0;
}

/* `known` is emptied, not dropped: the object may still be used. */
static int
lib_clear(PyObject *self)
{
    es_lib *lib = (es_lib *)self;

    if (lib->known != NULL) {
        PyDict_Clear(lib->known);
    }
    Py_CLEAR(lib->included);
    return 0;
}

static void
lib_dealloc(PyObject *self)
{
    es_lib *lib = (es_lib *)self;
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    Py_XDECREF(lib->known);
    Py_XDECREF(lib->included);
    if (lib->py != NULL) {
        es_py_unref(lib->py);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static const PyMethodDef lib_methods[] = {
    {"__dir__", lib_dir, METH_NOARGS, "Returns all names, sorted."},
    {NULL, NULL, 0, NULL},
};

/* Makes the type of lib objects; new reference. */
static PyTypeObject *
lib_type_create(void)
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
        .name = "embed.Lib",
        .basicsize = sizeof(es_lib),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };

    return (PyTypeObject *)PyType_FromSpec(&spec);
}

int
es_lib_types_create(es_py *py)
{
    py->lib_type = lib_type_create();
    if (py->lib_type == NULL) {
        return -1;
    }
    py->lib_func_type = es_func_type_create();
    return py->lib_func_type == NULL ? -1 : 0;
}

PyObject *
es_lib_new(es_py *py, const struct embed_plugin *plugin, ec_table *table,
           PyObject *included)
{
    es_lib *lib = (es_lib *)py->lib_type->tp_alloc(py->lib_type, 0);

    if (lib == NULL) {
        return NULL;
    }
    lib->py = es_py_ref(py);
    lib->plugin = plugin;
    lib->table = table;
    lib->included = Py_XNewRef(included);
    lib->known = PyDict_New();
    if (lib->known == NULL) {
        Py_DECREF(lib);
        return NULL;
    }
    return (PyObject *)lib;
}

/* Makes a pointer to a variable or a function; new reference. */
static PyObject *
name_address(const es_lib *lib, PyObject *name)
{
    int index = lib_find(lib, name);
    ec_type *type = NULL;
    char *address = NULL;
    bool is_constant;

    if (index == -1) {
        const es_lib *other = lib_find_included(lib, name, &index);
        if (other == NULL) {
            raise_no_name(lib, name);
        } else {
            lib = other;
        }
    }
    if (index < 0) {
        return NULL;
    }
    const struct embed_global *g = lib_global(lib, index);
    if (is_variable(g)) {
        if (variable_find(lib, g, &type, &address) < 0) {
            return NULL;
        }
        return es_pointer_to(lib->py, type, address);
    }
    is_constant = es_opcode_op(g->type_op) == EMBED_OP_CONSTANT;
    if (!is_constant && !is_function(g)) {
        return es_lib_refuse_address(name);
    }
    type = global_type(lib, g);
    if (type == NULL) {
        return NULL;
    }
    if (!is_constant) {
        return es_pointer_to(lib->py, type, g->size_or_direct_fn);
    }
    /* A variadic function is a constant: a pointer to it. */
    return es_type_is_function_pointer(type)
               ? PyObject_GetAttr((PyObject *)lib, name)
               : es_lib_refuse_address(name);
}

PyObject *
es_lib_addressof(PyObject *lib, PyObject *name)
{
    return name_address((es_lib *)lib, name);
}
