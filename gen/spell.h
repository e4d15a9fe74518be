/* spell.h - types as generated C writes them.
 *
 * Types have no qualifiers here, so what is written is equal to the declared
 * type for the ABI, not for the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_SPELL_H
#define EMBED_GEN_SPELL_H

#include "core/types/ctype.h"
#include "gen/text.h"

/** How a type without a tag can be named: by a typedef; else NULL. */
typedef const char *eg_spell_name_fn(void *arg, const ec_type *type);

typedef struct eg_speller {
    eg_spell_name_fn *name;
    void *arg;
} eg_speller;

/** True when PyPy's cffi passes a value of the type by pointer: structs, unions
 *  and complex numbers. */
bool eg_is_indirect(const ec_type *type);

/** True when an argument or the result of a function type is. */
bool eg_is_indirect_call(const ec_type *fn);

/** True when C can write the type. */
bool eg_is_spellable(const eg_speller *speller, const ec_type *type);

/**
 * Appends the type with `declarator` where a name goes, such as
 * "int (*name)(char *)".  A pointer to what cannot be written becomes a
 * `void *`.
 */
void eg_spell(const eg_speller *speller, const ec_type *type,
              const char *declarator, eg_text *out);

#endif /* EMBED_GEN_SPELL_H */
