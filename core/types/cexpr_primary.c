/* cexpr_primary.c - the operands of operators: literals, names, casts, sizeof,
 * member access.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr_primary.h"

#include <limits.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */
/* NOLINTBEGIN(clang-analyzer-core.*): it cannot see that failing is false */

static bool unary(ec_parser *p, ec_value *out);

/* --- literals ------------------------------------------------------------*/

/* True for pp-numbers that are floating. */
static bool
is_floating(const ec_tok *tok)
{
    bool is_hex =
        tok->len > 1 && (tok->start[1] == 'x' || tok->start[1] == 'X');

    if (memchr(tok->start, '.', tok->len) != NULL) {
        return true;
    }
    if (is_hex) {
        return memchr(tok->start, 'p', tok->len) != NULL ||
               memchr(tok->start, 'P', tok->len) != NULL;
    }
    return memchr(tok->start, 'e', tok->len) != NULL ||
           memchr(tok->start, 'E', tok->len) != NULL;
}

static bool
number(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;
    ec_int_literal literal;
    const char *wrong = NULL;
    int prim = EC_PRIM_INT;

    if (!ec_parser_next(p)) {
        return false;
    }
    if (is_floating(&tok)) {
        char last = tok.start[tok.len - 1];
        prim = last == 'f' || last == 'F' ? EC_PRIM_FLOAT : EC_PRIM_DOUBLE;
        return ec_value_unknown(p, prim, NULL, out);
    }
    wrong = ec_lex_integer(&tok, &literal);
    if (wrong != NULL) {
        return ec_parser_fail(p, &tok, "%s", wrong);
    }
    /* ORDER(prim): the unsigned one follows the signed one. */
    prim = (literal.size > 4 ? EC_PRIM_LONG : EC_PRIM_INT) +
           (literal.is_unsigned ? 1 : 0);
    return ec_value_integer(p, prim, (int64_t)literal.value, out);
}

/* Returns the primitive for an element of a string or a character. */
static int
element_prim(const ec_tok *tok, int width)
{
    if (width == 1) {
        return EC_PRIM_CHAR;
    }
    if (width == 2) {
        return EC_PRIM_CHAR16;
    }
    return tok->start[0] == 'L' ? EC_PRIM_WCHAR : EC_PRIM_CHAR32;
}

static bool
character(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;
    int64_t value = 0;
    int width = 1;
    const char *wrong = ec_lex_char(&tok, &value, &width);

    if (wrong != NULL) {
        return ec_parser_fail(p, &tok, "%s", wrong);
    }
    return ec_parser_next(p) &&
           ec_value_integer(
               p, width == 1 ? EC_PRIM_INT : element_prim(&tok, width), value,
               out);
}

/* string+: an array of characters, for sizeof */
static bool
strings(ec_parser *p, ec_value *out)
{
    size_t length = 1; /* the NUL */
    int prim = EC_PRIM_CHAR;
    ec_type *item = NULL;
    ec_tok tok = p->tok;

    while (p->tok.kind == EC_TOK_STRING) {
        int width = 1;
        length += ec_lex_string_length(&p->tok, &width);
        if (width > 1) {
            prim = element_prim(&p->tok, width);
        }
        if (!ec_parser_next(p)) {
            return false;
        }
    }
    item = ec_type_prim(p->types, prim, &p->err);
    *out = (ec_value){.is_lvalue = true};
    if (item != NULL) {
        out->type = ec_type_array(p->types, item, (ptrdiff_t)length, &p->err);
    }
    return out->type != NULL || ec_parser_fail_model(p, &tok);
}

/* --- names ---------------------------------------------------------------*/

/* Returns the type of an enumerator or other constant in an expression. */
static int
constant_prim(const ec_decl *decl)
{
    bool is_signed = ec_type_is_signed(decl->type);

    if (decl->type->kind == EC_KIND_ENUM) {
        /* While its enum is being read, the base is not known yet. */
        if (decl->value >= INT_MIN && decl->value <= INT_MAX) {
            return EC_PRIM_INT;
        }
        return decl->value < 0 || is_signed ? EC_PRIM_LONG : EC_PRIM_ULONG;
    }
    if (decl->type->size <= 4) {
        return is_signed || decl->type->size < 4 ? EC_PRIM_INT : EC_PRIM_UINT;
    }
    return is_signed ? EC_PRIM_LONG : EC_PRIM_ULONG;
}

/* The value of a declared name. */
static bool
declared(ec_parser *p, const ec_decl *decl, const ec_tok *tok, ec_value *out)
{
    switch (decl->kind) {
    case EC_DECL_CONSTANT:
        if (ec_type_is_integer(decl->type)) {
            if ((decl->flags & EC_DECL_UNKNOWN_VALUE) != 0) {
                return ec_value_unknown(p, constant_prim(decl),
                                        "value known to the compiler only",
                                        out);
            }
            return ec_value_integer(p, constant_prim(decl), decl->value, out);
        }
        *out = (ec_value){.type = decl->type};
        return true;
    case EC_DECL_VARIABLE:
        *out = (ec_value){.type = decl->type, .is_lvalue = true};
        return true;
    case EC_DECL_FUNCTION:
        *out = (ec_value){.type = decl->type};
        return true;
    case EC_DECL_TYPEDEF:
    case EC_DECL_TAG:
        break;
    }
    return ec_parser_fail(p, tok, "unexpected type name");
}

static bool
name(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;
    const ec_entry *entry = ec_scope_lookup(p->scope, tok.start, tok.len);
    int64_t value = 0;

    if (entry != NULL) {
        return declared(p, &entry->decl, &tok, out) && ec_parser_next(p);
    }
    if (ec_scope_resolve_constant(p->scope, tok.start, tok.len, &value)) {
        int prim =
            value >= INT_MIN && value <= INT_MAX ? EC_PRIM_INT : EC_PRIM_LONG;
        return ec_value_integer(p, prim, value, out) && ec_parser_next(p);
    }
    return ec_parser_fail_name(p, &tok, "undefined name");
}

/* --- sizeof and the like -------------------------------------------------*/

/* "(" type-name ")" | unary-expression: gives the type */
static bool
type_operand(ec_parser *p, ec_type **out)
{
    ec_tok next = ec_parser_peek(p);
    ec_value value;
    bool is_type = false;

    if (ec_parser_at(p, '(') && !ec_parser_is_type(p, &next, &is_type)) {
        return false;
    }
    if (is_type) {
        return ec_parser_next(p) && ec_parse_type_name(p, out) &&
               ec_parser_expect(p, ')');
    }
    if (!unary(p, &value)) {
        return false;
    }
    *out = value.type;
    return true;
}

/* ( "sizeof" | "_Alignof" ) operand */
static bool
size_of(ec_parser *p, ec_value *out)
{
    ec_tok word = p->tok;
    ec_type *type = NULL;
    bool is_size = word.op == EC_KW_SIZEOF;
    int64_t value = 0;

    if (!ec_parser_next(p) || !type_operand(p, &type)) {
        return false;
    }
    if (ec_type_complete(p->types, type, &p->err) != EMBED_OK) {
        return ec_parser_fail_model(p, &word);
    }
    value = is_size ? type->size : type->align;
    if ((type->kind == EC_KIND_VOID || type->kind == EC_KIND_FUNCTION)) {
        value = 1; /* GNU */
    } else if (value < 0 || (type->flags & EC_TYPE_INCOMPLETE) != 0) {
        return ec_value_unknown(p, EC_PRIM_ULONG, "size is not known", out);
    }
    return ec_value_integer(p, EC_PRIM_ULONG, value, out);
}

/* Goes from a struct or union to its member `tok`; `out` is its place. */
static bool
member(ec_parser *p, const ec_tok *tok, ec_value *out)
{
    const ec_field *field = NULL;
    size_t offset = 0;

    if (tok->kind != EC_TOK_IDENT) {
        return ec_parser_fail(p, tok, "identifier expected");
    }
    if (ec_type_complete(p->types, out->type, &p->err) != EMBED_OK) {
        return ec_parser_fail_model(p, tok);
    }
    field = ec_type_field(out->type, tok->start, tok->len, &offset);
    if (field == NULL) {
        return ec_parser_fail_name(p, tok, "no such member");
    }
    out->is_known = out->is_known && field->bit_size < 0 &&
                    (out->type->flags & EC_TYPE_PARTIAL) == 0;
    out->type = field->type;
    out->bits += (int64_t)offset;
    out->is_lvalue = true;
    return true;
}

/* "[" expression "]" after an array or pointer */
static bool
subscript(ec_parser *p, ec_value *out)
{
    ec_value index;
    ec_tok tok = p->tok;
    uint64_t step = 0;

    if (!ec_parser_next(p) || !ec_parse_expression(p, &index) ||
        !ec_parser_expect(p, ']')) {
        return false;
    }
    if (out->type->kind != EC_KIND_ARRAY &&
        out->type->kind != EC_KIND_POINTER) {
        return ec_parser_fail(p, &tok, "not an array");
    }
    /* What a pointer in memory holds is not known. */
    out->is_known = out->is_known && index.is_known && !index.is_lvalue &&
                    (out->type->kind == EC_KIND_ARRAY || !out->is_lvalue);
    out->type = out->type->item;
    step = out->type->size > 0 ? (uint64_t)out->type->size : 0;
    out->bits = (int64_t)((uint64_t)out->bits + (uint64_t)index.bits * step);
    out->is_lvalue = true;
    return true;
}

/* "offsetof" "(" type-name "," member { "." member | "[" expr "]" } ")" */
static bool
offset_of(ec_parser *p, ec_value *out)
{
    ec_value place = {.is_known = true};
    bool is_first = true;

    if (!ec_parser_next(p) || !ec_parser_expect(p, '(') ||
        !ec_parse_type_name(p, &place.type)) {
        return false;
    }
    if (!ec_parser_at(p, ',')) {
        return ec_parser_fail(p, &p->tok, "expected ','");
    }
    while (is_first || ec_parser_at(p, '.') || ec_parser_at(p, '[')) {
        if (ec_parser_at(p, '[')) {
            if (!subscript(p, &place)) {
                return false;
            }
            continue;
        }
        is_first = false;
        if (!ec_parser_next(p) || !member(p, &p->tok, &place) ||
            !ec_parser_next(p)) {
            return false;
        }
    }
    if (!ec_value_integer(p, EC_PRIM_ULONG, place.bits, out)) {
        return false;
    }
    out->is_known = place.is_known;
    return ec_parser_expect(p, ')');
}

/* --- postfix -------------------------------------------------------------*/

/* "(" { argument } ")": a call, of which only the type is known */
static bool
call(ec_parser *p, ec_value *out)
{
    const ec_type *fn = out->type;
    ec_tok tok = p->tok;

    if (fn->kind == EC_KIND_POINTER) {
        fn = fn->item;
    }
    if (fn->kind != EC_KIND_FUNCTION) {
        return ec_parser_fail(p, &tok, "not a function");
    }
    *out = (ec_value){.type = fn->result};
    return ec_parser_skip_group(p);
}

/* "->" follows a pointer: makes `out` what it points to. */
static bool
follow(ec_parser *p, const ec_tok *tok, ec_value *out)
{
    bool is_array = out->type->kind == EC_KIND_ARRAY;

    if (!is_array && out->type->kind != EC_KIND_POINTER) {
        return ec_parser_fail(p, tok, "not a pointer");
    }
    out->is_known = out->is_known && (is_array || !out->is_lvalue);
    out->type = out->type->item;
    out->is_lvalue = true;
    return true;
}

/* primary { "[" expr "]" | "." name | "->" name | "(" args ")" } */
static bool
postfix(ec_parser *p, ec_value *out)
{
    for (;;) {
        ec_tok tok = p->tok;
        bool is_ok = true;
        if (ec_parser_at(p, '[')) {
            is_ok = subscript(p, out);
        } else if (ec_parser_at(p, '(')) {
            is_ok = call(p, out);
        } else if (ec_parser_at(p, '.') || ec_parser_at(p, EC_OP_ARROW)) {
            is_ok = (tok.op == '.' || follow(p, &tok, out)) &&
                    ec_parser_next(p) && member(p, &p->tok, out) &&
                    ec_parser_next(p);
        } else {
            return true;
        }
        if (!is_ok) {
            return false;
        }
    }
}

/* number | character | string+ | name | "(" expression ")" */
static bool
primary(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;

    if (tok.kind == EC_TOK_NUMBER) {
        return number(p, out);
    }
    if (tok.kind == EC_TOK_CHAR) {
        return character(p, out);
    }
    if (tok.kind == EC_TOK_STRING) {
        return strings(p, out);
    }
    if (tok.kind == EC_TOK_IDENT && tok.op == EC_KW_NONE) {
        return name(p, out);
    }
    if (tok.kind == EC_TOK_IDENT && tok.op == EC_KW_OFFSETOF) {
        return offset_of(p, out);
    }
    if (ec_parser_at(p, '(')) {
        return ec_parser_next(p) && ec_parse_expression(p, out) &&
               ec_parser_expect(p, ')');
    }
    return ec_parser_fail(p, &tok, "expected an expression");
}

/* --- unary ---------------------------------------------------------------*/

/* "&" operand: the address of an lvalue */
static bool
address_of(ec_parser *p, const ec_tok *tok, ec_value *out)
{
    out->type = ec_type_pointer(p->types, out->type, &p->err);
    out->is_lvalue = false;
    return out->type != NULL || ec_parser_fail_model(p, tok);
}

/* "*" operand */
static bool
dereference(ec_parser *p, const ec_tok *tok, ec_value *out)
{
    if (out->type->kind == EC_KIND_FUNCTION) {
        return true;
    }
    return follow(p, tok, out);
}

/* "-", "+", "~" operand */
static bool
arithmetic(ec_parser *p, int op, ec_value *out)
{
    bool is_unsigned = !ec_type_is_signed(out->type);
    bool is_known = out->is_known && !out->is_lvalue;
    const char *why = out->why;
    int prim = EC_PRIM_INT;

    if (!ec_type_is_integer(out->type)) {
        out->is_known = false;
        out->is_lvalue = false;
        return true;
    }
    if (out->type->size >= 4) {
        prim = (out->type->size > 4 ? EC_PRIM_LONG : EC_PRIM_INT) +
               (is_unsigned ? 1 : 0);
    }
    if (op == '-') {
        out->bits = (int64_t)(0 - (uint64_t)out->bits);
    } else if (op == '~') {
        out->bits = ~out->bits;
    }
    if (!ec_value_integer(p, prim, out->bits, out)) {
        return false;
    }
    out->is_known = is_known;
    out->why = why;
    return true;
}

/* "!" operand */
static bool
negation(ec_parser *p, ec_value *out)
{
    bool is_known = out->is_known && !out->is_lvalue;
    const char *why = out->why;

    if (!ec_value_integer(p, EC_PRIM_INT, out->bits == 0, out)) {
        return false;
    }
    out->is_known = is_known;
    out->why = why;
    return true;
}

/* Applies a prefix operator. */
static bool
unary_apply(ec_parser *p, const ec_tok *op, ec_value *out)
{
    switch (op->op) {
    case '&':
        return address_of(p, op, out);
    case '*':
        return dereference(p, op, out);
    case '!':
        return negation(p, out);
    default:
        return arithmetic(p, op->op, out);
    }
}

/* unary-operator cast-expression | sizeof | postfix-expression */
static bool
unary(ec_parser *p, ec_value *out)
{
    ec_tok op = p->tok;
    bool is_ok = false;

    if (!ec_parser_enter(p)) {
        return false;
    }
    if (ec_parser_at_word(p, EC_KW_SIZEOF) ||
        ec_parser_at_word(p, EC_KW_ALIGNOF)) {
        is_ok = size_of(p, out);
    } else if (ec_parser_at_word(p, EC_KW_EXTENSION)) {
        is_ok = ec_parser_next(p) && ec_parse_cast(p, out);
    } else if (op.kind == EC_TOK_PUNCT && op.op < 128 &&
               strchr("-+~!&*", op.op) != NULL && op.op != '\0') {
        is_ok = ec_parser_next(p) && ec_parse_cast(p, out) &&
                unary_apply(p, &op, out);
    } else {
        is_ok = primary(p, out) && postfix(p, out);
    }
    p->depth--;
    return is_ok;
}

/* --- casts ---------------------------------------------------------------*/

/* Converts `v` to `type` as a cast does. */
static bool
cast_apply(ec_parser *p, const ec_tok *tok, ec_type *type, ec_value *v)
{
    bool was_address =
        v->type->kind == EC_KIND_ARRAY || v->type->kind == EC_KIND_FUNCTION;
    bool is_scalar = ec_type_is_integer(type) || type->kind == EC_KIND_POINTER;

    if (type->kind == EC_KIND_STRUCT || type->kind == EC_KIND_UNION ||
        type->kind == EC_KIND_ARRAY || type->kind == EC_KIND_FUNCTION) {
        return ec_parser_fail(p, tok, "cast to '%.100s'", type->name);
    }
    v->is_known = v->is_known && is_scalar && (was_address || !v->is_lvalue);
    v->is_lvalue = false;
    v->type = type;
    if (ec_type_is_integer(type)) {
        v->bits = ec_value_wrap(v->bits, type);
    }
    return true;
}

/* "(" type-name ")" ( cast-expression | "{" anything "}" ) */
static bool
cast_or_literal(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;
    ec_type *type = NULL;

    if (!ec_parser_next(p) || !ec_parse_type_name(p, &type) ||
        !ec_parser_expect(p, ')')) {
        return false;
    }
    if (ec_parser_at(p, '{')) {
        *out = (ec_value){.type = type, .is_lvalue = true};
        return ec_parser_skip_group(p) && postfix(p, out);
    }
    return ec_parse_cast(p, out) && cast_apply(p, &tok, type, out);
}

bool
ec_parse_cast(ec_parser *p, ec_value *out)
{
    ec_tok next;
    bool is_type = false;
    bool is_ok = false;

    if (!ec_parser_enter(p)) {
        return false;
    }
    if (ec_parser_at(p, '(')) {
        next = ec_parser_peek(p);
        if (!ec_parser_is_type(p, &next, &is_type)) {
            return false;
        }
    }
    is_ok = is_type ? cast_or_literal(p, out) : unary(p, out);
    p->depth--;
    return is_ok;
}

/* NOLINTEND(clang-analyzer-core.*) */
/* NOLINTEND(misc-no-recursion) */
