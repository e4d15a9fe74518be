/* spell.c - types as generated C writes them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/spell.h"

#include <string.h>

/* Function types within parameters of function types: deeper ones are written
 * as `void *`. */
#define DEPTH_MAX 8

bool
eg_is_indirect(const ec_type *type)
{
    return ec_type_is_record(type) || type->kind == EC_KIND_COMPLEX;
}

bool
eg_is_indirect_call(const ec_type *fn)
{
    bool any = eg_is_indirect(fn->result);
    for (size_t i = 0; i < fn->n_args; i++) {
        any = any || eg_is_indirect(fn->args[i]);
    }
    return any;
}

/* Returns the name of a type that has no declarator, or NULL when there is
 * none; a tagged one's comes in two parts. */
static const char *
base_name(const eg_speller *speller, const ec_type *type,
          const char **out_prefix)
{
    *out_prefix = "";
    if (ec_type_is_record(type)) {
        *out_prefix = type->kind == EC_KIND_STRUCT ? "struct " : "union ";
        if (type->tag != NULL) {
            return type->tag;
        }
    } else if (type->kind == EC_KIND_ENUM) {
        *out_prefix = "enum ";
        if (type->enum_tag != NULL) {
            return type->enum_tag;
        }
    } else {
        switch (type->prim) {
        case EC_PRIM_BOOL:
            return "embed_bool";
        case EC_PRIM_FLOATCOMPLEX:
            return "float _Complex";
        case EC_PRIM_DOUBLECOMPLEX:
            return "double _Complex";
        default:
            return type->name;
        }
    }
    *out_prefix = "";
    return speller->name(speller->arg, type);
}

/* Steps from a derived type to what it is derived from. */
static const ec_type *
base_type(const ec_type *type)
{
    for (;;) {
        if (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) {
            type = type->item;
        } else if (type->kind == EC_KIND_FUNCTION) {
            type = type->result;
        } else {
            return type;
        }
    }
}

bool
eg_is_spellable(const eg_speller *speller, const ec_type *type)
{
    const char *prefix = NULL;
    return base_name(speller, base_type(type), &prefix) != NULL;
}

// NOLINTBEGIN(misc-no-recursion): spell_at() limits its depth
static void spell_at(const eg_speller *speller, const ec_type *type,
                     const char *declarator, int depth, eg_text *out);

/* Appends the parameters of a function type, in parentheses. */
static void
spell_args(const eg_speller *speller, const ec_type *fn, int depth,
           eg_text *out)
{
    eg_text_puts(out, "(");
    for (size_t i = 0; i < fn->n_args; i++) {
        eg_text_puts(out, i > 0 ? ", " : "");
        spell_at(speller, fn->args[i], "", depth + 1, out);
    }
    if ((fn->flags & EC_TYPE_VARIADIC) != 0) {
        eg_text_puts(out, fn->n_args > 0 ? ", ..." : "...");
    } else if (fn->n_args == 0) {
        eg_text_puts(out, "void");
    }
    eg_text_puts(out, ")");
}

/* Replaces `declarator` by one that is a step further from the name, and
 * returns the type that is left. */
static const ec_type *
spell_step(const eg_speller *speller, const ec_type *type, int depth,
           eg_text *declarator)
{
    eg_text next = EG_TEXT_INIT;
    const char *inner = eg_text_string(declarator);
    const ec_type *left = type->item;
    if (type->kind == EC_KIND_POINTER) {
        bool groups =
            left->kind == EC_KIND_FUNCTION || left->kind == EC_KIND_ARRAY;
        eg_text_printf(&next, groups ? "(*%s)" : "*%s", inner);
    } else if (type->kind == EC_KIND_ARRAY && type->length >= 0) {
        eg_text_printf(&next, "%s[%td]", inner, type->length);
    } else if (type->kind == EC_KIND_ARRAY) {
        eg_text_printf(&next, "%s[]", inner);
    } else {
        eg_text_puts(&next, inner);
        spell_args(speller, type, depth, &next);
        left = type->result;
    }
    eg_text_fini(declarator);
    *declarator = next;
    return left;
}

static void
spell_at(const eg_speller *speller, const ec_type *type, const char *declarator,
         int depth, eg_text *out)
{
    if (depth > DEPTH_MAX ||
        (type->kind == EC_KIND_POINTER && !eg_is_spellable(speller, type))) {
        eg_text_printf(out, "void *%s", declarator);
        return;
    }
    eg_text whole = EG_TEXT_INIT;
    eg_text_puts(&whole, declarator);
    while (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY ||
           type->kind == EC_KIND_FUNCTION) {
        type = spell_step(speller, type, depth, &whole);
    }
    const char *prefix = NULL;
    const char *name = base_name(speller, type, &prefix);
    const char *inner = eg_text_string(&whole);
    eg_text_printf(out, "%s%s%s%s", prefix, name == NULL ? "void" : name,
                   *inner == '\0' ? "" : " ", inner);
    out->failed = out->failed || whole.failed;
    eg_text_fini(&whole);
}

// NOLINTEND(misc-no-recursion)

void
eg_spell(const eg_speller *speller, const ec_type *type, const char *declarator,
         eg_text *out)
{
    spell_at(speller, type, declarator, 0, out);
}
