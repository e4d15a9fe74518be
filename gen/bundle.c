/* bundle.c - the files that go into a library with --bundle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/file.h"

/* More than that is not a plug-in's code, and slow to compile. */
#define SIZE_MAX_BYTES ((size_t)64 << 20)

/* Deepest directory. */
#define DEPTH_MAX 64

/* What a walk needs. */
typedef struct walk {
    eg_bundle *bundle;
    const char *dir;    /* as it was given */
    char top[PATH_MAX]; /* its real path, which links must stay in */
    ec_err *err;
} walk;

void
eg_bundle_fini(eg_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n; i++) {
        free(bundle->files[i].path);
        eg_text_fini(&bundle->files[i].data);
    }
    free(bundle->files);
    *bundle = (eg_bundle){.n = 0};
}

/* What no plug-in needs of a directory. */
static bool
is_left_out(const char *name)
{
    return name[0] == '.' || strcmp(name, "__pycache__") == 0 ||
           eg_text_ends_with(name, ".pyc") || eg_text_ends_with(name, ".pyo");
}

static embed_status
io_fail(ec_err *err, const char *path)
{
    char reason[128];
    return ec_fail(err, EMBED_E_IO, "%s: %s", path,
                   strerror_r(errno, reason, sizeof reason));
}

static embed_status
file_add(walk *w, const char *full, const char *path)
{
    eg_bundle *b = w->bundle;
    if (eg_text_ends_with(full, ".so") || eg_text_ends_with(full, ".pyd")) {
        return ec_fail(w->err, EMBED_E_INVALID,
                       "%s: an extension module cannot be bundled: Python "
                       "loads it from a file",
                       full);
    }
    for (size_t i = 0; i < b->n; i++) {
        if (strcmp(b->files[i].path, path) == 0) {
            return ec_fail(w->err, EMBED_E_INVALID,
                           "%s: '%s' is bundled already", full, path);
        }
    }
    if (b->n == b->cap) {
        size_t cap = b->cap == 0 ? 16 : b->cap * 2;
        eg_bundled *files = realloc(b->files, cap * sizeof *files);
        if (files == NULL) {
            return ec_fail(w->err, EMBED_E_NOMEM, "out of memory");
        }
        b->files = files;
        b->cap = cap;
    }
    eg_bundled *file = &b->files[b->n];
    *file = (eg_bundled){.path = strdup(path)};
    if (file->path == NULL) {
        return ec_fail(w->err, EMBED_E_NOMEM, "out of memory");
    }
    b->n++;
    embed_status status = eg_file_read(full, &file->data, w->err);
    b->size += file->data.len;
    if (status == EMBED_OK && b->size > SIZE_MAX_BYTES) {
        status = ec_fail(w->err, EMBED_E_INVALID,
                         "%s: what is bundled is larger than %zu MiB", full,
                         SIZE_MAX_BYTES >> 20);
    }
    return status;
}

/* A link may stand for something in the directory only: what else it leads to
 * is not the package's. */
static embed_status
link_check(const walk *w, const char *full)
{
    char real[PATH_MAX];
    size_t len = strlen(w->top);
    if (realpath(full, real) == NULL) {
        return io_fail(w->err, full);
    }
    return strncmp(real, w->top, len) == 0 && real[len] == '/'
               ? EMBED_OK
               : ec_fail(w->err, EMBED_E_INVALID,
                         "%s: a link that leads out of %s", full, w->dir);
}

static embed_status
dir_add(walk *w, const char *dir, const char *path, int depth);

/* Adds one entry of a directory. */
static embed_status // NOLINTNEXTLINE(misc-no-recursion): depth-limited
entry_add(walk *w, const char *dir, const char *path, const char *name,
          int depth)
{
    char full[PATH_MAX];
    char below[PATH_MAX];
    struct stat info;
    int n = snprintf(full, sizeof full, "%s/%s", dir, name);
    int m = snprintf(below, sizeof below, "%s%s%s", path,
                     path[0] == '\0' ? "" : "/", name);
    if (n < 0 || m < 0 || (size_t)n >= sizeof full ||
        (size_t)m >= sizeof below) {
        return ec_fail(w->err, EMBED_E_INVALID, "path is too long: %s/%s", dir,
                       name);
    }
    if (lstat(full, &info) != 0) {
        return io_fail(w->err, full);
    }
    if (S_ISLNK(info.st_mode)) {
        embed_status status = link_check(w, full);
        if (status != EMBED_OK) {
            return status;
        }
        if (stat(full, &info) != 0) {
            return io_fail(w->err, full);
        }
    }
    if (S_ISDIR(info.st_mode)) {
        return dir_add(w, full, below, depth - 1);
    }
    return S_ISREG(info.st_mode)
               ? file_add(w, full, below)
               : ec_fail(w->err, EMBED_E_INVALID, "%s: not a file", full);
}

static embed_status // NOLINTNEXTLINE(misc-no-recursion): depth-limited
dir_add(walk *w, const char *dir, const char *path, int depth)
{
    embed_status status = EMBED_OK;
    if (depth == 0) {
        return ec_fail(w->err, EMBED_E_INVALID, "%s: nested too deeply", dir);
    }
    DIR *stream = opendir(dir);
    if (stream == NULL) {
        return io_fail(w->err, dir);
    }
    struct dirent *e = NULL;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's
    while (status == EMBED_OK && (e = readdir(stream)) != NULL) {
        if (!is_left_out(e->d_name)) {
            status = entry_add(w, dir, path, e->d_name, depth);
        }
    }
    (void)closedir(stream);
    return status;
}

embed_status
eg_bundle_add(eg_bundle *bundle, const char *dir, ec_err *err)
{
    char init[PATH_MAX + 16];
    walk w = {.bundle = bundle, .dir = dir, .err = err};
    if (realpath(dir, w.top) == NULL) {
        return io_fail(err, dir);
    }
    (void)snprintf(init, sizeof init, "%s/__init__.py", w.top);
    bool is_package = eg_file_is_readable(init);
    return dir_add(&w, dir, is_package ? eg_file_base(w.top) : "", DEPTH_MAX);
}

static int
path_compare(const void *a, const void *b)
{
    return strcmp(((const eg_bundled *)a)->path, ((const eg_bundled *)b)->path);
}

void
eg_bundle_sort(eg_bundle *bundle)
{
    if (bundle->n > 0) {
        qsort(bundle->files, bundle->n, sizeof *bundle->files, path_compare);
    }
}
