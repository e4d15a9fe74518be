/* cparse_top.c - whole texts of declarations: what is declared, what of it is
 * skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cparse_top.h"

#include "core/types/cexpr_primary.h"
#include "core/types/cparse_tag.h"

#include <stdio.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */

/* --- one declaration -----------------------------------------------------*/

/* Steps over an initialiser, up to the "," or ";" after it. */
static bool
initialiser_skip(ec_parser *p)
{
    while (!ec_parser_at(p, ',') && !ec_parser_at(p, ';')) {
        bool is_group = ec_parser_at(p, '(') || ec_parser_at(p, '[') ||
                        ec_parser_at(p, '{');
        if (p->tok.kind == EC_TOK_END) {
            return ec_parser_fail(p, &p->tok, "expected ';'");
        }
        if (is_group ? !ec_parser_skip_group(p) : !ec_parser_next(p)) {
            return false;
        }
    }
    return true;
}

/* "=" initialiser, of which the value counts only for integer constants:
 * *has_value says whether *out is one. */
static bool
initialiser(ec_parser *p, bool is_constant, const ec_type *type, int64_t *out,
            bool *has_value)
{
    ec_parser_mark mark;
    ec_value value;

    *has_value = false;
    if (!ec_parser_next(p)) {
        return false;
    }
    if (!is_constant) {
        return initialiser_skip(p);
    }
    ec_parser_mark_set(p, &mark);
    if (ec_parse_conditional(p, &value) && value.is_known && !value.is_lvalue &&
        ec_type_is_integer(value.type) &&
        (ec_parser_at(p, ',') || ec_parser_at(p, ';'))) {
        *out = ec_value_wrap(value.bits, type);
        *has_value = true;
        return true;
    }
    if (p->status == EMBED_E_NOMEM) {
        return false;
    }
    ec_parser_rewind(p, &mark);
    return initialiser_skip(p);
}

/* Returns the flags that specifiers give a function or variable. */
static unsigned
storage_flags(const ec_parser *p, const ec_declspec *specs)
{
    unsigned flags = p->block_flags;

    if ((specs->storage & EC_STORAGE_STATIC) != 0) {
        flags |= EC_DECL_STATIC;
    }
    if ((specs->storage & EC_STORAGE_EXTERN) != 0) {
        flags |= EC_DECL_EXTERN;
    }
    if ((specs->storage & EC_STORAGE_INLINE) != 0) {
        flags |= EC_DECL_INLINE;
    }
    return flags;
}

/* True for a variable that is really a constant: `static const int X = 5;`,
 * in cdef text anything const. */
static bool
is_constant(const ec_parser *p, const ec_declspec *specs,
            const ec_declarator *d)
{
    if (!d->is_const || d->type->kind == EC_KIND_ARRAY) {
        return false;
    }
    if (ec_parser_is_cdef(p)) {
        return true;
    }
    return (specs->storage & EC_STORAGE_STATIC) != 0 &&
           ec_type_is_integer(d->type);
}

/* A variable: an optional initialiser follows. */
static bool
declare_variable(ec_parser *p, const ec_declspec *specs, const ec_declarator *d)
{
    ec_entry entry = {.decl = {.kind = EC_DECL_VARIABLE,
                               .flags = storage_flags(p, specs),
                               .name = d->name,
                               .type = d->type}};
    bool constant = is_constant(p, specs, d);
    bool has_value = false;

    if (d->type->kind == EC_KIND_VOID) {
        return ec_parser_fail(p, &d->tok, "variable of type void");
    }
    if (d->is_const) {
        entry.decl.flags |= EC_DECL_CONST;
    }
    if (d->is_partial) {
        entry.decl.flags |= EC_DECL_PARTIAL_ARRAY;
    }
    if (ec_parser_at(p, '=')) {
        entry.decl.flags |= EC_DECL_INITIALISED;
        if (!initialiser(p, constant && ec_type_is_integer(d->type), d->type,
                         &entry.decl.value, &has_value)) {
            return false;
        }
    }
    if (has_value) {
        entry.decl.kind = EC_DECL_CONSTANT;
    } else if (constant && ec_parser_is_cdef(p)) {
        entry.decl.kind = EC_DECL_CONSTANT;
        entry.decl.flags |= EC_DECL_UNKNOWN_VALUE;
    }
    return ec_parser_declare(p, &entry, &d->tok);
}

/* A function: a body may follow, which then ends the declaration. */
static bool
declare_function(ec_parser *p, const ec_declspec *specs, const ec_declarator *d,
                 bool is_first, bool *out_body)
{
    ec_entry entry = {.decl = {.kind = EC_DECL_FUNCTION,
                               .flags = storage_flags(p, specs),
                               .name = d->name,
                               .type = d->type,
                               .on_failure = d->on_failure,
                               .on_failure_pos = d->on_failure_pos},
                      .has_no_prototype = d->has_no_prototype};

    if ((specs->storage & EC_STORAGE_NORETURN) != 0 ||
        specs->attrs.is_noreturn || d->attrs.is_noreturn) {
        entry.decl.flags |= EC_DECL_NORETURN;
    }
    *out_body = is_first && ec_parser_at(p, '{');
    if (*out_body) {
        if (ec_parser_is_cdef(p)) {
            return ec_parser_fail(p, &p->tok,
                                  "the body of a function: only declarations "
                                  "can be here");
        }
        entry.decl.flags |= EC_DECL_HAS_BODY | EC_DECL_INLINE;
    }
    if (p->tok.kind == EC_TOK_IDENT) {
        return ec_parser_fail(p, &p->tok, "expected ';'");
    }
    if (ec_parser_is_cdef(p) && (p->opts->flags & EC_PARSE_RUN_TIME) == 0 &&
        !ec_parse_signature(p, specs, d, &entry.decl.signature)) {
        return false;
    }
    return ec_parser_declare(p, &entry, &d->tok) &&
           (!*out_body || ec_parser_skip_group(p));
}

/* Returns the alignment that a typedef passes on. */
static int
typedef_align(const ec_declspec *specs, const ec_declarator *d)
{
    int align = specs->attrs.align;

    if (d->attrs.align > align) {
        align = d->attrs.align;
    }
    return align == 0 && d->type == specs->type ? specs->typedef_align : align;
}

/* A typedef: it also names an unnamed struct, union or enum. */
static bool
declare_typedef(ec_parser *p, const ec_declspec *specs, const ec_declarator *d)
{
    ec_entry entry = {.decl = {.kind = EC_DECL_TYPEDEF,
                               .flags = p->block_flags,
                               .name = d->name,
                               .type = d->type},
                      .align = typedef_align(specs, d)};

    if (d->is_const) {
        entry.decl.flags |= EC_DECL_CONST;
    }
    if ((specs->is_tagged || specs->has_dots) && d->type == specs->type &&
        (d->type->flags & EC_TYPE_ANONYMOUS) != 0 &&
        strchr(d->type->name, '$') != NULL &&
        ec_type_rename(p->types, d->type, d->name, &p->err) != EMBED_OK) {
        return ec_parser_fail_model(p, &d->tok);
    }
    return ec_parser_declare(p, &entry, &d->tok);
}

/* Makes the type that `typedef ... T` or `typedef int... T` stands for. */
static bool
dots_type(ec_parser *p, ec_declspec *specs)
{
    const ec_type *like = specs->type;
    char name[32];
    ec_type *type = NULL;

    (void)snprintf(name, sizeof(name), "struct $%u", ec_scope_number(p->scope));
    if (like != NULL && like->kind != EC_KIND_INT &&
        like->kind != EC_KIND_UINT && like->kind != EC_KIND_FLOAT) {
        return ec_parser_fail(p, &specs->tok,
                              "'...' after a type that is no number");
    }
    if (like != NULL && !ec_parser_for_compiler(p, &specs->tok)) {
        return false;
    }
    type = ec_type_record(p->types, EC_KIND_STRUCT, NULL, name, &p->err);
    if (type == NULL) {
        return ec_parser_fail_model(p, &specs->tok);
    }
    if (like != NULL) {
        /* A number whose size the compiler knows: the table format's
         * primitives -1 and -2. */
        type->kind = like->kind;
        type->prim = like->kind == EC_KIND_FLOAT ? -2 : -1;
        type->flags = EC_TYPE_PARTIAL | EC_TYPE_ANONYMOUS;
    }
    specs->type = type;
    return true;
}

/* One declarator with what follows it, up to "," or ";". */
static bool
init_declarator(ec_parser *p, const ec_declspec *specs, bool is_first,
                bool *out_body)
{
    ec_declarator d;

    *out_body = false;
    if (!ec_parse_declarator(p, specs, EC_NAMING_MUST, &d)) {
        return false;
    }
    if ((specs->storage & EC_STORAGE_TYPEDEF) != 0) {
        return declare_typedef(p, specs, &d);
    }
    if (d.type->kind == EC_KIND_FUNCTION) {
        return declare_function(p, specs, &d, is_first, out_body);
    }
    return declare_variable(p, specs, &d);
}

/* declaration: specifiers [ init-declarator { "," init-declarator } ] ";" |
 * function-definition */
static bool
declaration(ec_parser *p)
{
    ec_declspec specs;
    bool has_body = false;

    if (!ec_parse_specs(p, &specs) ||
        (specs.has_dots && !dots_type(p, &specs))) {
        return false;
    }
    specs.end = p->tok.start;
    if (ec_parser_at(p, ';')) {
        return ec_parser_next(p);
    }
    for (bool is_first = true;; is_first = false) {
        if (!init_declarator(p, &specs, is_first, &has_body)) {
            return false;
        }
        if (has_body) {
            return true;
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

/* --- skipping ------------------------------------------------------------*/

/* What has been seen of a declaration that is being skipped. */
typedef struct skipping {
    bool after_word;    /* the last token was __attribute__ or the like */
    bool may_be_record; /* a "{" would open a struct, union or enum */
    bool has_value;     /* "=" was seen: a "{" opens an initialiser */
} skipping;

/* Notes a token outside of brackets. */
static void
skip_note(skipping *s, const ec_tok *tok)
{
    s->after_word = false;
    if (tok->kind == EC_TOK_IDENT) {
        s->after_word = tok->op == EC_KW_ATTRIBUTE ||
                        tok->op == EC_KW_ALIGNAS || tok->op == EC_KW_DECLSPEC;
        if (tok->op == EC_KW_STRUCT || tok->op == EC_KW_UNION ||
            tok->op == EC_KW_ENUM || ec_tok_is(tok, "extern")) {
            s->may_be_record = true;
        }
    } else if (tok->kind == EC_TOK_PUNCT) {
        s->has_value = s->has_value || tok->op == '=';
    }
}

/* Steps over a bracketed group; *done when it ends the declaration, being the
 * body of a function. */
static bool
skip_bracket(ec_parser *p, skipping *s, bool *done)
{
    bool is_brace = ec_parser_at(p, '{');

    if (ec_parser_at(p, '(') && !s->after_word) {
        s->may_be_record = false;
    }
    *done = is_brace && !s->may_be_record && !s->has_value;
    if (is_brace) {
        s->may_be_record = false;
    }
    s->after_word = false;
    return ec_parser_skip_group(p);
}

/* Steps over a declaration that was not understood.  Never fails: what is no
 * token either is left out. */
static void
declaration_skip(ec_parser *p)
{
    skipping s = {0};

    while (p->tok.kind != EC_TOK_END) {
        bool done = false;
        bool is_ok = true;
        if (ec_parser_at(p, ';')) {
            done = true;
            is_ok = ec_parser_next(p);
        } else if (ec_parser_at(p, '}')) {
            break; /* of a block around */
        } else if (ec_parser_at(p, '(') || ec_parser_at(p, '[') ||
                   ec_parser_at(p, '{')) {
            is_ok = skip_bracket(p, &s, &done);
        } else {
            skip_note(&s, &p->tok);
            is_ok = ec_parser_next(p);
        }
        if (!is_ok) {
            p->status = EMBED_OK;
        }
        if (done && is_ok) {
            break;
        }
    }
}

/* True when a failure in the declaration that starts at `tok` may be skipped.
 */
static bool
may_skip(const ec_parser *p, const ec_tok *tok)
{
    return p->status == EMBED_E_INVALID &&
           (p->opts->flags & EC_PARSE_SKIP) != 0 &&
           (p->opts->main_file == NULL ||
            strcmp(tok->file, p->opts->main_file) != 0);
}

/* --- linkage blocks ------------------------------------------------------*/

static bool external(ec_parser *p);

/* Sets *out to the flags of a linkage: "C", "Python", "Python+C" in either
 * order. */
static bool
linkage_flags(ec_parser *p, const ec_tok *tok, unsigned *out)
{
    *out = p->block_flags;
    if (ec_tok_is(tok, "\"C\"") || ec_tok_is(tok, "\"C++\"")) {
        return true;
    }
    if (ec_parser_is_cdef(p) && ec_tok_is(tok, "\"Python\"")) {
        *out = EC_DECL_EXTERN_PYTHON;
        return ec_parser_for_compiler(p, tok);
    }
    if (ec_parser_is_cdef(p) &&
        (ec_tok_is(tok, "\"Python+C\"") || ec_tok_is(tok, "\"C+Python\""))) {
        *out = EC_DECL_EXTERN_PYTHON_C;
        return ec_parser_for_compiler(p, tok);
    }
    return ec_parser_fail_name(p, tok, "unknown linkage");
}

/* "{" { external-declaration } "}" */
static bool
linkage_block(ec_parser *p)
{
    if (!ec_parser_enter(p) || !ec_parser_next(p)) {
        return false;
    }
    while (!ec_parser_at(p, '}')) {
        if (p->tok.kind == EC_TOK_END) {
            return ec_parser_fail(p, &p->tok, "expected '}'");
        }
        if (!external(p)) {
            return false;
        }
    }
    p->depth--;
    return ec_parser_next(p);
}

/* "extern" string ( declaration | block ) */
static bool
linkage(ec_parser *p)
{
    unsigned outer = p->block_flags;
    ec_tok string;
    bool is_ok = false;

    if (!ec_parser_next(p)) {
        return false;
    }
    string = p->tok;
    if (!linkage_flags(p, &string, &p->block_flags) || !ec_parser_next(p)) {
        return false;
    }
    if (ec_parser_at(p, '{')) {
        is_ok = linkage_block(p);
    } else {
        is_ok = declaration(p);
    }
    p->block_flags = outer;
    return is_ok;
}

/* --- the text ------------------------------------------------------------*/

/* "asm" "(" anything ")" ";" outside of functions */
static bool
asm_declaration(ec_parser *p)
{
    ec_attrs ignored = {0};

    return ec_parse_attributes(p, &ignored) && ec_parser_expect(p, ';');
}

static bool
external_here(ec_parser *p)
{
    if (ec_parser_at(p, ';')) {
        return ec_parser_next(p);
    }
    if (ec_parser_at_word(p, EC_KW_ASM)) {
        return asm_declaration(p);
    }
    if (ec_parser_at_word(p, EC_KW_STATIC_ASSERT)) {
        return ec_parse_static_assert(p);
    }
    if (ec_parser_at_word(p, EC_KW_EXTERN) &&
        ec_parser_peek(p).kind == EC_TOK_STRING) {
        return linkage(p);
    }
    return declaration(p);
}

/* external-declaration, skipped when it is not understood and may be */
static bool
external(ec_parser *p)
{
    ec_parser_mark mark;

    ec_parser_mark_set(p, &mark);
    if (external_here(p)) {
        return true;
    }
    if (!may_skip(p, &mark.tok)) {
        return false;
    }
    if (p->opts->on_skip != NULL) {
        p->opts->on_skip(p->opts->arg, p->diag);
    }
    ec_parser_rewind(p, &mark);
    declaration_skip(p);
    if (p->tok.start == mark.tok.start && p->tok.kind != EC_TOK_END) {
        (void)ec_parser_next(p); /* a stray "}" */
        p->status = EMBED_OK;
    }
    return true;
}

bool
ec_parse_top(ec_parser *p)
{
    while (p->tok.kind != EC_TOK_END) {
        if (!external(p)) {
            return false;
        }
    }
    return true;
}

/* NOLINTEND(misc-no-recursion) */
