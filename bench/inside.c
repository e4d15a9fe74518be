/* inside.c - what operations of ffi and lib cost inside Python.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/inside.h"

#include "bench/calls.h"

/** Operations in a batch: about half a millisecond. */
#define BATCH 4000

/** Fewest rounds, however long they take. */
#define ROUNDS_LEAST 3

/* One library's functions. */
typedef struct inside_api {
    int (*count)(void);
    void (*name)(int row, char *out, int cap);
    double (*run)(int row, int n);
    void (*enter)(void); /* as bench_api.enter */
} inside_api;

static bool
api_open(const char *dir, const char *name, inside_api *out)
{
    void *library = bench_library_open(dir, name);

    if (library == NULL ||
        !bench_symbol_find(library, "inside_count", &out->count) ||
        !bench_symbol_find(library, "inside_name", &out->name) ||
        !bench_symbol_find(library, "inside_run", &out->run)) {
        return false;
    }
    if (out->enter != NULL) {
        out->enter();
    }
    return out->count() > 0 && out->count() <= BENCH_INSIDE_ROWS;
}

/* Runs a batch and keeps its time; false when there is none. */
static bool
batch_run(const inside_api *api, int row, bench_samples *out)
{
    double ns = 0;

    if (api->enter != NULL) {
        api->enter();
    }
    (void)api->run(row, BATCH / 10);
    ns = api->run(row, BATCH);
    if (ns > 0) {
        bench_samples_add(out, ns);
    }
    return ns > 0;
}

bool
bench_inside_run(const bench_paths *paths, const bench_modules *modules,
                 double seconds, bench_inside *out)
{
    bool has_cffi = modules->has[BENCH_CFFI];
    inside_api embed = {.enter = NULL};
    inside_api cffi = {.enter = modules->api[BENCH_CFFI][0].enter};
    bool good =
        api_open(paths->embed_dir, "embed_inside", &embed) &&
        (!has_cffi || api_open(paths->python_dir, "cffi_inside", &cffi));
    double end = bench_now_ns() + seconds * 1e9;

    out->n = good ? (size_t)embed.count() : 0;
    for (size_t row = 0; row < out->n; row++) {
        embed.name((int)row, out->name[row], sizeof(out->name[row]));
    }
    for (int round = 0; good && (round < ROUNDS_LEAST || bench_now_ns() < end);
         round++) {
        for (int row = 0; good && row < (int)out->n; row++) {
            good =
                batch_run(&embed, row, &out->ns[row][BENCH_EMBED]) &&
                (!has_cffi || batch_run(&cffi, row, &out->ns[row][BENCH_CFFI]));
        }
    }
    if (!good) {
        (void)fprintf(stderr, "bench: the operations inside Python fail\n");
    }
    return good;
}

void
bench_inside_print(FILE *out, const bench_inside *r)
{
    (void)fprintf(out, "\noperations inside Python\n%-26s %17s %17s %13s\n",
                  "ns: min (median)", "libembed", "cffi", "cffi/libembed");
    for (size_t row = 0; row < r->n; row++) {
        const bench_samples *a = &r->ns[row][BENCH_EMBED];
        const bench_samples *b = &r->ns[row][BENCH_CFFI];

        (void)fprintf(out, "%-26s %7.1f (%7.1f)", r->name[row],
                      bench_samples_min(a), bench_samples_median(a));
        if (b->n > 0) {
            (void)fprintf(out, " %7.1f (%7.1f) %13.2f", bench_samples_min(b),
                          bench_samples_median(b),
                          bench_samples_min(b) / bench_samples_min(a));
        }
        (void)fputc('\n', out);
    }
}

void
bench_inside_json(FILE *out, const bench_inside *r)
{
    const char *separator = "\n";

    for (size_t row = 0; row < r->n; row++) {
        for (int v = 0; v < BENCH_VARIANTS; v++) {
            const bench_samples *s = &r->ns[row][v];

            if (s->n > 0) {
                (void)fprintf(out,
                              "%s    {\"operation\": \"%s\", \"variant\": "
                              "\"%s\", \"min_ns\": %.2f, \"median_ns\": %.2f, "
                              "\"samples\": %zu}",
                              separator, r->name[row],
                              bench_variant_name((enum bench_variant)v),
                              bench_samples_min(s), bench_samples_median(s),
                              s->n);
                separator = ",\n";
            }
        }
    }
}
