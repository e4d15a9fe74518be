/* dllib.h - what ffi.dlopen() returns: the names of a loaded library.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_DLLIB_H
#define EMBED_SUBINTERP_CPYTHON_FFI_DLLIB_H

#include "subinterp/cpython/ffi/state.h"

/** Makes py->dllib_type.  0, or -1 with an exception set. */
int es_dllib_type_create(es_py *py);

/**
 * Makes the lib object of an open library: its names are those that `ffi`
 * declares.
 *
 * @param name    for messages
 * @param handle  of dlopen()
 * @param closes  the handle is closed with the object; false on failure, too
 *
 * Returns:  new reference, or NULL with an exception set.
 */
PyObject *es_dllib_new(es_ffi *ffi, PyObject *name, void *handle, bool closes);

/** Closes the library; nothing when that has been done.  0, or -1 with an
 *  exception set. */
int es_dllib_close(PyObject *self);

/** ffi.addressof(lib, name); new reference. */
PyObject *es_dllib_addressof(PyObject *self, PyObject *name);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_DLLIB_H */
