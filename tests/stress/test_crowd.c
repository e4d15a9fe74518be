/* test_crowd.c - a thousand extensions in one process, made and called by eight
 * threads; the process ends as it should.
 *
 * EXTENSIONS says how many there are, RUNS how often each process runs.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"

#define THREADS        8
#define USUAL          1000
#define SANITIZED      60 /* their memory is several times as much */
#define SECONDS_EACH   1
#define SECONDS_AT_ALL 60
#define LARGE_STACK    ((rlim_t)64 << 20)

typedef int int_fn(int x);

/* --- the process with the extensions --------------------------------------*/

static int count;
static int_fn **add_to; /* of each extension: adds its number */

static void
extension_name(char *out, size_t size, int i)
{
    (void)snprintf(out, size, "crowd%04d", i);
}

static void
extension_open(int i)
{
    char name[32];
    char code[256];
    extension_name(name, sizeof name, i);
    (void)snprintf(code, sizeof code,
                   "from %s import ffi\n"
                   "calls = 0\n"
                   "@ffi.def_extern()\n"
                   "def add_to(x): return x + %d\n"
                   "@ffi.def_extern()\n"
                   "def count(x):\n"
                   "    global calls\n"
                   "    calls += x\n"
                   "    return calls\n",
                   name, i);
    E2E_CHECK_INT(embed_open_source(name, "int add_to(int x);int count(int x);",
                                    code, NULL),
                  EMBED_OK);
    add_to[i] = (int_fn *)embed_symbol(name, "add_to");
}

/* Makes each THREADS-th extension, then calls all. */
static void *
crowd_thread(void *first)
{
    int number = *(int *)first;
    for (int i = number; i < count; i += THREADS) {
        E2E_CHECK_INT(add_to[i](1), i + 1);
    }
    for (int i = 0; i < count; i++) {
        int other = (i + number * (count / THREADS)) % count;
        E2E_CHECK_INT(add_to[other](number), other + number);
    }
    return NULL;
}

/* Each has its own state. */
static void
crowd_check(void)
{
    for (int i = 0; i < count; i++) {
        char name[32];
        extension_name(name, sizeof name, i);
        int_fn *counted = (int_fn *)embed_symbol(name, "count");
        E2E_CHECK_INT(counted(i + 1), i + 1);
        E2E_CHECK_INT(counted(1), i + 2);
    }
}

static int
host_main(void)
{
    static int numbers[THREADS];
    pthread_t threads[THREADS];
    count = (int)e2e_number("EXTENSIONS", 0);
    add_to = calloc((size_t)count, sizeof(int_fn *));
    E2E_CHECK(add_to != NULL);
    double start = e2e_now();
    long before = e2e_rss_kib();
    for (int i = 0; i < count; i++) {
        extension_open(i);
    }
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        E2E_CHECK_INT(
            pthread_create(&threads[i], NULL, crowd_thread, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        E2E_CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    crowd_check();
    (void)printf("%d extensions, of each %.1f ms and %ld KiB", count,
                 (e2e_now() - start) * 1e3 / count,
                 (e2e_rss_kib() - before) / count);
    return 0; /* the end of the process ends all */
}

/* --- the tests ------------------------------------------------------------*/

typedef struct way {
    bool has_large_stacks;
    const char *tunables; /* of glibc; NULL: none */
} way;

static void
host_scenario(void *arg)
{
    const way *w = arg;
    char text[16];
    struct rlimit stack;
    (void)snprintf(
        text, sizeof text, "%ld",
        e2e_number("EXTENSIONS", e2e_is_sanitized() ? SANITIZED : USUAL));
    E2E_CHECK_INT(setenv("EXTENSIONS", text, 1), 0);
    if (w->has_large_stacks) {
        E2E_CHECK_INT(getrlimit(RLIMIT_STACK, &stack), 0);
        stack.rlim_cur = LARGE_STACK;
        E2E_CHECK_INT(setrlimit(RLIMIT_STACK, &stack), 0);
    }
    if (w->tunables != NULL) {
        E2E_CHECK_INT(setenv("GLIBC_TUNABLES", w->tunables, 1), 0);
    }
    (void)execl("/proc/self/exe", "test_crowd", "host", (char *)NULL);
    E2E_CHECK(false);
}

static void
ends_well(way w)
{
    unsigned limit =
        (unsigned)(e2e_number("EXTENSIONS", USUAL) * SECONDS_EACH) +
        SECONDS_AT_ALL;
    for (long i = 0; i < e2e_number("RUNS", 1); i++) {
        const e2e_result *r = e2e_expect_ok(host_scenario, &w, limit);
        (void)printf("%s; %.1f s in all\n", r->out, r->seconds);
    }
}

static void
a_thousand_extensions_live_and_end(void **state)
{
    (void)state;
    ends_well((way){.has_large_stacks = false});
}

static void
also_with_large_stacks(void **state)
{
    (void)state;
    ends_well((way){.has_large_stacks = true});
}

/* Each stack is unmapped at the end of its thread. */
static void
also_where_no_stack_is_kept(void **state)
{
    (void)state;
    ends_well((way){.tunables = "glibc.pthread.stack_cache_size=0"});
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_extensions_live_and_end),
        cmocka_unit_test(also_with_large_stacks),
        cmocka_unit_test(also_where_no_stack_is_kept),
    };
    if (argc > 1 && strcmp(argv[1], "host") == 0) {
        return host_main();
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
