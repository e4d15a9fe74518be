/* cparse_tag.h - the parts of struct, union and enum specifiers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPARSE_TAG_H
#define EMBED_CORE_TYPES_CPARSE_TAG_H

#include "core/types/cparser.h"

/** "{" members "}" attribute*: gives `record` its fields.
 *  @param tok  for messages about the whole record */
bool ec_parse_members(ec_parser *p, ec_type *record, ec_attrs *attrs,
                      const ec_tok *tok);

/** "{" enumerators "}" attribute*: gives `type` its enumerators.
 *  @param fixed  the base type given with `: type`, or NULL */
bool ec_parse_enumerators(ec_parser *p, ec_type *type, const ec_type *fixed,
                          ec_attrs *attrs);

/** "_Static_assert" "(" anything ")" ";" */
bool ec_parse_static_assert(ec_parser *p);

#endif /* EMBED_CORE_TYPES_CPARSE_TAG_H */
