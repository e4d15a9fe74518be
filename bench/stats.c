/* stats.c - time, memory, and the samples of one measurement.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double
bench_now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

long
bench_private_kb(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[128];
    long sum = 0;

    if (file == NULL) {
        return 0;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "Private_", 8) == 0 &&
            strncmp(line, "Private_Hugetlb", 15) != 0) {
            sum += strtol(strchr(line, ':') + 1, NULL, 10);
        }
    }
    (void)fclose(file);
    return sum;
}

void
bench_samples_add(bench_samples *s, double value)
{
    if (s->n < BENCH_SAMPLES) {
        s->value[s->n] = value;
        s->n++;
    }
}

double
bench_samples_min(const bench_samples *s)
{
    double least = s->n > 0 ? s->value[0] : 0;

    for (size_t i = 1; i < s->n; i++) {
        if (s->value[i] < least) {
            least = s->value[i];
        }
    }
    return least;
}

static int
value_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double
bench_samples_median(const bench_samples *s)
{
    double sorted[BENCH_SAMPLES];

    if (s->n == 0) {
        return 0;
    }
    memcpy(sorted, s->value, s->n * sizeof(sorted[0]));
    qsort(sorted, s->n, sizeof(sorted[0]), value_compare);
    return (sorted[(s->n - 1) / 2] + sorted[s->n / 2]) / 2;
}
