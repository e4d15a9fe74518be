/* libc.c - the functions of the C library that libembed cannot do without, when
 * an extension exports one of that name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/libc.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <stdbool.h>
#include <string.h>

ec_libc ec_libc_now = {
    .clock_gettime = clock_gettime,
    .pthread_create = pthread_create,
    .open = open,
};

/* Calls `address` for `name` from now on, if that is one of ours. */
static void
bypass(const char *name, const void *address)
{
    const struct {
        const char *name;
        void *place;
    } all[] = {
        {"clock_gettime", &ec_libc_now.clock_gettime},
        {"pthread_create", &ec_libc_now.pthread_create},
        {"open", &ec_libc_now.open},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, name) == 0) {
            memcpy(all[i].place, &address, sizeof address);
        }
    }
}

void *
ec_libc_replaced(const char *name, const void *object)
{
    Dl_info found;
    Dl_info mine;
    void *libc = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);
    void *original = libc == NULL ? NULL : dlsym(libc, name);
    void *first = original == NULL ? NULL : dlsym(RTLD_DEFAULT, name);
    bool is_ours = first != NULL && first != original &&
                   dladdr(first, &found) != 0 && dladdr(object, &mine) != 0 &&
                   found.dli_fbase == mine.dli_fbase;
    if (libc != NULL) {
        (void)dlclose(libc);
    }
    if (!is_ours) {
        (void)dlerror(); // NOLINT(concurrency-mt-unsafe): one per thread
        return NULL;
    }
    bypass(name, original);
    return original;
}
