/* ctype.h - ffi.CType: C types as Python objects, and struct fields.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CTYPE_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CTYPE_H

#include "subinterp/cpython/ffi/convert.h"

/** A field of a struct or union, as CType.fields shows it. */
typedef struct es_field {
    PyObject_HEAD
    es_ctype *type;        /* of the field; owned */
    const ec_field *field; /* lives as long as the ec_types */
    size_t offset;         /* from the start of the outermost struct */
    bool skip; /* not for positional initialisers: a further member of an
                  anonymous union */
} es_field;

/** Makes py->ctype_type and py->field_type.  0, or -1 with an exception. */
int es_ctype_types_create(es_py *py);

/** Makes the object of a type that has none yet. */
es_ctype *es_ctype_create(es_py *py, ec_type *type);

/** As es_ctype_get(), for hot paths.  New reference. */
static inline es_ctype *
es_ctype_ref(es_py *py, ec_type *type)
{
    if (type->user != NULL) {
        Py_INCREF((PyObject *)type->user);
        return type->user;
    }
    return es_ctype_create(py, type);
}

/** Realises a lazy struct or union, also as the item of an array.  0, or -1
 *  with an exception set. */
int es_type_complete(es_py *py, ec_type *type);

static inline int
es_type_ready(es_py *py, ec_type *type)
{
    if (type->kind != EC_KIND_ARRAY && (type->flags & EC_TYPE_LAZY) == 0) {
        return 0;
    }
    return es_type_complete(py, type);
}

/** Makes the type `T *`. */
ec_type *es_pointer_type_create(es_py *py, ec_type *target);

/** The type `T *`, or NULL with an exception set. */
static inline ec_type *
es_pointer_type(es_py *py, ec_type *target)
{
    return target->pointer != NULL ? target->pointer
                                   : es_pointer_type_create(py, target);
}

/** The type `T[length]`, -1: open; the item is ready.  NULL with an exception
 *  set. */
ec_type *es_array_type(es_py *py, ec_type *item, Py_ssize_t length);

/** Fills ct->fields; it stays NULL for an opaque type.  0, or -1 with an
 *  exception set. */
int es_ctype_load_fields(es_ctype *ct);

/** Finds a field by name: borrowed, or NULL, with an exception set only when
 *  something failed. */
es_field *es_ctype_field(es_ctype *ct, PyObject *name);

static inline bool
es_type_is_function_pointer(const ec_type *type)
{
    return type->kind == EC_KIND_POINTER &&
           type->item->kind == EC_KIND_FUNCTION;
}

/** The C type's Python object.  New reference. */
es_ctype *es_ctype_get(es_py *py, ec_type *type);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CTYPE_H */
