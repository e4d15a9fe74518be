/* same_type.h - compares types of two declarations that know nothing of each
 * other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_SAME_TYPE_H
#define EMBED_GEN_SAME_TYPE_H

#include "core/types/ctype.h"

/**
 * True when C would pass and store values of both types in the same way, and
 * structs, unions and enums have the same names, or, where one has none, the
 * same fields.  Integers are told apart by
 * size and sign, not by name; what is open in `declared` (cdef's `...`, opaque
 * structs) fits anything of its kind.
 */
bool eg_same_type(const ec_type *declared, const ec_type *real);

#endif /* EMBED_GEN_SAME_TYPE_H */
