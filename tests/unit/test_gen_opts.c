/* test_gen_opts.c - the command line of `embed`.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gen/opts.h"

#define ARGV_MAX 24

/* Parses a command line given as one string, split at blanks. */
static embed_status
parse(const char *line, eg_opts *out, ec_err *err)
{
    static char copy[512];
    static char *argv[ARGV_MAX + 1];
    int argc = 0;
    (void)strncpy(copy, line, sizeof copy - 1);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest);
         word != NULL && argc < ARGV_MAX; word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return eg_opts_parse(argc, argv, out, err);
}

static void
assert_usage(const char *line, const char *message)
{
    eg_opts opts;
    ec_err err = EC_ERR_INIT;
    assert_int_equal(parse(line, &opts, &err), EMBED_E_INVALID);
    assert_string_equal(err.text, message);
    ec_err_clear(&err);
}

static void
two_files_are_enough(void **state)
{
    (void)state;
    eg_opts opts;
    assert_int_equal(parse("embed build a.h b.py", &opts, NULL), EMBED_OK);
    assert_int_equal(opts.command, EG_COMMAND_BUILD);
    assert_string_equal(opts.api, "a.h");
    assert_string_equal(opts.init, "b.py");
    assert_null(opts.output);
    assert_null(opts.name);
    assert_int_equal(opts.isolation, EMBED_ISOLATION_DEFAULT);
    eg_opts_fini(&opts);
}

static void
options_and_files_mix(void **state)
{
    (void)state;
    eg_opts opts;
    assert_int_equal(parse("embed build -o x.so a.h --name=n --cdef c.h b.py "
                           "--cdef d.h --source s.c --isolation sub",
                           &opts, NULL),
                     EMBED_OK);
    assert_string_equal(opts.output, "x.so");
    assert_string_equal(opts.name, "n");
    assert_int_equal(opts.cdefs.n, 2);
    assert_string_equal(opts.cdefs.items[0], "c.h");
    assert_string_equal(opts.cdefs.items[1], "d.h");
    assert_int_equal(opts.sources.n, 1);
    assert_int_equal(opts.isolation, EMBED_ISOLATION_SUB);
    assert_string_equal(opts.init, "b.py");
    eg_opts_fini(&opts);
}

static void
compiler_options_are_sorted_by_who_needs_them(void **state)
{
    (void)state;
    eg_opts opts;
    assert_int_equal(parse("embed build a.h b.py -Iinc -I dir -DX=1 -lm -L lib "
                           "-Wl,-z,now -- -O3 -DY x.o",
                           &opts, NULL),
                     EMBED_OK);
    static const char *const cpp[] = {"-Iinc", "-I", "dir", "-DX=1", "-DY"};
    static const char *const link[] = {"-lm",        "-L",  "lib",
                                       "-Wl,-z,now", "-O3", "x.o"};
    assert_int_equal(opts.cpp.n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(opts.cpp.items[i], cpp[i]);
    }
    assert_int_equal(opts.link.n, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(opts.link.items[i], link[i]);
    }
    eg_opts_fini(&opts);
}

static void
declarations_of_build_scripts_stand_in_place_of_the_header(void **state)
{
    (void)state;
    eg_opts opts;
    assert_int_equal(parse("embed build --cdef c.h --api a.h --override d.h "
                           "init.py --include i.h --include-module m -o x.so "
                           "--emit-c x.c",
                           &opts, NULL),
                     EMBED_OK);
    assert_true(opts.is_script);
    assert_null(opts.api);
    assert_string_equal(opts.init, "init.py");
    assert_int_equal(opts.cdefs.n, 3); /* in order */
    assert_ptr_equal(opts.cdefs.items[1], opts.apis.items[0]);
    assert_ptr_equal(opts.cdefs.items[2], opts.overrides.items[0]);
    assert_string_equal(opts.included.items[0], "i.h");
    assert_string_equal(opts.modules.items[0], "m");
    eg_opts_fini(&opts);
    assert_int_equal(parse("embed build --module --name m", &opts, NULL),
                     EMBED_OK);
    assert_true(opts.is_script && opts.is_module);
    assert_null(opts.init);
    eg_opts_fini(&opts);
    assert_int_equal(parse("embed build script.py", &opts, NULL), EMBED_OK);
    assert_int_equal(opts.command, EG_COMMAND_SCRIPT);
    eg_opts_fini(&opts);
}

static void
wrong_use_says_what_is_wrong(void **state)
{
    (void)state;
    assert_usage("embed", "a command is missing");
    assert_usage("embed frob", "unknown command 'frob'");
    assert_usage("embed build", "API.h is missing");
    assert_usage("embed build a.h", "INIT.py is missing");
    assert_usage("embed build a.h b.py c",
                 "unexpected argument 'c' (after API.h and INIT.py)");
    assert_usage("embed build a.h b.py --frob",
                 "unknown option '--frob' (compiler options go after --)");
    assert_usage("embed build a.h b.py -o", "option '-o' needs a value");
    assert_usage("embed build a.h b.py -I", "option '-I' needs a value");
    assert_usage("embed build a.h b.py --name=",
                 "option '--name' needs a value");
    assert_usage("embed build a.h b.py -o x -o y",
                 "option '-o' is given twice");
    assert_usage("embed build a.h b.py --venv x --venv=y",
                 "option '--venv' is given twice");
    assert_usage("embed build a.h b.py --isolated --isolated",
                 "option '--isolated' is given twice");
    assert_usage("embed build a.h b.py --preload",
                 "option '--preload' needs a value");
    assert_usage("embed build a.h b.py --on-fork later",
                 "--on-fork is keep, restart or fail, not 'later'");
    assert_usage("embed call", "LIBRARY is missing");
    assert_usage("embed call x.so", "FUNCTION is missing");
    assert_usage("embed call --frob x.so f", "unknown option '--frob'");
    assert_usage("embed call --time", "option '--time' needs a value");
    assert_usage("embed call --time 1x x.so f",
                 "--time must be a number of calls, not '1x'");
    assert_usage("embed check", "MODULE is missing");
    assert_usage("embed check json --frob", "unknown option '--frob'");
    assert_usage("embed doctor x", "unexpected argument 'x'");
    assert_usage("embed build a.h b.py --isolation none",
                 "--isolation must be own, sub or shared, not 'none'");
    assert_usage("embed build --api a.h b.py c",
                 "unexpected argument 'c' (--api and --module stand in place "
                 "of API.h)");
    assert_usage("embed build --api a.h", "--name is missing");
    assert_usage("embed build --module", "--name is missing");
    assert_usage("embed build --module b.py",
                 "--module excludes --api and INIT.py");
    assert_usage("embed build --module --api a.h --name x",
                 "--module excludes --api and INIT.py");
    assert_usage("embed help frob", "no help on 'frob'");
}

static void
help_and_version_are_commands(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        eg_command command;
    } cases[] = {
        {"embed help", EG_COMMAND_HELP},
        {"embed --help", EG_COMMAND_HELP},
        {"embed help build", EG_COMMAND_HELP_BUILD},
        {"embed build --help", EG_COMMAND_HELP_BUILD},
        {"embed --version", EG_COMMAND_VERSION},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_opts opts;
        assert_int_equal(parse(cases[i].line, &opts, NULL), EMBED_OK);
        assert_int_equal(opts.command, cases[i].command);
        eg_opts_fini(&opts);
    }
    assert_non_null(strstr(eg_opts_help(EG_COMMAND_HELP), "usage: embed"));
    assert_non_null(strstr(eg_opts_help(EG_COMMAND_HELP_BUILD), "--isolation"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_files_are_enough),
        cmocka_unit_test(options_and_files_mix),
        cmocka_unit_test(compiler_options_are_sorted_by_who_needs_them),
        cmocka_unit_test(
            declarations_of_build_scripts_stand_in_place_of_the_header),
        cmocka_unit_test(wrong_use_says_what_is_wrong),
        cmocka_unit_test(help_and_version_are_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
