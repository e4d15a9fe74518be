/* cplace.h - where types stand in type tables: for the generator, which writes
 * them as C, and for the run time, which makes them (ctable_make.h).
 *
 * Threads: as ec_types.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPLACE_H
#define EMBED_CORE_TYPES_CPLACE_H

#include "core/types/cparse.h"

/** A type that tables have: its `user` meanwhile.  May be the start of what
 *  somebody knows of it besides. */
typedef struct ec_place {
    ec_type *type;
    int index; /* of its word; -1: none yet */
    int row;   /* in its table of structs or enums; -1: none yet */
    struct ec_place *next;
} ec_place;

/** All types of tables, in the order they were reached. */
typedef struct ec_places {
    ec_place *first;
    ec_place **last_link;
    size_t n;
} ec_places;

/** One word of the `types` array. */
typedef struct ec_word {
    int op; /* EMBED_OP_*; 0: the length of the array in the word before */
    ptrdiff_t arg;
    const char *counted; /* length: of this variable, which C knows; or NULL */
    const ec_type *type; /* what the word stands for; NULL: nothing by itself */
} ec_word;

void ec_places_init(ec_places *places);

/** Adds a type that has no place yet.  `place`, which outlives `places`, is set
 *  in full. */
void ec_places_add(ec_places *places, ec_place *place, ec_type *type);

/** Forgets all: the types have no `user` any more. */
void ec_places_clear(ec_places *places);

/** The place of a type that was added; NULL: it was not. */
static inline ec_place *
ec_place_of(const ec_type *type)
{
    return (ec_place *)type->user;
}

/** The index of a type that was added. */
static inline int
ec_place_index(const ec_type *type)
{
    return ec_place_of(type)->index;
}

/** Gives each type its index.  All that they are made of has been added.  Returns
 *  the number of words. */
int ec_places_assign(const ec_places *places);

/** Fills the words; indexes and rows are set.
 *  @param file  the type FILE, which has no row; or NULL */
void
ec_places_words(const ec_places *places, const ec_type *file, ec_word *words);

/** Returns the name of a struct, union or enum in the tables: its tag,
 *  "$typedef", or "$N".  NULL: out of memory. */
const char *ec_place_name(ec_scope *scope, const ec_type *type, const char *tag,
                          size_t *counter);

/** The EMBED_SF_* flags of a struct or union that the tables define. */
int ec_place_flags(const ec_type *type);

/** The typedef that names a type without a tag; NULL: none does. */
const char *ec_place_typedef(const ec_scope *scope, const ec_type *type);

#endif /* EMBED_CORE_TYPES_CPLACE_H */
