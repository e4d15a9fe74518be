/* func_address.c - calls of C functions that have no trampoline, as those of
 * code that CFFI has generated: through libffi, with structs by pointer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/func_address.h"

#include "subinterp/cpython/ffi/func_int.h"

#include <stdlib.h>
#include <string.h>

/* Room for a result that is not indirect, and what libffi writes at least. */
#define RESULT_STACK 64

/* What goes by pointer to a function that the tables name by its address: the
 * rule of CFFI for PyPy. */
static bool
is_indirect(const ec_type *type)
{
    return type->kind == EC_KIND_STRUCT || type->kind == EC_KIND_UNION ||
           type->kind == EC_KIND_COMPLEX;
}

/* Calls the function at the global's address as a trampoline would. */
void
es_func_call_address(const es_func *f, char *frame)
{
    void **values = (void **)(void *)(frame + f->call_values);
    void **pointers = values + f->n_args + 1;
    void (*fn)(void) = (void (*)(void))(uintptr_t)f->global->address;
    _Alignas(ES_FUNC_ALIGN) char result[RESULT_STACK];
    void *result_at = frame;
    size_t n = 0;

    if (is_indirect(f->type->result)) {
        values[n++] = &result_at;
    }
    for (size_t i = 0; i < f->n_args; i++) {
        char *data = frame + f->args[i].offset;

        pointers[i] = data;
        values[n++] =
            is_indirect(f->type->args[i]) ? (void *)&pointers[i] : data;
    }
    ec_call_invoke(f->call, fn, result, values);
    if (n == f->n_args && f->type->result->size > 0) {
        memcpy(frame, result, (size_t)f->type->result->size);
    }
}

/* Prepares the call of the global's address.  0, or -1 with an exception. */
int
es_func_plan_address(es_func *f)
{
    const ec_type *type = f->type;
    ec_types *types = f->py->types;
    ec_type *pointer = f->py->type_void_ptr;
    ec_type *result = type->result;
    size_t n = 0;
    ec_err err = EC_ERR_INIT;
    ec_type **args = calloc(type->n_args + 1, sizeof(ec_type *));

    if (args == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (is_indirect(result)) {
        args[n++] = pointer;
        result = ec_type_prim(types, EC_PRIM_VOID, &err);
    }
    for (size_t i = 0; i < type->n_args; i++) {
        args[n++] = is_indirect(type->args[i]) ? pointer : type->args[i];
    }
    ec_type *fn = result == NULL
                      ? NULL
                      : ec_type_function(types, result, args, n, false, &err);
    free(args);
    if (fn == NULL || ec_call_prepare(types, fn, &f->call, &err) != EMBED_OK) {
        es_raise(&err, f->py->error);
        return -1;
    }
    f->call_values = f->frame_size;
    f->frame_size = es_func_round_up(
        f->frame_size + (2 * type->n_args + 1) * sizeof(void *), ES_FUNC_ALIGN);
    return 0;
}
