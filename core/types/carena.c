/* carena.c - memory that is given back all at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/carena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Room of a chunk: some hundred types; larger requests get their own. */
#define ARENA_CHUNK_SIZE ((size_t)16 * 1024 - sizeof(struct ec_arena_chunk))

struct ec_arena_chunk {
    struct ec_arena_chunk *next;
    size_t used; /* bytes of `data` */
    size_t size; /* bytes of `data` */
    max_align_t data[];
};

/* Returns a new zeroed chunk with room for `size` bytes. */
static struct ec_arena_chunk *
chunk_create(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct ec_arena_chunk)) {
        return NULL;
    }
    struct ec_arena_chunk *chunk =
        calloc(1, sizeof(struct ec_arena_chunk) + size);
    if (chunk != NULL) {
        chunk->size = size;
    }
    return chunk;
}

void *
ec_arena_alloc(ec_arena *arena, size_t size)
{
    const size_t unit = _Alignof(max_align_t);
    if (size > SIZE_MAX - unit) {
        return NULL;
    }
    size = size == 0 ? unit : (size + unit - 1) / unit * unit;

    struct ec_arena_chunk *top = arena->chunks;
    if (top != NULL && top->size - top->used >= size) {
        char *block = (char *)top->data + top->used;
        top->used += size;
        return block;
    }
    bool own = size > ARENA_CHUNK_SIZE / 4;
    struct ec_arena_chunk *chunk = chunk_create(own ? size : ARENA_CHUNK_SIZE);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->used = size;
    if (own && top != NULL) {
        /* Behind the chunk being filled, which still has room. */
        chunk->next = top->next;
        top->next = chunk;
    } else {
        chunk->next = top;
        arena->chunks = chunk;
    }
    return chunk->data;
}

void
ec_arena_fini(ec_arena *arena)
{
    struct ec_arena_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct ec_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    arena->chunks = NULL;
}
