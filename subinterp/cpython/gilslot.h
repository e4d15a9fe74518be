/* gilslot.h - CPython's gilstate slot: the thread state that PyGILState_Ensure()
 * takes for this thread's.
 *
 * Each attach leaves its state there, and no detach takes it out (C10): a host
 * that uses Python itself would find a plug-in's interpreter after a call.
 * So an entry sets the slot and its end restores it (R4).
 *
 * The slot is a pthread key of CPython's (until 3.14; later versions have no
 * key, and need none of this).  pthread_setspecific() costs 35 instructions, and
 * a call needs it twice; so where glibc keeps the value in the thread's own
 * descriptor, as it does for the first 32 keys, the place is found and used
 * directly.  Each thread checks that it is the right one first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_GILSLOT_H
#define EMBED_SUBINTERP_CPYTHON_GILSLOT_H

#include "subinterp/cpython/gil.h"

#include <stdbool.h>

#define ES_LIKELY(x)   __builtin_expect(!!(x), 1)
#define ES_UNLIKELY(x) __builtin_expect(!!(x), 0)

/** Looks for CPython's key.  The main interpreter runs and is not attached.
 *  False: that takes a thread, and none can be had now. */
bool es_gilslot_discover(void);

/** Was it found?  Constant after es_gilslot_discover(). */
bool es_gilslot_is_known(void);

/** Finds this thread's place of it: sets es_tls_self.gilslot. */
void es_gilslot_learn(void);

/** Reads and writes through pthread_getspecific() and pthread_setspecific();
 *  NULL and nothing where the key is not known. */
void *es_gilslot_get_slow(void);
void es_gilslot_put_slow(void *value);

/** What the slot holds. */
static inline void *
es_gilslot_get(void)
{
    void **place = es_tls_self.gilslot;
    return ES_LIKELY(place != NULL) ? *place : es_gilslot_get_slow();
}

/** Sets the slot and returns what it held. */
static inline void *
es_gilslot_set(PyThreadState *tstate)
{
    void **place = es_tls_self.gilslot;
    if (ES_LIKELY(place != NULL)) {
        void *before = *place;
        *place = tstate;
        return before;
    }
    void *before = es_gilslot_get_slow();
    es_gilslot_put_slow(tstate);
    return before;
}

/** Sets the slot to what it held before. */
static inline void
es_gilslot_restore(void *before)
{
    void **place = es_tls_self.gilslot;
    if (ES_LIKELY(place != NULL)) {
        *place = before;
    } else {
        es_gilslot_put_slow(before);
    }
}

#endif /* EMBED_SUBINTERP_CPYTHON_GILSLOT_H */
