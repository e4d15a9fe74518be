/* cclosure.c - makes C function pointers at run time, through libffi.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ccall_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

struct ec_closure {
    ffi_closure *writable; /* where libffi writes it */
    void *code;            /* where it is called */
    const ec_call *call;
    ec_closure_fn *fn;
    void *arg;
};

/* Returns a result of its own size as libffi wants it. */
static ffi_arg
result_widen(const ec_call *call, const void *result)
{
    switch (call->result_size) {
    case 1:
        return call->is_signed ? (ffi_arg)(*(const int8_t *)result)
                               : (ffi_arg)(*(const uint8_t *)result);
    case 2:
        return call->is_signed ? (ffi_arg)(*(const int16_t *)result)
                               : (ffi_arg)(*(const uint16_t *)result);
    default:
        return call->is_signed ? (ffi_arg)(*(const int32_t *)result)
                               : (ffi_arg)(*(const uint32_t *)result);
    }
}

/* Where the code of every closure leads. */
static void
closure_enter(ffi_cif *cif, void *result, void **values, void *data)
{
    const ec_closure *closure = data;
    const ec_call *call = closure->call;
    (void)cif;
    if (call->result_size > 0 && !call->is_widened) {
        memset(result, 0, call->result_size);
        closure->fn(closure->arg, result, values);
        return;
    }
    /* Room also for what a void function leaves in its result. */
    uint64_t own[2] = {0, 0};
    closure->fn(closure->arg, own, values);
    if (call->is_widened) {
        *(ffi_arg *)result = result_widen(call, own);
    }
}

/* libffi makes its memory ready with the first closure, and looks for that
 * without a lock. */
static void
libffi_prepare(void)
{
    void *code = NULL;
    void *first = ffi_closure_alloc(sizeof(ffi_closure), &code);
    if (first != NULL) {
        ffi_closure_free(first);
    }
}

embed_status
ec_closure_create(ec_types *types, ec_type *fn, ec_closure_fn *call, void *arg,
                  ec_closure **out, ec_err *err)
{
    const ec_call *plan = NULL;
    embed_status status = ec_call_prepare(types, fn, &plan, err);
    if (status != EMBED_OK) {
        return status;
    }
    if ((fn->flags & EC_TYPE_VARIADIC) != 0) {
        return ec_fail(err, EMBED_E_INVALID,
                       "a callback cannot be variadic: '%s'", fn->name);
    }
    ec_closure *closure = calloc(1, sizeof *closure);
    if (closure == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    closure->call = plan;
    closure->fn = call;
    closure->arg = arg;
    (void)pthread_once(&once, libffi_prepare);
    closure->writable = ffi_closure_alloc(sizeof(ffi_closure), &closure->code);
    if (closure->writable == NULL) {
        free(closure);
        return ec_fail(err, EMBED_E_NOMEM,
                       "no memory that is writable and executable");
    }
    if (ffi_prep_closure_loc(closure->writable, (ffi_cif *)&plan->cif,
                             closure_enter, closure, closure->code) != FFI_OK) {
        ec_closure_destroy(closure);
        return ec_fail(err, EMBED_E_INVALID,
                       "libffi cannot make a callback of type '%s'", fn->name);
    }
    *out = closure;
    return EMBED_OK;
}

void *
ec_closure_code(const ec_closure *closure)
{
    return closure->code;
}

void
ec_closure_destroy(ec_closure *closure)
{
    if (closure != NULL) {
        ffi_closure_free(closure->writable);
        free(closure);
    }
}
