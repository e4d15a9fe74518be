/* gilslot.c - CPython's gilstate slot.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/gilslot.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "core/helper.h"
#include "subinterp/cpython/service.h"

/* pthread keys of glibc are small numbers. */
#define KEYS_MAX 1024

/* How far into a thread's descriptor its first keys may be.  The descriptor is
 * larger than that in all versions of glibc. */
#define DESCRIPTOR_SIZE 1536

static pthread_key_t key;
static bool is_known;       /* constant after discovery */
static size_t place_offset; /* in the descriptor; 0: not found; constant */

bool
es_gilslot_is_known(void)
{
    return is_known;
}

void *
es_gilslot_get_slow(void)
{
    return is_known ? pthread_getspecific(key) : NULL;
}

void
es_gilslot_put_slow(void *value)
{
    if (is_known) {
        (void)pthread_setspecific(key, value);
    }
}

/* The word at an offset of this thread's descriptor. */
static void **
place_at(size_t offset)
{
    return (void **)(void *)((char *)pthread_self() + offset);
}

/* Does the word follow what is set?  Leaves the slot as it was. */
static bool
place_is_right(size_t offset)
{
    int a;
    int b;
    void *before = pthread_getspecific(key);
    bool right = true;
    void *const values[] = {&a, &b, NULL, before};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        right = pthread_setspecific(key, values[i]) == 0 &&
                *place_at(offset) == values[i] && right;
    }
    return right;
}

static void
place_search(void)
{
#if defined(__GLIBC__)
    for (size_t offset = sizeof(void *); offset < DESCRIPTOR_SIZE;
         offset += sizeof(void *)) {
        if (place_is_right(offset)) {
            place_offset = offset;
            return;
        }
    }
#endif
}

/* On a fresh thread, a new state of the main interpreter is the value of
 * exactly one key: CPython's. */
static void
search(void *unused)
{
    (void)unused;
    es_service_join(); /* the service thread waits: no call can begin here */
    PyThreadState *tstate = PyThreadState_New(PyInterpreterState_Main());
    if (tstate == NULL) {
        return;
    }
    size_t n = 0;
    for (pthread_key_t k = 0; k < KEYS_MAX; k++) {
        if (pthread_getspecific(k) == tstate) {
            key = k;
            n++;
        }
    }
    PyEval_RestoreThread(tstate);
    PyThreadState_Clear(tstate);
    PyThreadState_DeleteCurrent();
    is_known = n == 1 && pthread_getspecific(key) == NULL;
    if (is_known) {
        place_search();
    }
}

bool
es_gilslot_discover(void)
{
    ec_helper thread = {.name = "embed-start", .run = search};
    if (ec_helper_open(&thread) != 0) {
        return false;
    }
    ec_helper_join(&thread);
    return true;
}

void
es_gilslot_learn(void)
{
    if (place_offset != 0 && place_is_right(place_offset)) {
        es_tls_self.gilslot = place_at(place_offset);
    }
}
