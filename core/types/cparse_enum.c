/* cparse_enum.c - enumerators, their values and the type that holds them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/cparse_tag.h"

#include <limits.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */

/* The enumerators read so far. */
typedef struct enumerators {
    ec_type *type;
    ec_enumerator *list; /* list[n] */
    size_t n;
    int64_t next;     /* value of the next one */
    bool next_is_big; /* `next` is to be read as unsigned, beyond INT64_MAX */
    int64_t min;
    uint64_t max;
    bool has_unknown; /* `...` was used */
} enumerators;

/* Notes a value; fails when no integer type holds all of them. */
static bool
value_note(ec_parser *p, enumerators *e, const ec_tok *tok)
{
    if (e->next_is_big || e->next >= 0) {
        if ((uint64_t)e->next > e->max) {
            e->max = (uint64_t)e->next;
        }
    } else if (e->next < e->min) {
        e->min = e->next;
    }
    if (e->min < 0 && e->max > INT64_MAX) {
        return ec_parser_fail(p, tok, "enumerators too large for one type");
    }
    return true;
}

/* Adds an enumerator with the value `next`, which then goes on by one. */
static bool
enumerator_add(ec_parser *p, enumerators *e, const ec_tok *name)
{
    void *list = e->list;
    const char *text = ec_parser_text(p, name);

    if (text == NULL || !value_note(p, e, name) ||
        !ec_parser_reserve(p, &list, e->n, sizeof(ec_enumerator))) {
        return false;
    }
    e->list = list;
    e->list[e->n].name = text;
    e->list[e->n].value = e->next;
    e->n++;
    if (ec_scope_lookup(p->scope, text, name->len) != NULL) {
        return ec_parser_fail_name(p, name, "conflicting enumerator");
    }
    if (!ec_parser_declare_constant(p, name, e->type, e->next,
                                    e->has_unknown ? EC_DECL_UNKNOWN_VALUE
                                                   : 0)) {
        return false;
    }
    if (e->next == INT64_MAX) {
        e->next_is_big = true;
    }
    e->next = (int64_t)((uint64_t)e->next + 1);
    return true;
}

/* identifier attribute* [ "=" ( constant-expression | "..." ) ] */
static bool
enumerator(ec_parser *p, enumerators *e)
{
    ec_tok name = p->tok;
    ec_attrs ignored = {0};
    ec_value value;

    if (name.kind != EC_TOK_IDENT || name.op != EC_KW_NONE) {
        return ec_parser_fail(p, &name, "identifier expected");
    }
    if (!ec_parser_next(p) || !ec_parse_attributes(p, &ignored)) {
        return false;
    }
    if (!ec_parser_at(p, '=')) {
        return enumerator_add(p, e, &name);
    }
    if (!ec_parser_next(p)) {
        return false;
    }
    if (ec_parser_at(p, EC_OP_DOTS) && ec_parser_is_cdef(p)) {
        e->has_unknown = true;
        return ec_parser_for_compiler(p, &p->tok) && ec_parser_next(p) &&
               enumerator_add(p, e, &name);
    }
    if (!ec_parse_integer(p, &value)) {
        return false;
    }
    e->next = value.bits;
    e->next_is_big = value.bits < 0 && !ec_type_is_signed(value.type);
    return enumerator_add(p, e, &name);
}

/* enumerator { "," enumerator } [ "," ] | ... "..." */
static bool
enumerator_list(ec_parser *p, enumerators *e)
{
    while (!ec_parser_at(p, '}')) {
        if (ec_parser_at(p, EC_OP_DOTS) && ec_parser_is_cdef(p)) {
            e->has_unknown = true;
            if (!ec_parser_for_compiler(p, &p->tok) || !ec_parser_next(p)) {
                return false;
            }
        } else if (!enumerator(p, e)) {
            return false;
        }
        if (!ec_parser_at(p, '}') && !ec_parser_expect(p, ',')) {
            return false;
        }
    }
    return ec_parser_next(p);
}

/* Returns the integer type that gcc gives an enum. */
static int
base_prim(const enumerators *e, bool is_packed)
{
    if (e->min < 0) {
        int64_t max = (int64_t)e->max;
        if (is_packed && e->min >= SCHAR_MIN && max <= SCHAR_MAX) {
            return EC_PRIM_SCHAR;
        }
        if (is_packed && e->min >= SHRT_MIN && max <= SHRT_MAX) {
            return EC_PRIM_SHORT;
        }
        return e->min >= INT_MIN && max <= INT_MAX ? EC_PRIM_INT : EC_PRIM_LONG;
    }
    if (is_packed && e->max <= UCHAR_MAX) {
        return EC_PRIM_UCHAR;
    }
    if (is_packed && e->max <= USHRT_MAX) {
        return EC_PRIM_USHORT;
    }
    return e->max <= UINT_MAX ? EC_PRIM_UINT : EC_PRIM_ULONG;
}

/* Makes the enum complete. */
static bool
enum_finish(ec_parser *p, const enumerators *e, int prim)
{
    ec_type *type = e->type;
    const ec_type *base = ec_type_prim(p->types, prim, &p->err);
    ec_enumerator *list =
        ec_types_alloc(p->types, e->n * sizeof(ec_enumerator));

    if (base == NULL || list == NULL) {
        return ec_parser_fail_nomem(p);
    }
    if (e->n > 0) {
        memcpy(list, e->list, e->n * sizeof(ec_enumerator));
    }
    type->enumerators = list;
    type->n_enumerators = e->n;
    type->prim = prim;
    type->size = base->size;
    type->align = base->align;
    type->flags &= ~(unsigned)EC_TYPE_INCOMPLETE;
    if (e->has_unknown) {
        type->flags |= EC_TYPE_PARTIAL;
    }
    return true;
}

/* Marks the values of all enumerators as known to the compiler only. */
static void
values_forget(ec_parser *p, const enumerators *e)
{
    for (size_t i = 0; i < e->n; i++) {
        ec_entry *entry =
            ec_scope_lookup(p->scope, e->list[i].name, strlen(e->list[i].name));
        if (entry != NULL) {
            entry->decl.flags |= EC_DECL_UNKNOWN_VALUE;
        }
    }
}

bool
ec_parse_enumerators(ec_parser *p, ec_type *type, const ec_type *fixed,
                     ec_attrs *attrs)
{
    enumerators e = {.type = type};
    int prim = 0;

    if (!ec_parser_enter(p) || !ec_parser_next(p) || !enumerator_list(p, &e) ||
        !ec_parse_attributes(p, attrs)) {
        return false;
    }
    p->depth--;
    prim = fixed != NULL ? fixed->prim : base_prim(&e, attrs->is_packed);
    if (e.has_unknown) {
        values_forget(p, &e);
    }
    return enum_finish(p, &e, prim);
}

/* NOLINTEND(misc-no-recursion) */
