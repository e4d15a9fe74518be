/* cparse_tag.c - struct, union and enum specifiers: which type a tag means.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cparse_tag.h"

#include <stdio.h>
#include <string.h>

/* Longest tag: it is spelled out in messages and type names. */
#define TAG_MAX 500

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */
/* NOLINTBEGIN(clang-analyzer-core.*): it cannot see that failing is false */

/* One specifier being read. */
typedef struct specifier {
    ec_name_space space;
    ec_tok word; /* `struct`, `union` or `enum` */
    ec_tok tag;  /* len 0: none */
} specifier;

static const char *
space_word(ec_name_space space)
{
    switch (space) {
    case EC_NS_STRUCT:
        return "struct";
    case EC_NS_UNION:
        return "union";
    case EC_NS_ENUM:
        return "enum";
    case EC_NS_TYPEDEF:
        break;
    }
    return "";
}

/* Makes an incomplete type of this name. */
static ec_type *
tagged_create(ec_parser *p, const specifier *s, const char *tag,
              const char *name)
{
    ec_type *type = NULL;

    if (s->space == EC_NS_ENUM) {
        type =
            ec_type_enum(p->types, tag, name, EC_PRIM_UINT, NULL, 0, &p->err);
        if (type != NULL) {
            type->flags |= EC_TYPE_INCOMPLETE;
        }
        return type;
    }
    return ec_type_record(
        p->types, s->space == EC_NS_STRUCT ? EC_KIND_STRUCT : EC_KIND_UNION,
        tag, name, &p->err);
}

/* Finds a tag of this kind; *out is NULL when there is none.  Fails when the
 * tag is of another kind. */
static bool
tag_find(ec_parser *p, const specifier *s, ec_type **out)
{
    static const ec_name_space spaces[] = {EC_NS_STRUCT, EC_NS_UNION,
                                           EC_NS_ENUM};
    ec_type *other = NULL;

    if (ec_scope_tag(p->scope, s->space, s->tag.start, s->tag.len, out,
                     &p->err) != EMBED_OK) {
        return ec_parser_fail_model(p, &s->tag);
    }
    for (size_t i = 0; i < 3 && *out == NULL; i++) {
        if (ec_scope_tag(p->scope, spaces[i], s->tag.start, s->tag.len, &other,
                         &p->err) != EMBED_OK) {
            return ec_parser_fail_model(p, &s->tag);
        }
        if (other != NULL) {
            bool is_record = s->space != EC_NS_ENUM && i < 2;
            return ec_parser_fail(p, &s->tag, "wrong kind of tag: %s",
                                  is_record ? "struct vs union"
                                            : "enum vs struct or union");
        }
    }
    return true;
}

/* Finds the type of a tag, declaring it when it is new. */
static bool
tag_declare(ec_parser *p, const specifier *s, ec_type **out)
{
    char name[TAG_MAX + 16];
    ec_entry entry = {.decl = {.kind = EC_DECL_TAG}};

    if (s->tag.len > TAG_MAX) {
        return ec_parser_fail(p, &s->tag, "tag is too long");
    }
    if (!tag_find(p, s, out)) {
        return false;
    }
    if (*out != NULL) {
        return true;
    }
    (void)snprintf(name, sizeof(name), "%s %.*s", space_word(s->space),
                   (int)s->tag.len, s->tag.start);
    entry.decl.name = ec_types_strndup(p->types, name, strlen(name));
    if (entry.decl.name == NULL) {
        return ec_parser_fail_nomem(p);
    }
    *out = tagged_create(p, s, strchr(entry.decl.name, ' ') + 1, name);
    if (*out == NULL) {
        return ec_parser_fail_model(p, &s->tag);
    }
    entry.decl.type = *out;
    return ec_parser_declare(p, &entry, &s->tag);
}

/* Finds the type of a tag in a type expression, which declares nothing. */
static bool
tag_use(ec_parser *p, const specifier *s, ec_type **out)
{
    const char *what = s->space == EC_NS_ENUM ? "undefined enum name"
                                              : "undefined struct/union name";

    if (s->tag.len == 0) {
        return ec_parser_fail(p, &p->tok, "%s name expected",
                              s->space == EC_NS_ENUM ? "enum"
                                                     : "struct or union");
    }
    if (!tag_find(p, s, out)) {
        return false;
    }
    return *out != NULL || ec_parser_fail_name(p, &s->tag, what);
}

/* Makes the type of a specifier without a tag. */
static bool
unnamed_create(ec_parser *p, const specifier *s, ec_type **out)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%s $%u", space_word(s->space),
                   ec_scope_number(p->scope));
    *out = tagged_create(p, s, NULL, name);
    return *out != NULL || ec_parser_fail_model(p, &s->word);
}

/* Gives the tag of a complete type a new type, which is about to be defined. */
static bool
definition_replace(ec_parser *p, const specifier *s, ec_entry *entry,
                   ec_type **out)
{
    *out = tagged_create(p, s, strchr(entry->decl.name, ' ') + 1,
                         entry->decl.name);
    if (*out == NULL) {
        return ec_parser_fail_model(p, &s->tag);
    }
    entry->decl.type = *out;
    entry->decl.pos = ec_parser_pos(&s->tag);
    return true;
}

/* Moves a tag's declaration to where it is defined. */
static bool
definition_note(ec_parser *p, const specifier *s, ec_type **out)
{
    const ec_type *type = *out;
    ec_entry *entry = NULL;

    if (s->tag.len > 0) {
        entry = ec_scope_lookup(p->scope, type->name, strlen(type->name));
    }
    if (s->tag.len > 0 && entry == NULL) { /* the resolver's */
        return ec_parser_fail(p, &s->tag, "redefinition of '%.100s'",
                              type->name);
    }
    if (entry != NULL && (type->flags & EC_TYPE_INCOMPLETE) == 0) {
        if ((p->opts->flags & EC_PARSE_OVERRIDE) != 0) {
            return definition_replace(p, s, entry, out);
        }
        return ec_parser_fail(p, &s->tag,
                              "redefinition of '%.100s': the other one is at "
                              "%.200s:%d:%d",
                              type->name, entry->decl.pos.file,
                              entry->decl.pos.line, entry->decl.pos.column);
    }
    if (entry != NULL) {
        entry->decl.pos = ec_parser_pos(&s->tag);
    }
    return true;
}

/* [ ":" type-name ] "{" ... "}" */
static bool
definition(ec_parser *p, const specifier *s, ec_attrs *attrs,
           const ec_type *fixed, ec_type **out)
{
    const ec_tok *tok = s->tag.len > 0 ? &s->tag : &s->word;

    if (s->tag.len > 0 ? !tag_declare(p, s, out) : !unnamed_create(p, s, out)) {
        return false;
    }
    if (!definition_note(p, s, out)) {
        return false;
    }
    if (s->space == EC_NS_ENUM) {
        return ec_parse_enumerators(p, *out, fixed, attrs);
    }
    return ec_parse_members(p, *out, attrs, tok);
}

/* ":" type-name, the base of a C23 enum */
static bool
enum_base(ec_parser *p, const specifier *s, ec_type **out)
{
    ec_tok tok;

    *out = NULL;
    if (s->space != EC_NS_ENUM || p->mode != EC_MODE_DECLS ||
        !ec_parser_at(p, ':')) {
        return true;
    }
    if (!ec_parser_next(p)) {
        return false;
    }
    tok = p->tok;
    if (!ec_parse_type_name(p, out)) {
        return false;
    }
    return (*out)->kind == EC_KIND_INT || (*out)->kind == EC_KIND_UINT ||
           ec_parser_fail(p, &tok, "base of an enum that is no integer type");
}

bool
ec_parse_tagged(ec_parser *p, ec_type **out)
{
    specifier s = {.word = p->tok};
    ec_attrs attrs = {0};
    ec_type *fixed = NULL;

    s.space = p->tok.op == EC_KW_STRUCT  ? EC_NS_STRUCT
              : p->tok.op == EC_KW_UNION ? EC_NS_UNION
                                         : EC_NS_ENUM;
    if (!ec_parser_next(p) || !ec_parse_attributes(p, &attrs)) {
        return false;
    }
    if (p->tok.kind == EC_TOK_IDENT && p->tok.op == EC_KW_NONE) {
        s.tag = p->tok;
        if (!ec_parser_next(p) || !ec_parse_attributes(p, &attrs)) {
            return false;
        }
    }
    if (p->mode != EC_MODE_DECLS) {
        return tag_use(p, &s, out);
    }
    if (!enum_base(p, &s, &fixed)) {
        return false;
    }
    if (ec_parser_at(p, '{')) {
        return definition(p, &s, &attrs, fixed, out);
    }
    if (s.tag.len == 0) {
        return ec_parser_fail(p, &p->tok, "%s name expected",
                              s.space == EC_NS_ENUM ? "enum"
                                                    : "struct or union");
    }
    return tag_declare(p, &s, out);
}

bool
ec_parse_static_assert(ec_parser *p)
{
    if (!ec_parser_next(p)) {
        return false;
    }
    if (!ec_parser_at(p, '(')) {
        return ec_parser_fail(p, &p->tok, "expected '('");
    }
    return ec_parser_skip_group(p) && ec_parser_expect(p, ';');
}

/* NOLINTEND(clang-analyzer-core.*) */
/* NOLINTEND(misc-no-recursion) */
