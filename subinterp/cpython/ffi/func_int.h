/* func_int.h - what the files of `func` share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_FUNC_INT_H
#define EMBED_SUBINTERP_CPYTHON_FFI_FUNC_INT_H

#include "subinterp/cpython/ffi/state.h"

#include "core/types/ccall.h"
#include "subinterp/cpython/ffi/scalar.h"

/* Alignment of a call's frame: enough for every type with a register. */
#define ES_FUNC_ALIGN 64

typedef struct func_arg {
    es_arg arg;
    size_t offset; /* in the frame: of the slot, or of what it points to */
} func_arg;

/* A frame has the slots (later the result) first, then the arguments that the
 * slots point to. */
typedef struct es_func {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    es_py *py; /* counted */
    const struct embed_plugin *plugin;
    const struct embed_global *global;
    embed_trampoline_fn *trampoline; /* NULL: use `call` */
    const ec_call *call;             /* of the global's address */
    size_t call_values; /* where the frame has room for what `call` needs */
    ec_type *type;
    PyObject *weakrefs;
    size_t frame_size;
    es_arg result;
    size_t n_args;
    func_arg *args; /* args[n_args]; owned (malloc) */
} es_func;

static inline size_t
es_func_round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_FUNC_INT_H */
