/* cparse_top.h - whole texts of declarations.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPARSE_TOP_H
#define EMBED_CORE_TYPES_CPARSE_TOP_H

#include "core/types/cparser.h"

/** translation-unit: external-declaration* */
bool ec_parse_top(ec_parser *p);

/** Obeys the directive that is the current token: line markers, packing, and
 *  in cdef text constants. */
bool ec_parse_directive(ec_parser *p);

#endif /* EMBED_CORE_TYPES_CPARSE_TOP_H */
