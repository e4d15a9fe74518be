/* modules.c - loads the variants into one process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/modules.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/calls.h"

const char *
bench_variant_name(enum bench_variant v)
{
    /* ORDER(variant) */
    static const char *const variant_names[BENCH_VARIANTS] = {
        "held",          "hand-written",     "libembed",
        "libembed held", "libembed counted", "cffi"};

    return variant_names[v];
}

/* Makes the libpython that `library` is linked with, if any, visible to
 * extension modules, as a host has to that loads Python with RTLD_LOCAL. */
static void
python_promote(void *library)
{
    void *address = dlsym(library, "Py_IsInitialized");
    Dl_info info;

    if (address != NULL && dladdr(address, &info) != 0) {
        (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
    }
}

void *
bench_library_open(const char *dir, const char *name)
{
    char path[PATH_MAX];
    void *library = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s.so", dir, name);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        (void)fprintf(stderr, "bench: %s\n", dlerror());
    } else {
        python_promote(library);
    }
    return library;
}

static bool
library_exists(const char *dir, const char *name)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s.so", dir, name);
    return access(path, R_OK) == 0;
}

/* Makes every call once. */
static bool
api_works(const bench_api *api)
{
    bool good = true;

    for (int fn = 0; fn < BENCH_FNS; fn++) {
        good &= bench_calls_run(api, (enum bench_fn)fn, 1);
    }
    return good;
}

/* embed_hold() and embed_release(), which a host gets by linking libembed. */
static int (*hold)(const char *name);
static int (*release)(const char *name);
/* embed_count(). */
static int (*count)(const char *name, int on);

static void
first_hold(void)
{
    (void)hold("embed_a");
}

static void
first_release(void)
{
    (void)release("embed_a");
}

static void
second_hold(void)
{
    (void)hold("embed_b");
}

static void
second_release(void)
{
    (void)release("embed_b");
}

static void
first_count(void)
{
    (void)count("embed_a", 1);
}

static void
first_count_end(void)
{
    (void)count("embed_a", 0);
}

static void
second_count(void)
{
    (void)count("embed_b", 1);
}

static void
second_count_end(void)
{
    (void)count("embed_b", 0);
}

/* Makes the counted variant of an extension that is open. */
static bool
counted_open(void *library, int i, bench_modules *out)
{
    bench_api *api = &out->api[BENCH_EMBED_COUNTED][i];

    *api = out->api[BENCH_EMBED][i];
    api->enter = i == 0 ? first_count : second_count;
    api->leave = i == 0 ? first_count_end : second_count_end;
    return bench_symbol_find(library, "embed_count", &count) && api_works(api);
}

/* Makes the held variant of an extension that is open. */
static bool
held_open(void *library, int i, bench_modules *out)
{
    bench_api *api = &out->api[BENCH_EMBED_HELD][i];

    *api = out->api[BENCH_EMBED][i];
    api->enter = i == 0 ? first_hold : second_hold;
    api->leave = i == 0 ? first_release : second_release;
    return bench_symbol_find(library, "embed_hold", &hold) &&
           bench_symbol_find(library, "embed_release", &release) &&
           api_works(api);
}

/* Loads both extensions of libembed. */
static bool
embed_open(const char *dir, bench_modules *out)
{
    static const char *const names[2] = {"embed_a", "embed_b"};

    if (!library_exists(dir, names[0])) {
        return true;
    }
    out->has[BENCH_EMBED] = true;
    for (int i = 0; i < 2; i++) {
        void *library = bench_library_open(dir, names[i]);
        bench_api *api = &out->api[BENCH_EMBED][i];
        if (library == NULL || !bench_api_find(library, "bench_", api) ||
            !api_works(api) || !held_open(library, i, out) ||
            !counted_open(library, i, out)) {
            return false;
        }
    }
    out->has[BENCH_EMBED_HELD] = true;
    out->has[BENCH_EMBED_COUNTED] = true;
    return true;
}

/* Loads one copy of the hand-written variant, with the GIL held and without. */
static bool
floor_open(void *library, bench_api *attached, bench_api *held)
{
    bool (*open)(void) = NULL;

    return library != NULL && bench_symbol_find(library, "floor_open", &open) &&
           open() && bench_api_find(library, "bench_", attached) &&
           bench_api_find(library, "held_", held) &&
           bench_symbol_find(library, "floor_enter", &held->enter) &&
           bench_symbol_find(library, "floor_leave", &held->leave) &&
           api_works(attached) && api_works(held);
}

/* Loads both extensions of CFFI.  `floor` is a copy of the hand-written
 * variant: the threads have last been in other interpreters, and CFFI goes
 * where PyGILState_Ensure() leads.  NULL: PyPy has one interpreter. */
static bool
cffi_open(const bench_paths *paths, void *floor, bench_modules *out)
{
    static const char *const names[2] = {"cffi_a", "cffi_b"};
    bool (*main_path)(const char *) = NULL;
    void (*bind_main)(void) = NULL;

    if (paths->cffi_path[0] == '\0' ||
        !library_exists(paths->python_dir, names[0])) {
        return true;
    }
    out->has[BENCH_CFFI] = true;
    if (floor != NULL &&
        (!bench_symbol_find(floor, "floor_main_path", &main_path) ||
         !bench_symbol_find(floor, "floor_bind_main", &bind_main) ||
         !main_path(paths->cffi_path))) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        void *library = bench_library_open(paths->python_dir, names[i]);
        bench_api *api = &out->api[BENCH_CFFI][i];
        if (library == NULL || !bench_api_find(library, "bench_", api)) {
            return false;
        }
        api->enter = bind_main;
        if (!api_works(api)) {
            return false;
        }
    }
    return true;
}

/* Says which variant does not work. */
static bool
broken(enum bench_variant v)
{
    (void)fprintf(stderr, "bench: %s does not work\n", bench_variant_name(v));
    return false;
}

bool
bench_modules_open(const bench_paths *paths, bench_modules *out)
{
    static const char *const names[2] = {"floor_a", "floor_b"};
    void *floor = NULL;

    *out = (bench_modules){.has = {false}};
    if (!embed_open(paths->embed_dir, out)) {
        return broken(BENCH_EMBED);
    }
    bool has_floor = library_exists(paths->python_dir, names[0]);
    out->has[BENCH_FLOOR] = has_floor;
    out->has[BENCH_HELD] = has_floor;
    for (int i = 1; i >= 0 && has_floor; i--) {
        floor = bench_library_open(paths->python_dir, names[i]);
        if (!floor_open(floor, &out->api[BENCH_FLOOR][i],
                        &out->api[BENCH_HELD][i])) {
            return broken(BENCH_FLOOR);
        }
    }
    if (!cffi_open(paths, floor, out)) {
        return broken(BENCH_CFFI);
    }
    return true;
}
