/* scalar.h - the fast conversions of a call, chosen once per type.
 *
 * A call plan holds one es_op for each argument and one for the result.  The
 * common values of the common types are converted here, inline; everything
 * else, and every error, goes to convert.h.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_SCALAR_H
#define EMBED_SUBINTERP_CPYTHON_FFI_SCALAR_H

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/convert.h"

#include <string.h>

typedef enum es_op {
    ES_OP_VOID,
    ES_OP_BOOL,
    ES_OP_CHAR,
    ES_OP_I8,
    ES_OP_U8,
    ES_OP_I16,
    ES_OP_U16,
    ES_OP_I32,
    ES_OP_U32,
    ES_OP_I64,
    ES_OP_U64,
    ES_OP_FLOAT,
    ES_OP_DOUBLE,
    ES_OP_POINTER,
    ES_OP_SLOT,  /* other types of up to 8 bytes */
    ES_OP_BYREF, /* structs, unions, long double, double complex: an argument
                    slot holds a pointer to them */
} es_op;

/** An argument or a result in a call plan. */
typedef struct es_arg {
    es_op op;
    ec_type *type;
} es_arg;

/** Chooses the operation for values of `type`. */
es_op es_op_of(const ec_type *type);

/** Loads a T from memory of any alignment. */
#define ES_LOAD(T, data) \
 (((const struct { T v; } __attribute__((packed, may_alias)) *)(data))->v)

/** Stores a T to memory of any alignment. */
#define ES_STORE(T, data, value)                                             \
 ((void)(((struct { T v; } __attribute__((packed, may_alias)) *)(data))->v = \
             (T)(value)))

/**
 * Makes the Python value of a C value.
 *
 * @param data  where the value itself is, also for ES_OP_BYREF
 *
 * Returns:  new reference, or NULL with an exception set.
 */
static inline PyObject *
es_op_load(es_py *py, es_arg arg, const void *data)
{
    switch (arg.op) {
    case ES_OP_VOID:
        return Py_NewRef(Py_None);
    case ES_OP_BOOL:
        if (ES_LOAD(uint8_t, data) > 1) {
            break;
        }
        return PyBool_FromLong(ES_LOAD(uint8_t, data));
    case ES_OP_CHAR:
        return PyBytes_FromStringAndSize(data, 1);
    case ES_OP_I8:
        return PyLong_FromLong(ES_LOAD(int8_t, data));
    case ES_OP_U8:
        return PyLong_FromLong(ES_LOAD(uint8_t, data));
    case ES_OP_I16:
        return PyLong_FromLong(ES_LOAD(int16_t, data));
    case ES_OP_U16:
        return PyLong_FromLong(ES_LOAD(uint16_t, data));
    case ES_OP_I32:
        return PyLong_FromLong(ES_LOAD(int32_t, data));
    case ES_OP_U32:
        return PyLong_FromUnsignedLongLong(ES_LOAD(uint32_t, data));
    case ES_OP_I64:
        return PyLong_FromLongLong(ES_LOAD(int64_t, data));
    case ES_OP_U64:
        return PyLong_FromUnsignedLongLong(ES_LOAD(uint64_t, data));
    case ES_OP_FLOAT:
        return PyFloat_FromDouble((double)ES_LOAD(float, data));
    case ES_OP_DOUBLE:
        return PyFloat_FromDouble(ES_LOAD(double, data));
    case ES_OP_POINTER:
        return es_cdata_new(py, arg.type, ES_LOAD(void *, data));
    case ES_OP_SLOT:
    case ES_OP_BYREF:
        break;
    }
    return es_from_c(py, arg.type, data);
}

/** Loads an argument out of its 8-byte slot. */
static inline PyObject *
es_op_load_slot(es_py *py, es_arg arg, const char *slot)
{
    const void *data = slot;

    if (arg.op == ES_OP_BYREF) {
        data = ES_LOAD(void *, slot);
    }
    return es_op_load(py, arg, data);
}

/* Stores an int that fits; false for everything else. */
static inline bool
es_op_store_int(es_op op, void *data, PyObject *value)
{
    if (!PyLong_CheckExact(value) ||
        !PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        return false;
    }
    Py_ssize_t v = PyUnstable_Long_CompactValue((PyLongObject *)value);
    switch (op) {
    case ES_OP_I8:
        ES_STORE(int8_t, data, v);
        return v == (int8_t)v;
    case ES_OP_U8:
        ES_STORE(uint8_t, data, v);
        return v == (uint8_t)v;
    case ES_OP_I16:
        ES_STORE(int16_t, data, v);
        return v == (int16_t)v;
    case ES_OP_U16:
        ES_STORE(uint16_t, data, v);
        return v == (uint16_t)v;
    case ES_OP_I32:
        ES_STORE(int32_t, data, v);
        return v == (int32_t)v;
    case ES_OP_U32:
        ES_STORE(uint32_t, data, v);
        return v == (int64_t)(uint32_t)v;
    case ES_OP_I64:
        ES_STORE(int64_t, data, v);
        return true;
    case ES_OP_U64:
        ES_STORE(uint64_t, data, v);
        return v >= 0;
    case ES_OP_VOID:
    case ES_OP_BOOL:
    case ES_OP_CHAR:
    case ES_OP_FLOAT:
    case ES_OP_DOUBLE:
    case ES_OP_POINTER:
    case ES_OP_SLOT:
    case ES_OP_BYREF:
        break;
    }
    return false;
}

/**
 * Stores a Python value of the most usual type for `arg`.
 *
 * Returns:  true when done; false, without an exception, when convert.h has
 *           to look at it (`data` may have been written to).
 */
static inline bool
es_op_store(const es_py *py, es_arg arg, void *data, PyObject *value)
{
    switch (arg.op) {
    case ES_OP_VOID:
        return value == Py_None;
    case ES_OP_BOOL:
        ES_STORE(uint8_t, data, value == Py_True);
        return PyBool_Check(value);
    case ES_OP_I8:
    case ES_OP_U8:
    case ES_OP_I16:
    case ES_OP_U16:
    case ES_OP_I32:
    case ES_OP_U32:
    case ES_OP_I64:
    case ES_OP_U64:
        return es_op_store_int(arg.op, data, value);
    case ES_OP_FLOAT:
        if (!PyFloat_CheckExact(value)) {
            return false;
        }
        ES_STORE(float, data, PyFloat_AS_DOUBLE(value));
        return true;
    case ES_OP_DOUBLE:
        if (!PyFloat_CheckExact(value)) {
            return false;
        }
        ES_STORE(double, data, PyFloat_AS_DOUBLE(value));
        return true;
    case ES_OP_POINTER:
        if (!es_is_cdata(py, value) ||
            ((es_cdata *)value)->type->type != arg.type) {
            return false;
        }
        ES_STORE(void *, data, ((es_cdata *)value)->data);
        return true;
    case ES_OP_CHAR:
    case ES_OP_SLOT:
    case ES_OP_BYREF:
        break;
    }
    return false;
}

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_SCALAR_H */
