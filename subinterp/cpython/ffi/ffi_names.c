/* ffi_names.c - ffi.list_types() and ffi.integer_const(): what is declared.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_names.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/ffi.h"

#include <string.h>

/* --- list_types ---------------------------------------------------------- */

/* Adds a name, unless it is that of an anonymous type. */
static int
list_add(PyObject *list, const char *name)
{
    ES_OWNED PyObject *str = NULL;

    if (name[0] == '$') {
        return 0;
    }
    str = PyUnicode_FromString(name);
    return str != NULL ? PyList_Append(list, str) : -1;
}

/* Adds the names of the tables. */
static int
add_of_tables(const struct embed_context *c, PyObject *typedefs,
              PyObject *structs, PyObject *unions)
{
    for (int i = 0; i < c->num_typenames; i++) {
        if (list_add(typedefs, c->typenames[i].name) < 0) {
            return -1;
        }
    }
    for (int i = 0; i < c->num_struct_unions; i++) {
        const struct embed_struct_union *s = &c->struct_unions[i];
        bool is_union = (s->flags & EMBED_SF_UNION) != 0;

        if (list_add(is_union ? unions : structs, s->name) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Adds the names of a scope: tags are there as "struct x". */
static int
add_of_scope(const ec_scope *scope, PyObject *typedefs, PyObject *structs,
             PyObject *unions)
{
    for (size_t i = 0; i < ec_scope_count(scope); i++) {
        const ec_decl *decl = ec_scope_at(scope, i);
        int rc = 0;

        if (decl->kind == EC_DECL_TYPEDEF) {
            rc = list_add(typedefs, decl->name);
        } else if (decl->kind == EC_DECL_TAG &&
                   decl->type->kind != EC_KIND_ENUM) {
            bool is_union = decl->type->kind == EC_KIND_UNION;

            rc = list_add(is_union ? unions : structs,
                          strchr(decl->name, ' ') + 1);
        }
        if (rc < 0) {
            return -1;
        }
    }
    return 0;
}

/* Adds the names that one ffi declares. */
static int
add_of_ffi(const es_ffi *ffi, PyObject *typedefs, PyObject *structs,
           PyObject *unions)
{
    if (ffi->ext != NULL && add_of_tables(ffi->ext->plugin->context, typedefs,
                                          structs, unions) < 0) {
        return -1;
    }
    return add_of_scope(ffi->scope, typedefs, structs, unions);
}

ES_FFI_METHOD(list_types)
{
    static const es_params params = {"list_types", {NULL}, 0, 0};
    ES_OWNED PyObject *typedefs = PyList_New(0);
    ES_OWNED PyObject *structs = PyList_New(0);
    ES_OWNED PyObject *unions = PyList_New(0);

    if (typedefs == NULL || structs == NULL || unions == NULL ||
        es_args(&params, args, nargs, kwnames, NULL) < 0 ||
        add_of_ffi(ffi, typedefs, structs, unions) < 0) {
        return NULL;
    }
    for (Py_ssize_t i = 0;
         ffi->included != NULL && i < PyList_GET_SIZE(ffi->included); i++) {
        if (add_of_ffi((es_ffi *)PyList_GET_ITEM(ffi->included, i), typedefs,
                       structs, unions) < 0) {
            return NULL;
        }
    }
    if (PyList_Sort(typedefs) < 0 || PyList_Sort(structs) < 0 ||
        PyList_Sort(unions) < 0) {
        return NULL;
    }
    return PyTuple_Pack(3, typedefs, structs, unions);
}

/* --- integer_const ------------------------------------------------------- */

/* A name that means something else: an exception, unless it is of
 * an ffi that is included. */
static PyObject *
const_not_integer(const es_ffi *ffi, const char *name, bool is_included)
{
    if (!is_included) {
        PyErr_Format(ffi->py->error, "'%s' is not an integer constant", name);
    }
    return NULL;
}

/* Reads a constant of the tables; NULL without an exception when there is no
 * such name. */
static PyObject *
const_of_table(es_ffi *ffi, const char *name, size_t len, bool is_included)
{
    ec_err err = EC_ERR_INIT;
    int i = ec_table_global(ffi->table, name, len);
    uint64_t value;
    bool negative;
    unsigned op;

    if (i < 0) {
        return NULL;
    }
    if (ffi->ext != NULL) {
        op = (uintptr_t)ffi->ext->plugin->context->globals[i].type_op & 0xff;
        if (op != EMBED_OP_CONSTANT_INT && op != EMBED_OP_ENUM) {
            return const_not_integer(ffi, name, is_included);
        }
    }
    if (ec_table_const_int(ffi->table, i, &value, &negative, &err) !=
        EMBED_OK) {
        es_raise(&err, ffi->py->error);
        return NULL;
    }
    return negative ? PyLong_FromLongLong((int64_t)value)
                    : PyLong_FromUnsignedLongLong(value);
}

/* Reads a constant that one ffi declares; NULL without an exception when there
 * is no such name. */
static PyObject *
const_of_ffi(es_ffi *ffi, const char *name, size_t len, bool is_included)
{
    const ec_decl *decl;

    if (ffi->table != NULL) {
        PyObject *value = const_of_table(ffi, name, len, is_included);

        if (value != NULL || PyErr_Occurred()) {
            return value;
        }
    }
    decl = ec_scope_find(ffi->scope, EC_DECL_CONSTANT, name, len);
    if (decl == NULL) {
        return NULL;
    }
    if ((decl->flags & EC_DECL_UNKNOWN_VALUE) != 0) {
        return const_not_integer(ffi, name, is_included);
    }
    return ec_type_is_signed(decl->type)
               ? PyLong_FromLongLong(decl->value)
               : PyLong_FromUnsignedLongLong((uint64_t)decl->value);
}

PyObject *
es_ffi_constant(es_ffi *ffi, const char *name, size_t len)
{
    PyObject *value = const_of_ffi(ffi, name, len, false);

    for (Py_ssize_t i = 0;
         value == NULL && !PyErr_Occurred() && ffi->included != NULL &&
         i < PyList_GET_SIZE(ffi->included);
         i++) {
        value = const_of_ffi((es_ffi *)PyList_GET_ITEM(ffi->included, i), name,
                             len, true);
    }
    return value;
}

ES_FFI_METHOD(integer_const)
{
    static const es_params params = {"integer_const", {"name"}, 1, 1};
    PyObject *arg;
    PyObject *value;
    const char *name;
    Py_ssize_t len;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    if (!PyUnicode_Check(arg)) {
        PyErr_Format(PyExc_TypeError,
                     "integer_const() argument 1 must be str, not %s",
                     Py_TYPE(arg)->tp_name);
        return NULL;
    }
    name = PyUnicode_AsUTF8AndSize(arg, &len);
    if (name == NULL) {
        return NULL;
    }
    value = es_ffi_constant(ffi, name, (size_t)len);
    if (value == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_AttributeError, "integer constant '%s' not found",
                     name);
    }
    return value;
}
