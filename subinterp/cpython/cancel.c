/* cancel.c - a thread is not cancelled in the middle of a call.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/cancel.h"

#include <pthread.h>
#include <stdatomic.h>

/* How far into a thread's descriptor the state may be.  The descriptor is larger
 * than that in all versions of glibc. */
#define DESCRIPTOR_SIZE 1536

static _Atomic size_t place_offset; /* in the descriptor; 0: not found */

static volatile unsigned char *
place_at(size_t offset)
{
    return (unsigned char *)pthread_self() + offset;
}

/* Does the byte follow the state, and nothing else?  Older versions of glibc keep
 * the type beside it, and what other threads write.  Cancellation is off. */
static bool
place_is_right(size_t offset)
{
    volatile unsigned char *place = place_at(offset);
    int type = PTHREAD_CANCEL_DEFERRED;
    bool is_off = *place == PTHREAD_CANCEL_DISABLE;
    if (!is_off) {
        return false;
    }
    (void)pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    bool is_alone = *place == PTHREAD_CANCEL_DISABLE;
    (void)pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    is_alone = is_alone && *place == PTHREAD_CANCEL_DISABLE;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    bool is_on = *place == PTHREAD_CANCEL_ENABLE;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    (void)pthread_setcanceltype(type, NULL);
    return is_alone && is_on;
}

void
es_cancel_learn(void)
{
#if defined(__GLIBC__)
    int before = ec_cancel_off();
    size_t offset = atomic_load(&place_offset);
    bool found = offset != 0 && place_is_right(offset);
    for (size_t i = sizeof(void *); offset == 0 && i < DESCRIPTOR_SIZE; i++) {
        if (place_is_right(i)) {
            offset = i;
            found = true;
            atomic_store(&place_offset, i);
        }
    }
    es_tls_self.cancel = found ? (unsigned char *)place_at(offset) : NULL;
    ec_cancel_restore(before);
#endif
}
