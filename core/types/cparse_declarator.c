/* cparse_declarator.c - declarators: pointers, arrays, functions.
 *
 * A declarator is read into a list of steps from the name outwards; applying
 * them to the base type from the last to the first gives the type declared.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/cparser.h"

#include <stdint.h>
#include <string.h>

/* Most steps in one declarator: each makes a type whose spelling holds that
 * of the one before. */
#define DECLARATOR_STEPS_MAX 200

/* NOLINTBEGIN(misc-no-recursion): depth-limited by ec_parser_enter() */

typedef enum step_kind {
    STEP_POINTER,
    STEP_ARRAY,
    STEP_FUNCTION,
} step_kind;

typedef struct step {
    step_kind kind;
    ec_tok tok;       /* for messages */
    bool is_const;    /* POINTER */
    bool is_partial;  /* ARRAY: `[...]` */
    ptrdiff_t length; /* ARRAY: -1 open */
    ec_type **args;   /* FUNCTION: args[n_args] */
    size_t n_args;
    bool is_variadic;
    bool has_no_prototype;
} step;

/* A declarator being read. */
typedef struct reading {
    ec_naming naming;
    ec_declarator *out;
    step *steps; /* steps[n_steps], from the name outwards */
    size_t n_steps;
} reading;

static bool
step_add(ec_parser *p, reading *r, const step *added)
{
    void *list = r->steps;

    if (r->n_steps >= DECLARATOR_STEPS_MAX) {
        return ec_parser_fail(p, &added->tok, "declarator is too complex");
    }
    if (!ec_parser_reserve(p, &list, r->n_steps, sizeof(step))) {
        return false;
    }
    r->steps = list;
    r->steps[r->n_steps++] = *added;
    return true;
}

/* --- parameters ----------------------------------------------------------*/

/* Adds a parameter's type to the step, decayed. */
static bool
param_add(ec_parser *p, step *fn, ec_type *type, const ec_tok *tok)
{
    void *list = fn->args;

    if (type->kind == EC_KIND_ARRAY) {
        type = ec_type_pointer(p->types, type->item, &p->err);
    } else if (type->kind == EC_KIND_FUNCTION) {
        type = ec_type_pointer(p->types, type, &p->err);
    } else if (type->kind == EC_KIND_VOID) {
        return ec_parser_fail(p, tok, "parameter of type void");
    }
    if (type == NULL) {
        return ec_parser_fail_model(p, tok);
    }
    if (!ec_parser_reserve(p, &list, fn->n_args, sizeof(ec_type *))) {
        return false;
    }
    fn->args = list;
    fn->args[fn->n_args++] = type;
    return true;
}

/* Notes where a parameter of the outermost function has its name. */
static bool
mark_add(ec_parser *p, ec_declarator *out, const ec_param_mark *mark)
{
    void *list = out->marks;

    if (!ec_parser_reserve(p, &list, out->n_marks, sizeof *mark)) {
        return false;
    }
    out->marks = list;
    out->marks[out->n_marks++] = *mark;
    return true;
}

/* parameter-declaration; *out_void when it is a lone `void`
 * @param own  NULL; for parameters of what is declared: its declarator */
static bool
param(ec_parser *p, step *fn, ec_declarator *own, bool *out_void)
{
    ec_declspec specs;
    ec_declarator declarator;

    if (!ec_parse_qualified_specs(p, &specs) ||
        !ec_parse_declarator(p, &specs, EC_NAMING_MAY, &declarator)) {
        return false;
    }
    *out_void = declarator.type->kind == EC_KIND_VOID && fn->n_args == 0 &&
                declarator.name == NULL && ec_parser_at(p, ')');
    const ec_param_mark mark = {
        declarator.tok.start, declarator.name == NULL ? 0 : declarator.tok.len,
        false};
    if (!*out_void && own != NULL && !mark_add(p, own, &mark)) {
        return false;
    }
    return *out_void || param_add(p, fn, declarator.type, &declarator.tok);
}

/* "(" [ "void" | parameter { "," parameter } [ "," "..." ] ] ")" */
static bool
params(ec_parser *p, reading *r)
{
    step fn = {.kind = STEP_FUNCTION, .tok = p->tok};
    ec_declarator *own = r->n_steps == 0 ? r->out : NULL;
    bool is_void = false;

    if (!ec_parser_next(p)) {
        return false;
    }
    fn.has_no_prototype = ec_parser_at(p, ')');
    const ec_param_mark empty = {p->tok.start, 0, true};
    if (fn.has_no_prototype && own != NULL && !mark_add(p, own, &empty)) {
        return false;
    }
    while (!ec_parser_at(p, ')') && !is_void) {
        if (ec_parser_at(p, EC_OP_DOTS)) {
            fn.is_variadic = true;
            if (!ec_parser_next(p)) {
                return false;
            }
            break;
        }
        if (!param(p, &fn, own, &is_void)) {
            return false;
        }
        if (!ec_parser_at(p, ')') && !ec_parser_expect(p, ',')) {
            return false;
        }
    }
    return ec_parser_expect(p, ')') && step_add(p, r, &fn);
}

/* --- arrays --------------------------------------------------------------*/

/* The length of an array, from its constant expression. */
static bool
array_length(ec_parser *p, ptrdiff_t *out)
{
    static const char positive[] = "expected a positive integer constant";
    ec_tok tok = p->tok;
    ec_value value;

    if (!ec_parse_integer(p, &value)) {
        if (p->mode == EC_MODE_TYPE && p->status == EMBED_E_INVALID &&
            strcmp(p->diag->message, "number too large") != 0) {
            p->status = EMBED_OK;
            return ec_parser_fail(p, &tok, "%s", positive);
        }
        return false;
    }
    if (value.bits < 0 && !ec_type_is_signed(value.type)) {
        return ec_parser_fail(p, &tok, "number too large");
    }
    if (value.bits < 0) {
        return ec_parser_fail(p, &tok, "%s", positive);
    }
    *out = (ptrdiff_t)value.bits;
    return true;
}

/* Steps over what may stand before the length of a parameter's array. */
static bool
array_qualifiers(ec_parser *p)
{
    while (p->tok.kind == EC_TOK_IDENT &&
           (p->tok.op == EC_KW_STATIC || p->tok.op == EC_KW_CONST ||
            p->tok.op == EC_KW_QUALIFIER || p->tok.op == EC_KW_ATOMIC)) {
        if (!ec_parser_next(p)) {
            return false;
        }
    }
    return true;
}

/* Steps over a length that does not matter, up to the "]". */
static bool
array_ignore(ec_parser *p)
{
    while (!ec_parser_at(p, ']')) {
        bool is_group = ec_parser_at(p, '(') || ec_parser_at(p, '[') ||
                        ec_parser_at(p, '{');
        if (p->tok.kind == EC_TOK_END) {
            return ec_parser_fail(p, &p->tok, "expected ']'");
        }
        if (is_group ? !ec_parser_skip_group(p) : !ec_parser_next(p)) {
            return false;
        }
    }
    return true;
}

/* "[" [ constant-expression | "..." ] "]" */
static bool
array(ec_parser *p, reading *r)
{
    step suffix = {.kind = STEP_ARRAY, .tok = p->tok, .length = -1};

    if (!ec_parser_next(p) || !array_qualifiers(p)) {
        return false;
    }
    if (r->naming == EC_NAMING_MAY && r->n_steps == 0) {
        if (!array_ignore(p)) {
            return false;
        }
    } else if (ec_parser_at(p, EC_OP_DOTS) && ec_parser_is_cdef(p)) {
        suffix.is_partial = true;
        if (!ec_parser_for_compiler(p, &p->tok) || !ec_parser_next(p)) {
            return false;
        }
    } else if (!ec_parser_at(p, ']')) {
        suffix.tok = p->tok;
        if (!array_length(p, &suffix.length)) {
            return false;
        }
    }
    return ec_parser_expect(p, ']') && step_add(p, r, &suffix);
}

/* --- declarators ---------------------------------------------------------*/

/* "*" { qualifier | attribute } ...; counts the stars and says whether the
 * last one is const. */
static bool
pointers(ec_parser *p, reading *r, size_t *out_n, bool *out_const)
{
    *out_n = 0;
    *out_const = false;
    while (ec_parser_at(p, '*')) {
        if (++*out_n > DECLARATOR_STEPS_MAX) {
            return ec_parser_fail(p, &p->tok, "declarator is too complex");
        }
        *out_const = false;
        if (!ec_parser_next(p)) {
            return false;
        }
        while (p->tok.kind == EC_TOK_IDENT &&
               (p->tok.op == EC_KW_CONST || p->tok.op == EC_KW_QUALIFIER ||
                p->tok.op == EC_KW_ATOMIC || p->tok.op == EC_KW_ATTRIBUTE)) {
            *out_const = *out_const || p->tok.op == EC_KW_CONST;
            if (p->tok.op == EC_KW_ATTRIBUTE
                    ? !ec_parse_attributes(p, &r->out->attrs)
                    : !ec_parser_next(p)) {
                return false;
            }
        }
    }
    return true;
}

/* Sets *out when the current "(" opens an inner declarator rather than
 * parameters. */
static bool
is_nested(ec_parser *p, const reading *r, bool *out)
{
    ec_tok next = ec_parser_peek(p);
    bool is_type = false;

    *out = true;
    if (r->naming == EC_NAMING_MUST) {
        return true;
    }
    if (next.kind == EC_TOK_PUNCT &&
        (next.op == ')' || next.op == EC_OP_DOTS)) {
        *out = false;
        return true;
    }
    if (!ec_parser_is_type(p, &next, &is_type)) {
        return false;
    }
    *out = !is_type;
    return true;
}

static bool declarator_steps(ec_parser *p, reading *r);

/* identifier | "(" declarator ")" | nothing.  Of a type alone ("int *p", as it
 * is written in Python) the name is ignored. */
static bool
direct(ec_parser *p, reading *r)
{
    bool nested = false;

    if (p->tok.kind == EC_TOK_IDENT && p->tok.op == EC_KW_NONE &&
        (r->naming != EC_NAMING_NEVER || p->mode == EC_MODE_TYPE)) {
        r->out->tok = p->tok;
        r->out->name = ec_parser_text(p, &p->tok);
        return r->out->name != NULL && ec_parser_next(p);
    }
    if (ec_parser_at(p, '(') && !is_nested(p, r, &nested)) {
        return false;
    }
    if (nested) {
        return ec_parser_next(p) && declarator_steps(p, r) &&
               ec_parser_expect(p, ')');
    }
    r->out->tok = p->tok;
    if (r->naming == EC_NAMING_MUST) {
        return ec_parser_fail(p, &p->tok, "identifier expected");
    }
    return true;
}

/* pointer* attribute* direct { array | parameters } */
static bool
declarator_steps(ec_parser *p, reading *r)
{
    size_t n_pointers = 0;
    step star = {.kind = STEP_POINTER, .tok = p->tok};

    if (!ec_parser_enter(p) || !ec_parse_attributes(p, &r->out->attrs) ||
        !pointers(p, r, &n_pointers, &star.is_const) ||
        !ec_parse_attributes(p, &r->out->attrs) || !direct(p, r)) {
        return false;
    }
    for (;;) {
        if (ec_parser_at(p, '[')) {
            const char *before = p->tok.start;
            if (!ec_parse_attributes(p, &r->out->attrs)) {
                return false;
            }
            if (p->tok.start == before && !array(p, r)) {
                return false;
            }
        } else if (ec_parser_at(p, '(')) {
            if (!params(p, r)) {
                return false;
            }
        } else {
            break;
        }
    }
    for (; n_pointers > 0; n_pointers--) {
        if (!step_add(p, r, &star)) {
            return false;
        }
        star.is_const = false; /* only the outermost type's matters */
    }
    p->depth--;
    return true;
}

/* Applies one step to `base`; NULL after a failure. */
static ec_type *
step_apply(ec_parser *p, const step *s, ec_type *base)
{
    ec_type *type = NULL;

    switch (s->kind) {
    case STEP_POINTER:
        type = ec_type_pointer(p->types, base, &p->err);
        break;
    case STEP_ARRAY:
        type = ec_type_array(p->types, base, s->length, &p->err);
        break;
    case STEP_FUNCTION:
        type = ec_type_function(p->types, base, s->args, s->n_args,
                                s->is_variadic, &p->err);
        break;
    }
    if (type == NULL) {
        (void)ec_parser_fail_model(p, &s->tok);
    }
    return type;
}

/* Makes the type declared, on top of that of `specs`. */
static bool
declarator_apply(ec_parser *p, const reading *r, const ec_declspec *specs)
{
    ec_declarator *out = r->out;
    size_t first = 0;

    out->type = specs->type;
    for (size_t i = r->n_steps; i-- > 0;) {
        if (r->steps[i].is_partial && i > 0) {
            return ec_parser_fail(p, &r->steps[i].tok,
                                  "'[...]' only as the first dimension");
        }
        out->type = step_apply(p, &r->steps[i], out->type);
        if (out->type == NULL) {
            return false;
        }
    }
    while (first < r->n_steps && r->steps[first].kind == STEP_ARRAY) {
        first++;
    }
    if (first == r->n_steps) {
        out->is_const = specs->is_const;
    } else {
        out->is_const = r->steps[first].is_const;
    }
    if (r->n_steps > 0) {
        out->is_partial = r->steps[0].is_partial;
        out->has_no_prototype = r->steps[0].has_no_prototype;
    }
    return true;
}

/* "EMBED_ON_FAILURE" "(" expression ")": keeps the text between. */
static bool
on_failure(ec_parser *p, ec_declarator *out)
{
    ec_tok word = p->tok;
    ec_tok first;
    ec_tok last;

    if (out->type->kind != EC_KIND_FUNCTION) {
        return ec_parser_fail(p, &word,
                              "EMBED_ON_FAILURE not after a function");
    }
    if (out->on_failure != NULL) {
        return ec_parser_fail(p, &word, "EMBED_ON_FAILURE given twice");
    }
    if (!ec_parser_next(p)) {
        return false;
    }
    if (!ec_parser_at(p, '(')) {
        return ec_parser_fail(p, &p->tok, "expected '('");
    }
    first = ec_parser_peek(p);
    if (first.kind == EC_TOK_PUNCT && first.op == ')') {
        return ec_parser_fail(p, &word, "EMBED_ON_FAILURE needs a value");
    }
    last = p->tok;
    for (int depth = 0;;) {
        if (p->tok.kind == EC_TOK_END) {
            return ec_parser_fail(p, &word, "'(' without its end");
        }
        depth += ec_parser_at(p, '(') ? 1 : ec_parser_at(p, ')') ? -1 : 0;
        if (depth == 0) {
            break;
        }
        last = p->tok;
        if (!ec_parser_next(p)) {
            return false;
        }
    }
    first.len = (size_t)(last.start + last.len - first.start);
    out->on_failure = ec_parser_text(p, &first);
    out->on_failure_pos = ec_parser_pos(&first);
    return out->on_failure != NULL && ec_parser_next(p);
}

bool
ec_parse_declarator(ec_parser *p, const ec_declspec *specs, ec_naming naming,
                    ec_declarator *out)
{
    reading r = {.naming = naming, .out = out};

    *out = (ec_declarator){.tok = p->tok, .start = p->tok.start};
    if (!declarator_steps(p, &r)) {
        return false;
    }
    out->end = p->tok.start;
    if (!declarator_apply(p, &r, specs) ||
        !ec_parse_attributes(p, &out->attrs)) {
        return false;
    }
    while (ec_parser_at_word(p, EC_KW_ON_FAILURE)) {
        if (!on_failure(p, out) || !ec_parse_attributes(p, &out->attrs)) {
            return false;
        }
    }
    if (out->attrs.mode_size > 0) {
        return ec_parser_apply_mode(p, &out->tok, out->attrs.mode_size,
                                    &out->type);
    }
    return true;
}

bool
ec_parse_type_name(ec_parser *p, ec_type **out)
{
    ec_declspec specs;
    ec_declarator declarator;

    if (!ec_parser_enter(p) || !ec_parse_qualified_specs(p, &specs) ||
        !ec_parse_declarator(p, &specs, EC_NAMING_NEVER, &declarator)) {
        return false;
    }
    p->depth--;
    *out = declarator.type;
    return true;
}

/* NOLINTEND(misc-no-recursion) */
