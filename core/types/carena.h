/* carena.h - memory that is given back all at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CARENA_H
#define EMBED_CORE_TYPES_CARENA_H

#include <stddef.h>

struct ec_arena_chunk;

/* Fields are private to carena.c; all zero is an empty arena. */
typedef struct ec_arena {
    struct ec_arena_chunk *chunks; /* the one being filled first */
} ec_arena;

/** Allocates `size` zeroed bytes, aligned for any type; NULL when out of
 *  memory. */
void *ec_arena_alloc(ec_arena *arena, size_t size);

/** Frees everything that was allocated. */
void ec_arena_fini(ec_arena *arena);

#endif /* EMBED_CORE_TYPES_CARENA_H */
