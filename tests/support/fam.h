/* fam.h - the plug-ins of the family tests/e2e/plugins/fam, loaded.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_FAM_H
#define EMBED_TESTS_SUPPORT_FAM_H

#include <pthread.h>

#include "tests/e2e/plugins/fam/fam000.h"

#define FAM_COUNT   200 /* fam000 to fam199 */
#define FAM_IMPORTS 8   /* values of fam_import()'s argument */
#define FAM_RAISES  4

/** The exports of one of them; not called yet. */
typedef struct fam {
    int number;
    char name[8];
    __typeof__(fam_number) *number_of;
    __typeof__(fam_add) *add;
    __typeof__(fam_length) *length;
    __typeof__(fam_scale) *scale;
    __typeof__(fam_move) *move;
    __typeof__(fam_raise) *raise;
    __typeof__(fam_missing) *missing;
    __typeof__(fam_import) *import;
    __typeof__(fam_swap_local) *swap_local;
    __typeof__(fam_swap_context) *swap_context;
    __typeof__(fam_watch_end) *watch_end;
    __typeof__(fam_ident) *ident;
    __typeof__(fam_nest) *nest;
    __typeof__(fam_nest) *nest_lib;
    __typeof__(fam_nest) *nest_thread;
    __typeof__(fam_nest) *nest_raise;
    __typeof__(fam_nest) *nest_ctypes;
    __typeof__(fam_around) *around;
    __typeof__(fam_busy) *busy;
    __typeof__(fam_hold) *hold;
    __typeof__(fam_count) *count;
    __typeof__(fam_recurse) *recurse;
} fam;

/** Loads fam<number>; in a child. */
void fam_load(fam *f, int number);

/** The next random number; never 0 bits only. */
unsigned fam_random(uint64_t *state);

/** What fam_nest() gives for peers whose way[i] has number numbers[i], called
 *  first in the plug-in `number`. */
int fam_nest_expected(int number, const int *numbers, unsigned n, unsigned seed,
                      int depth);

/** What fam_import() gives. */
int fam_imported(int number, int which);

/** A thread with a stack of its own size (0: the default); ends the child when
 *  there is none. */
pthread_t fam_thread(void *(*run)(void *arg), void *arg, size_t stack_size);
void fam_join(pthread_t thread);

/** The threads of this process, and CPU time used by it in seconds. */
int fam_threads_now(void);
double fam_cpu_now(void);

#endif /* EMBED_TESTS_SUPPORT_FAM_H */
