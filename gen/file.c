/* file.c - whole files: read, written atomically, and their names.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fails with the text of `error`, an errno value, for `path`. */
static embed_status
file_fail(ec_err *err, const char *path, int error)
{
    char buffer[128];
    const char *reason = strerror_r(error, buffer, sizeof buffer);
    return ec_fail(err, EMBED_E_IO, "%s: %s", path, reason);
}

embed_status
eg_file_read(const char *path, eg_text *out, ec_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return file_fail(err, path, errno);
    }
    char chunk[16384];
    ssize_t n = 0;
    int error = 0;
    do {
        n = read(fd, chunk, sizeof chunk);
        error = n < 0 ? errno : 0;
        if (n > 0) {
            eg_text_add(out, chunk, (size_t)n);
        }
    } while (n > 0 || error == EINTR);
    (void)close(fd);
    if (error != 0) {
        return file_fail(err, path, error);
    }
    if (out->failed) {
        return ec_fail(err, EMBED_E_NOMEM, "%s: out of memory", path);
    }
    return EMBED_OK;
}

/* True when the file at `path` holds exactly data[len]. */
static bool
file_holds(const char *path, const char *data, size_t len)
{
    eg_text now = EG_TEXT_INIT;
    bool same = eg_file_read(path, &now, NULL) == EMBED_OK && now.len == len &&
                (len == 0 || memcmp(now.data, data, len) == 0);
    eg_text_fini(&now);
    return same;
}

/* Writes all of data[len]; returns 0 or an errno value. */
static int
fd_write(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Writes data[len] to a new file made from the template `temp` and renames it
 * to `path`; returns 0 or an errno value. */
static int
file_replace(char *temp, const char *path, const char *data, size_t len)
{
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    int error = fd_write(fd, data, len);
    if (error == 0 && fchmod(fd, 0666 & ~mask) != 0) {
        error = errno;
    }
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(temp, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(temp);
    }
    return error;
}

embed_status
eg_file_write(const char *path, const char *data, size_t len, ec_err *err)
{
    if (file_holds(path, data, len)) {
        return EMBED_OK;
    }
    eg_text temp = EG_TEXT_INIT;
    eg_text_printf(&temp, "%s.XXXXXX", path);
    if (temp.failed) {
        eg_text_fini(&temp);
        return ec_fail(err, EMBED_E_NOMEM, "%s: out of memory", path);
    }
    int error = file_replace(temp.data, path, data, len);
    eg_text_fini(&temp);
    return error == 0 ? EMBED_OK : file_fail(err, path, error);
}

const char *
eg_file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void
eg_file_dir(const char *path, eg_text *out)
{
    const char *base = eg_file_base(path);
    if (base == path) {
        eg_text_puts(out, ".");
    } else if (base == path + 1) {
        eg_text_puts(out, "/");
    } else {
        eg_text_add(out, path, (size_t)(base - path) - 1);
    }
}

void
eg_file_stem(const char *path, eg_text *out)
{
    const char *base = eg_file_base(path);
    const char *dot = strrchr(base, '.');
    bool has_suffix = dot != NULL && dot != base;
    eg_text_add(out, base, has_suffix ? (size_t)(dot - base) : strlen(base));
}

bool
eg_file_is_readable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, R_OK) == 0;
}

embed_status
eg_file_temp_dir(eg_text *out, ec_err *err)
{
    const char *base =
        getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): one thread
    size_t start = out->len;
    eg_text_printf(out, "%s/embed-XXXXXX",
                   base == NULL || *base == '\0' ? "/tmp" : base);
    if (out->failed) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (mkdtemp(out->data + start) == NULL) {
        return file_fail(err, out->data + start, errno);
    }
    return EMBED_OK;
}
