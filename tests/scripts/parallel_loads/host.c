/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 150, MODULES = 15 };

static pthread_barrier_t barrier;

static void *
load(void *arg)
{
    intptr_t i = (intptr_t)arg;
    char name[32];
    snprintf(name, sizeof name, "./load%02d.so", (int)(i % MODULES));
    pthread_barrier_wait(&barrier);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return dlerror();
    }
    int (*answer)(int) = (int (*)(int))dlsym(library, "answer");
    return answer((int)i) == (int)i + (int)(i % MODULES) ? NULL : "wrong";
}

int
main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (intptr_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, load, (void *)i);
    }
    int good = 0;
    for (int i = 0; i < THREADS; i++) {
        void *why = NULL;
        pthread_join(threads[i], &why);
        good += why == NULL;
    }
    printf("%d\n", good);
    return 0;
}
