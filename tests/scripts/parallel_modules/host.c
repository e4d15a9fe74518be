/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

int add1(int, int);
int add2(int, int);
int add3(int, int);

enum { THREADS = 12, CALLS = 500 };

static int (*const adds[])(int, int) = {add1, add2, add3};
static pthread_barrier_t barrier;

static void *
caller(void *arg)
{
    intptr_t i = (intptr_t)arg;
    intptr_t wrong = 0;
    pthread_barrier_wait(&barrier);
    for (int k = 0; k < CALLS; k++) {
        wrong += adds[i % 3]((int)i, k) != (int)(i % 3 + 1) * ((int)i + k);
    }
    return (void *)wrong;
}

int
main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (intptr_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, caller, (void *)i);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        if (wrong != NULL) {
            printf("thread %d: %ld wrong\n", i, (long)(intptr_t)wrong);
        }
    }
    puts("done");
    return 0;
}
