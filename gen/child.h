/* child.h - something tried out in a child process, where a crash is a result.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CHILD_H
#define EMBED_GEN_CHILD_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/text.h"

/** What came of it. */
typedef struct eg_child {
    eg_text text; /* what was written to `out` */
    int signal;   /* that ended it; 0: none */
    int exit_code;
    bool timed_out; /* it was ended */
} eg_child;

/** Runs in the child; its stdin, stdout and stderr are /dev/null. */
typedef void eg_child_fn(void *arg, FILE *out);

/**
 * Runs `fn` in a child process, then exit(0) there, and waits for its end.
 *
 * @param result  freed with eg_text_fini(&result->text)
 *
 * Returns:  false when no child could be started.
 */
bool
eg_child_run(eg_child_fn *fn, void *arg, unsigned timeout_s, eg_child *result);

/** Runs in the child, with the streams of this process.  Returns its exit code. */
typedef int eg_child_main_fn(void *arg);

/**
 * As eg_child_run(), but the child keeps the streams of this process, has no time
 * limit, and ends when this process ends.
 */
bool eg_child_follow(eg_child_main_fn *fn, void *arg, eg_child *result);

#endif /* EMBED_GEN_CHILD_H */
