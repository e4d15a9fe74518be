/* life.h - the plug-ins of tests/e2e/plugins/life, loaded; and threads that
 * tests hold at a point of their choice.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_LIFE_H
#define EMBED_TESTS_SUPPORT_LIFE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "embed.h"
#include "tests/e2e/plugins/life/life.h"

typedef struct life {
    char name[8];
    int (*add)(int a, int b);
    int (*run)(const char *code);
    int (*late)(int x);
    int (*zero)(void);
} life;

/** Loads life<letter>; in a child.
 *  @param script  Python code for its init code, or NULL; kept
 *  @param hook    what lib.life_host() calls, or NULL */
void life_load(life *l, char letter, const char *script, life_hook_fn *hook);

/** As life_load(), from a file. */
void life_load_file(life *l, char letter, const char *path);

/** Changes the init script of a loaded plug-in. */
void life_set_script(const life *l, const char *script);

/** The state embed_lookup() gives. */
embed_state life_state(const life *l);

/** Waits for a semaphore; ends the child when that takes longer than a test
 *  may. */
void life_wait(sem_t *sem);

/** The same, but tells: false after `ms` milliseconds. */
bool life_wait_ms(sem_t *sem, long ms);

/** Starts and joins threads; ends the child when that does not work. */
pthread_t life_thread(void *(*run)(void *arg), void *arg);
void life_join(pthread_t thread);

/** What embed_dump() writes, in a static buffer, as soon as it has `part`; ends
 *  the child when that takes longer than a test may. */
const char *life_dump_with(const char *part);

/** How often `part` occurs in `text`. */
int life_count(const char *text, const char *part);

#endif /* EMBED_TESTS_SUPPORT_LIFE_H */
