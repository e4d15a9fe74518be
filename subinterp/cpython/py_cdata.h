/* py_cdata.h - ffi.CData: C values and pointers as Python objects.
 *
 * Three Python types, all instances of ffi.CData: the base that owns nothing,
 * one with its memory inside, one that keeps another object alive.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_CDATA_H
#define EMBED_SUBINTERP_CPYTHON_PY_CDATA_H

#include "subinterp/cpython/py_convert.h"
#include "subinterp/cpython/py_ctype.h"

/** Makes the cdata types and the array iterator.  0, or -1 with an
 *  exception set. */
int es_cdata_types_create(es_py *py);

/** Makes a cdata with `size` zeroed bytes of its own. `type` is that of the
 *  object: for a pointer type the bytes are what it points to.
 *  @param align   of the bytes
 *  @param length  es_cdata.length */
es_cdata *es_cdata_own(es_py *py, ec_type *type, size_t size, int align,
                       Py_ssize_t length);

/** Makes a cdata that keeps `owner` (a new reference is taken). */
es_cdata_keep *
es_cdata_keep_new(es_py *py, ec_type *type, void *data, Py_ssize_t length,
                  es_keep what, PyObject *owner);

/** Frees the memory kept for further cdata. */
void es_cdata_drain(es_py *py);

/** Does what ffi.release() does: destructor or unlock, once; nothing for
 *  ffi.new().  0, or -1 with an exception set. */
int es_cdata_release(es_cdata *cd);

/** Takes a handle that ends out of the set of those alive. */
void es_handle_forget(const es_cdata_keep *keep);

/** Frees the set. */
void es_handles_fini(es_handles *handles);

static inline es_py *
es_cdata_py(const es_cdata *cd)
{
    return cd->type->py;
}

static inline ec_type *
es_cdata_ctype(const es_cdata *cd)
{
    return cd->type->type;
}

/** True for a cdata that compares by address: not a primitive, not an enum. */
static inline bool
es_cdata_is_address(const es_cdata *cd)
{
    return es_cdata_ctype(cd)->kind >= EC_KIND_POINTER;
}

/** Items of an array cdata. */
static inline Py_ssize_t
es_cdata_array_length(const es_cdata *cd)
{
    ptrdiff_t n = es_cdata_ctype(cd)->length;

    return n >= 0 ? n : cd->length;
}

/** True for what ffi.new() made and for the structs inside. */
static inline bool
es_cdata_is_owning(const es_cdata *cd)
{
    const es_py *py = es_cdata_py(cd);

    return Py_TYPE(cd) == py->own_type ||
           (Py_TYPE(cd) == py->keep_type &&
            ((const es_cdata_keep *)cd)->what == ES_KEEP_OWNER);
}

/** Bytes of the C object that a cdata is, -1 when unknown. */
Py_ssize_t es_cdata_size(const es_cdata *cd);

/** Bytes that a pointer or array cdata gives access to, -1 when unknown. */
Py_ssize_t es_cdata_extent(const es_cdata *cd);

/** Fails for a NULL pointer and for memory that was released. */
int es_cdata_check_not_null(const es_cdata *cd);

/** Fails when `value`, to be stored at `offset`, has more items in a flexible
 *  array than the memory that `cd` is known to have.  0, or -1 with an
 *  exception set. */
int es_cdata_check_room(const es_cdata *cd, ec_type *type, size_t offset,
                        PyObject *value);

/** The Python value of a primitive or enum cdata; long double as itself. */
PyObject *es_cdata_value(es_cdata *cd);

/* The slots of py_cdata_item.c, py_cdata_field.c, py_cdata_number.c and
 * py_cdata_call.c. */
PyObject *es_cdata_subscript(es_cdata *cd, PyObject *key);
int es_cdata_ass_subscript(es_cdata *cd, PyObject *key, PyObject *value);
PyObject *es_cdata_iter(es_cdata *cd);
int es_cdata_iter_type_create(es_py *py);
PyObject *es_cdata_getattro(es_cdata *cd, PyObject *name);
int es_cdata_setattro(es_cdata *cd, PyObject *name, PyObject *value);
PyObject *es_cdata_dir(es_cdata *cd, PyObject *unused);
PyObject *es_cdata_add(PyObject *v, PyObject *w);
PyObject *es_cdata_subtract(PyObject *v, PyObject *w);
int es_cdata_bool(es_cdata *cd);
PyObject *es_cdata_int(es_cdata *cd);
PyObject *es_cdata_float(es_cdata *cd);
PyObject *es_cdata_complex(es_cdata *cd, PyObject *unused);
PyObject *es_cdata_richcompare(es_cdata *v, PyObject *w, int op);
Py_hash_t es_cdata_hash(es_cdata *cd);
PyObject *es_cdata_call(es_cdata *cd, PyObject *args, PyObject *kwargs);

/** True for a cdata of any interpreter; es_is_cdata() is for where there is
 *  an es_py. */
static inline bool
es_is_any_cdata(PyObject *x)
{
    return Py_TYPE(x)->tp_getattro == (getattrofunc)es_cdata_getattro;
}

/** Converts to a field, bit-fields too.  0, or -1 with an exception set. */
int
es_field_to_c(es_py *py, const es_field *field, char *record, PyObject *value);

#endif /* EMBED_SUBINTERP_CPYTHON_PY_CDATA_H */
