/* cparse_spec.c - declaration specifiers: what stands before declarators.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/cparser.h"

#include <string.h>

/* The basic type words seen so far. */
typedef struct words {
    int base; /* EC_KW_VOID, BOOL, CHAR, INT, FLOAT, DOUBLE, INT128 or NONE */
    int n_long;
    bool is_short;
    bool is_signed;
    bool is_unsigned;
    bool is_complex;
    bool has_any;
} words;

/* Notes a basic type word; false when it does not go with the others. */
static bool
words_add(words *w, int keyword)
{
    bool *flag = NULL;

    w->has_any = true;
    switch (keyword) {
    case EC_KW_LONG:
        return ++w->n_long <= 2;
    case EC_KW_SHORT:
        flag = &w->is_short;
        break;
    case EC_KW_SIGNED:
        flag = &w->is_signed;
        break;
    case EC_KW_UNSIGNED:
        flag = &w->is_unsigned;
        break;
    case EC_KW_COMPLEX:
        flag = &w->is_complex;
        break;
    default:
        if (w->base != EC_KW_NONE) {
            return false;
        }
        w->base = keyword;
        return true;
    }
    if (*flag) {
        return false;
    }
    *flag = true;
    return true;
}

/* Returns the primitive for words that name an integer type, -1 when they do
 * not go together. */
static int
words_integer(const words *w)
{
    int prim = EC_PRIM_INT;

    if (w->is_signed && w->is_unsigned) {
        return -1;
    }
    if (w->base == EC_KW_CHAR) {
        if (w->is_short || w->n_long > 0) {
            return -1;
        }
        if (!w->is_signed && !w->is_unsigned) {
            return EC_PRIM_CHAR;
        }
        return w->is_unsigned ? EC_PRIM_UCHAR : EC_PRIM_SCHAR;
    }
    if (w->is_short) {
        prim = w->n_long > 0 ? -1 : EC_PRIM_SHORT;
    } else if (w->n_long > 0) {
        prim = w->n_long == 1 ? EC_PRIM_LONG : EC_PRIM_LLONG;
    }
    /* ORDER(prim): the unsigned one follows the signed one. */
    return prim < 0 ? -1 : prim + (w->is_unsigned ? 1 : 0);
}

/* Returns the primitive for words other than integer ones, -1 as above. */
static int
words_other(const words *w)
{
    bool has_sign = w->is_signed || w->is_unsigned;

    if (has_sign || w->is_short || (w->n_long > 0 && w->base != EC_KW_DOUBLE) ||
        w->n_long > 1) {
        return -1;
    }
    switch (w->base) {
    case EC_KW_VOID:
        return w->is_complex ? -1 : EC_PRIM_VOID;
    case EC_KW_BOOL:
        return w->is_complex ? -1 : EC_PRIM_BOOL;
    case EC_KW_FLOAT:
        return w->is_complex ? EC_PRIM_FLOATCOMPLEX : EC_PRIM_FLOAT;
    case EC_KW_DOUBLE:
        if (w->n_long == 1) {
            return w->is_complex ? -1 : EC_PRIM_LDOUBLE;
        }
        return w->is_complex ? EC_PRIM_DOUBLECOMPLEX : EC_PRIM_DOUBLE;
    case EC_KW_NONE: /* GNU: plain `_Complex` */
        return EC_PRIM_DOUBLECOMPLEX;
    default:
        return -1;
    }
}

/* Makes the type that the words name. */
static bool
words_type(ec_parser *p, const words *w, const ec_tok *tok, ec_type **out)
{
    bool is_integer =
        !w->is_complex && (w->base == EC_KW_INT || w->base == EC_KW_CHAR ||
                           w->base == EC_KW_NONE);
    const char *blob = NULL;
    int prim = is_integer ? words_integer(w) : words_other(w);

    if (w->base == EC_KW_INT128 && !w->is_short && w->n_long == 0 &&
        !w->is_complex && !(w->is_signed && w->is_unsigned)) {
        blob = w->is_unsigned ? "unsigned __int128" : "__int128";
    } else if (w->base == EC_KW_DOUBLE && w->is_complex && w->n_long == 1 &&
               !w->is_short && !w->is_signed && !w->is_unsigned) {
        blob = "long double _Complex";
    }
    if (blob != NULL) {
        return ec_scope_blob(p->scope, blob, out, &p->err) == EMBED_OK ||
               ec_parser_fail_model(p, tok);
    }
    if (prim < 0) {
        return ec_parser_fail(p, tok, "invalid combination of types");
    }
    *out = ec_type_prim(p->types, prim, &p->err);
    return *out != NULL || ec_parser_fail_model(p, tok);
}

/* Makes the complex type of a floating type's name: `_Complex _Float32`. */
static bool
complex_of(ec_parser *p, const ec_tok *tok, ec_type **type)
{
    int prim = -1;

    if ((*type)->kind == EC_KIND_FLOAT && (*type)->prim == EC_PRIM_LDOUBLE) {
        return ec_scope_blob(p->scope, "long double _Complex", type, &p->err) ==
                   EMBED_OK ||
               ec_parser_fail_model(p, tok);
    }
    if ((*type)->kind == EC_KIND_FLOAT) {
        prim = (*type)->prim == EC_PRIM_FLOAT ? EC_PRIM_FLOATCOMPLEX
                                              : EC_PRIM_DOUBLECOMPLEX;
    }
    if (prim < 0) {
        return ec_parser_fail(p, tok, "invalid combination of types");
    }
    *type = ec_type_prim(p->types, prim, &p->err);
    return *type != NULL || ec_parser_fail_model(p, tok);
}

/* "typeof" "(" ( type-name | expression ) ")" */
static bool
typeof_specifier(ec_parser *p, ec_type **out)
{
    bool is_type = false;
    ec_value value;

    if (!ec_parser_next(p) || !ec_parser_expect(p, '(') ||
        !ec_parser_is_type(p, &p->tok, &is_type)) {
        return false;
    }
    if (is_type) {
        if (!ec_parse_type_name(p, out)) {
            return false;
        }
    } else {
        if (!ec_parse_expression(p, &value)) {
            return false;
        }
        *out = value.type;
    }
    return ec_parser_expect(p, ')');
}

/* "_Atomic" [ "(" type-name ")" ] */
static bool
atomic_specifier(ec_parser *p, ec_type **out)
{
    if (!ec_parser_next(p)) {
        return false;
    }
    if (!ec_parser_at(p, '(')) {
        return true;
    }
    return ec_parser_next(p) && ec_parse_type_name(p, out) &&
           ec_parser_expect(p, ')');
}

/* Looks a name up as a typedef; out->type is NULL when it is none. */
static bool
find_typedef(ec_parser *p, const ec_tok *tok, ec_typedef *out)
{
    return ec_scope_typedef(p->scope, tok->start, tok->len, out, &p->err) ==
               EMBED_OK ||
           ec_parser_fail_model(p, tok);
}

bool
ec_parser_is_type(ec_parser *p, const ec_tok *tok, bool *out)
{
    ec_typedef found;

    *out = false;
    if (tok->kind != EC_TOK_IDENT) {
        return true;
    }
    if (tok->op != EC_KW_NONE) {
        *out = (tok->op >= EC_KW_VOID && tok->op <= EC_KW_TYPEOF) ||
               tok->op == EC_KW_CONST || tok->op == EC_KW_QUALIFIER ||
               tok->op == EC_KW_ATOMIC || tok->op == EC_KW_STORAGE;
        return true;
    }
    if (!find_typedef(p, tok, &found)) {
        return false;
    }
    *out = found.type != NULL;
    return true;
}

/* Returns the storage bit of a keyword, 0 for those without effect. */
static unsigned
storage_of(int keyword)
{
    switch (keyword) {
    case EC_KW_TYPEDEF:
        return EC_STORAGE_TYPEDEF;
    case EC_KW_EXTERN:
        return EC_STORAGE_EXTERN;
    case EC_KW_STATIC:
        return EC_STORAGE_STATIC;
    case EC_KW_INLINE:
        return EC_STORAGE_INLINE;
    case EC_KW_NORETURN:
        return EC_STORAGE_NORETURN;
    default:
        return 0;
    }
}

/* True for a keyword that is a specifier without a type. */
static bool
is_storage_or_qualifier(int keyword)
{
    return (keyword >= EC_KW_TYPEDEF && keyword <= EC_KW_EXTENSION);
}

/* typedef-name; *done when the name is none and the specifiers end. */
static bool
name_specifier(ec_parser *p, const words *w, ec_declspec *out, bool *done)
{
    ec_typedef found;

    *done = true;
    if (out->type != NULL || out->has_dots || (w->has_any && !w->is_complex) ||
        w->base != EC_KW_NONE || w->n_long > 0) {
        return true;
    }
    if (!find_typedef(p, &p->tok, &found)) {
        return false;
    }
    if (found.type == NULL) {
        return w->has_any ||
               ec_parser_fail_name(p, &p->tok, "undefined type name");
    }
    *done = false;
    out->type = found.type;
    out->typedef_align = found.align;
    out->is_const = out->is_const || found.is_const;
    return ec_parser_next(p);
}

/* A specifier that is a keyword and names a type. */
static bool
type_keyword(ec_parser *p, words *w, ec_declspec *out)
{
    ec_tok tok = p->tok;
    ec_type *type = NULL;

    if (tok.op <= EC_KW_INT128) {
        if (!words_add(w, tok.op) || (out->type != NULL && !w->is_complex)) {
            return ec_parser_fail(p, &tok, "invalid combination of types");
        }
        return ec_parser_next(p);
    }
    if (tok.op == EC_KW_TYPEOF) {
        if (!typeof_specifier(p, &type)) {
            return false;
        }
    } else if (tok.op == EC_KW_ATOMIC) {
        if (!atomic_specifier(p, &type)) {
            return false;
        }
        if (type == NULL) {
            return true;
        }
    } else {
        out->is_tagged = true;
        if (!ec_parse_tagged(p, &type)) {
            return false;
        }
    }
    if (out->type != NULL || w->has_any) {
        return ec_parser_fail(p, &tok, "invalid combination of types");
    }
    out->type = type;
    return true;
}

/* One specifier that is a name or keyword; *done when it is none. */
static bool
specifier(ec_parser *p, words *w, ec_declspec *out, bool *done)
{
    int keyword = p->tok.op;

    if (keyword == EC_KW_NONE) {
        return name_specifier(p, w, out, done);
    }
    if (keyword <= EC_KW_TYPEOF || keyword == EC_KW_ATOMIC) {
        return type_keyword(p, w, out);
    }
    if (is_storage_or_qualifier(keyword)) {
        out->storage |= storage_of(keyword);
        out->is_const = out->is_const || keyword == EC_KW_CONST;
        return ec_parser_next(p);
    }
    if (keyword == EC_KW_ATTRIBUTE || keyword == EC_KW_DECLSPEC ||
        keyword == EC_KW_ALIGNAS || keyword == EC_KW_CALLCONV) {
        return ec_parse_attributes(p, &out->attrs);
    }
    *done = true;
    return true;
}

/* Makes out->type from all specifiers read. */
static bool
specs_finish(ec_parser *p, const words *w, ec_declspec *out)
{
    if (w->has_any && out->type == NULL) {
        if (!words_type(p, w, &out->tok, &out->type)) {
            return false;
        }
    } else if (w->has_any) {
        if (!complex_of(p, &out->tok, &out->type)) {
            return false;
        }
    }
    if (out->type == NULL && !out->has_dots) {
        return ec_parser_fail(p, &p->tok, "identifier expected");
    }
    if (out->attrs.mode_size > 0 && out->type != NULL) {
        return ec_parser_apply_mode(p, &out->tok, out->attrs.mode_size,
                                    &out->type);
    }
    return true;
}

bool
ec_parse_specs(ec_parser *p, ec_declspec *out)
{
    words w = {0};
    bool done = false;

    *out = (ec_declspec){.tok = p->tok};
    while (!done) {
        if (p->tok.kind == EC_TOK_IDENT) {
            if (!specifier(p, &w, out, &done)) {
                return false;
            }
        } else if (ec_parser_at(p, EC_OP_DOTS) && ec_parser_is_cdef(p) &&
                   (out->storage & EC_STORAGE_TYPEDEF) != 0 && !out->has_dots) {
            out->has_dots = true;
            if (!ec_parser_next(p)) {
                return false;
            }
        } else {
            const char *before = p->tok.start;
            if (!ec_parse_attributes(p, &out->attrs)) {
                return false;
            }
            done = p->tok.start == before;
        }
    }
    return specs_finish(p, &w, out);
}

bool
ec_parse_qualified_specs(ec_parser *p, ec_declspec *out)
{
    if (!ec_parse_specs(p, out)) {
        return false;
    }
    return out->storage == 0 ||
           ec_parser_fail(p, &out->tok, "storage class in the wrong place");
}
