/* report.c - the results of a run, as tables and as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/report.h"

#include <string.h>
#include <unistd.h>

#include "bench/modules.h"

/* ORDER(fn) */
static const char *const fn_names[BENCH_FNS] = {
    "nop()",        "add(int, int)",  "half(double)", "len(const char *)",
    "sum(point *)", "json round trip"};

/* ORDER(place) */
static const char *const place_names[BENCH_PLACES] = {
    "main", "thread", "two_threads_two_extensions",
    "two_threads_one_extension"};

/* ORDER(place) */
static const char *const place_titles[BENCH_PLACES] = {
    "one thread, the main one", "one thread, a pthread",
    "two threads, an extension each (time for each call of both together)",
    "two threads, one extension (time for each call of both together)"};

/* --- tables --------------------------------------------------------------*/

/* Returns a / b, or 0 where there is no b. */
static double
ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Prints a ratio of two minima, or a dash where one is missing. */
static void
ratio_print(FILE *out, const bench_samples *a, const bench_samples *b)
{
    if (a->n > 0 && b->n > 0) {
        (void)fprintf(out, " %13.2f",
                      ratio(bench_samples_min(a), bench_samples_min(b)));
    } else {
        (void)fprintf(out, " %13s", "-");
    }
}

static void
place_print(FILE *out, const bench_results *r, enum bench_place place)
{
    (void)fprintf(out, "\n%s\n%-18s", place_titles[place], "ns: min (median)");
    for (int v = 0; v < BENCH_VARIANTS; v++) {
        (void)fprintf(out, " %17s", bench_variant_name((enum bench_variant)v));
    }
    (void)fprintf(out, " %13s %13s %13s %13s\n", "libembed/hand", "both held",
                  "counted/not", "cffi/libembed");
    for (int fn = 0; fn < BENCH_FNS; fn++) {
        const bench_samples *s = r->calls[place][fn];
        (void)fprintf(out, "%-18s", fn_names[fn]);
        for (int v = 0; v < BENCH_VARIANTS; v++) {
            if (s[v].n > 0) {
                (void)fprintf(out, " %7.1f (%7.1f)", bench_samples_min(&s[v]),
                              bench_samples_median(&s[v]));
            } else {
                (void)fprintf(out, " %17s", "-");
            }
        }
        ratio_print(out, &s[BENCH_EMBED], &s[BENCH_FLOOR]);
        ratio_print(out, &s[BENCH_EMBED_HELD], &s[BENCH_HELD]);
        ratio_print(out, &s[BENCH_EMBED_COUNTED], &s[BENCH_EMBED]);
        ratio_print(out, &s[BENCH_CFFI], &s[BENCH_EMBED]);
        (void)fputc('\n', out);
    }
}

/* Prints how much more two threads get done than one. */
static void
scaling_print(FILE *out, const bench_results *r)
{
    (void)fprintf(out,
                  "\nthroughput of two threads over that of one, "
                  "two extensions / one extension\n%-18s",
                  "");
    for (int v = BENCH_FLOOR; v < BENCH_VARIANTS; v++) {
        (void)fprintf(out, " %17s", bench_variant_name((enum bench_variant)v));
    }
    (void)fputc('\n', out);
    for (int fn = 0; fn < BENCH_FNS; fn++) {
        (void)fprintf(out, "%-18s", fn_names[fn]);
        for (int v = BENCH_FLOOR; v < BENCH_VARIANTS; v++) {
            double one = bench_samples_median(&r->calls[BENCH_THREAD][fn][v]);
            (void)fprintf(out, " %8.2f / %6.2f",
                          ratio(one, bench_samples_median(
                                         &r->calls[BENCH_TWO_TO_TWO][fn][v])),
                          ratio(one, bench_samples_median(
                                         &r->calls[BENCH_TWO_TO_ONE][fn][v])));
        }
        (void)fputc('\n', out);
    }
}

static void
further_print(FILE *out, const bench_results *r)
{
    (void)fprintf(out, "\nfirst call in a process, ms: min (median)\n");
    for (int v = BENCH_FLOOR; v < BENCH_VARIANTS; v++) {
        if (r->first[v].n > 0) {
            (void)fprintf(out,
                          "%-18s %7.1f (%7.1f)   of a second extension "
                          "%7.1f (%7.1f)   memory of both %ld KB\n",
                          bench_variant_name((enum bench_variant)v),
                          bench_samples_min(&r->first[v]),
                          bench_samples_median(&r->first[v]),
                          bench_samples_min(&r->second[v]),
                          bench_samples_median(&r->second[v]), r->first_kb[v]);
        }
    }
    (void)fprintf(out,
                  "\nfurther interpreters\n%-18s %8s %19s %14s %16s "
                  "%16s\n",
                  "", "number", "create, ms", "memory, KB", "call first, ns",
                  "call last, ns");
    for (int v = BENCH_FLOOR; v < BENCH_VARIANTS; v++) {
        for (int i = 0; i < BENCH_MARKS; i++) {
            const bench_mark *m = &r->further[v][i];
            if (m->count > 0) {
                (void)fprintf(out,
                              "%-18s %8zu %8.2f (%8.2f) %14.0f %16.1f %16.1f\n",
                              bench_variant_name((enum bench_variant)v),
                              m->count, m->least_ms, m->create_ms,
                              m->private_kb, m->oldest_ns, m->newest_ns);
            }
        }
    }
}

void
bench_report_print(FILE *out, const bench_results *r)
{
    (void)fprintf(out,
                  "%s%s, %ld processors, %zu rounds, variants interleaved\n",
                  strncmp(r->python, "PyPy", 4) == 0 ? "" : "CPython ",
                  r->python, sysconf(_SC_NPROCESSORS_ONLN), r->rounds);
    for (int place = 0; place < BENCH_PLACES; place++) {
        place_print(out, r, (enum bench_place)place);
    }
    scaling_print(out, r);
    bench_inside_print(out, &r->inside);
    further_print(out, r);
    (void)fprintf(out,
                  "\nheld: hand-written C API, GIL held all the time; libembed "
                  "held: the same by embed_hold();\n"
                  "counted: while embed_count() is on.\n"
                  "hand-written: cached thread state,\n"
                  "own GIL.  Both give Python a bytes for len() and two ints "
                  "for sum(), made in C, where\n"
                  "libembed and CFFI give it the pointer.\n");
}

/* --- JSON ----------------------------------------------------------------*/

/* Prints the comma before every element but the first. */
static void
comma(FILE *out, bool *first)
{
    (void)fputs(*first ? "\n" : ",\n", out);
    *first = false;
}

/* Prints the samples of one place and function, each variant's that has
 * any. */
static void
call_json(FILE *out, const bench_results *r, enum bench_place place,
          enum bench_fn fn, bool *first)
{
    for (int v = 0; v < BENCH_VARIANTS; v++) {
        const bench_samples *s = &r->calls[place][fn][v];
        if (s->n == 0) {
            continue;
        }
        comma(out, first);
        (void)fprintf(out,
                      "    {\"place\": \"%s\", \"function\": \"%s\", "
                      "\"variant\": \"%s\", \"min_ns\": %.2f, "
                      "\"median_ns\": %.2f, \"samples\": %zu}",
                      place_names[place], fn_names[fn],
                      bench_variant_name((enum bench_variant)v),
                      bench_samples_min(s), bench_samples_median(s), s->n);
    }
}

static void
calls_json(FILE *out, const bench_results *r)
{
    bool first = true;

    for (int place = 0; place < BENCH_PLACES; place++) {
        for (int fn = 0; fn < BENCH_FNS; fn++) {
            call_json(out, r, (enum bench_place)place, (enum bench_fn)fn,
                      &first);
        }
    }
}

static void
first_json(FILE *out, const bench_results *r)
{
    bool first = true;

    for (int v = 0; v < BENCH_VARIANTS; v++) {
        if (r->first[v].n == 0) {
            continue;
        }
        comma(out, &first);
        (void)fprintf(out,
                      "    {\"variant\": \"%s\", \"min_ms\": %.3f, "
                      "\"median_ms\": %.3f, \"second_min_ms\": %.3f, "
                      "\"second_median_ms\": %.3f, \"private_kb\": %ld}",
                      bench_variant_name((enum bench_variant)v),
                      bench_samples_min(&r->first[v]),
                      bench_samples_median(&r->first[v]),
                      bench_samples_min(&r->second[v]),
                      bench_samples_median(&r->second[v]), r->first_kb[v]);
    }
}

static void
further_json(FILE *out, const bench_results *r)
{
    bool first = true;

    for (int v = 0; v < BENCH_VARIANTS; v++) {
        for (int i = 0; i < BENCH_MARKS; i++) {
            const bench_mark *m = &r->further[v][i];
            if (m->count == 0) {
                continue;
            }
            comma(out, &first);
            (void)fprintf(out,
                          "    {\"variant\": \"%s\", \"count\": %zu, "
                          "\"create_min_ms\": %.3f, "
                          "\"create_median_ms\": %.3f, \"private_kb\": %.1f, "
                          "\"oldest_call_ns\": %.2f, "
                          "\"newest_call_ns\": %.2f}",
                          bench_variant_name((enum bench_variant)v), m->count,
                          m->least_ms, m->create_ms, m->private_kb,
                          m->oldest_ns, m->newest_ns);
        }
    }
}

void
bench_report_json(FILE *out, const bench_results *r)
{
    (void)fprintf(out,
                  "{\n  \"python\": \"%s\",\n  \"processors\": %ld,\n"
                  "  \"rounds\": %zu,\n  \"calls\": [",
                  r->python, sysconf(_SC_NPROCESSORS_ONLN), r->rounds);
    calls_json(out, r);
    (void)fputs("\n  ],\n  \"inside\": [", out);
    bench_inside_json(out, &r->inside);
    (void)fputs("\n  ],\n  \"first_call\": [", out);
    first_json(out, r);
    (void)fputs("\n  ],\n  \"further_interpreters\": [", out);
    further_json(out, r);
    (void)fputs("\n  ]\n}\n", out);
}
