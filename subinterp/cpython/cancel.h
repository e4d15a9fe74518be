/* cancel.h - a thread is not cancelled in the middle of a call.
 *
 * Python's code and CPython's own waits are cancellation points: one that takes
 * the GIL is cancelled with the GIL's mutex locked.  So cancellation is held off
 * from the beginning of a call to its end.
 *
 * pthread_setcancelstate() costs a locked instruction, and a call needs it twice;
 * where glibc keeps the state in a byte of its own in the thread's descriptor (2.35
 * and later), the place is found and used directly.  Each thread checks that it is
 * the right one first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_CANCEL_H
#define EMBED_SUBINTERP_CPYTHON_CANCEL_H

#include "core/lock.h"
#include "subinterp/cpython/gilslot.h"

/** Finds this thread's place of the state: sets es_tls_self.cancel. */
void es_cancel_learn(void);

/** Holds off the cancellation of this thread.  Returns what es_cancel_restore()
 *  takes. */
static inline int
es_cancel_off(const es_tls *tls)
{
    volatile unsigned char *place = tls->cancel;
    if (ES_UNLIKELY(place == NULL)) {
        return ec_cancel_off();
    }
    int before = *place;
    *place = PTHREAD_CANCEL_DISABLE;
    return before;
}

static inline void
es_cancel_restore(const es_tls *tls, int before)
{
    volatile unsigned char *place = tls->cancel;
    if (ES_UNLIKELY(place == NULL)) {
        ec_cancel_restore(before);
    } else {
        *place = (unsigned char)before;
    }
}

#endif /* EMBED_SUBINTERP_CPYTHON_CANCEL_H */
