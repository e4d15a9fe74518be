/* ffi.h - the ffi object.
 *
 * Its methods are in ffi_*.c by subject; all are METH_FASTCALL |
 * METH_KEYWORDS.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_H

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/ffi_args.h"

/** Makes py->ffi_type.  0, or -1 with an exception set. */
int es_ffi_type_create(es_py *py);

/** Gives the type its objects: NULL, error, CData, ...  0, or -1 with an
 *  exception set. */
int es_ffi_objects_add(es_py *py);

/** Takes away those that lead back to `py`. */
void es_ffi_objects_drop(es_py *py);

#define ES_FFI_METHOD(name)                                         \
 PyObject *es_ffi_method_##name(es_ffi *ffi, PyObject *const *args, \
                                Py_ssize_t nargs, PyObject *kwnames)

ES_FFI_METHOD(typeof);
ES_FFI_METHOD(sizeof);
ES_FFI_METHOD(alignof);
ES_FFI_METHOD(offsetof);
ES_FFI_METHOD(getctype);
ES_FFI_METHOD(addressof);
ES_FFI_METHOD(integer_const);
ES_FFI_METHOD(list_types);
ES_FFI_METHOD(new);
ES_FFI_METHOD(new_allocator);
ES_FFI_METHOD(cast);
ES_FFI_METHOD(string);
ES_FFI_METHOD(unpack);
ES_FFI_METHOD(memmove);
ES_FFI_METHOD(from_buffer);
ES_FFI_METHOD(gc);
ES_FFI_METHOD(release);
ES_FFI_METHOD(new_handle);
ES_FFI_METHOD(from_handle);
ES_FFI_METHOD(init_once);
ES_FFI_METHOD(cdef);
ES_FFI_METHOD(include);
ES_FFI_METHOD(dlopen);
ES_FFI_METHOD(dlclose);

/** Makes an ffi object. `table` (may be NULL) is taken over by `py`, also on
 *  failure.  New reference, or NULL with an exception set. */
PyObject *es_ffi_new(es_py *py, ec_table *table);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_H */
