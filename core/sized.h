/* sized.h - the structs of embed.h whose first member is their size.
 *
 * Caller and library may know different versions of one: members are only ever
 * added at the end.  One rule for all: the caller says what it has, what both
 * know is filled, and `size` says afterwards how much that was.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_SIZED_H
#define EMBED_CORE_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** Has the caller said what it has?  `size` itself is the least. */
static inline bool
ec_sized_is_set(size_t size)
{
    return size >= sizeof size;
}

/** Fills a caller's struct; ec_sized_is_set() of its size.
 *  @param size  the one in it
 *  @param full  ours; its first member, the size, is set here */
static inline void
ec_sized_fill(void *out, size_t size, void *full, size_t full_size)
{
    size_t n = size < full_size ? size : full_size;
    memcpy(full, &n, sizeof n);
    memcpy(out, full, n);
}

#endif /* EMBED_CORE_SIZED_H */
