/* library.c - from C files to a shared library.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/library.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/file.h"
#include "gen/paths.h"

void
eg_library_dir_of(eg_cmd *dirs, const char *path)
{
    eg_text dir = EG_TEXT_INIT;
    eg_file_dir(path, &dir);
    eg_cmd_add2(dirs, "-I", eg_text_string(&dir));
    eg_text_fini(&dir);
}

/* Makes the command that compiles to `output`. */
static void
compiler_command(const eg_library *library, const char *lib, const char *output,
                 eg_cmd *cmd)
{
    static const char *const fixed[] = {
        "-shared",
        "-fPIC",
        "-O2",
        "-fvisibility=hidden",
        "-Wl,-Bsymbolic-functions",
        "-Wl,-z,nodelete",
        "-o",
    };
    const eg_opts *opts = library->opts;
    eg_cmd_compiler_for(cmd, library->sources[0]);
    eg_cmd_add_list(cmd, fixed, sizeof fixed / sizeof fixed[0]);
    eg_cmd_add(cmd, output);
    eg_cmd_add_list(cmd, opts->cpp.items, opts->cpp.n);
    eg_cmd_add_list(cmd, (const char *const *)library->dirs.argv,
                    library->dirs.n);
    eg_cmd_add(cmd, library->sources[0]);
    if (library->sources[1] != NULL) {
        eg_cmd_add(cmd, library->sources[1]);
    }
    eg_cmd_add_list(cmd, opts->link.items, opts->link.n);
    eg_cmd_add2(cmd, "-L", lib);
    eg_cmd_add(cmd, "-lembed");
    eg_cmd_add2(cmd, "-Wl,-rpath,", lib);
}

embed_status
eg_library_make(eg_library *library, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text lib = EG_TEXT_INIT;
    eg_text temp = EG_TEXT_INIT;
    eg_cmd cmd = EG_CMD_INIT;
    eg_text_printf(&temp, "%s.%ld.tmp", library->output, (long)getpid());
    const char *made = eg_text_string(&temp);
    embed_status status = eg_paths_lib(&lib, &err);
    if (status == EMBED_OK) {
        compiler_command(library, eg_text_string(&lib), made, &cmd);
        status = eg_cmd_run(&cmd, NULL, &err);
    }
    if (status == EMBED_OK && rename(made, library->output) != 0) {
        char reason[128];
        (void)ec_fail(&err, EMBED_E_IO, "%s: %s", library->output,
                      strerror_r(errno, reason, sizeof reason));
    }
    (void)unlink(made);
    eg_cmd_fini(&cmd);
    eg_cmd_fini(&library->dirs);
    eg_text_fini(&temp);
    eg_text_fini(&lib);
    return eg_report_take(report, &err);
}
