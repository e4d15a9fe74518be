/* emit.h - the C code of an extension, written from its plan.
 *
 * The third of the generator's three phases: it decides nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_EMIT_H
#define EMBED_GEN_EMIT_H

#include "gen/plan.h"

/** Appends the C file for `plan`.
 *  @param file  base name of that file, for its #line directives */
void eg_emit(const eg_plan *plan, const char *file, eg_text *out);

#endif /* EMBED_GEN_EMIT_H */
