/* cparse_record.c - struct and union specifiers and their members.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/clayout.h"
#include "core/types/cparse_tag.h"
#include "core/types/cparser.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */

/* The members read so far. */
typedef struct members {
    ec_type *record;
    ec_field *fields;   /* fields[n] */
    int *field_align;   /* field_align[n], as ec_layout_record() takes it */
    const char **names; /* names[n_names], for finding duplicates */
    size_t n;
    size_t n_names;
    bool has_align; /* one of field_align is not 0 */
} members;

/* --- members -------------------------------------------------------------*/

/* Says what alignment the attributes give a member, in the terms of
 * ec_layout_record(). */
static int
member_align(const ec_declspec *specs, const ec_declarator *declarator)
{
    int align = specs->attrs.align;
    bool is_packed = specs->attrs.is_packed || declarator->attrs.is_packed;
    const ec_type *type = declarator->type;

    if (declarator->attrs.align > align) {
        align = declarator->attrs.align;
    }
    while (type->kind == EC_KIND_ARRAY) {
        type = type->item;
    }
    if (specs->typedef_align > 0 && type == specs->type) {
        /* A typedef's alignment replaces the type's, also downwards. */
        is_packed = true;
        if (specs->typedef_align > align) {
            align = specs->typedef_align;
        }
    }
    if (is_packed) {
        return align > 0 ? -align : -1;
    }
    return align;
}

/* Refuses members that cannot be, where the position is known best. */
static bool
member_check(ec_parser *p, const ec_declarator *declarator, const ec_tok *tok)
{
    const ec_type *type = declarator->type;

    if (type->kind == EC_KIND_FUNCTION) {
        return ec_parser_fail(p, tok, "a member cannot be a function");
    }
    if (type->kind == EC_KIND_VOID ||
        (type->flags & (EC_TYPE_INCOMPLETE | EC_TYPE_PARTIAL)) ==
            EC_TYPE_INCOMPLETE) {
        return ec_parser_fail(p, tok, "member of incomplete type '%.100s'",
                              type->name);
    }
    return true;
}

/* Adds a member; `name` may be "". */
static bool
member_add(ec_parser *p, members *m, const ec_declspec *specs,
           const ec_declarator *declarator, int bit_size)
{
    void *fields = m->fields;
    void *aligns = m->field_align;
    void *names = m->names;
    ec_field *field = NULL;

    if (!ec_parser_reserve(p, &fields, m->n, sizeof(ec_field)) ||
        !ec_parser_reserve(p, &aligns, m->n, sizeof(int)) ||
        !ec_parser_reserve(p, &names, m->n_names, sizeof(char *))) {
        return false;
    }
    m->fields = fields;
    m->field_align = aligns;
    m->names = names;
    field = &m->fields[m->n];
    *field =
        (ec_field){.name = declarator->name == NULL ? "" : declarator->name,
                   .type = declarator->type,
                   .bit_shift = bit_size >= 0 ? 0 : -1,
                   .bit_size = bit_size};
    m->field_align[m->n] = member_align(specs, declarator);
    m->has_align = m->has_align || m->field_align[m->n] != 0;
    if (declarator->is_partial) {
        m->record->flags |= EC_TYPE_PARTIAL;
    }
    if (declarator->name != NULL) {
        m->names[m->n_names++] = declarator->name;
    }
    m->n++;
    return true;
}

/* ":" constant-expression; *out stays -1 when there is none */
static bool
bit_width(ec_parser *p, ec_attrs *attrs, int *out)
{
    ec_tok tok;
    ec_value value;

    *out = -1;
    if (!ec_parser_at(p, ':')) {
        return true;
    }
    if (!ec_parser_next(p)) {
        return false;
    }
    tok = p->tok;
    if (!ec_parse_integer(p, &value)) {
        return false;
    }
    if (value.bits < 0 || value.bits > 64) {
        return ec_parser_fail(p, &tok, "invalid width of a bit-field");
    }
    *out = (int)value.bits;
    return ec_parse_attributes(p, attrs);
}

/* member-declarator: declarator [ ":" width ] | ":" width */
static bool
member_declarator(ec_parser *p, members *m, const ec_declspec *specs)
{
    ec_declarator declarator = {.type = specs->type, .tok = p->tok};
    int bit_size = -1;

    if (!ec_parser_at(p, ':') &&
        !ec_parse_declarator(p, specs, EC_NAMING_MUST, &declarator)) {
        return false;
    }
    if (!bit_width(p, &declarator.attrs, &bit_size)) {
        return false;
    }
    if (declarator.name == NULL && bit_size < 0) {
        return ec_parser_fail(p, &declarator.tok, "identifier expected");
    }
    return member_check(p, &declarator, &declarator.tok) &&
           member_add(p, m, specs, &declarator, bit_size);
}

/* The end of a member declaration without declarators: an anonymous struct or
 * union is a member, anything else only declares a tag. */
static bool
member_unnamed(ec_parser *p, members *m, const ec_declspec *specs)
{
    ec_declarator declarator = {.type = specs->type, .tok = specs->tok};
    bool is_record = specs->type->kind == EC_KIND_STRUCT ||
                     specs->type->kind == EC_KIND_UNION;

    if (!is_record || !specs->is_tagged || specs->type->tag != NULL) {
        return true;
    }
    return member_check(p, &declarator, &specs->tok) &&
           member_add(p, m, specs, &declarator, -1);
}

/* specifiers [ member-declarator { "," member-declarator } ] ";" */
static bool
member_declaration(ec_parser *p, members *m)
{
    ec_declspec specs;

    if (!ec_parse_qualified_specs(p, &specs)) {
        return false;
    }
    if (ec_parser_at(p, ';')) {
        return member_unnamed(p, m, &specs) && ec_parser_next(p);
    }
    for (;;) {
        if (!member_declarator(p, m, &specs)) {
            return false;
        }
        if (!ec_parser_at(p, ',')) {
            break;
        }
        if (!ec_parser_next(p)) {
            return false;
        }
    }
    return ec_parser_expect(p, ';');
}

/* "..." ";", the last member in cdef text */
static bool
member_dots(ec_parser *p, members *m)
{
    m->record->flags |= EC_TYPE_PARTIAL;
    if (!ec_parser_for_compiler(p, &p->tok) || !ec_parser_next(p) ||
        !ec_parser_expect(p, ';')) {
        return false;
    }
    return ec_parser_at(p, '}') || ec_parser_fail(p, &p->tok, "expected '}'");
}

/* { member-declaration } "}" */
static bool
member_list(ec_parser *p, members *m)
{
    while (!ec_parser_at(p, '}')) {
        bool is_ok = true;
        if (ec_parser_at(p, ';')) {
            is_ok = ec_parser_next(p);
        } else if (ec_parser_at(p, EC_OP_DOTS) && ec_parser_is_cdef(p)) {
            is_ok = member_dots(p, m);
        } else if (ec_parser_at_word(p, EC_KW_STATIC_ASSERT)) {
            is_ok = ec_parse_static_assert(p);
        } else {
            is_ok = member_declaration(p, m);
        }
        if (!is_ok) {
            return false;
        }
    }
    return ec_parser_next(p);
}

/* --- records -------------------------------------------------------------*/

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Refuses two members of one name. */
static bool
names_check(ec_parser *p, const members *m, const ec_tok *tok)
{
    if (m->n_names < 2) {
        return true;
    }
    qsort(m->names, m->n_names, sizeof(char *), compare_names);
    for (size_t i = 1; i < m->n_names; i++) {
        if (strcmp(m->names[i - 1], m->names[i]) == 0) {
            return ec_parser_fail(p, tok, "duplicate member '%.100s'",
                                  m->names[i]);
        }
    }
    return true;
}

bool
ec_parse_members(ec_parser *p, ec_type *record, ec_attrs *attrs,
                 const ec_tok *tok)
{
    members m = {.record = record};
    ec_layout_opts opts = {.pack = p->pack};

    if (!ec_parser_enter(p) || !ec_parser_next(p) || !member_list(p, &m) ||
        !ec_parse_attributes(p, attrs) || !names_check(p, &m, tok)) {
        return false;
    }
    p->depth--;
    if (attrs->is_packed) {
        record->flags |= EC_TYPE_PACKED;
    }
    opts.align = attrs->align;
    return ec_layout_record(p->types, record, m.fields,
                            m.has_align ? m.field_align : NULL, m.n, &opts,
                            &p->err) == EMBED_OK ||
           ec_parser_fail_model(p, tok);
}

/* NOLINTEND(misc-no-recursion) */
