/* fam.c - the plug-ins of the family tests/e2e/plugins/fam, loaded.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/fam.h"

#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include "tests/support/e2e.h"

void
fam_load(fam *f, int number)
{
    char name[16];
    (void)snprintf(f->name, sizeof f->name, "fam%03d", number % FAM_COUNT);
    (void)snprintf(name, sizeof name, "fam/%s", f->name);
    void *lib = e2e_load(name);
    f->number = number;
#define FIND(member, symbol) \
 f->member = E2E_FN(__typeof__(f->member), lib, symbol)
    FIND(number_of, "fam_number");
    FIND(add, "fam_add");
    FIND(length, "fam_length");
    FIND(scale, "fam_scale");
    FIND(move, "fam_move");
    FIND(raise, "fam_raise");
    FIND(missing, "fam_missing");
    FIND(import, "fam_import");
    FIND(swap_local, "fam_swap_local");
    FIND(swap_context, "fam_swap_context");
    FIND(watch_end, "fam_watch_end");
    FIND(ident, "fam_ident");
    FIND(nest, "fam_nest");
    FIND(nest_lib, "fam_nest_lib");
    FIND(nest_thread, "fam_nest_thread");
    FIND(nest_raise, "fam_nest_raise");
    FIND(nest_ctypes, "fam_nest_ctypes");
    FIND(around, "fam_around");
    FIND(busy, "fam_busy");
    FIND(hold, "fam_hold");
    FIND(count, "fam_count");
    FIND(recurse, "fam_recurse");
#undef FIND
}

unsigned
fam_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33);
}

int
fam_nest_expected(int number, const int *numbers, unsigned n, unsigned seed,
                  int depth)
{
    if (depth == 0) {
        return number;
    }
    unsigned next = (seed * 1103515245u + 12345u) & 0x7fffffffu;
    int below =
        fam_nest_expected(numbers[seed % n], numbers, n, next, depth - 1);
    return (int)(((unsigned)below * 31u + (unsigned)number) & 0xffffffu);
}

int
fam_imported(int number, int which)
{
    /* In the order of fam000.py. */
    const int more[FAM_IMPORTS] = {29, 3, 0, 0, 3, 64, 12, 4};
    return number + more[which];
}

pthread_t
fam_thread(void *(*run)(void *arg), void *arg, size_t stack_size)
{
    pthread_attr_t attr;
    pthread_t thread;
    E2E_CHECK_INT(pthread_attr_init(&attr), 0);
    if (stack_size != 0) {
        E2E_CHECK_INT(pthread_attr_setstacksize(&attr, stack_size), 0);
    }
    E2E_CHECK_INT(pthread_create(&thread, &attr, run, arg), 0);
    (void)pthread_attr_destroy(&attr);
    return thread;
}

void
fam_join(pthread_t thread)
{
    E2E_CHECK_INT(pthread_join(thread, NULL), 0);
}

int
fam_threads_now(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    E2E_CHECK(dir != NULL);
    while (readdir(dir) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        n++;
    }
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

double
fam_cpu_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}
