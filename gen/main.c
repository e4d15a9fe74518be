/* main.c - the `embed` command.
 *
 * Exits with 0, with 1 when an input is wrong, with 2 when it is called in a
 * wrong way.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "gen/cmd_build.h"
#include "gen/cmd_call.h"
#include "gen/cmd_check.h"
#include "gen/cmd_check_api.h"
#include "gen/cmd_doctor.h"
#include "gen/cmd_generated.h"
#include "gen/cmd_inspect.h"
#include "gen/cmd_script.h"
#include "gen/opts.h"

#define EXIT_INPUT 1
#define EXIT_USAGE 2

/* Runs a command that reads inputs and reports on them. */
static int
input_run(const eg_opts *opts)
{
    eg_report report = EG_REPORT_INIT;
    embed_status status = EMBED_OK;
    int code = 0;
    switch (opts->command) {
    case EG_COMMAND_BUILD:
        status = eg_cmd_build(opts, &report);
        break;
    case EG_COMMAND_SCRIPT:
        status = eg_cmd_script(opts, &code, &report);
        break;
    case EG_COMMAND_GENERATED:
        status = eg_cmd_generated(opts, &report);
        break;
    case EG_COMMAND_DECLARATIONS:
        status = eg_cmd_declarations(opts, &report);
        break;
    case EG_COMMAND_CHECK_API:
        status = eg_cmd_check_api(opts, &report);
        break;
    case EG_COMMAND_INSPECT:
        status = eg_cmd_inspect(opts, &report);
        break;
    case EG_COMMAND_CALL:
        status = eg_cmd_call(opts, &code, &report);
        break;
    case EG_COMMAND_CHECK:
        status = eg_cmd_check(opts, &report);
        break;
    case EG_COMMAND_DOCTOR:
        status = eg_cmd_doctor(&report);
        break;
    case EG_COMMAND_HELP:
    case EG_COMMAND_HELP_BUILD:
    case EG_COMMAND_HELP_CHECK_API:
    case EG_COMMAND_VERSION:
        break;
    }
    eg_report_print(&report);
    return status == EMBED_OK ? code : EXIT_INPUT;
}

static int
command_run(const eg_opts *opts)
{
    int code = 0;
    switch (opts->command) {
    case EG_COMMAND_BUILD:
    case EG_COMMAND_SCRIPT:
    case EG_COMMAND_GENERATED:
    case EG_COMMAND_DECLARATIONS:
    case EG_COMMAND_CHECK_API:
    case EG_COMMAND_INSPECT:
    case EG_COMMAND_CALL:
    case EG_COMMAND_CHECK:
    case EG_COMMAND_DOCTOR:
        code = input_run(opts);
        break;
    case EG_COMMAND_HELP:
    case EG_COMMAND_HELP_BUILD:
    case EG_COMMAND_HELP_CHECK_API:
        (void)fputs(eg_opts_help(opts->command), stdout);
        break;
    case EG_COMMAND_VERSION:
        (void)printf("embed %d.%d.%d\n", EMBED_VERSION_MAJOR,
                     EMBED_VERSION_MINOR, EMBED_VERSION_PATCH);
        break;
    }
    return fflush(stdout) == 0 ? code : EXIT_INPUT;
}

int
main(int argc, char **argv)
{
    eg_opts opts;
    ec_err err = EC_ERR_INIT;
    if (eg_opts_parse(argc, argv, &opts, &err) != EMBED_OK) {
        (void)fprintf(stderr, "embed: %s\n%s", err.text,
                      "Try 'embed help build'.\n");
        ec_err_clear(&err);
        return EXIT_USAGE;
    }
    int code = command_run(&opts);
    eg_opts_fini(&opts);
    return code;
}
