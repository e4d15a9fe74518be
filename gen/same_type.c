/* same_type.c - compares types of two declarations that know nothing of each
 * other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/same_type.h"

#include <string.h>

/* Deepest comparison; what is deeper counts as the same. */
#define DEPTH_MAX 32

/* NOLINTBEGIN(misc-no-recursion): depth-limited */
static bool same(const ec_type *a, const ec_type *b, int depth);

static bool
same_function(const ec_type *a, const ec_type *b, int depth)
{
    bool good = a->n_args == b->n_args &&
                ((a->flags ^ b->flags) & EC_TYPE_VARIADIC) == 0 &&
                same(a->result, b->result, depth);
    for (size_t i = 0; good && i < a->n_args; i++) {
        good = same(a->args[i], b->args[i], depth);
    }
    return good;
}

/* Unnamed fields have names of the parser's. */
static bool
same_field(const ec_field *a, const ec_field *b, int depth)
{
    bool are_unnamed =
        strchr(a->name, '$') != NULL && strchr(b->name, '$') != NULL;
    return (are_unnamed || strcmp(a->name, b->name) == 0) &&
           a->offset == b->offset && a->bit_shift == b->bit_shift &&
           a->bit_size == b->bit_size && same(a->type, b->type, depth);
}

/* Structs and unions by name; those without one by what is in them. */
static bool
same_record(const ec_type *a, const ec_type *b, int depth)
{
    if (strcmp(a->name, b->name) == 0 && strchr(a->name, '$') == NULL) {
        return true;
    }
    if (((a->flags | b->flags) & EC_TYPE_ANONYMOUS) == 0 &&
        strchr(a->name, '$') == NULL && strchr(b->name, '$') == NULL) {
        return false;
    }
    bool good = (b->flags & EC_TYPE_INCOMPLETE) == 0 && a->size == b->size &&
                a->n_fields == b->n_fields;
    for (size_t i = 0; good && i < a->n_fields; i++) {
        good = same_field(&a->fields[i], &b->fields[i], depth);
    }
    return good || (a->flags & EC_TYPE_INCOMPLETE) != 0;
}

static bool
same(const ec_type *a, const ec_type *b, int depth)
{
    if (depth == 0 || (a->flags & EC_TYPE_PARTIAL) != 0) {
        return true;
    }
    if (ec_type_is_integer(a) && ec_type_is_integer(b)) {
        return a->size == b->size &&
               ec_type_is_signed(a) == ec_type_is_signed(b);
    }
    /* `typedef ... T` may be anything. */
    if (a->kind == EC_KIND_STRUCT && (a->flags & EC_TYPE_INCOMPLETE) != 0 &&
        (a->flags & EC_TYPE_ANONYMOUS) != 0) {
        return true;
    }
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case EC_KIND_POINTER:
        return same(a->item, b->item, depth - 1);
    case EC_KIND_ARRAY:
        return (a->length == b->length || a->length < 0) &&
               same(a->item, b->item, depth - 1);
    case EC_KIND_FUNCTION:
        return same_function(a, b, depth - 1);
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return same_record(a, b, depth - 1);
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
        return a->size == b->size;
    case EC_KIND_VOID:
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        break;
    }
    return true;
}
/* NOLINTEND(misc-no-recursion) */

bool
eg_same_type(const ec_type *declared, const ec_type *real)
{
    return same(declared, real, DEPTH_MAX);
}
