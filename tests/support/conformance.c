/* conformance.c - the plug-in of the conformance suite, seen from C.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/conformance.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"

/* ThreadSanitizer has a thread of its own. */
#ifdef __SANITIZE_THREAD__
# define SANITIZER_THREADS 1
#else
# define SANITIZER_THREADS 0
#endif

#define SETTLE_S   5
#define DEBUG_BYTE 0xCD /* what Python's debug allocators fill memory with */

#define FIND(out, library, name) \
 ((out)->name = E2E_FN(__typeof__((out)->name), library, "conformance_" #name))

void
conformance_open(conformance *out, const char *name)
{
    char path[PATH_MAX];
    const char *build = getenv("EMBED_BUILD");
    (void)snprintf(path, sizeof path, "%s/tests/conformance/lib%s.so",
                   build == NULL ? "build/release" : build, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    FIND(out, library, tables);
    FIND(out, library, table);
    FIND(out, library, rows);
    FIND(out, library, run);
}

void
conformance_print(void *arg, const char *table, const char *code,
                  const char *got, const char *wrong)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n    gives    %s\n    %s\n", table, code, got,
                  wrong == NULL ? "as expected" : wrong);
}

void
conformance_record(void *arg, const char *table, const char *code,
                   const char *got, const char *wrong)
{
    (void)wrong;
    const char *const texts[] = {table, code, got};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        (void)fwrite(texts[i], 1, strlen(texts[i]) + 1, arg);
    }
    (void)fflush(arg); /* the next row may end the process */
}

void
conformance_count_scenario(void *least)
{
    conformance c;
    intptr_t rows = 0;
    conformance_open(&c, "confa");
    for (int i = 0; i < c.tables(); i++) {
        rows += c.rows(i);
    }
    if (rows < (intptr_t)least) {
        (void)fprintf(stderr, "%ld rows\n", (long)rows);
        e2e_check_failed("enough rows", __FILE__, __LINE__);
    }
}

/* --- threads --------------------------------------------------------------*/

int
conformance_threads(void)
{
    int n = 0;
    DIR *tasks = opendir("/proc/self/task");
    while (tasks != NULL && readdir(tasks) != NULL) {
        n++;
    }
    if (tasks != NULL) {
        (void)closedir(tasks);
    }
    return n - 2; /* "." and ".." */
}

void
conformance_settle(int n)
{
    double deadline = e2e_now() + SETTLE_S;
    while (conformance_threads() > n + SANITIZER_THREADS &&
           e2e_now() < deadline) {
        (void)sched_yield();
    }
}

/* --- two interpreters -----------------------------------------------------*/

static pthread_barrier_t both;

/* One of the two threads. */
typedef struct side {
    const char *name;
    int rounds;
    int wrong;
} side;

static void *
side_main(void *arg)
{
    side *s = arg;
    conformance c;
    conformance_open(&c, s->name);
    int n = c.tables();
    s->wrong = n > 0 ? 0 : -1;
    (void)pthread_barrier_wait(&both);
    for (int round = 0; round < s->rounds && s->wrong == 0; round++) {
        for (int i = 0; i < n; i++) {
            s->wrong += c.run(i, 0, conformance_print, NULL) != 0;
        }
    }
    return NULL;
}

void
conformance_python_start(const char *allocators)
{
    void *library = dlopen(e2e_libpython_path(), RTLD_NOW | RTLD_GLOBAL);
    E2E_CHECK(library != NULL);
    E2E_CHECK(setenv("PYTHONMALLOC", allocators, 1) == 0);
    E2E_FN(void (*)(int), library, "Py_InitializeEx")(0);
    unsigned char *memory =
        E2E_FN(void *(*)(size_t), library, "PyMem_Malloc")(16);
    E2E_CHECK((memory[0] == DEBUG_BYTE) == (strcmp(allocators, "debug") == 0));
    E2E_FN(void (*)(void *), library, "PyMem_Free")(memory);
    (void)E2E_FN(void *(*)(void), library, "PyEval_SaveThread")();
}

void
conformance_pair_scenario(void *arg)
{
    const conformance_pair *pair = arg;
    side sides[2] = {{.name = "confa", .rounds = pair->rounds},
                     {.name = "confb", .rounds = pair->rounds}};
    pthread_t threads[2];
    int before = conformance_threads();
    if (pair->has_debug_memory) {
        conformance_python_start("debug");
    }
    E2E_CHECK(pthread_barrier_init(&both, NULL, 2) == 0);
    for (int i = 0; i < 2; i++) {
        E2E_CHECK(pthread_create(&threads[i], NULL, side_main, &sides[i]) == 0);
    }
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
        E2E_CHECK_INT(sides[i].wrong, 0);
    }
    conformance_settle(before + 1); /* the service thread */
}
