/* calls.c - batches of calls of one function.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/calls.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool
bench_symbol_find(void *library, const char *name, void *out)
{
    void *address = dlsym(library, name);

    if (address == NULL) {
        return false;
    }
    memcpy(out, &address, sizeof(address));
    return true;
}

/* Finds the symbol `prefix` + `name`. */
static bool
member_find(void *library, const char *prefix, const char *name, void *out)
{
    char symbol[64];

    (void)snprintf(symbol, sizeof(symbol), "%s%s", prefix, name);
    return bench_symbol_find(library, symbol, out);
}

bool
bench_api_find(void *library, const char *prefix, bench_api *out)
{
    return member_find(library, prefix, "nop", &out->nop) &&
           member_find(library, prefix, "add", &out->add) &&
           member_find(library, prefix, "half", &out->half) &&
           member_find(library, prefix, "len", &out->len) &&
           member_find(library, prefix, "sum", &out->sum) &&
           member_find(library, prefix, "trip", &out->trip);
}

/* One loop for each function, so that nothing but the call is in it. */

static bool
nop_run(const bench_api *api, size_t calls)
{
    void (*call)(void) = api->nop;

    for (size_t i = 0; i < calls; i++) {
        call();
    }
    return true;
}

static bool
add_run(const bench_api *api, size_t calls)
{
    int (*call)(int, int) = api->add;
    bool good = true;

    for (size_t i = 0; i < calls; i++) {
        good &= call(40, 2) == 42;
    }
    return good;
}

static bool
half_run(const bench_api *api, size_t calls)
{
    double (*call)(double) = api->half;
    bool good = true;

    for (size_t i = 0; i < calls; i++) {
        good &= call(3.0) > 1.25;
    }
    return good;
}

static bool
len_run(const bench_api *api, size_t calls)
{
    int (*call)(const char *) = api->len;
    bool good = true;

    for (size_t i = 0; i < calls; i++) {
        good &= call("sixteen bytes...") == 16;
    }
    return good;
}

static bool
sum_run(const bench_api *api, size_t calls)
{
    int (*call)(bench_point *) = api->sum;
    bench_point p = {40, 2};
    bool good = true;

    for (size_t i = 0; i < calls; i++) {
        good &= call(&p) == 42;
    }
    return good;
}

static bool
trip_run(const bench_api *api, size_t calls)
{
    int (*call)(int) = api->trip;
    bool good = true;

    for (size_t i = 0; i < calls; i++) {
        good &= call(41) == 42;
    }
    return good;
}

bool
bench_calls_run(const bench_api *api, enum bench_fn fn, size_t calls)
{
    static bool (*const runs[BENCH_FNS])(const bench_api *, size_t) = {
        [BENCH_NOP] = nop_run, [BENCH_ADD] = add_run, [BENCH_HALF] = half_run,
        [BENCH_LEN] = len_run, [BENCH_SUM] = sum_run, [BENCH_TRIP] = trip_run,
    };
    bool good = false;

    if (api->enter != NULL) {
        api->enter();
    }
    good = runs[fn](api, calls);
    if (api->leave != NULL) {
        api->leave();
    }
    return good;
}
