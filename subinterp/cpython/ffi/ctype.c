/* ctype.c - ffi.CType: C types as Python objects, and struct fields.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ctype.h"

#include <string.h>

/* --- the objects --------------------------------------------------------- */

es_ctype *
es_ctype_create(es_py *py, ec_type *type)
{
    es_ctype *ct = PyObject_New(es_ctype, py->ctype_type);

    if (ct == NULL) {
        return NULL;
    }
    ct->py = es_py_ref(py);
    ct->type = type;
    ct->weakrefs = NULL;
    ct->fields = NULL;
    type->user = ct;
    /* After es_py_destroy() there is no list: then only users keep it. */
    if (py->ctypes != NULL && PyList_Append(py->ctypes, (PyObject *)ct) < 0) {
        Py_DECREF(ct);
        return NULL;
    }
    return ct;
}

es_ctype *
es_ctype_get(es_py *py, ec_type *type)
{
    return es_ctype_ref(py, type);
}

static void
ctype_dealloc(es_ctype *ct)
{
    PyTypeObject *tp = Py_TYPE(ct);
    es_py *py = ct->py;

    if (ct->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)ct);
    }
    ct->type->user = NULL;
    Py_CLEAR(ct->fields);
    tp->tp_free(ct);
    es_py_unref(py);
    Py_DECREF(tp);
}

static PyObject *
ctype_repr(es_ctype *ct)
{
    return PyUnicode_FromFormat("<ctype '%s'>", ct->type->name);
}

/* --- fields -------------------------------------------------------------- */

/* An ec_err is large: only where something is made or fails is there one. */

__attribute__((noinline)) static int
type_realise(es_py *py, ec_type *type)
{
    ec_err err = EC_ERR_INIT;

    if (ec_type_complete(py->types, type, &err) != EMBED_OK) {
        es_raise(&err, py->error);
        return -1;
    }
    return 0;
}

int
es_type_complete(es_py *py, ec_type *type)
{
    while (type->kind == EC_KIND_ARRAY) {
        type = type->item;
    }
    return (type->flags & EC_TYPE_LAZY) != 0 ? type_realise(py, type) : 0;
}

ec_type *
es_pointer_type_create(es_py *py, ec_type *target)
{
    ec_err err = EC_ERR_INIT;
    ec_type *type = ec_type_pointer(py->types, target, &err);

    if (type == NULL) {
        es_raise(&err, PyExc_ValueError);
    }
    return type;
}

__attribute__((noinline)) static void
array_type_fail(es_py *py, ec_type *item, Py_ssize_t length)
{
    ec_err err = EC_ERR_INIT;

    (void)ec_type_array(py->types, item, length, &err);
    es_raise(&err, PyExc_ValueError);
}

ec_type *
es_array_type(es_py *py, ec_type *item, Py_ssize_t length)
{
    ec_type *type = ec_type_array(py->types, item, length, NULL);

    if (type == NULL) {
        array_type_fail(py, item, length);
    }
    return type;
}

static void
field_dealloc(es_field *f)
{
    PyTypeObject *tp = Py_TYPE(f);

    Py_XDECREF(f->type);
    tp->tp_free(f);
    Py_DECREF(tp);
}

static int
fields_add(es_ctype *ct, const ec_field *field, size_t offset, bool skip)
{
    ES_OWNED PyObject *name = NULL;
    es_field *f = PyObject_New(es_field, ct->py->field_type);
    int rc;

    if (f == NULL) {
        return -1;
    }
    f->field = field;
    f->offset = offset;
    f->skip = skip;
    f->type = es_ctype_ref(ct->py, field->type);
    name = PyUnicode_InternFromString(field->name);
    if (f->type == NULL || name == NULL) {
        Py_DECREF(f);
        return -1;
    }
    rc = PyDict_SetItem(ct->fields, name, (PyObject *)f);
    Py_DECREF(f);
    return rc;
}

// NOLINTBEGIN(misc-no-recursion): as deep as the declaration nests
/* Adds the fields of `type`, which is at `offset` in ct's type, members of
 * anonymous ones in their place. */
static int
fields_flatten(es_ctype *ct, ec_type *type, size_t offset, bool skip)
{
    if (es_type_complete(ct->py, type) < 0) {
        return -1;
    }
    for (size_t i = 0; i < type->n_fields; i++) {
        const ec_field *f = &type->fields[i];
        /* An anonymous union takes one positional initialiser. */
        bool skip_it =
            skip || (i > 0 && type != ct->type && type->kind == EC_KIND_UNION);
        int rc;

        if (f->name[0] == '\0' && ec_type_is_record(f->type)) {
            rc = fields_flatten(ct, f->type, offset + f->offset, skip_it);
        } else {
            rc = fields_add(ct, f, offset + f->offset, skip_it);
        }
        if (rc < 0) {
            return -1;
        }
    }
    return 0;
}
// NOLINTEND(misc-no-recursion)

int
es_ctype_load_fields(es_ctype *ct)
{
    if (ct->fields != NULL) {
        return 0;
    }
    if (es_type_complete(ct->py, ct->type) < 0) {
        return -1;
    }
    if ((ct->type->flags & EC_TYPE_INCOMPLETE) != 0) {
        return 0;
    }
    ct->fields = PyDict_New();
    if (ct->fields == NULL) {
        return -1;
    }
    if (fields_flatten(ct, ct->type, 0, false) < 0) {
        Py_CLEAR(ct->fields);
        return -1;
    }
    return 0;
}

es_field *
es_ctype_field(es_ctype *ct, PyObject *name)
{
    if (es_ctype_load_fields(ct) < 0 || ct->fields == NULL) {
        return NULL;
    }
    return (es_field *)PyDict_GetItemWithError(ct->fields, name);
}

static PyObject *
field_type(es_field *f, void *unused)
{
    (void)unused;
    return Py_NewRef((PyObject *)f->type);
}

static PyObject *
field_offset(es_field *f, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(f->offset);
}

static PyObject *
field_bitshift(es_field *f, void *unused)
{
    (void)unused;
    return PyLong_FromLong(f->field->bit_shift);
}

static PyObject *
field_bitsize(es_field *f, void *unused)
{
    (void)unused;
    return PyLong_FromLong(f->field->bit_size);
}

static PyObject *
field_flags(es_field *f, void *unused)
{
    (void)unused;
    return PyLong_FromLong(f->skip ? 1 : 0);
}

static PyGetSetDef field_getset[] = {
    {"type", (getter)field_type, NULL, NULL, NULL},
    {"offset", (getter)field_offset, NULL, NULL, NULL},
    {"bitshift", (getter)field_bitshift, NULL, NULL, NULL},
    {"bitsize", (getter)field_bitsize, NULL, NULL, NULL},
    {"flags", (getter)field_flags, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot field_slots[] = {
    {Py_tp_dealloc, (void *)field_dealloc},
    {Py_tp_getset, (void *)field_getset},
    {0, NULL},
};

static PyType_Spec field_spec = {
    .name = "libembed.CField",
    .basicsize = (int)sizeof(es_field),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = field_slots,
};

/* --- attributes ---------------------------------------------------------- */

/* Raises the AttributeError of an attribute that this kind of type lacks. */
static PyObject *
attr_missing(const char *name)
{
    PyErr_SetString(PyExc_AttributeError, name);
    return NULL;
}

static const char *
kind_name(ec_kind kind)
{
    switch (kind) {
    case EC_KIND_VOID:
        return "void";
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
        return "primitive";
    case EC_KIND_ENUM:
        return "enum";
    case EC_KIND_POINTER:
        return "pointer";
    case EC_KIND_ARRAY:
        return "array";
    case EC_KIND_STRUCT:
        return "struct";
    case EC_KIND_UNION:
        return "union";
    case EC_KIND_FUNCTION:
        return "function";
    }
    return "";
}

static PyObject *
ctype_kind(es_ctype *ct, void *unused)
{
    (void)unused;
    return PyUnicode_InternFromString(es_type_is_function_pointer(ct->type)
                                          ? "function"
                                          : kind_name(ct->type->kind));
}

static PyObject *
ctype_cname(es_ctype *ct, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(ct->type->name);
}

static bool
has_item(const ec_type *type)
{
    return type->kind == EC_KIND_ARRAY ||
           (type->kind == EC_KIND_POINTER &&
            type->item->kind != EC_KIND_FUNCTION);
}

static PyObject *
ctype_item(es_ctype *ct, void *unused)
{
    (void)unused;
    if (!has_item(ct->type)) {
        return attr_missing("item");
    }
    return (PyObject *)es_ctype_ref(ct->py, ct->type->item);
}

static PyObject *
ctype_length(es_ctype *ct, void *unused)
{
    (void)unused;
    if (ct->type->kind != EC_KIND_ARRAY) {
        return attr_missing("length");
    }
    if (ct->type->length < 0) {
        Py_RETURN_NONE;
    }
    return PyLong_FromSsize_t(ct->type->length);
}

static PyObject *
ctype_fields(es_ctype *ct, void *unused)
{
    (void)unused;
    if (!ec_type_is_record(ct->type)) {
        return attr_missing("fields");
    }
    if (es_ctype_load_fields(ct) < 0) {
        return NULL;
    }
    if (ct->fields == NULL) {
        Py_RETURN_NONE;
    }
    return PyDict_Items(ct->fields);
}

static PyObject *
ctype_args(es_ctype *ct, void *unused)
{
    ec_type *fn = ct->type->item;
    ES_OWNED PyObject *args = NULL;

    (void)unused;
    if (!es_type_is_function_pointer(ct->type)) {
        return attr_missing("args");
    }
    args = PyTuple_New((Py_ssize_t)fn->n_args);
    for (size_t i = 0; args != NULL && i < fn->n_args; i++) {
        PyObject *arg = (PyObject *)es_ctype_ref(ct->py, fn->args[i]);

        if (arg == NULL) {
            return NULL;
        }
        PyTuple_SET_ITEM(args, (Py_ssize_t)i, arg); /* steals arg */
    }
    return es_take(&args);
}

static PyObject *
ctype_result(es_ctype *ct, void *unused)
{
    (void)unused;
    if (!es_type_is_function_pointer(ct->type)) {
        return attr_missing("result");
    }
    return (PyObject *)es_ctype_ref(ct->py, ct->type->item->result);
}

static PyObject *
ctype_ellipsis(es_ctype *ct, void *unused)
{
    (void)unused;
    if (!es_type_is_function_pointer(ct->type)) {
        return attr_missing("ellipsis");
    }
    return PyBool_FromLong((ct->type->item->flags & EC_TYPE_VARIADIC) != 0);
}

/* FFI_DEFAULT_ABI of the platforms supported: the System V ABI. */
#define CTYPE_ABI 2

static PyObject *
ctype_abi(es_ctype *ct, void *unused)
{
    (void)unused;
    if (!es_type_is_function_pointer(ct->type)) {
        return attr_missing("abi");
    }
    return PyLong_FromLong(CTYPE_ABI);
}

/* Makes the dict of an enum: value -> name, or name -> value. */
static PyObject *
enum_dict(es_ctype *ct, bool by_name)
{
    ES_OWNED PyObject *dict = PyDict_New();
    bool is_signed = ec_type_is_signed(ct->type);

    for (size_t i = 0; dict != NULL && i < ct->type->n_enumerators; i++) {
        const ec_enumerator *e = &ct->type->enumerators[i];
        ES_OWNED PyObject *name = PyUnicode_FromString(e->name);
        ES_OWNED PyObject *value =
            is_signed ? PyLong_FromLongLong(e->value)
                      : PyLong_FromUnsignedLongLong((uint64_t)e->value);

        if (name == NULL || value == NULL) {
            return NULL;
        }
        /* Of several names with one value the first counts. */
        if (by_name ? PyDict_SetItem(dict, name, value) < 0
                    : PyDict_SetDefault(dict, value, name) == NULL) {
            return NULL;
        }
    }
    return es_take(&dict);
}

static PyObject *
ctype_elements(es_ctype *ct, void *unused)
{
    (void)unused;
    return ct->type->kind == EC_KIND_ENUM ? enum_dict(ct, false)
                                          : attr_missing("elements");
}

static PyObject *
ctype_relements(es_ctype *ct, void *unused)
{
    (void)unused;
    return ct->type->kind == EC_KIND_ENUM ? enum_dict(ct, true)
                                          : attr_missing("relements");
}

static PyGetSetDef ctype_getset[] = {
    {"kind", (getter)ctype_kind, NULL, NULL, NULL},
    {"cname", (getter)ctype_cname, NULL, NULL, NULL},
    {"item", (getter)ctype_item, NULL, NULL, NULL},
    {"length", (getter)ctype_length, NULL, NULL, NULL},
    {"fields", (getter)ctype_fields, NULL, NULL, NULL},
    {"args", (getter)ctype_args, NULL, NULL, NULL},
    {"result", (getter)ctype_result, NULL, NULL, NULL},
    {"ellipsis", (getter)ctype_ellipsis, NULL, NULL, NULL},
    {"abi", (getter)ctype_abi, NULL, NULL, NULL},
    {"elements", (getter)ctype_elements, NULL, NULL, NULL},
    {"relements", (getter)ctype_relements, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Lists the attributes that this type has. */
static PyObject *
ctype_dir(es_ctype *ct, PyObject *unused)
{
    ES_OWNED PyObject *names = PyList_New(0);

    (void)unused;
    for (const PyGetSetDef *g = ctype_getset; names != NULL && g->name != NULL;
         g++) {
        ES_OWNED PyObject *value = g->get((PyObject *)ct, NULL);
        ES_OWNED PyObject *name = NULL;

        if (value == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
                return NULL;
            }
            PyErr_Clear();
            continue;
        }
        name = PyUnicode_FromString(g->name);
        if (name == NULL || PyList_Append(names, name) < 0) {
            return NULL;
        }
    }
    return es_take(&names);
}

static PyMethodDef ctype_methods[] = {
    {"__dir__", (PyCFunction)(void (*)(void))ctype_dir, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef ctype_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(es_ctype, weakrefs),
     Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot ctype_slots[] = {
    {Py_tp_dealloc, (void *)ctype_dealloc},
    {Py_tp_repr, (void *)ctype_repr},
    {Py_tp_getset, (void *)ctype_getset},
    {Py_tp_methods, (void *)ctype_methods},
    {Py_tp_members, (void *)ctype_members},
    {0, NULL},
};

static PyType_Spec ctype_spec = {
    .name = "libembed.CType",
    .basicsize = (int)sizeof(es_ctype),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ctype_slots,
};

int
es_ctype_types_create(es_py *py)
{
    py->ctype_type = (PyTypeObject *)PyType_FromSpec(&ctype_spec);
    py->field_type = (PyTypeObject *)PyType_FromSpec(&field_spec);
    return py->ctype_type != NULL && py->field_type != NULL ? 0 : -1;
}
