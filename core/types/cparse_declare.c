/* cparse_declare.c - what declarations add to the scope, and whether a second
 * declaration of a name agrees with the first.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cparser.h"

#include <string.h>

/* Deepest comparison of two types; what is deeper counts as the same. */
#define MATCH_DEPTH_MAX 64

/* True when two types are compatible in C though the model keeps them apart:
 * size_t and unsigned long, an enum and its integer type. */
static bool // NOLINTNEXTLINE(misc-no-recursion): depth-limited
types_match(const ec_type *a, const ec_type *b, int depth)
{
    if (a == b || depth == 0) {
        return true;
    }
    if (ec_type_is_integer(a) && ec_type_is_integer(b)) {
        return a->size == b->size &&
               ec_type_is_signed(a) == ec_type_is_signed(b);
    }
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case EC_KIND_POINTER:
        return types_match(a->item, b->item, depth - 1);
    case EC_KIND_ARRAY:
        return (a->length == b->length || a->length < 0 || b->length < 0) &&
               types_match(a->item, b->item, depth - 1);
    case EC_KIND_FUNCTION:
        if (a->n_args != b->n_args || a->flags != b->flags ||
            !types_match(a->result, b->result, depth - 1)) {
            return false;
        }
        for (size_t i = 0; i < a->n_args; i++) {
            if (!types_match(a->args[i], b->args[i], depth - 1)) {
                return false;
            }
        }
        return true;
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
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        break;
    }
    return false;
}

/* True when `added` may follow `old`. */
static bool
entries_agree(const ec_entry *old, const ec_entry *added)
{
    if (old->decl.kind != added->decl.kind) {
        return false;
    }
    if (old->decl.kind == EC_DECL_CONSTANT) {
        return old->decl.value == added->decl.value &&
               ((old->decl.flags ^ added->decl.flags) &
                EC_DECL_UNKNOWN_VALUE) == 0;
    }
    if (old->has_no_prototype || added->has_no_prototype) {
        return types_match(old->decl.type->result, added->decl.type->result,
                           MATCH_DEPTH_MAX);
    }
    return types_match(old->decl.type, added->decl.type, MATCH_DEPTH_MAX);
}

/* How much a declaration there says about whose it is. */
static int
place_rank(const ec_parser *p, const ec_pos *pos)
{
    const char *const *own = p->opts->own_files;

    if (pos->file == NULL) {
        return 0;
    }
    if (p->opts->main_file != NULL &&
        strcmp(pos->file, p->opts->main_file) == 0) {
        return 2;
    }
    while (own != NULL && *own != NULL && strcmp(pos->file, *own) != 0) {
        own++;
    }
    return own != NULL && *own != NULL ? 1 : 0;
}

/* Adds to `old` what `added` knows better. */
static void
entry_merge(const ec_parser *p, ec_entry *old, const ec_entry *added)
{
    unsigned both = old->decl.flags & added->decl.flags;

    old->decl.flags |= added->decl.flags;
    if ((both & EC_DECL_EXTERN) == 0) {
        old->decl.flags &= ~(unsigned)EC_DECL_EXTERN;
    }
    if (old->has_no_prototype && !added->has_no_prototype) {
        old->decl.type = added->decl.type;
        old->has_no_prototype = false;
    }
    if (old->decl.type->kind == EC_KIND_ARRAY && old->decl.type->length < 0) {
        old->decl.type = added->decl.type;
    }
    if (added->decl.on_failure != NULL) {
        old->decl.on_failure = added->decl.on_failure;
        old->decl.on_failure_pos = added->decl.on_failure_pos;
    }
    if (place_rank(p, &added->decl.pos) > place_rank(p, &old->decl.pos)) {
        old->decl.pos = added->decl.pos;
    }
}

/* Replaces the type of a well-known typedef by the model's own for it:
 * `typedef unsigned long size_t` declares size_t. */
static bool
use_builtin(ec_parser *p, ec_entry *entry, const ec_tok *tok)
{
    const ec_type *declared = entry->decl.type;
    ec_type *known = NULL;
    bool is_same = false;

    if (ec_scope_builtin(p->scope, entry->decl.name, tok->len, &known,
                         &p->err) != EMBED_OK) {
        return ec_parser_fail_model(p, tok);
    }
    if (known == NULL) {
        return true;
    }
    if (known->kind == EC_KIND_STRUCT) {
        is_same = strcmp(known->name, "FILE") == 0 &&
                  declared->kind == EC_KIND_STRUCT;
    } else {
        is_same =
            (declared->kind == EC_KIND_INT || declared->kind == EC_KIND_UINT) &&
            known->kind != EC_KIND_BOOL && ec_type_is_integer(known) &&
            known->size == declared->size &&
            ec_type_is_signed(known) == ec_type_is_signed(declared);
    }
    if (is_same) {
        entry->decl.type = known;
    }
    return true;
}

bool
ec_parser_for_compiler(ec_parser *p, const ec_tok *tok)
{
    return (p->opts->flags & EC_PARSE_RUN_TIME) == 0 ||
           ec_parser_fail(p, tok, "only a C compiler could complete this");
}

bool
ec_parser_declare(ec_parser *p, const ec_entry *entry, const ec_tok *tok)
{
    ec_entry added = *entry;
    ec_entry *old =
        ec_scope_lookup(p->scope, added.decl.name, strlen(added.decl.name));

    added.decl.pos = ec_parser_pos(tok);
    if (added.decl.kind == EC_DECL_TYPEDEF && !use_builtin(p, &added, tok)) {
        return false;
    }
    if (old == NULL) {
        return ec_scope_add(p->scope, &added, &old) == EMBED_OK ||
               ec_parser_fail_nomem(p);
    }
    if ((p->opts->flags & EC_PARSE_UNIQUE) != 0 &&
        added.decl.kind == EC_DECL_FUNCTION) {
        return ec_parser_fail(p, tok,
                              "multiple declarations of function %.200s",
                              added.decl.name);
    }
    if (!entries_agree(old, &added)) {
        if ((p->opts->flags & EC_PARSE_OVERRIDE) != 0) {
            added.hash = old->hash;
            *old = added;
            return true;
        }
        return ec_parser_fail(
            p, tok,
            "conflicting declarations of '%.100s': the other one is "
            "at %.200s:%d:%d",
            added.decl.name, old->decl.pos.file, old->decl.pos.line,
            old->decl.pos.column);
    }
    entry_merge(p, old, &added);
    return true;
}

bool
ec_parser_declare_constant(ec_parser *p, const ec_tok *name, ec_type *type,
                           int64_t value, unsigned flags)
{
    ec_entry entry = {
        .decl = {.kind = EC_DECL_CONSTANT,
                 .flags = flags,
                 .type = type,
                 .value = value},
    };

    entry.decl.name = ec_parser_text(p, name);
    return entry.decl.name != NULL && ec_parser_declare(p, &entry, name);
}
