/* cmd_inspect.c - `embed inspect`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_inspect.h"

#include <stdio.h>
#include <sys/stat.h>

#include "gen/file.h"
#include "gen/inspect.h"

/* Largest file that is read: all of it is in memory. */
#define FILE_SIZE_MAX ((off_t)1 << 30)

/* Refuses what has no end, and what cannot be a library. */
static embed_status
file_check(const char *path, ec_err *err)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return EMBED_OK; /* reading it says why */
    }
    if (!S_ISREG(info.st_mode)) {
        return ec_fail(err, EMBED_E_INVALID, "%s: this is no regular file",
                       path);
    }
    return info.st_size > FILE_SIZE_MAX
               ? ec_fail(err, EMBED_E_INVALID,
                         "%s: larger than any library (%lld bytes)", path,
                         (long long)info.st_size)
               : EMBED_OK;
}

embed_status
eg_cmd_inspect(const eg_opts *opts, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text file = EG_TEXT_INIT;
    eg_text out = EG_TEXT_INIT;
    embed_status status = file_check(opts->api, &err);
    if (status == EMBED_OK) {
        status = eg_file_read(opts->api, &file, &err);
    }
    if (status == EMBED_OK) {
        status = eg_inspect(file.data, file.len, &out, &err);
        if (status != EMBED_OK) {
            ec_err_prefix(&err, "%s: ", opts->api);
        }
    }
    if (status == EMBED_OK) {
        (void)fwrite(eg_text_string(&out), 1, out.len, stdout);
    }
    eg_text_fini(&out);
    eg_text_fini(&file);
    return eg_report_take(report, &err);
}
