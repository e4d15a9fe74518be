/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>

int add(int, int);

enum { THREADS = 10 };

static pthread_barrier_t barrier;

static void *
first_call(void *arg)
{
    int *result = arg;
    pthread_barrier_wait(&barrier);
    *result = add(40, *result);
    return NULL;
}

int
main(void)
{
    pthread_t threads[THREADS];
    int results[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        results[i] = i;
        pthread_create(&threads[i], NULL, first_call, &results[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (results[i] != 40 + i) {
            printf("thread %d: %d\n", i, results[i]);
            return 1;
        }
    }
    return 0;
}
