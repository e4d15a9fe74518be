/* emit_parts.h - the parts of the generated C file, in the order they come.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_EMIT_PARTS_H
#define EMBED_GEN_EMIT_PARTS_H

#include "gen/plan.h"

/** What the parts share. */
typedef struct eg_emitter {
    const eg_plan *plan;
    const char *file; /* base name of the generated file */
    eg_text *out;
} eg_emitter;

/** A comment that starts a part. */
void eg_emit_heading(const eg_emitter *em, const char *title);

/** Switches positions of compiler messages to another file; back to the
 *  generated file when `file` is NULL. */
void eg_emit_line(const eg_emitter *em, int line, const char *file);

/** Starts a function's definition: result type, line break, the rest.
 *  @param before  such as "static "
 *  @param rest    name and parameters */
void eg_emit_head(const eg_emitter *em, const char *before,
                  const ec_type *result, const char *rest);

/** Declares the Python functions that only the sources know (emit_export.c). */
void eg_emit_declarations(const eg_emitter *em);

/** Defines the exported functions and their records (emit_export.c). */
void eg_emit_exports(const eg_emitter *em);

/** Defines what calls C functions (emit_function.c). */
void eg_emit_functions(const eg_emitter *em);

/** Defines the getters of constants and variables (emit_global.c). */
void eg_emit_getters(const eg_emitter *em);

/** Defines the bundled files (emit_bundle.c). */
void eg_emit_bundle(const eg_emitter *em);

/** Defines the type tables (emit_table.c). */
void eg_emit_tables(const eg_emitter *em);

#endif /* EMBED_GEN_EMIT_PARTS_H */
