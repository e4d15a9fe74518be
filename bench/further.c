/* further.c - first calls and further interpreters, measured in processes of
 * their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/further.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/calls.h"
#include "bench/stats.h"

/** Numbers of further interpreters at which things are looked at. */
static const size_t marks[BENCH_MARKS] = {1, 10, 100, 200};

/** Creations that are looked at together at a mark. */
#define WINDOW 10

/** More than COUNT interpreters need. */
#define WARM_BYTES ((size_t)1 << 30)

/* ORDER(variant): how the files of a variant are called. */
static const char *const stems[BENCH_VARIANTS] = {"floor", "floor", "embed",
                                                  "embed", "embed", "cffi"};

/* --- the child -----------------------------------------------------------*/

/* Loads DIR/STEM_SUFFIX.so and makes its first call; only the call is timed,
 * for the hand-written variant together with making the interpreter. */
static bool
extension_start(const char *dir, const char *stem, const char *suffix,
                bench_api *api, double *ms)
{
    char name[64];
    void *library = NULL;
    bool (*open)(void) = NULL;
    double start = 0;
    bool good = true;

    (void)snprintf(name, sizeof(name), "%s_%s", stem, suffix);
    library = bench_library_open(dir, name);
    *api = (bench_api){.nop = NULL};
    if (library == NULL || !bench_api_find(library, "bench_", api)) {
        return false;
    }
    (void)bench_symbol_find(library, "floor_open", &open);
    start = bench_now_ns();
    if (open != NULL) {
        good = open();
    }
    good = good && bench_calls_run(api, BENCH_ADD, 1);
    *ms = (bench_now_ns() - start) * 1e-6;
    return good;
}

static int
first_child(const char *dir, const char *stem)
{
    bench_api api;
    double first = 0;
    double second = 0;

    if (!extension_start(dir, stem, "a", &api, &first) ||
        !extension_start(dir, stem, "b", &api, &second)) {
        return 1;
    }
    (void)printf("%f %f %ld\n", first, second, bench_private_kb());
    return 0;
}

/* Returns the least time of a call. */
static double
call_ns(const bench_api *api)
{
    enum {
        BATCHES = 20,
        CALLS = 2000
    };
    bench_samples samples = {.n = 0};

    for (int i = 0; i < BATCHES; i++) {
        double start = bench_now_ns();
        (void)bench_calls_run(api, BENCH_ADD, CALLS);
        bench_samples_add(&samples, (bench_now_ns() - start) / CALLS);
    }
    return bench_samples_min(&samples);
}

/* Prints what there is to say after `count` further interpreters. */
static void
mark_print(size_t count, const bench_samples *creations, double private_kb,
           const bench_api *oldest, const bench_api *newest)
{
    bench_samples window = {.n = 0};
    size_t from = creations->n > WINDOW ? creations->n - WINDOW : 0;

    for (size_t i = from; i < creations->n; i++) {
        bench_samples_add(&window, creations->value[i]);
    }
    (void)printf("%zu %f %f %f %f %f\n", count, bench_samples_min(&window),
                 bench_samples_median(&window), private_kb, call_ns(oldest),
                 call_ns(newest));
}

/* Uses memory and gives it back: in a virtual machine the first use of a page
 * costs several times the next one, and only the later interpreters would pay
 * for it. */
static void
memory_warm(void)
{
    void *memory = mmap(NULL, WARM_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED) {
        memset(memory, 1, WARM_BYTES);
        (void)munmap(memory, WARM_BYTES);
    }
}

static bool
is_mark(size_t count)
{
    for (size_t i = 0; i < BENCH_MARKS; i++) {
        if (marks[i] == count) {
            return true;
        }
    }
    return false;
}

static int
further_child(const char *dir, const char *stem, size_t count)
{
    bench_samples creations = {.n = 0};
    bench_api oldest;
    bench_api newest;
    double ms = 0;
    long base_kb = 0;

    memory_warm();
    if (!extension_start(dir, stem, "000", &oldest, &ms)) {
        return 1;
    }
    base_kb = bench_private_kb();
    for (size_t i = 1; i <= count; i++) {
        char suffix[24];
        (void)snprintf(suffix, sizeof(suffix), "%03zu", i);
        if (!extension_start(dir, stem, suffix, &newest, &ms)) {
            return 1;
        }
        bench_samples_add(&creations, ms);
        if (is_mark(i)) {
            mark_print(i, &creations,
                       (double)(bench_private_kb() - base_kb) / (double)i,
                       &oldest, &newest);
        }
    }
    return 0;
}

int
bench_child_main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--first") == 0) {
        return first_child(argv[2], argv[3]);
    }
    if (argc == 5 && strcmp(argv[1], "--further") == 0) {
        return further_child(argv[2], argv[3],
                             (size_t)strtoul(argv[4], NULL, 10));
    }
    return -1;
}

/* --- the parent ----------------------------------------------------------*/

/* Reads `fd` to its end into `text`, NUL-terminated, and closes it. */
static void
text_read(int fd, char *text, size_t cap)
{
    size_t size = 0;
    ssize_t n = 0;

    do {
        n = read(fd, text + size, cap - 1 - size);
        size += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    text[size] = '\0';
    (void)close(fd);
}

/* Runs this program with other arguments and keeps what it prints. */
static bool
child_run(char *const argv[], char *text, size_t cap)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t child = 0;
    int status = -1;
    bool good = false;

    if (pipe(ends) != 0) {
        return false;
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclose(&actions, ends[0]);
    (void)posix_spawn_file_actions_addclose(&actions, ends[1]);
    good = posix_spawn(&child, "/proc/self/exe", &actions, NULL, argv,
                       environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    text_read(ends[0], text, cap);
    return good && waitpid(child, &status, 0) == child && status == 0;
}

/* Returns the directory of a variant's libraries. */
static const char *
variant_dir(const bench_paths *paths, enum bench_variant v)
{
    return v == BENCH_EMBED ? paths->embed_dir : paths->python_dir;
}

bool
bench_first_run(const bench_paths *paths, enum bench_variant v,
                bench_first *out)
{
    char mode[] = "--first";
    char *dir = strdup(variant_dir(paths, v));
    char *stem = strdup(stems[v]);
    char *argv[] = {mode, mode, dir, stem, NULL};
    char text[256];
    bool good = dir != NULL && stem != NULL;

    /* CFFI starts Python by itself and must find its own module. */
    if (v == BENCH_CFFI) {
        (void)setenv("PYTHONPATH", paths->cffi_path, 1);
    }
    good = good && child_run(argv, text, sizeof(text)) &&
           sscanf(text, "%lf %lf %ld", &out->call_ms, &out->second_ms,
                  &out->private_kb) == 3;
    (void)unsetenv("PYTHONPATH");
    free(dir);
    free(stem);
    return good;
}

bool
bench_further_run(const bench_paths *paths, enum bench_variant v, size_t count,
                  bench_mark out[BENCH_MARKS])
{
    char mode[] = "--further";
    char dir[4096];
    char number[24];
    char *stem = strdup(stems[v]);
    char *argv[] = {mode, mode, dir, stem, number, NULL};
    char text[1024];
    const char *line = text;
    bool good = stem != NULL;

    (void)snprintf(dir, sizeof(dir), "%s/many", variant_dir(paths, v));
    (void)snprintf(number, sizeof(number), "%zu", count);
    good = good && child_run(argv, text, sizeof(text));
    for (size_t i = 0; good && line != NULL && i < BENCH_MARKS; i++) {
        bench_mark *m = &out[i];
        if (sscanf(line, "%zu %lf %lf %lf %lf %lf", &m->count, &m->least_ms,
                   &m->create_ms, &m->private_kb, &m->oldest_ns,
                   &m->newest_ns) != 6) {
            m->count = 0;
            break;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    free(stem);
    return good;
}
