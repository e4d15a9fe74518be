/* stack.h - how much C stack a thread has left.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_STACK_H
#define EMBED_CORE_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The stack of a thread; all zero: unknown. */
typedef struct ec_stack {
    uintptr_t low;  /* its lowest address */
    size_t size;    /* bytes */
    size_t reserve; /* bytes to keep free above `low` */
} ec_stack;

/** Learns the bounds of this thread's stack.  A quarter of it is reserved, but
 *  `least` to `most` bytes. */
void ec_stack_measure(ec_stack *out, size_t least, size_t most);

/** Is less left than the reserve?  Addresses outside of the thread's own stack
 *  (coroutines) cannot be judged and pass. */
static inline bool
ec_stack_is_low(const ec_stack *stack)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return here - stack->low < stack->reserve;
}

#endif /* EMBED_CORE_STACK_H */
