/* stack.c - how much C stack a thread has left.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/stack.h"

#include <pthread.h>

#define RESERVE_SHARE 4

void
ec_stack_measure(ec_stack *out, size_t least, size_t most)
{
    pthread_attr_t attr;
    void *low = NULL;
    size_t size = 0;
    *out = (ec_stack){.low = 0};
    if (pthread_getattr_np(pthread_self(), &attr) != 0) {
        return;
    }
    if (pthread_attr_getstack(&attr, &low, &size) == 0) {
        size_t share = size / RESERVE_SHARE;
        out->low = (uintptr_t)low;
        out->size = size;
        out->reserve = share < least ? least : share > most ? most : share;
    }
    (void)pthread_attr_destroy(&attr);
}
