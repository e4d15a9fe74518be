/* cexpr_primary.h - the operands of operators, and making values.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CEXPR_PRIMARY_H
#define EMBED_CORE_TYPES_CEXPR_PRIMARY_H

#include "core/types/cexpr.h"

/** cast-expression */
bool ec_parse_cast(ec_parser *p, ec_value *out);

/** Makes a known integer of a primitive type. */
bool ec_value_integer(ec_parser *p, int prim, int64_t bits, ec_value *out);
/** Makes an integer of unknown value.  @param why  NULL, or the reason */
bool ec_value_unknown(ec_parser *p, int prim, const char *why, ec_value *out);
/** Narrows `bits` to an integer type, as an assignment does. */
int64_t ec_value_wrap(int64_t bits, const ec_type *type);

#endif /* EMBED_CORE_TYPES_CEXPR_PRIMARY_H */
