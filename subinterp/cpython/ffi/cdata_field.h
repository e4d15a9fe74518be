/* cdata_field.h - fields of a struct or union as attributes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CDATA_FIELD_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CDATA_FIELD_H

#include "subinterp/cpython/ffi/cdata.h"

/** Fails when `value`, to be stored at `offset`, has more items in a flexible
 *  array than the memory that `cd` is known to have.  0, or -1 with an
 *  exception set. */
int es_cdata_check_room(const es_cdata *cd, ec_type *type, size_t offset,
                        PyObject *value);

/** Converts to a field, bit-fields too.  0, or -1 with an exception set. */
int
es_field_to_c(es_py *py, const es_field *field, char *record, PyObject *value);

/* Slots of the cdata types. */
PyObject *es_cdata_getattro(es_cdata *cd, PyObject *name);

int es_cdata_setattro(es_cdata *cd, PyObject *name, PyObject *value);

PyObject *es_cdata_dir(es_cdata *cd, PyObject *unused);

/** True for a cdata of any interpreter; es_is_cdata() is for where there is
 *  an es_py. */
static inline bool
es_is_any_cdata(PyObject *x)
{
    return Py_TYPE(x)->tp_getattro == (getattrofunc)es_cdata_getattro;
}

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CDATA_FIELD_H */
