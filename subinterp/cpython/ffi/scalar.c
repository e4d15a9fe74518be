/* scalar.c - chooses the conversion of a type in a call plan.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/scalar.h"

/* Returns the operation for integers of `size` bytes. */
static es_op
op_of_int(ptrdiff_t size, bool is_signed)
{
    switch (size) {
    case 1:
        return is_signed ? ES_OP_I8 : ES_OP_U8;
    case 2:
        return is_signed ? ES_OP_I16 : ES_OP_U16;
    case 4:
        return is_signed ? ES_OP_I32 : ES_OP_U32;
    case 8:
        return is_signed ? ES_OP_I64 : ES_OP_U64;
    default:
        return ES_OP_SLOT;
    }
}

es_op
es_op_of(const ec_type *type)
{
    switch (type->kind) {
    case EC_KIND_VOID:
        return ES_OP_VOID;
    case EC_KIND_BOOL:
        return ES_OP_BOOL;
    case EC_KIND_CHAR:
        return ES_OP_CHAR;
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        return op_of_int(type->size, ec_type_is_signed(type));
    case EC_KIND_FLOAT:
        if (type->prim == EC_PRIM_FLOAT) {
            return ES_OP_FLOAT;
        }
        return type->prim == EC_PRIM_DOUBLE ? ES_OP_DOUBLE : ES_OP_BYREF;
    case EC_KIND_POINTER:
        return ES_OP_POINTER;
    case EC_KIND_WCHAR:
        return ES_OP_SLOT;
    case EC_KIND_COMPLEX:
        return type->size > EC_SLOT_SIZE ? ES_OP_BYREF : ES_OP_SLOT;
    case EC_KIND_ARRAY:
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
    case EC_KIND_FUNCTION:
        break;
    }
    return ES_OP_BYREF;
}
