/* host.c - numpy and pandas in one plug-in, beside two that have interpreters of
 * their own, all called from threads of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <stdio.h>

#include "left.h"
#include "right.h"
#include "stats.h"

#define N 1000

static int groups[N];
static double values[N];

static void *
run_stats(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        if (stats_mean(values, N) != 499.5) {
            return "a wrong mean";
        }
    }
    return NULL;
}

static void *
run_left(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        if (left_sum(groups, N) != 4500) {
            return "a wrong sum on the left";
        }
    }
    return NULL;
}

static void *
run_right(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        if (right_sum(groups, N) != 4500) {
            return "a wrong sum on the right";
        }
    }
    return NULL;
}

int
main(void)
{
    void *(*runs[])(void *) = {run_stats, run_left, run_right};
    pthread_t threads[3];
    int bad = 0;

    for (int i = 0; i < N; i++) {
        groups[i] = i % 10;
        values[i] = i;
    }
    for (int i = 0; i < 3; i++) {
        (void)pthread_create(&threads[i], NULL, runs[i], NULL);
    }
    for (int i = 0; i < 3; i++) {
        void *what = NULL;
        (void)pthread_join(threads[i], &what);
        if (what != NULL) {
            (void)fprintf(stderr, "%s\n", (char *)what);
            bad = 1;
        }
    }
    (void)printf("mean %.1f, medians of groups %.1f\n", stats_mean(values, N),
                 stats_median_of_groups(groups, values, N));
    (void)printf("numpy refuses the others: %d %d\n", left_refused(),
                 right_refused());
    return bad;
}
