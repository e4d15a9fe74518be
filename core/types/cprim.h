/* cprim.h - what is known of the primitive types without any declaration.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPRIM_H
#define EMBED_CORE_TYPES_CPRIM_H

#include "core/types/ctype.h"

typedef struct ec_prim_info {
    const char *name; /* C spelling as `ffi` shows it */
    ec_kind kind;
    int size;       /* bytes; -1 for void */
    int align;      /* bytes; -1 for void */
    bool is_signed; /* of integers */
} ec_prim_info;

/** Returns what is known of a primitive (enum ec_prim), NULL for a number that
 *  is none. */
const ec_prim_info *ec_prim_find(int prim);

#endif /* EMBED_CORE_TYPES_CPRIM_H */
