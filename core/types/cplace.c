/* cplace.c - where types stand in type tables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cplace.h"

#include <stdio.h>
#include <string.h>

#include "embed/plugin.h"

/* --- the list -------------------------------------------------------------*/

void
ec_places_init(ec_places *places)
{
    *places = (ec_places){.last_link = &places->first};
}

void
ec_places_add(ec_places *places, ec_place *place, ec_type *type)
{
    place->type = type;
    place->index = -1;
    place->row = -1;
    place->next = NULL;
    *places->last_link = place;
    places->last_link = &place->next;
    places->n++;
    type->user = place;
}

void
ec_places_clear(ec_places *places)
{
    for (ec_place *at = places->first; at != NULL; at = at->next) {
        at->type->user = NULL;
    }
    ec_places_init(places);
}

/* --- the types array ------------------------------------------------------*/

/* Function types come first, and an argument's type that has no place yet has
 * it there. */
int
ec_places_assign(const ec_places *places)
{
    int next = 0;
    for (ec_place *at = places->first; at != NULL; at = at->next) {
        const ec_type *type = at->type;
        if (type->kind != EC_KIND_FUNCTION) {
            continue;
        }
        at->index = next++;
        for (size_t i = 0; i < type->n_args; i++, next++) {
            ec_place *arg = ec_place_of(type->args[i]);
            arg->index = arg->index < 0 ? next : arg->index;
        }
        next++; /* FUNCTION_END */
    }
    for (ec_place *at = places->first; at != NULL; at = at->next) {
        if (at->index < 0) {
            bool has_length =
                at->type->kind == EC_KIND_ARRAY && at->type->length >= 0;
            at->index = next;
            next += has_length ? 2 : 1;
        }
    }
    return next;
}

static ec_word
type_word(const ec_type *type, const ec_type *file)
{
    int row = ec_place_of(type)->row;
    switch (type->kind) {
    case EC_KIND_POINTER:
        return (ec_word){EMBED_OP_POINTER, ec_place_index(type->item), NULL,
                         type};
    case EC_KIND_ARRAY:
        return (ec_word){type->length < 0 ? EMBED_OP_OPEN_ARRAY
                                          : EMBED_OP_ARRAY,
                         ec_place_index(type->item), NULL, type};
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return (ec_word){EMBED_OP_STRUCT_UNION, type == file ? -1 : row, NULL,
                         type};
    case EC_KIND_ENUM:
        return (ec_word){EMBED_OP_ENUM, row, NULL, type};
    case EC_KIND_FUNCTION:
        return (ec_word){EMBED_OP_FUNCTION, ec_place_index(type->result), NULL,
                         type};
    case EC_KIND_VOID:
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
        break;
    }
    return (ec_word){EMBED_OP_PRIMITIVE, type->prim, NULL, type};
}

static void
function_words(const ec_type *type, const ec_type *file, ec_word *words)
{
    int at = ec_place_index(type);
    words[at] = type_word(type, file);
    for (size_t i = 0; i < type->n_args; i++) {
        const ec_type *arg = type->args[i];
        int place = ec_place_index(arg);
        at++;
        words[at] = place == at ? type_word(arg, file)
                                : (ec_word){EMBED_OP_NOOP, place, NULL, arg};
    }
    bool variadic = (type->flags & EC_TYPE_VARIADIC) != 0;
    words[at + 1] =
        (ec_word){EMBED_OP_FUNCTION_END, variadic ? 1 : 0, NULL, NULL};
}

void
ec_places_words(const ec_places *places, const ec_type *file, ec_word *words)
{
    for (const ec_place *at = places->first; at != NULL; at = at->next) {
        const ec_type *type = at->type;
        if (type->kind == EC_KIND_FUNCTION) {
            function_words(type, file, words);
            continue;
        }
        words[at->index] = type_word(type, file);
        if (type->kind == EC_KIND_ARRAY && type->length >= 0) {
            words[at->index + 1] = (ec_word){0, type->length, NULL, NULL};
        }
    }
}

/* --- structs, unions, enums -----------------------------------------------*/

const char *
ec_place_typedef(const ec_scope *scope, const ec_type *type)
{
    const ec_decl *decl =
        ec_scope_find(scope, EC_DECL_TYPEDEF, type->name, strlen(type->name));
    return decl != NULL && decl->type == type ? decl->name : NULL;
}

const char *
ec_place_name(ec_scope *scope, const ec_type *type, const char *tag,
              size_t *counter)
{
    char name[256];
    if (tag != NULL) {
        return tag;
    }
    const char *alias = ec_place_typedef(scope, type);
    int n = alias != NULL ? snprintf(name, sizeof name, "$%s", alias)
                          : snprintf(name, sizeof name, "$%zu", ++*counter);
    size_t len = (size_t)n < sizeof name ? (size_t)n : sizeof name - 1;
    return ec_types_strndup(ec_scope_types(scope), name, len);
}

int
ec_place_flags(const ec_type *type)
{
    const unsigned loose = EC_TYPE_CUSTOM_LAYOUT | EC_TYPE_PARTIAL;
    int flags = type->kind == EC_KIND_UNION ? EMBED_SF_UNION : 0;
    if ((type->flags & EC_TYPE_INCOMPLETE) != 0) {
        return flags | EMBED_SF_OPAQUE;
    }
    flags |= (type->flags & EC_TYPE_PACKED) != 0 ? EMBED_SF_PACKED : 0;
    return (type->flags & loose) != 0 ? flags : flags | EMBED_SF_CHECK_FIELDS;
}
