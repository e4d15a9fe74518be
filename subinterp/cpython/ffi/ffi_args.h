/* ffi_args.h - arguments of ffi's methods.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FFI_ARGS_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FFI_ARGS_H

#include "subinterp/cpython/ffi/state.h"

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

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FFI_ARGS_H */
