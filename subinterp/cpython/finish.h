/* finish.h - what Python does at its end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FINISH_H
#define EMBED_SUBINTERP_CPYTHON_FINISH_H

#include <stdbool.h>

#include "subinterp/cpython/interp.h"

typedef enum es_finish {
    ES_FINISH_EXIT,  /* wait for threads, exit handlers, flush */
    ES_FINISH_FLUSH, /* only that: a host's own interpreter */
} es_finish;

/** Runs one of them in the interpreter that is attached.  Exceptions are
 *  swallowed: there is nobody left to tell.
 *  @param seconds  how long it may wait for Python's threads
 *  Returns false when one of them still runs. */
bool es_finish_run(es_finish what, double seconds);

typedef enum es_finished {
    ES_FINISHED,
    ES_FINISHED_LATE,   /* some go on, or there was no time for them */
    ES_FINISHED_NOTHING /* there was no time at all */
} es_finished;

/** Runs the exit handlers of all interpreters of `insts` at once, each on a
 *  thread of its own, until the deadline.  Where there is no thread to be had,
 *  they run on this one, and are not left before they are done.  No GIL is
 *  held.
 *  @param is_told  says on stderr what has not ended in time */
es_finished
es_finish_all(void *const *insts, size_t n, uint64_t deadline_ns, bool is_told);

#endif /* EMBED_SUBINTERP_CPYTHON_FINISH_H */
