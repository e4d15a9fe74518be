/* paths.c - where libembed's own headers and library are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/paths.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "gen/file.h"

/* Cuts the last component off `path`; false at the root. */
static bool
path_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return false;
    }
    *slash = '\0';
    return true;
}

/* Stores the directory of this executable in out[PATH_MAX]. */
static embed_status
executable_dir(char *out, ec_err *err)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n < 0) {
        return ec_fail(
            err, EMBED_E_IO, "/proc/self/exe: %s",
            strerror(errno)); // NOLINT(concurrency-mt-unsafe): one thread
    }
    out[n] = '\0';
    (void)path_up(out);
    return EMBED_OK;
}

/* True when dir/file can be read. */
static bool
dir_has(const char *dir, const char *file)
{
    eg_text path = EG_TEXT_INIT;
    eg_text_printf(&path, "%s/%s", dir, file);
    bool found = eg_file_is_readable(eg_text_string(&path));
    eg_text_fini(&path);
    return found;
}

embed_status
eg_paths_include(eg_text *out, ec_err *err)
{
    char dir[PATH_MAX];
    embed_status status = executable_dir(dir, err);
    if (status != EMBED_OK) {
        return status;
    }
    while (!dir_has(dir, "include/embed/plugin.h")) {
        if (!path_up(dir)) {
            return ec_fail(err, EMBED_E_IO,
                           "cannot find embed/plugin.h from where this "
                           "program is");
        }
    }
    eg_text_printf(out, "%s/include", dir);
    return out->failed ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                       : EMBED_OK;
}

embed_status
eg_paths_lib(eg_text *out, ec_err *err)
{
    char dir[PATH_MAX];
    embed_status status = executable_dir(dir, err);
    if (status != EMBED_OK) {
        return status;
    }
    if (!path_up(dir) || !dir_has(dir, "lib/libembed.so")) {
        return ec_fail(err, EMBED_E_IO, "cannot find %s/lib/libembed.so", dir);
    }
    eg_text_printf(out, "%s/lib", dir);
    return out->failed ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                       : EMBED_OK;
}
