/* cexpr.h - C expressions as far as declarations need them: array lengths,
 * enumerators, bit-field widths, the operands of sizeof and typeof.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CEXPR_H
#define EMBED_CORE_TYPES_CEXPR_H

#include "core/types/cparser.h"

/** The value of an expression. */
typedef struct ec_value {
    ec_type *type;
    int64_t bits; /* when known: sign- or zero-extended as `type` is; the
                      address of an lvalue */
    bool is_known;
    bool is_lvalue;
    const char *why; /* why it is not known, or NULL */
} ec_value;

/** conditional-expression: the type always, the value as far as known */
bool ec_parse_conditional(ec_parser *p, ec_value *out);

/** expression: with commas */
bool ec_parse_expression(ec_parser *p, ec_value *out);

/** constant-expression of integer type; fails when it is not one */
bool ec_parse_integer(ec_parser *p, ec_value *out);

#endif /* EMBED_CORE_TYPES_CEXPR_H */
