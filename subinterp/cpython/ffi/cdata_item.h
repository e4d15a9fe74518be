/* cdata_item.h - items, slices and iteration of a cdata.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CDATA_ITEM_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CDATA_ITEM_H

#include "subinterp/cpython/ffi/state.h"

/** Fails for a NULL pointer and for memory that was released. */
int es_cdata_check_not_null(const es_cdata *cd);

/* Slots of the cdata types. */
PyObject *es_cdata_subscript(es_cdata *cd, PyObject *key);
int es_cdata_ass_subscript(es_cdata *cd, PyObject *key, PyObject *value);
PyObject *es_cdata_iter(es_cdata *cd);

/** Makes py->iter_type.  0, or -1 with an exception set. */
int es_cdata_iter_type_create(es_py *py);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CDATA_ITEM_H */
