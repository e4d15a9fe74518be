/* ccall.h - calling C functions of any type through libffi, and the reverse.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CCALL_H
#define EMBED_CORE_TYPES_CCALL_H

#include "core/types/ctype.h"

/** A prepared call of one function type; lives as long as its ec_types. */
typedef struct ec_call ec_call;

/** Prepares (once, kept in fn->plan) calls of `fn`, an EC_KIND_FUNCTION.
 *  EMBED_E_INVALID when libffi cannot pass one of the types (bit-fields, packed
 *  structs, unions by value): the text says which. */
embed_status
ec_call_prepare(ec_types *types, ec_type *fn, const ec_call **out, ec_err *err);

/** Prepares a variadic call: `args` are the types of all arguments, the fixed
 *  ones of `fn` first.  Freed by the caller with ec_call_free(). */
embed_status
ec_call_prepare_variadic(ec_types *types, ec_type *fn, ec_type *const *args,
                         size_t n_args, ec_call **out, ec_err *err);
void ec_call_free(ec_call *call);

/** Makes the call.
 *  @param values  values[n_args]: pointers to the arguments.  The array is used
 *                 up: libffi puts pointers to copies of structs into it.
 *  @param result  room for the result: at least 16 bytes, aligned for it; an
 *                 integer result is stored in its own size (not widened) */
void ec_call_invoke(const ec_call *call, void (*fn)(void), void *result,
                    void **values);

/** A C function pointer made at run time. */
typedef struct ec_closure ec_closure;

/** Called for a call of a closure, on the calling thread.
 *  @param result  to be filled with the result in its own size; zeroed
 *  @param values  pointers to the arguments */
typedef void ec_closure_fn(void *arg, void *result, void **values);

embed_status
ec_closure_create(ec_types *types, ec_type *fn, ec_closure_fn *call, void *arg,
                  ec_closure **out, ec_err *err);
/** The function pointer to hand to C. */
void *ec_closure_code(const ec_closure *closure);
void ec_closure_destroy(ec_closure *closure);

#endif /* EMBED_CORE_TYPES_CCALL_H */
