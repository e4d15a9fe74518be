/* pypy.c - finds the library of a PyPy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pypy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Languages of PyPy, newest first, as minor versions of Python 3. */
#define MINOR_NEWEST 14
#define MINOR_OLDEST 9

/* Where distributions have it, after the places that go with a command. */
static const char *const system_dirs[] = {
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
    "/usr/lib", "/usr/local/lib"};

/* Where it is from a command's own directory: upstream, then others. */
static const char *const beside[] = {"", "/../lib", "/../lib/x86_64-linux-gnu",
                                     "/../lib/aarch64-linux-gnu", "/../lib64"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

bool
ec_pypy_is_named(const char *name)
{
    return strncmp(name, "pypy", 4) == 0 || strncmp(name, "libpypy", 7) == 0;
}

/* The minor version that a name ends in, as "pypy3.9"; -1: none. */
static long
minor_of(const char *name)
{
    const char *dot = strstr(name, "3.");
    char *end = NULL;
    long minor = dot == NULL ? -1 : strtol(dot + 2, &end, 10);
    return dot == NULL || end == dot + 2 ? -1 : minor;
}

/* Looks in one directory, `len` bytes of `dir` with `below`. */
static bool
dir_find(const char *dir, size_t len, const char *below, long minor, char *out,
         size_t cap)
{
    for (long m = MINOR_NEWEST; m >= MINOR_OLDEST; m--) {
        if (minor >= 0 && m != minor) {
            continue;
        }
        char path[PATH_MAX];
        char real[PATH_MAX];
        int n = snprintf(path, sizeof path, "%.*s%s/libpypy3.%ld-c.so",
                         (int)len, dir, below, m);
        if (n > 0 && (size_t)n < sizeof path && realpath(path, real) != NULL &&
            euidaccess(real, R_OK) == 0 && strlen(real) < cap) {
            (void)snprintf(out, cap, "%s", real);
            return true;
        }
    }
    return false;
}

/* Looks near the file `real`, a library or a command. */
static bool
beside_find(const char *real, char *out, size_t cap)
{
    const char *slash = strrchr(real, '/');
    if (strncmp(slash + 1, "libpypy", 7) == 0 && strlen(real) < cap) {
        (void)snprintf(out, cap, "%s", real);
        return true;
    }
    for (size_t i = 0; i < COUNT(beside); i++) {
        if (dir_find(real, (size_t)(slash - real), beside[i],
                     minor_of(slash + 1), out, cap)) {
            return true;
        }
    }
    return false;
}

embed_status
ec_pypy_find(const char *text, char *out, size_t cap, ec_err *err)
{
    char real[PATH_MAX];
    long minor = -1;
    if (text != NULL && strchr(text, '/') != NULL) {
        if (realpath(text, real) == NULL) {
            return ec_fail(err, EMBED_E_PYTHON, "%s: there is no such file",
                           text);
        }
        if (beside_find(real, out, cap)) {
            return EMBED_OK;
        }
        minor = minor_of(strrchr(real, '/'));
    } else if (text != NULL) {
        minor = minor_of(text);
    }
    for (size_t i = 0; i < COUNT(system_dirs); i++) {
        if (dir_find(system_dirs[i], strlen(system_dirs[i]), "", minor, out,
                     cap)) {
            return EMBED_OK;
        }
    }
    char version[24] = "X";
    if (minor >= 0) {
        (void)snprintf(version, sizeof version, "%ld", minor);
    }
    return ec_fail(err, EMBED_E_PYTHON,
                   "there is no libpypy3.%s-c.so in %s and the like; install "
                   "PyPy (Debian: pypy3), or set EMBED_PYTHON to its path",
                   version, system_dirs[0]);
}
