/* value.h - C values as a user writes and reads them.
 *
 *     42  0x2a  -1.5  true  'c'  GREEN  NULL  text  "text"  {1, {2, "x"}}
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_VALUE_H
#define EMBED_GEN_VALUE_H

#include "core/types/cparse.h"
#include "gen/text.h"

/**
 * Reads a value of a type.  A pointer to characters takes text, other pointers
 * take NULL, an address, or `{...}`: one struct, or an array.
 *
 * @param scope  knows the names of constants; what pointers point to lives as
 *               long as its types
 * @param out    type->size bytes, aligned
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID; EMBED_E_NOMEM.
 */
embed_status eg_value_read(ec_scope *scope, ec_type *type, const char *text,
                           void *out, ec_err *err);

/** How many values a text `{...}` for a pointer stands for: 1 for one struct. */
size_t eg_value_targets(const ec_type *pointer, const char *text);

/** Appends a value as it could be read again, as far as it can. */
void eg_value_print(const ec_type *type, const void *value, eg_text *out);

#endif /* EMBED_GEN_VALUE_H */
