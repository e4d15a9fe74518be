/* test_golden.c - whole builds against what they gave before.
 *
 * tests/golden/CASE.h + CASE.py [+ CASE.opts] -> CASE.c
 * tests/golden/bad/CASE.h [+ CASE.py] [+ CASE.opts] -> CASE.err
 *
 * With EMBED_GOLDEN_UPDATE=1 in the environment the expectations are written
 * anew.  Runs in the root of the source tree.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/cc.h"
#include "gen/cmd_build.h"
#include "gen/file.h"

#define CASES_MAX 64
#define ARGV_MAX  32

/* The cases of one folder, sorted. */
typedef struct cases {
    char names[CASES_MAX][64];
    size_t n;
} cases;

static char temp_dir[64];

static int
name_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Collects the names of files in `dir` that end in `suffix`. */
static void
cases_find(const char *dir, const char *suffix, cases *out)
{
    DIR *stream = opendir(dir);
    assert_non_null(stream);
    out->n = 0;
    for (struct dirent *e = readdir(stream); e != NULL; e = readdir(stream)) {
        size_t len = strlen(e->d_name);
        size_t end = strlen(suffix);
        if (len > end && strcmp(e->d_name + len - end, suffix) == 0) {
            assert_true(out->n < CASES_MAX && len - end < sizeof out->names[0]);
            (void)snprintf(out->names[out->n++], sizeof out->names[0], "%.*s",
                           (int)(len - end), e->d_name);
        }
    }
    (void)closedir(stream);
    qsort(out->names, out->n, sizeof out->names[0], name_compare);
    assert_true(out->n > 0);
}

/* Runs `embed build` on the case `dir`/`name`; its C code goes to `c_file`. */
static embed_status
case_build(const char *dir, const char *name, const char *c_file,
           eg_report *report)
{
    static char api[256];
    static char init[256];
    char opts_path[256];
    (void)snprintf(api, sizeof api, "%s/%s.h", dir, name);
    (void)snprintf(init, sizeof init, "%s/%s.py", dir, name);
    (void)snprintf(opts_path, sizeof opts_path, "%s/%s.opts", dir, name);
    if (!eg_file_is_readable(init)) {
        (void)strcpy(init, "tests/golden/empty.py");
    }
    static char embed_word[] = "embed";
    static char build_word[] = "build";
    static char emit_word[] = "--emit-c";
    static char emit_path[256];
    (void)snprintf(emit_path, sizeof emit_path, "%s", c_file);
    char *argv[ARGV_MAX + 1] = {embed_word, build_word, api,
                                init,       emit_word,  emit_path};
    int argc = 6;
    eg_text words = EG_TEXT_INIT;
    (void)eg_file_read(opts_path, &words, NULL);
    char *rest = NULL;
    for (char *word = words.data == NULL ? NULL
                                         : strtok_r(words.data, " \n", &rest);
         word != NULL && argc < ARGV_MAX; word = strtok_r(NULL, " \n", &rest)) {
        argv[argc++] = word;
    }
    eg_opts opts;
    assert_int_equal(eg_opts_parse(argc, argv, &opts, NULL), EMBED_OK);
    embed_status status = eg_cmd_build(&opts, report);
    eg_opts_fini(&opts);
    eg_text_fini(&words);
    return status;
}

/* Compares a text with a file, or writes the file. */
static void
assert_golden(const char *path, const eg_text *text)
{
    if (getenv("EMBED_GOLDEN_UPDATE") != NULL) {
        assert_int_equal(
            eg_file_write(path, eg_text_string(text), text->len, NULL),
            EMBED_OK);
        return;
    }
    eg_text expected = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    if (eg_file_read(path, &expected, &err) != EMBED_OK) {
        fail_msg("%s (EMBED_GOLDEN_UPDATE=1 writes it)", err.text);
    }
    if (strcmp(eg_text_string(&expected), eg_text_string(text)) != 0) {
        const char *a = eg_text_string(&expected);
        const char *b = eg_text_string(text);
        int line = 1;
        size_t i = 0;
        size_t start = 0;
        for (; a[i] == b[i]; i++) {
            if (a[i] == '\n') {
                line++;
                start = i + 1;
            }
        }
        fail_msg("%s:%d: expected\n%.*s\ngot\n%.*s", path, line,
                 (int)strcspn(a + start, "\n"), a + start,
                 (int)strcspn(b + start, "\n"), b + start);
    }
    eg_text_fini(&expected);
}

/* Builds the case of tests/golden into the temporary directory. */
static void
good_build(const char *name, char *out_path, size_t cap)
{
    eg_report report = EG_REPORT_INIT;
    (void)snprintf(out_path, cap, "%s/%s.c", temp_dir, name);
    (void)unlink(out_path);
    embed_status status = case_build("tests/golden", name, out_path, &report);
    if (status != EMBED_OK) {
        fail_msg("%s: %s", name, eg_text_string(&report.text));
    }
    eg_report_fini(&report);
}

static void
good_input_gives_exactly_this_c(void **state)
{
    (void)state;
    cases all;
    cases_find("tests/golden", ".py", &all);
    for (size_t i = 0; i < all.n; i++) {
        char made[256];
        char golden[256];
        eg_text text = EG_TEXT_INIT;
        good_build(all.names[i], made, sizeof made);
        assert_int_equal(eg_file_read(made, &text, NULL), EMBED_OK);
        (void)snprintf(golden, sizeof golden, "tests/golden/%s.c",
                       all.names[i]);
        assert_golden(golden, &text);
        eg_text_fini(&text);
    }
}

static void
two_runs_give_the_same_bytes(void **state)
{
    (void)state;
    cases all;
    cases_find("tests/golden", ".py", &all);
    for (size_t i = 0; i < all.n; i++) {
        char made[256];
        eg_text first = EG_TEXT_INIT;
        eg_text second = EG_TEXT_INIT;
        good_build(all.names[i], made, sizeof made);
        assert_int_equal(eg_file_read(made, &first, NULL), EMBED_OK);
        good_build(all.names[i], made, sizeof made);
        assert_int_equal(eg_file_read(made, &second, NULL), EMBED_OK);
        assert_string_equal(first.data, second.data);
        eg_text_fini(&second);
        eg_text_fini(&first);
    }
}

/* Compiles a file, warnings being errors; skips a compiler that is not
 * there. */
static void
assert_compiles(const char *path, const char *compiler, const char *standard,
                const char *language)
{
    const char *const rest[] = {
        "-fsyntax-only",
        "-D_GNU_SOURCE",
        "-Itests/golden",
        "-Iinclude",
        "-Wall",
        "-Wextra",
        "-Wconversion",
        "-Werror",
        "-x",
        language,
        path,
    };
    eg_cmd cmd = EG_CMD_INIT;
    ec_err err = EC_ERR_INIT;
    eg_cmd_add(&cmd, compiler);
    eg_cmd_add(&cmd, standard);
    eg_cmd_add_list(&cmd, rest, sizeof rest / sizeof rest[0]);
    embed_status status = eg_cmd_run(&cmd, NULL, &err);
    if (status != EMBED_OK && status != EMBED_E_IO) {
        fail_msg("%s: %s", path, err.text);
    }
    eg_cmd_fini(&cmd);
    ec_err_clear(&err);
}

static void
generated_code_compiles_without_warnings_as_c_and_cxx(void **state)
{
    (void)state;
    cases all;
    cases_find("tests/golden", ".py", &all);
    for (size_t i = 0; i < all.n; i++) {
        char made[256];
        good_build(all.names[i], made, sizeof made);
        assert_compiles(made, "cc", "-std=gnu11", "c");
        assert_compiles(made, "clang", "-std=gnu11", "c");
        assert_compiles(made, "c++", "-std=gnu++11", "c++");
        assert_compiles(made, "clang++", "-std=gnu++17", "c++");
    }
}

static void
bad_input_gives_exactly_this_message(void **state)
{
    (void)state;
    cases all;
    cases_find("tests/golden/bad", ".h", &all);
    for (size_t i = 0; i < all.n; i++) {
        char golden[256];
        char made[256];
        eg_report report = EG_REPORT_INIT;
        (void)snprintf(golden, sizeof golden, "tests/golden/bad/%s.err",
                       all.names[i]);
        (void)snprintf(made, sizeof made, "%s/bad.c", temp_dir);
        assert_int_not_equal(
            case_build("tests/golden/bad", all.names[i], made, &report),
            EMBED_OK);
        assert_golden(golden, &report.text);
        assert_false(eg_file_is_readable(made));
        eg_report_fini(&report);
    }
}

static int
temp_make(void **state)
{
    (void)state;
    eg_text dir = EG_TEXT_INIT;
    embed_status status = eg_file_temp_dir(&dir, NULL);
    (void)snprintf(temp_dir, sizeof temp_dir, "%s", eg_text_string(&dir));
    eg_text_fini(&dir);
    return status == EMBED_OK ? 0 : -1;
}

static int
temp_remove(void **state)
{
    (void)state;
    cases all;
    cases_find(temp_dir, ".c", &all);
    for (size_t i = 0; i < all.n; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s.c", temp_dir, all.names[i]);
        (void)unlink(path);
    }
    return rmdir(temp_dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_input_gives_exactly_this_c),
        cmocka_unit_test(two_runs_give_the_same_bytes),
        cmocka_unit_test(generated_code_compiles_without_warnings_as_c_and_cxx),
        cmocka_unit_test(bad_input_gives_exactly_this_message),
    };
    return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
