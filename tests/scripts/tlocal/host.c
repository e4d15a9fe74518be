/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

int count(int);

enum { THREADS = 8, CALLS = 400 };

static void *
counter(void *arg)
{
    intptr_t wrong = 0;
    for (int i = 1; i <= CALLS; i++) {
        wrong += count((int)(intptr_t)arg) != i * (int)(intptr_t)arg;
    }
    return (void *)wrong;
}

int
main(void)
{
    pthread_t threads[THREADS];
    long wrong = 0;
    for (intptr_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, counter, (void *)(i + 1));
    }
    for (int i = 0; i < THREADS; i++) {
        void *bad = NULL;
        pthread_join(threads[i], &bad);
        wrong += (long)(intptr_t)bad;
    }
    printf("%ld wrong\n", wrong);
    return 0;
}
