/* py_ffi.h - the ffi object.
 *
 * Its methods are in py_ffi_*.c by subject; all are METH_FASTCALL |
 * METH_KEYWORDS.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_FFI_H
#define EMBED_SUBINTERP_CPYTHON_PY_FFI_H

#include "subinterp/cpython/py_cdata.h"

/** Makes py->ffi_type.  0, or -1 with an exception set. */
int es_ffi_type_create(es_py *py);

/** Gives the type its objects: NULL, error, CData, ...  0, or -1 with an
 *  exception set. */
int es_ffi_objects_add(es_py *py);

/** Takes away those that lead back to `py`. */
void es_ffi_objects_drop(es_py *py);

/** The parameters of a method, all by position or by name. */
typedef struct es_params {
    const char *func;
    const char *names[4];
    Py_ssize_t n;
    Py_ssize_t required;
} es_params;

/** es_args() of any call. */
int es_args_any(const es_params *params, PyObject *const *args,
                Py_ssize_t nargs, PyObject *kwnames, PyObject **out);

/** Sorts arguments into out[params->n], borrowed; NULL where left out.  0, or
 *  -1 with an exception set. */
static inline int
es_args(const es_params *params, PyObject *const *args, Py_ssize_t nargs,
        PyObject *kwnames, PyObject **out)
{
    if (kwnames != NULL || nargs < params->required || nargs > params->n) {
        return es_args_any(params, args, nargs, kwnames, out);
    }
    for (Py_ssize_t i = 0; i < params->n; i++) {
        out[i] = i < nargs ? args[i] : NULL;
    }
    return 0;
}

/** Checks that an argument is a cdata; NULL with an exception set. */
es_cdata *es_cdata_arg(const es_py *py, const char *func, PyObject *arg);

/** A memory argument: pointer or array cdata, or a buffer to be released. */
typedef struct es_memory {
    char *data;
    Py_ssize_t size; /* -1 unknown */
    bool has_view;
    Py_buffer view;
} es_memory;

int
es_memory_open(const es_py *py, PyObject *arg, bool writable, es_memory *out);
void es_memory_close(es_memory *memory);

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

/** Imports modules and includes their ffi, for one with tables.
 *  @param names  ends with NULL; may be NULL
 *  Returns 0, or -1 with an exception set. */
int es_ffi_include_modules(es_ffi *ffi, const char *const *names);

/** Returns the value of an integer constant that `ffi` knows, itself or by
 *  include(); new reference.  NULL without an exception when there is none. */
PyObject *es_ffi_constant(es_ffi *ffi, const char *name, size_t len);

#endif /* EMBED_SUBINTERP_CPYTHON_PY_FFI_H */
