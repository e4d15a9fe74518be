/* cdata_call.c - calling function-pointer cdata.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/cdata_call.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/cdata.h"

#include "core/types/ccall.h"
#include "subinterp/cpython/ffi/cdata_number.h"
#include "subinterp/cpython/ffi/convert_arg.h"

#include <stdlib.h>
#include <string.h>

#define CALL_ALIGN 16

/* Calls with no more arguments and bytes than these need no allocation. */
#define CALL_FEW_ARGS  8
#define CALL_FEW_BYTES 256

/* One call being made. */
typedef struct call {
    es_py *py;
    ec_type *fn;
    const ec_call *plan;
    ec_call *variadic; /* owned plan of a variadic call, or NULL */
    ec_type **types;   /* types[n] of the arguments */
    void **values;     /* values[n] */
    char *memory;      /* of the arguments and the result */
    void *result;      /* in `memory` */
    size_t n;
    es_temp temp;
    ec_type *few_types[CALL_FEW_ARGS];
    void *few_values[CALL_FEW_ARGS];
    _Alignas(CALL_ALIGN) char few_bytes[CALL_FEW_BYTES];
} call;

static int
raise_unsupported(ec_err *err)
{
    es_raise(err, err->status == EMBED_E_INVALID ? PyExc_NotImplementedError
                                                 : PyExc_SystemError);
    return -1;
}

static int
check_count(const ec_type *pointer, const ec_type *fn, size_t n)
{
    bool variadic = (fn->flags & EC_TYPE_VARIADIC) != 0;

    if (variadic ? n >= fn->n_args : n == fn->n_args) {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "'%s' expects %s%zu arguments, got %zu",
                 pointer->name, variadic ? "at least " : "", fn->n_args, n);
    return -1;
}

/* --- variadic arguments -------------------------------------------------- */

/* The type that an argument in the `...` part is passed as: small integers
 * and float are promoted, arrays decay; NULL with an exception set. */
static ec_type *
promoted_type(es_py *py, PyObject *value, size_t position)
{
    ec_err err = EC_ERR_INIT;
    ec_type *type;

    if (!es_is_cdata(py, value)) {
        PyErr_Format(PyExc_TypeError,
                     "argument %zu passed in the variadic part needs to be a "
                     "cdata object (got %s)",
                     position, Py_TYPE(value)->tp_name);
        return NULL;
    }
    type = es_cdata_ctype((es_cdata *)value);
    if (type->kind == EC_KIND_ARRAY) {
        type = ec_type_pointer(py->types, type->item, &err);
    } else if (ec_type_is_integer(type) && type->kind != EC_KIND_ENUM &&
               type->size < (ptrdiff_t)sizeof(int)) {
        type = ec_type_prim(py->types, EC_PRIM_INT, &err);
    } else if (type->kind == EC_KIND_FLOAT &&
               type->size < (ptrdiff_t)sizeof(double)) {
        type = ec_type_prim(py->types, EC_PRIM_DOUBLE, &err);
    }
    if (type == NULL) {
        es_raise(&err, PyExc_SystemError);
    }
    return type;
}

/* Converts a promoted argument: characters become their code. */
static int
promoted_to_c(es_py *py, ec_type *type, void *data, PyObject *value)
{
    ES_OWNED PyObject *number = NULL;
    const es_cdata *cd = (es_cdata *)value;

    if (es_cdata_ctype(cd) == type && ec_type_is_record(type)) {
        memcpy(data, cd->data, (size_t)type->size);
        return 0;
    }
    if (type->kind == EC_KIND_INT && es_cdata_ctype(cd) != type) {
        number = es_cdata_int((es_cdata *)value);
        return number != NULL ? es_to_c(py, type, data, number) : -1;
    }
    return es_to_c(py, type, data, value);
}

/* --- the steps of a call ------------------------------------------------- */

static size_t
slot_size(const ec_type *type)
{
    size_t size = type->size > 0 ? (size_t)type->size : 0;

    size = size < CALL_ALIGN ? CALL_ALIGN : size;
    return (size + CALL_ALIGN - 1) & ~(size_t)(CALL_ALIGN - 1);
}

/* Finds the types of all arguments and a plan for them. */
static int
call_plan(call *c, PyObject *args)
{
    ec_err err = EC_ERR_INIT;

    if (c->n > CALL_FEW_ARGS) {
        c->types = PyMem_Calloc(c->n, sizeof(ec_type *));
        c->values = PyMem_Calloc(c->n, sizeof(void *));
        if (c->types == NULL || c->values == NULL) {
            return PyErr_NoMemory(), -1;
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        c->types[i] =
            i < c->fn->n_args
                ? c->fn->args[i]
                : promoted_type(c->py, PyTuple_GET_ITEM(args, (Py_ssize_t)i),
                                i + 1);
        if (c->types[i] == NULL || es_type_ready(c->py, c->types[i]) < 0) {
            return -1;
        }
    }
    if (es_type_ready(c->py, c->fn->result) < 0) {
        return -1;
    }
    if ((c->fn->flags & EC_TYPE_VARIADIC) == 0) {
        return ec_call_prepare(c->py->types, c->fn, &c->plan, &err) == EMBED_OK
                   ? 0
                   : raise_unsupported(&err);
    }
    if (ec_call_prepare_variadic(c->py->types, c->fn, c->types, c->n,
                                 &c->variadic, &err) != EMBED_OK) {
        return raise_unsupported(&err);
    }
    c->plan = c->variadic;
    return 0;
}

/* Gives each argument and the result its memory. */
static int
call_layout(call *c)
{
    size_t size = slot_size(c->fn->result);
    char *p;

    for (size_t i = 0; i < c->n; i++) {
        size += slot_size(c->types[i]);
    }
    if (size > CALL_FEW_BYTES) {
        c->memory = aligned_alloc(CALL_ALIGN, size);
        if (c->memory == NULL) {
            return PyErr_NoMemory(), -1;
        }
    }
    memset(c->memory, 0, size);
    c->result = c->memory;
    p = c->memory + slot_size(c->fn->result);
    for (size_t i = 0; i < c->n; i++) {
        c->values[i] = p;
        p += slot_size(c->types[i]);
    }
    return 0;
}

static int
call_convert(call *c, PyObject *args)
{
    for (size_t i = 0; i < c->n; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, (Py_ssize_t)i);
        int rc =
            i < c->fn->n_args
                ? es_arg_to_c(c->py, c->types[i], c->values[i], arg, &c->temp)
                : promoted_to_c(c->py, c->types[i], c->values[i], arg);

        if (rc < 0) {
            return -1;
        }
    }
    return 0;
}

static void
call_fini(call *c)
{
    es_temp_free(&c->temp);
    ec_call_free(c->variadic);
    if (c->types != c->few_types) {
        PyMem_Free(c->types);
    }
    if (c->values != c->few_values) {
        PyMem_Free(c->values);
    }
    if (c->memory != c->few_bytes) {
        free(c->memory);
    }
}

static PyObject *
call_make(call *c, void *address, PyObject *args)
{
    void (*fn)(void);
    es_released released;

    if (call_plan(c, args) < 0 || call_layout(c) < 0 ||
        call_convert(c, args) < 0) {
        return NULL;
    }
    memcpy(&fn, &address, sizeof(fn));
    es_gil_release(&released);
    ec_call_invoke(c->plan, fn, c->result, c->values);
    es_gil_regain(&released);
    return es_result_from_c(c->py, c->fn->result, c->result);
}

PyObject *
es_cdata_call(es_cdata *cd, PyObject *args, PyObject *kwargs)
{
    const ec_type *type = es_cdata_ctype(cd);
    PyObject *result;
    call c;

    if (!es_type_is_function_pointer(type)) {
        PyErr_Format(PyExc_TypeError, "cdata '%s' is not callable", type->name);
        return NULL;
    }
    if (cd->data == NULL) {
        PyErr_Format(PyExc_RuntimeError,
                     "cannot call null pointer from cdata '%s'", type->name);
        return NULL;
    }
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "a cdata function cannot be called "
                                         "with keyword arguments");
        return NULL;
    }
    c.py = es_cdata_py(cd);
    c.fn = type->item;
    c.plan = NULL;
    c.variadic = NULL;
    c.types = c.few_types;
    c.values = c.few_values;
    c.memory = c.few_bytes;
    c.n = (size_t)PyTuple_GET_SIZE(args);
    c.temp.blocks = NULL;
    if (check_count(type, c.fn, c.n) < 0) {
        return NULL;
    }
    result = call_make(&c, cd->data, args);
    call_fini(&c);
    return result;
}
