/* cdata_number.h - a cdata as a number: value, arithmetic, comparison, hash.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_CDATA_NUMBER_H
#define EMBED_SUBINTERP_CPYTHON_FFI_CDATA_NUMBER_H

#include "subinterp/cpython/ffi/state.h"

/** The Python value of a primitive or enum cdata; long double as itself. */
PyObject *es_cdata_value(es_cdata *cd);

/* Slots of the cdata types. */
PyObject *es_cdata_add(PyObject *v, PyObject *w);

PyObject *es_cdata_subtract(PyObject *v, PyObject *w);

int es_cdata_bool(es_cdata *cd);

PyObject *es_cdata_int(es_cdata *cd);

PyObject *es_cdata_float(es_cdata *cd);

PyObject *es_cdata_complex(es_cdata *cd, PyObject *unused);

PyObject *es_cdata_richcompare(es_cdata *v, PyObject *w, int op);

Py_hash_t es_cdata_hash(es_cdata *cd);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_CDATA_NUMBER_H */
