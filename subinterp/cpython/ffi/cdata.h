/* cdata.h - ffi.CData: C values and pointers as Python objects.
 *
 * Three Python types, all instances of ffi.CData: the base that owns nothing,
 * one with its memory inside, one that keeps another object alive.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CDATA_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CDATA_H

#include "subinterp/cpython/ffi/convert.h"
#include "subinterp/cpython/ffi/ctype.h"

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

/** A cdata that owns nothing: `data` is the pointer's value for a pointer
 *  type, else where the value is.  New reference. */
PyObject *es_cdata_new(es_py *py, ec_type *type, const void *data);

/** As es_cdata_new() for an open array of `length` items. */
PyObject *es_cdata_new_array(es_py *py, ec_type *type, const void *data,
                             Py_ssize_t length);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CDATA_H */
