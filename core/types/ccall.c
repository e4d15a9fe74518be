/* ccall.c - calls C functions of any type through libffi.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ccall.h"

#include "core/types/ccall_int.h"

#include <limits.h>
#include <stdlib.h>

/* Fills a call's argument types; returns EMBED_OK when all can be passed. */
static embed_status
args_fill(ec_types *types, ec_type *const *args, size_t n, ffi_type **out,
          ec_err *err)
{
    for (size_t i = 0; i < n; i++) {
        embed_status status = ec_ffi_type(types, args[i], &out[i], err);
        if (status != EMBED_OK) {
            return status;
        }
    }
    return EMBED_OK;
}

/* True for a struct that is nothing but one long double: x86-64 returns it in
 * an x87 register, where libffi does not look. */
static bool
is_wrapped_long_double(const ec_type *type)
{
#if defined(__x86_64__)
    const ptrdiff_t size = type->size;
    if (type->kind != EC_KIND_STRUCT) {
        return false;
    }
    while (type->size == size) {
        if (type->kind == EC_KIND_ARRAY) {
            type = type->item;
        } else if (type->kind == EC_KIND_STRUCT && type->n_fields > 0) {
            type = type->fields[0].type;
        } else {
            return type->prim == EC_PRIM_LDOUBLE;
        }
    }
#else
    (void)type;
#endif
    return false;
}

/* Fills `call`, which has room for n types.  `args` are the types of all
 * arguments, the fixed ones of `fn` first. */
static embed_status
call_init(ec_call *call, ec_types *types, ec_type *fn, ec_type *const *args,
          size_t n, ec_err *err)
{
    const ec_type *result = fn->result;
    ffi_type *ffi_result = NULL;
    embed_status status = ec_ffi_type(types, fn->result, &ffi_result, err);
    if (status == EMBED_OK && is_wrapped_long_double(result)) {
        status = ec_fail(err, EMBED_E_INVALID,
                         "'%s' cannot be returned by value: libffi does not "
                         "support a struct of one long double",
                         result->name);
    }
    if (status == EMBED_OK) {
        status = args_fill(types, args, n, call->args, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    call->result_size = result->size < 0 ? 0 : (size_t)result->size;
    call->is_widened =
        ec_type_is_integer(result) && call->result_size < sizeof(ffi_arg);
    call->is_signed = ec_type_is_signed(result);
    ffi_status prepared =
        (fn->flags & EC_TYPE_VARIADIC) != 0
            ? ffi_prep_cif_var(&call->cif, FFI_DEFAULT_ABI,
                               (unsigned)fn->n_args, (unsigned)n, ffi_result,
                               call->args)
            : ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI, (unsigned)n, ffi_result,
                           call->args);
    if (prepared != FFI_OK) {
        return ec_fail(err, EMBED_E_INVALID,
                       "libffi cannot call a function of type '%s' (%d)",
                       fn->name, (int)prepared);
    }
    return EMBED_OK;
}

/* Sets *out to the bytes of a call with `n` arguments. */
static embed_status
call_size(const ec_type *fn, size_t n, size_t *out, ec_err *err)
{
    if (fn->kind != EC_KIND_FUNCTION) {
        return ec_fail(err, EMBED_E_INVALID, "'%s' is not a function type",
                       fn->name);
    }
    if (n > INT_MAX / sizeof(ffi_type *)) {
        return ec_fail(err, EMBED_E_INVALID, "too many arguments (%zu)", n);
    }
    *out = sizeof(ec_call) + n * sizeof(ffi_type *);
    return EMBED_OK;
}

embed_status
ec_call_prepare(ec_types *types, ec_type *fn, const ec_call **out, ec_err *err)
{
    size_t size = sizeof(ec_call);
    embed_status status = call_size(fn, fn->n_args, &size, err);
    if (status == EMBED_OK && fn->plan == NULL) {
        ec_call *call = ec_types_alloc(types, size);
        if (call == NULL) {
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
        status = call_init(call, types, fn, fn->args, fn->n_args, err);
        if (status == EMBED_OK) {
            fn->plan = call;
        }
    }
    if (status == EMBED_OK) {
        *out = fn->plan;
    }
    return status;
}

embed_status
ec_call_prepare_variadic(ec_types *types, ec_type *fn, ec_type *const *args,
                         size_t n_args, ec_call **out, ec_err *err)
{
    size_t size = sizeof(ec_call);
    embed_status status = call_size(fn, n_args, &size, err);
    if (status != EMBED_OK) {
        return status;
    }
    if ((fn->flags & EC_TYPE_VARIADIC) == 0 || n_args < fn->n_args) {
        return ec_fail(err, EMBED_E_INVALID,
                       "'%s' is not variadic or has more than %zu arguments",
                       fn->name, n_args);
    }
    ec_call *call = calloc(1, size);
    if (call == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    status = call_init(call, types, fn, args, n_args, err);
    if (status != EMBED_OK) {
        free(call);
        return status;
    }
    *out = call;
    return EMBED_OK;
}

void
ec_call_free(ec_call *call)
{
    free(call);
}

/* Stores a widened integer in its own size. */
static void
result_narrow(const ec_call *call, void *result, ffi_arg value)
{
    switch (call->result_size) {
    case 1:
        *(uint8_t *)result = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)result = (uint16_t)value;
        break;
    default:
        *(uint32_t *)result = (uint32_t)value;
        break;
    }
}

void
ec_call_invoke(const ec_call *call, void (*fn)(void), void *result,
               void **values)
{
    /* libffi does not change a prepared signature. */
    ffi_cif *cif = (ffi_cif *)&call->cif;
    if (!call->is_widened) {
        ffi_call(cif, fn, result, values);
        return;
    }
    ffi_arg value = 0;
    ffi_call(cif, fn, &value, values);
    result_narrow(call, result, value);
}
