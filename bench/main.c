/* main.c - measures calls from C into Python, all variants in one process.
 *
 *     host PYTHON EMBED_DIR PYTHON_DIR CFFI_PATH SECONDS COUNT JSON
 *
 * PYTHON is for the report: "3.13.0", "PyPy 7.3.11"; SECONDS go into the calls; COUNT
 * further interpreters are made, none when 0; the results go to JSON as well.
 * With --first or --further it is a child of itself; see further.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/calls.h"
#include "bench/further.h"
#include "bench/inside.h"
#include "bench/modules.h"
#include "bench/pair.h"
#include "bench/report.h"
#include "bench/stats.h"

/** Calls in a batch: about a millisecond on one thread. */
#define BATCH_SHORT 10000
#define BATCH_TRIP  20

/** Fewest rounds, however long they take. */
#define ROUNDS_LEAST 3

/** Processes in which a first call is measured, for each variant. */
#define FIRST_CALLS 7

/** Of the time for the calls: for the operations inside Python. */
#define INSIDE_SHARE 0.5

/* Runs one batch, and stores the time of a call.  A tenth as many calls go
 * before it: the variant before has left the caches full of its own. */
static bool
batch_run(const bench_modules *m, enum bench_place place, enum bench_fn fn,
          enum bench_variant v, double *ns)
{
    const bench_api *api = m->api[v];
    size_t calls = fn == BENCH_TRIP ? BATCH_TRIP : BATCH_SHORT;
    double start = 0;
    bool good = false;

    switch (place) {
    case BENCH_MAIN:
        good = bench_calls_run(&api[0], fn, calls / 10);
        start = bench_now_ns();
        good = bench_calls_run(&api[0], fn, calls) && good;
        *ns = (bench_now_ns() - start) / (double)calls;
        break;
    case BENCH_THREAD:
        good = bench_pair_run(&api[0], NULL, fn, calls, ns);
        *ns /= (double)calls;
        break;
    case BENCH_TWO_TO_TWO:
    case BENCH_TWO_TO_ONE:
        good = bench_pair_run(&api[0], &api[place == BENCH_TWO_TO_TWO ? 1 : 0],
                              fn, calls, ns);
        *ns /= 2 * (double)calls;
        break;
    case BENCH_PLACES:
        break;
    }
    return good;
}

/* With the GIL held from end to end two threads make no sense. */
static bool
is_measured(const bench_modules *m, enum bench_place place,
            enum bench_variant v)
{
    return m->has[v] && ((v != BENCH_HELD && v != BENCH_EMBED_HELD &&
                          v != BENCH_EMBED_COUNTED) ||
                         place == BENCH_MAIN || place == BENCH_THREAD);
}

/* Runs one batch of every variant, one after the other, another one first in
 * every round, and keeps the samples when `is_kept`. */
static bool
variants_run(const bench_modules *m, enum bench_place place, enum bench_fn fn,
             bool is_kept, bench_results *out)
{
    for (int i = 0; i < BENCH_VARIANTS; i++) {
        enum bench_variant v =
            (enum bench_variant)(((size_t)i + out->rounds) % BENCH_VARIANTS);
        double ns = 0;
        if (!is_measured(m, place, v)) {
            continue;
        }
        if (!batch_run(m, place, fn, v, &ns)) {
            (void)fprintf(stderr, "bench: %s: a wrong result\n",
                          bench_variant_name(v));
            return false;
        }
        if (is_kept) {
            bench_samples_add(&out->calls[place][fn][v], ns);
        }
    }
    return true;
}

/* Runs every batch once. */
static bool
round_run(const bench_modules *m, bool is_kept, bench_results *out)
{
    bool good = true;

    for (int place = 0; place < BENCH_PLACES; place++) {
        for (int fn = 0; fn < BENCH_FNS; fn++) {
            good = good && variants_run(m, (enum bench_place)place,
                                        (enum bench_fn)fn, is_kept, out);
        }
    }
    return good;
}

/* Measures calls for some time. */
static bool
calls_measure(const bench_paths *paths, double seconds, bench_results *out)
{
    bench_modules modules;
    double end = 0;
    bool good = bench_modules_open(paths, &modules) && bench_pair_start() &&
                round_run(&modules, false, out);

    end = bench_now_ns() + seconds * 1e9;
    while (good && (out->rounds < ROUNDS_LEAST || bench_now_ns() < end)) {
        good = round_run(&modules, true, out);
        out->rounds++;
    }
    for (int v = 0; v < BENCH_VARIANTS; v++) {
        out->has[v] = modules.has[v];
    }
    return good && bench_inside_run(paths, &modules, seconds * INSIDE_SHARE,
                                    &out->inside);
}

/* Measures first calls and further interpreters; a variant that is not there
 * is left out. */
static void
children_measure(const bench_paths *paths, size_t count, bench_results *out)
{
    for (int i = 0; i < FIRST_CALLS; i++) {
        for (int v = BENCH_FLOOR; v < BENCH_VARIANTS; v++) {
            bench_first first;
            if (out->has[v] && v != BENCH_EMBED_HELD &&
                v != BENCH_EMBED_COUNTED &&
                bench_first_run(paths, (enum bench_variant)v, &first)) {
                bench_samples_add(&out->first[v], first.call_ms);
                bench_samples_add(&out->second[v], first.second_ms);
                out->first_kb[v] = first.private_kb;
            }
        }
    }
    for (int v = BENCH_FLOOR; count > 0 && v <= BENCH_EMBED; v++) {
        if (out->has[v] && !bench_further_run(paths, (enum bench_variant)v,
                                              count, out->further[v])) {
            (void)fprintf(stderr, "bench: %s: no further interpreters\n",
                          bench_variant_name((enum bench_variant)v));
        }
    }
}

static bool
json_write(const char *path, const bench_results *r)
{
    FILE *file = fopen(path, "we");

    if (file == NULL) {
        return false;
    }
    bench_report_json(file, r);
    return fclose(file) == 0;
}

int
main(int argc, char **argv)
{
    bench_results *results = NULL;
    int child = bench_child_main(argc, argv);

    if (child >= 0) {
        return child;
    }
    if (argc != 8) {
        (void)fprintf(stderr,
                      "usage: %s PYTHON EMBED_DIR PYTHON_DIR "
                      "CFFI_PATH SECONDS COUNT JSON\n",
                      argv[0]);
        return 2;
    }
    const bench_paths paths = {
        .embed_dir = argv[2], .python_dir = argv[3], .cffi_path = argv[4]};
    results = calloc(1, sizeof(*results));
    if (results == NULL) {
        return 1;
    }
    results->python = argv[1];
    if (!calls_measure(&paths, strtod(argv[5], NULL), results)) {
        return 1;
    }
    children_measure(&paths, (size_t)strtoul(argv[6], NULL, 10), results);
    bench_report_print(stdout, results);
    if (!json_write(argv[7], results)) {
        (void)fprintf(stderr, "bench: cannot write %s\n", argv[7]);
        return 1;
    }
    free(results);
    return 0;
}
