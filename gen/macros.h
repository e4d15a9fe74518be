/* macros.h - integer macros out of preprocessed text.
 *
 * The preprocessor is asked for definitions (-dD), so its output has each
 * `#define` where it was met, between line markers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_MACROS_H
#define EMBED_GEN_MACROS_H

#include "core/types/cparse.h"
#include "gen/text.h"

/** An object-like macro with a body. */
typedef struct eg_macro {
    const char *name;
    ec_pos pos;
    bool has_value; /* its expansion is an integer constant expression */
} eg_macro;

typedef struct eg_macros {
    eg_macro *items; /* items[n], in order of first definition; owned */
    size_t n;
    size_t cap;
} eg_macros;

#define EG_MACROS_INIT \
 {                     \
  NULL, 0, 0           \
 }

void eg_macros_fini(eg_macros *macros);

/**
 * Finds the macros that are defined at the end of `text` and whose last
 * definition is in one of the files.
 *
 * @param types  gets the names
 * @param files  files[n_files] as the line markers spell them; outlive `out`
 *
 * Returns:  EMBED_OK, EMBED_E_NOMEM.
 */
embed_status eg_macros_collect(ec_types *types, const eg_text *text,
                               const char *const *files, size_t n_files,
                               eg_macros *out, ec_err *err);

/** Appends one line for each macro: what to give to the preprocessor, behind
 *  the headers, so that eg_macros_evaluate() can read the expansions. */
void eg_macros_question(const eg_macros *macros, eg_text *out);

/** Sets `has_value` from the preprocessor's answer to the question; names in
 *  the expansions are looked up in `scope`. */
void eg_macros_evaluate(eg_macros *macros, const char *answer, ec_scope *scope);

#endif /* EMBED_GEN_MACROS_H */
