/* gen_case.c - runs of the generator in a directory of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/gen_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/cmd_build.h"
#include "gen/file.h"
#include "gen/paths.h"

int
gen_case_enter(void **state)
{
    eg_text dir = EG_TEXT_INIT;
    if (eg_file_temp_dir(&dir, NULL) != EMBED_OK || chdir(dir.data) != 0) {
        return -1;
    }
    *state = strdup(dir.data);
    eg_text_fini(&dir);
    return *state == NULL ? -1 : 0;
}

int
gen_case_leave(void **state)
{
    DIR *dir = opendir(".");
    if (dir == NULL) {
        return -1;
    }
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        (void)unlink(e->d_name);
    }
    (void)closedir(dir);
    int failed = chdir("/") != 0 || rmdir(*state) != 0;
    free(*state);
    return failed ? -1 : 0;
}

void
gen_case_write(const char *file, const char *text)
{
    assert_int_equal(eg_file_write(file, text, strlen(text), NULL), EMBED_OK);
}

static void
case_parse(gen_case *run, const char *args)
{
    memset(run, 0, sizeof *run);
    (void)snprintf(run->line, sizeof run->line, "embed build %s", args);
    int argc = 0;
    char *rest = NULL;
    for (char *word = strtok_r(run->line, " ", &rest);
         word != NULL && argc < 32; word = strtok_r(NULL, " ", &rest)) {
        run->argv[argc++] = word;
    }
    assert_int_equal(eg_opts_parse(argc, run->argv, &run->opts, NULL),
                     EMBED_OK);
}

void
gen_case_plan(gen_case *run, const char *args)
{
    eg_text include = EG_TEXT_INIT;
    case_parse(run, args);
    assert_int_equal(eg_paths_include(&include, NULL), EMBED_OK);
    run->status = eg_spec_load(&run->opts, eg_text_string(&include), &run->spec,
                               &run->report);
    if (run->status == EMBED_OK) {
        run->status = eg_plan_build(&run->spec, &run->plan, &run->report);
    }
    eg_text_fini(&include);
}

void
gen_case_build(gen_case *run, const char *args)
{
    case_parse(run, args);
    run->status = eg_cmd_build(&run->opts, &run->report);
}

void
gen_case_fini(gen_case *run)
{
    eg_spec_fini(&run->spec);
    eg_report_fini(&run->report);
    eg_opts_fini(&run->opts);
}

const eg_global *
gen_case_global(const gen_case *run, const char *name)
{
    for (size_t i = 0; i < run->plan.n_globals; i++) {
        if (strcmp(run->plan.globals[i].name, name) == 0) {
            return &run->plan.globals[i];
        }
    }
    return NULL;
}
