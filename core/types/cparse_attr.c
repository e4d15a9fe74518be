/* cparse_attr.c - GNU attributes: those that change a layout are honoured,
 * those that change what a call means are refused, the others are skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/cparser.h"

#include <string.h>

/* What `aligned` means without a number: the platform's largest alignment. */
#define ATTR_ALIGN_DEFAULT __BIGGEST_ALIGNMENT__
/* Largest alignment of gcc on ELF platforms. */
#define ATTR_ALIGN_MAX (1 << 28)

/* Attributes that make another type or another calling convention. */
static const char *const refused[] = {
    "vector_size", "ext_vector_type",      "ms_struct",     "ms_abi",
    "vectorcall",  "scalar_storage_order", "address_space",
};

/* Integer modes of gcc, with their bytes. */
static const struct {
    const char *name;
    int size;
} modes[] = {
    {"QI", 1},
    {"byte", 1},
    {"HI", 2},
    {"SI", 4},
    {"DI", 8},
    {"word", (int)sizeof(long)},
    {"pointer", (int)sizeof(void *)},
};

/* True when a name, with or without `__` around it, is `text`. */
static bool
is_named(const ec_tok *tok, const char *text)
{
    ec_tok bare = *tok;

    if (bare.len > 4 && strncmp(bare.start, "__", 2) == 0 &&
        strncmp(bare.start + bare.len - 2, "__", 2) == 0) {
        bare.start += 2;
        bare.len -= 4;
    }
    return ec_tok_is(&bare, text);
}

/* The number of aligned(n) or _Alignas(n). */
static bool
alignment(ec_parser *p, int *out)
{
    ec_tok tok = p->tok;
    ec_value value;

    if (!ec_parse_integer(p, &value)) {
        return false;
    }
    if (value.bits < 0 || value.bits > ATTR_ALIGN_MAX ||
        (value.bits & (value.bits - 1)) != 0) {
        return ec_parser_fail(p, &tok, "alignment is not a power of two");
    }
    if (value.bits > *out) {
        *out = (int)value.bits;
    }
    return true;
}

/* aligned [ "(" constant-expression ")" ] */
static bool
attr_aligned(ec_parser *p, ec_attrs *attrs)
{
    if (!ec_parser_at(p, '(')) {
        if (attrs->align < ATTR_ALIGN_DEFAULT) {
            attrs->align = ATTR_ALIGN_DEFAULT;
        }
        return true;
    }
    return ec_parser_next(p) && alignment(p, &attrs->align) &&
           ec_parser_expect(p, ')');
}

/* mode "(" name ")" */
static bool
attr_mode(ec_parser *p, ec_attrs *attrs)
{
    if (!ec_parser_expect(p, '(')) {
        return false;
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (p->tok.kind == EC_TOK_IDENT && is_named(&p->tok, modes[i].name)) {
            attrs->mode_size = modes[i].size;
            return ec_parser_next(p) && ec_parser_expect(p, ')');
        }
    }
    return ec_parser_fail(p, &p->tok, "unsupported mode '%.*s'",
                          (int)(p->tok.len > 40 ? 40 : p->tok.len),
                          p->tok.start);
}

/* name [ "(" anything ")" ] */
static bool
attribute(ec_parser *p, ec_attrs *attrs)
{
    ec_tok name = p->tok;

    if (name.kind != EC_TOK_IDENT) {
        return ec_parser_fail(p, &name, "attribute name expected");
    }
    if (!ec_parser_next(p)) {
        return false;
    }
    if (is_named(&name, "aligned")) {
        return attr_aligned(p, attrs);
    }
    if (is_named(&name, "mode")) {
        return attr_mode(p, attrs);
    }
    if (is_named(&name, "packed")) {
        attrs->is_packed = true;
    }
    if (is_named(&name, "noreturn") || is_named(&name, "_Noreturn")) {
        attrs->is_noreturn = true;
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (is_named(&name, refused[i])) {
            return ec_parser_fail(p, &name, "unsupported attribute '%s'",
                                  refused[i]);
        }
    }
    return !ec_parser_at(p, '(') || ec_parser_skip_group(p);
}

/* "__attribute__" "((" [ attribute ] { "," [ attribute ] } "))" */
static bool
gnu_attributes(ec_parser *p, ec_attrs *attrs)
{
    if (!ec_parser_next(p) || !ec_parser_expect(p, '(')) {
        return false;
    }
    if (!ec_parser_expect(p, '(')) {
        return false;
    }
    while (!ec_parser_at(p, ')')) {
        if (!ec_parser_at(p, ',') && !attribute(p, attrs)) {
            return false;
        }
        if (!ec_parser_at(p, ')') && !ec_parser_expect(p, ',')) {
            return false;
        }
    }
    if (!ec_parser_expect(p, ')')) {
        return false;
    }
    return ec_parser_expect(p, ')');
}

/* "_Alignas" "(" ( type-name | constant-expression ) ")" */
static bool
alignas_specifier(ec_parser *p, ec_attrs *attrs)
{
    bool is_type = false;

    if (!ec_parser_next(p) || !ec_parser_expect(p, '(') ||
        !ec_parser_is_type(p, &p->tok, &is_type)) {
        return false;
    }
    if (is_type) {
        ec_type *type = NULL;
        if (!ec_parse_type_name(p, &type)) {
            return false;
        }
        if (type->align > attrs->align) {
            attrs->align = type->align;
        }
    } else if (!alignment(p, &attrs->align)) {
        return false;
    }
    return ec_parser_expect(p, ')');
}

/* "asm" { qualifier } "(" anything ")" */
static bool
asm_label(ec_parser *p)
{
    do {
        if (!ec_parser_next(p)) {
            return false;
        }
    } while (ec_parser_at_word(p, EC_KW_QUALIFIER) ||
             ec_parser_at_word(p, EC_KW_INLINE));
    if (!ec_parser_at(p, '(')) {
        return ec_parser_fail(p, &p->tok, "expected '('");
    }
    return ec_parser_skip_group(p);
}

/* "[[" anything "]]", the attributes of C23 */
static bool
at_bracket_attribute(const ec_parser *p)
{
    ec_tok next;

    if (!ec_parser_at(p, '[') || p->mode != EC_MODE_DECLS) {
        return false;
    }
    next = ec_parser_peek(p);
    return next.kind == EC_TOK_PUNCT && next.op == '[';
}

/* Those that count: noreturn, _Noreturn, gnu::__noreturn__ ... */
static bool
bracket_attribute(ec_parser *p, ec_attrs *attrs)
{
    static const char word[] = "oreturn";
    const char *start = p->tok.start;

    if (!ec_parser_skip_group(p)) {
        return false;
    }
    if (memmem(start, (size_t)(p->tok.start - start), word, sizeof word - 1) !=
        NULL) {
        attrs->is_noreturn = true;
    }
    return true;
}

bool
ec_parse_attributes(ec_parser *p, ec_attrs *attrs)
{
    for (;;) {
        bool is_ok = true;
        int word = p->tok.kind == EC_TOK_IDENT ? p->tok.op : EC_KW_NONE;
        if (word == EC_KW_ATTRIBUTE) {
            is_ok = gnu_attributes(p, attrs);
        } else if (word == EC_KW_ALIGNAS) {
            is_ok = alignas_specifier(p, attrs);
        } else if (word == EC_KW_ASM) {
            is_ok = asm_label(p);
        } else if (word == EC_KW_DECLSPEC) {
            is_ok = ec_parser_next(p) &&
                    (!ec_parser_at(p, '(') || ec_parser_skip_group(p));
        } else if (word == EC_KW_CALLCONV) {
            is_ok = ec_parser_next(p);
        } else if (at_bracket_attribute(p)) {
            is_ok = bracket_attribute(p, attrs);
        } else {
            return true;
        }
        if (!is_ok) {
            return false;
        }
    }
}

bool
ec_parser_apply_mode(ec_parser *p, const ec_tok *tok, int size, ec_type **type)
{
    bool is_signed = ec_type_is_signed(*type);
    int prim = EC_PRIM_LONG;

    if (!ec_type_is_integer(*type)) {
        return ec_parser_fail(p, tok, "mode of a type that is no integer");
    }
    if (size == 1) {
        prim = EC_PRIM_SCHAR;
    } else if (size == 2) {
        prim = EC_PRIM_SHORT;
    } else if (size == 4) {
        prim = EC_PRIM_INT;
    }
    /* ORDER(prim): the unsigned one follows the signed one. */
    *type = ec_type_prim(p->types, is_signed ? prim : prim + 1, &p->err);
    return *type != NULL || ec_parser_fail_model(p, tok);
}
