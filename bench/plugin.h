/* plugin.h - the functions that are measured, the same in every variant.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_PLUGIN_H
#define EMBED_BENCH_PLUGIN_H

typedef struct bench_point {
    int x;
    int y;
} bench_point;

void bench_nop(void);
int bench_add(int a, int b);
double bench_half(double x);
int bench_len(const char *text);
int bench_sum(bench_point *p);

/* A round trip through json, about 50 microseconds; returns n + 1. */
int bench_trip(int n);

#endif
