/* teardown.c - a whole life of two extensions, for valgrind to watch.
 *
 * All rows of the conformance suite run in two interpreters, from the main
 * thread and from another; then both interpreters end.
 *
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <stdio.h>

#include "embed.h"
#include "tests/support/conformance.h"
#include "tests/support/e2e.h"

static void *
life(void *name)
{
    conformance c;
    conformance_open(&c, name);
    int n = c.tables();
    E2E_CHECK(n > 0);
    for (int i = 0; i < n; i++) {
        E2E_CHECK_INT(c.run(i, 0, conformance_print, NULL), 0);
    }
    return NULL;
}

int
main(void)
{
    static char names[2][6] = {"confa", "confb"};
    pthread_t thread;
    /* In CPython's arenas freed objects still seem to point to memory. */
    conformance_python_start("malloc");
    E2E_CHECK(pthread_create(&thread, NULL, life, names[1]) == 0);
    E2E_CHECK(pthread_join(thread, NULL) == 0);
    (void)life(names[0]);
    E2E_CHECK_INT(embed_shutdown(-1), EMBED_OK);
    for (int i = 0; i < 2; i++) {
        embed_info info = EMBED_INFO_INIT;
        E2E_CHECK_INT(embed_lookup(names[i], &info), EMBED_OK);
        (void)printf("%s: %s\n", names[i],
                     info.state == EMBED_STATE_CLOSED ? "ended" : "parked");
    }
    return 0;
}
