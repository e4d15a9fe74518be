/* cexpr.c - C expressions as far as declarations need them: operators.
 *
 * Each production gives a type and, where it can be known without running
 * anything, a value: integers, and addresses that start from a null pointer
 * (the classic offsetof).
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"

#include "core/types/cexpr_primary.h"

#include <limits.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */

/* --- values --------------------------------------------------------------*/

bool
ec_value_integer(ec_parser *p, int prim, int64_t bits, ec_value *out)
{
    ec_type *type = ec_type_prim(p->types, prim, &p->err);

    if (type == NULL) {
        return ec_parser_fail_model(p, &p->tok);
    }
    *out = (ec_value){.type = type, .is_known = true};
    out->bits = ec_value_wrap(bits, type);
    return true;
}

bool
ec_value_unknown(ec_parser *p, int prim, const char *why, ec_value *out)
{
    if (!ec_value_integer(p, prim, 0, out)) {
        return false;
    }
    out->is_known = false;
    out->why = why;
    return true;
}

int64_t
ec_value_wrap(int64_t bits, const ec_type *type)
{
    unsigned unused = 0;

    if (type->kind == EC_KIND_BOOL) {
        return bits != 0;
    }
    if (type->size <= 0 || type->size >= 8) {
        return bits;
    }
    unused = 64 - 8 * (unsigned)type->size;
    if (!ec_type_is_signed(type)) {
        return (int64_t)((uint64_t)bits << unused >> unused);
    }
    return (int64_t)((uint64_t)bits << unused) >> unused;
}

/* True for types whose values are addresses here. */
static bool
is_address(const ec_type *type)
{
    return type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY ||
           type->kind == EC_KIND_FUNCTION;
}

/* Turns an lvalue into what it holds; an array becomes a pointer. */
static bool
decay(ec_parser *p, ec_value *v)
{
    ec_type *target = v->type;

    if (v->type->kind == EC_KIND_ARRAY) {
        target = v->type->item;
    } else if (v->type->kind != EC_KIND_FUNCTION) {
        v->is_known = v->is_known && !v->is_lvalue;
        v->is_lvalue = false;
        return true;
    }
    v->type = ec_type_pointer(p->types, target, &p->err);
    v->is_lvalue = false;
    return v->type != NULL || ec_parser_fail_model(p, &p->tok);
}

/* Returns the type that integers have after promotion. */
static int
promoted_prim(const ec_type *type)
{
    if (type->size < 4) {
        return EC_PRIM_INT;
    }
    if (type->size > 4) {
        return ec_type_is_signed(type) ? EC_PRIM_LONG : EC_PRIM_ULONG;
    }
    return ec_type_is_signed(type) ? EC_PRIM_INT : EC_PRIM_UINT;
}

/* C11 6.3.1.1: the integer promotions; other values only lose lvalueness. */
static bool
promote(ec_parser *p, ec_value *v)
{
    ec_type *type = NULL;

    if (!decay(p, v)) {
        return false;
    }
    if (!ec_type_is_integer(v->type)) {
        return true;
    }
    type = ec_type_prim(p->types, promoted_prim(v->type), &p->err);
    if (type == NULL) {
        return ec_parser_fail_model(p, &p->tok);
    }
    v->type = type;
    return true;
}

/* C11 6.3.1.8: brings two promoted integers to their common type. */
static bool
convert_both(ec_parser *p, ec_value *a, ec_value *b)
{
    ptrdiff_t size =
        a->type->size > b->type->size ? a->type->size : b->type->size;
    bool is_unsigned = (a->type->size == size && !ec_type_is_signed(a->type)) ||
                       (b->type->size == size && !ec_type_is_signed(b->type));
    /* ORDER(prim): the unsigned one follows the signed one. */
    int prim = (size > 4 ? EC_PRIM_LONG : EC_PRIM_INT) + (is_unsigned ? 1 : 0);
    ec_type *type = ec_type_prim(p->types, prim, &p->err);

    if (type == NULL) {
        return ec_parser_fail_model(p, &p->tok);
    }
    a->type = type;
    a->bits = ec_value_wrap(a->bits, type);
    b->type = type;
    b->bits = ec_value_wrap(b->bits, type);
    return true;
}

/* True when a known value counts as true in a condition. */
static bool
is_true(const ec_value *v)
{
    return v->bits != 0;
}

/* --- binary operators ----------------------------------------------------*/

/* Returns how tightly an operator binds, 0 for other tokens. */
static int
precedence(const ec_tok *tok)
{
    if (tok->kind != EC_TOK_PUNCT) {
        return 0;
    }
    switch (tok->op) {
    case EC_OP_OR:
        return 1;
    case EC_OP_AND:
        return 2;
    case '|':
        return 3;
    case '^':
        return 4;
    case '&':
        return 5;
    case EC_OP_EQ:
    case EC_OP_NE:
        return 6;
    case '<':
    case '>':
    case EC_OP_LE:
    case EC_OP_GE:
        return 7;
    case EC_OP_SHL:
    case EC_OP_SHR:
        return 8;
    case '+':
    case '-':
        return 9;
    case '*':
    case '/':
    case '%':
        return 10;
    default:
        return 0;
    }
}

/* Divides, or takes the rest; the values are of one type. */
static void
divide(int op, ec_value *a, const ec_value *b)
{
    bool is_signed = ec_type_is_signed(a->type);

    if (b->bits == 0) {
        a->why = a->is_known && b->is_known ? "division by zero" : a->why;
        a->is_known = false;
    } else if (!is_signed) {
        uint64_t x = (uint64_t)a->bits;
        uint64_t y = (uint64_t)b->bits;
        a->bits = (int64_t)(op == '/' ? x / y : x % y);
    } else if (b->bits == -1) {
        a->bits = op == '/' ? (int64_t)(0 - (uint64_t)a->bits) : 0;
    } else {
        a->bits = op == '/' ? a->bits / b->bits : a->bits % b->bits;
    }
}

/* Shifts `a`, whose type the result has. */
static void
shift(int op, ec_value *a, const ec_value *b)
{
    int width = (int)a->type->size * 8;

    if (b->bits < 0 || b->bits >= width) {
        a->why =
            a->is_known && b->is_known ? "shift count out of range" : a->why;
        a->is_known = false;
    } else if (op == EC_OP_SHL) {
        a->bits = (int64_t)((uint64_t)a->bits << b->bits);
    } else if (ec_type_is_signed(a->type)) {
        a->bits >>= b->bits;
    } else {
        a->bits = (int64_t)((uint64_t)a->bits >> b->bits);
    }
}

/* Adds, multiplies and combines; the values are of one type.  Overflow wraps.
 */
static void
combine(int op, ec_value *a, const ec_value *b)
{
    uint64_t x = (uint64_t)a->bits;
    uint64_t y = (uint64_t)b->bits;

    switch (op) {
    case '+':
        x += y;
        break;
    case '-':
        x -= y;
        break;
    case '*':
        x *= y;
        break;
    case '&':
        x &= y;
        break;
    case '|':
        x |= y;
        break;
    default: /* '^' */
        x ^= y;
        break;
    }
    a->bits = (int64_t)x;
}

/* Compares two values of one type. */
static bool
compare(int op, const ec_value *a, const ec_value *b)
{
    bool is_less = ec_type_is_signed(a->type)
                       ? a->bits < b->bits
                       : (uint64_t)a->bits < (uint64_t)b->bits;
    bool is_equal = a->bits == b->bits;

    switch (op) {
    case '<':
        return is_less;
    case '>':
        return !is_less && !is_equal;
    case EC_OP_LE:
        return is_less || is_equal;
    case EC_OP_GE:
        return !is_less;
    case EC_OP_EQ:
        return is_equal;
    default: /* EC_OP_NE */
        return !is_equal;
    }
}

/* Pointer plus or minus integer, in elements. */
static void
move_pointer(int op, ec_value *a, const ec_value *b)
{
    int64_t size = a->type->item->size > 0 ? a->type->item->size : 1;
    uint64_t step = (uint64_t)b->bits * (uint64_t)size;

    a->is_known = a->is_known && b->is_known;
    a->bits = (int64_t)(op == '+' ? (uint64_t)a->bits + step
                                  : (uint64_t)a->bits - step);
}

/* An operator with an operand that is no integer: the type matters, the value
 * mostly does not. */
static bool
apply_other(ec_parser *p, int op, int level, ec_value *a, const ec_value *b)
{
    bool is_pointer = a->type->kind == EC_KIND_POINTER;

    if (level == 6 || level == 7) {
        return ec_value_unknown(p, EC_PRIM_INT, NULL, a);
    }
    if (is_pointer && level == 9 && ec_type_is_integer(b->type)) {
        move_pointer(op, a, b);
        return true;
    }
    if (op == '-' && is_pointer && b->type->kind == EC_KIND_POINTER) {
        return ec_value_unknown(p, EC_PRIM_LONG, NULL, a);
    }
    a->is_known = false;
    /* `1 + pointer`, and the wider of two floating types. */
    if ((level == 9 && b->type->kind == EC_KIND_POINTER) ||
        (b->type->kind == EC_KIND_FLOAT &&
         (a->type->kind != EC_KIND_FLOAT || b->type->size > a->type->size))) {
        a->type = b->type;
    }
    return true;
}

/* a = a op b, for all operators but && and ||. */
static bool
apply(ec_parser *p, const ec_tok *tok, ec_value *a, ec_value *b)
{
    int level = precedence(tok);
    int op = tok->op;

    if (!promote(p, a) || !promote(p, b)) {
        return false;
    }
    if (!ec_type_is_integer(a->type) || !ec_type_is_integer(b->type)) {
        return apply_other(p, op, level, a, b);
    }
    if (level != 8 && !convert_both(p, a, b)) {
        return false;
    }
    if (!b->is_known && b->why != NULL && a->is_known) {
        a->why = b->why;
    }
    if (level == 6 || level == 7) {
        bool is_known = a->is_known && b->is_known;
        const char *why = a->why;
        if (!ec_value_integer(p, EC_PRIM_INT, compare(op, a, b), a)) {
            return false;
        }
        a->is_known = is_known;
        a->why = why;
        return true;
    }
    if (op == '/' || op == '%') {
        divide(op, a, b);
    } else if (level == 8) {
        shift(op, a, b);
    } else {
        combine(op, a, b);
    }
    a->is_known = a->is_known && b->is_known;
    a->bits = ec_value_wrap(a->bits, a->type);
    return true;
}

/* a = a && b, a = a || b: the right side need not be known. */
static bool
apply_logic(ec_parser *p, int op, ec_value *a, ec_value *b)
{
    bool decides = op == EC_OP_OR;
    bool is_known = false;
    bool result = false;
    const char *why = NULL;

    if (!decay(p, a) || !decay(p, b)) {
        return false;
    }
    why = a->is_known ? b->why : a->why;
    if (a->is_known && is_true(a) == decides) {
        is_known = true;
        result = decides;
    } else {
        is_known = a->is_known && b->is_known;
        result = is_true(b);
    }
    if (!ec_value_integer(p, EC_PRIM_INT, result, a)) {
        return false;
    }
    a->is_known = is_known;
    a->why = why;
    return true;
}

/* binary-expression, by precedence climbing */
static bool
binary(ec_parser *p, int lowest, ec_value *out)
{
    if (!ec_parse_cast(p, out)) {
        return false;
    }
    while (precedence(&p->tok) >= lowest) {
        ec_tok op = p->tok;
        ec_value right;
        if (!ec_parser_next(p) || !binary(p, precedence(&op) + 1, &right)) {
            return false;
        }
        if (op.op == EC_OP_AND || op.op == EC_OP_OR
                ? !apply_logic(p, op.op, out, &right)
                : !apply(p, &op, out, &right)) {
            return false;
        }
    }
    return true;
}

/* --- whole expressions ---------------------------------------------------*/

/* Makes the result of `test ? a : b`. */
static bool
choose(ec_parser *p, const ec_value *test, ec_value *a, ec_value *b,
       ec_value *out)
{
    if (!promote(p, a) || !promote(p, b)) {
        return false;
    }
    if (ec_type_is_integer(a->type) && ec_type_is_integer(b->type) &&
        !convert_both(p, a, b)) {
        return false;
    }
    *out = !test->is_known || is_true(test) ? *a : *b;
    if (is_address(b->type) && !is_address(a->type)) {
        out->type = b->type; /* `test ? 0 : pointer` */
    }
    if (!test->is_known) {
        out->is_known = false;
        out->why = test->why;
    }
    return true;
}

bool
ec_parse_conditional(ec_parser *p, ec_value *out)
{
    ec_value test;
    ec_value yes;
    ec_value no;

    if (!ec_parser_enter(p) || !binary(p, 1, out)) {
        return false;
    }
    if (ec_parser_at(p, '?')) {
        test = *out;
        if (!decay(p, &test) || !ec_parser_next(p)) {
            return false;
        }
        yes = test; /* GNU: `test ?: no` */
        if (!ec_parser_at(p, ':') && !ec_parse_expression(p, &yes)) {
            return false;
        }
        if (!ec_parser_expect(p, ':') || !ec_parse_conditional(p, &no) ||
            !choose(p, &test, &yes, &no, out)) {
            return false;
        }
    }
    p->depth--;
    return true;
}

bool
ec_parse_expression(ec_parser *p, ec_value *out)
{
    for (;;) {
        if (!ec_parse_conditional(p, out)) {
            return false;
        }
        if (!ec_parser_at(p, ',')) {
            return true;
        }
        if (!ec_parser_next(p)) {
            return false;
        }
    }
}

bool
ec_parse_integer(ec_parser *p, ec_value *out)
{
    ec_tok tok = p->tok;

    if (!ec_parse_conditional(p, out) || !decay(p, out)) {
        return false;
    }
    if (!out->is_known || !ec_type_is_integer(out->type)) {
        return ec_parser_fail(
            p, &tok, "%s",
            out->why != NULL ? out->why : "not an integer constant expression");
    }
    return true;
}

/* NOLINTEND(misc-no-recursion) */
