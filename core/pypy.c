/* pypy.c - finds the library of a PyPy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pypy.h"

#include <errno.h>
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

/* A search, and the first file of it that is there but cannot be read. */
typedef struct search {
    long minor; /* of the version; -1: any */
    char *out;  /* out[cap] */
    size_t cap;
    int error; /* errno; 0: there is no such file */
    char path[PATH_MAX];
} search;

/* Takes a file if it can be read. */
static bool
file_try(search *s, const char *path)
{
    char real[PATH_MAX];
    if (realpath(path, real) != NULL && euidaccess(real, R_OK) == 0 &&
        strlen(real) < s->cap) {
        (void)snprintf(s->out, s->cap, "%s", real);
        return true;
    }
    if (errno != ENOENT && errno != ENOTDIR && s->error == 0) {
        s->error = errno;
        (void)snprintf(s->path, sizeof s->path, "%s", path);
    }
    return false;
}

/* Looks in one directory, `len` bytes of `dir` with `below`. */
static bool
dir_find(search *s, const char *dir, size_t len, const char *below)
{
    for (long m = MINOR_NEWEST; m >= MINOR_OLDEST; m--) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%.*s%s/libpypy3.%ld-c.so",
                         (int)len, dir, below, m);
        if ((s->minor < 0 || m == s->minor) && n > 0 &&
            (size_t)n < sizeof path && file_try(s, path)) {
            return true;
        }
    }
    return false;
}

/* Looks near the file `real`, a library or a command. */
static bool
beside_find(search *s, const char *real)
{
    const char *slash = strrchr(real, '/');
    s->minor = minor_of(slash + 1);
    bool found = strncmp(slash + 1, "libpypy", 7) == 0 && file_try(s, real);
    for (size_t i = 0; i < COUNT(beside) && !found; i++) {
        found = dir_find(s, real, (size_t)(slash - real), beside[i]);
    }
    return found;
}

/* Is it "pypy", "pypy3" or "pypy3.9"? */
static bool
is_version(const char *name)
{
    const char *rest = name + strlen("pypy");
    return *rest == '\0' || strcmp(rest, "3") == 0 ||
           (strncmp(rest, "3.", 2) == 0 && rest[2] != '\0' &&
            rest[2 + strspn(rest + 2, "0123456789")] == '\0');
}

/* Says that none was found. */
static embed_status
none_found(const search *s, ec_err *err)
{
    if (s->error != 0) {
        return ec_fail(err, EMBED_E_PYTHON, "%s: %s", s->path,
                       ec_errno_text(s->error));
    }
    char version[24] = "X";
    if (s->minor >= 0) {
        (void)snprintf(version, sizeof version, "%ld", s->minor);
    }
    return ec_fail(err, EMBED_E_PYTHON,
                   "there is no libpypy3.%s-c.so in %s and the like; install "
                   "PyPy (Debian: pypy3), or set EMBED_PYTHON to its path",
                   version, system_dirs[0]);
}

embed_status // NOLINTNEXTLINE(readability-non-const-parameter): `s` writes it
ec_pypy_find(const char *text, char *out, size_t cap, ec_err *err)
{
    char real[PATH_MAX];
    search s = {.minor = -1, .out = out, .cap = cap};
    if (text != NULL && strchr(text, '/') != NULL) {
        if (realpath(text, real) == NULL) {
            int error = errno;
            return ec_fail(err, EMBED_E_PYTHON, "%s: %s", text,
                           ec_errno_text(error));
        }
        if (beside_find(&s, real)) {
            return EMBED_OK;
        }
        if (s.error != 0) {
            return none_found(&s, err);
        }
    } else if (text != NULL && !is_version(text)) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "'%s' is not pypy, pypy3 or pypy3.X", text);
    } else if (text != NULL) {
        s.minor = minor_of(text);
    }
    for (size_t i = 0; i < COUNT(system_dirs); i++) {
        if (dir_find(&s, system_dirs[i], strlen(system_dirs[i]), "")) {
            return EMBED_OK;
        }
    }
    return none_found(&s, err);
}
