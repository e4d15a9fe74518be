/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

int add(int, int);

enum { CALLS = 20000, THREADS_MAX = 8 };

static void *
caller(void *arg)
{
    intptr_t wrong = 0;
    for (int i = 0; i < CALLS; i++) {
        wrong += add(i, 1) != i + 1;
    }
    (void)arg;
    return (void *)wrong;
}

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int
main(void)
{
    for (int n = 1; n <= THREADS_MAX; n *= 2) {
        pthread_t threads[THREADS_MAX];
        double start = now();
        long wrong = 0;
        for (int i = 0; i < n; i++) {
            pthread_create(&threads[i], NULL, caller, NULL);
        }
        for (int i = 0; i < n; i++) {
            void *bad = NULL;
            pthread_join(threads[i], &bad);
            wrong += (long)(intptr_t)bad;
        }
        fprintf(stderr, "%d threads: %.0f ns a call\n", n,
                (now() - start) / CALLS / n);
        printf("%d threads, %ld wrong\n", n, wrong);
    }
    return 0;
}
