/* paths.c - where libembed's own headers, library and Python code are.
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

/* Appends the first DIR/NAME, from this executable's directory upwards, in
 * which `file` can be read. */
static embed_status
dir_find(const char *name, const char *file, eg_text *out, ec_err *err)
{
    char dir[PATH_MAX];
    embed_status status = executable_dir(dir, err);
    if (status != EMBED_OK) {
        return status;
    }
    eg_text wanted = EG_TEXT_INIT;
    eg_text_printf(&wanted, "%s/%s", name, file);
    bool found = dir_has(dir, eg_text_string(&wanted));
    while (!found && path_up(dir)) {
        found = dir_has(dir, eg_text_string(&wanted));
    }
    eg_text_fini(&wanted);
    if (!found) {
        return ec_fail(err, EMBED_E_IO,
                       "cannot find %s/%s from where this program is", name,
                       file);
    }
    eg_text_printf(out, "%s/%s", dir, name);
    return out->failed ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                       : EMBED_OK;
}

embed_status
eg_paths_include(eg_text *out, ec_err *err)
{
    return dir_find("include", "embed/plugin.h", out, err);
}

embed_status
eg_paths_lib(eg_text *out, ec_err *err)
{
    return dir_find("lib", "libembed.so", out, err);
}

embed_status
eg_paths_python(eg_text *out, ec_err *err)
{
    return dir_find("share/embed/python/cffi", "cffi/__init__.py", out, err);
}
