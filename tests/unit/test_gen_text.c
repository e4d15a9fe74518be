/* test_gen_text.c - text buffers, files, and the init code's normal form.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/file.h"
#include "gen/initcode.h"
#include "gen/text.h"

static void
text_grows_and_counts_lines(void **state)
{
    (void)state;
    eg_text text = EG_TEXT_INIT;
    assert_string_equal(eg_text_string(&text), "");
    for (int i = 0; i < 5000; i++) {
        eg_text_printf(&text, "%d\n", i);
    }
    assert_false(text.failed);
    assert_int_equal(text.lines, 5000);
    assert_int_equal(strlen(text.data), text.len);
    eg_text_fini(&text);
}

static void
long_formatted_text_is_whole(void **state)
{
    (void)state;
    char *word = malloc(10001);
    assert_non_null(word);
    memset(word, 'x', 10000);
    word[10000] = '\0';
    eg_text text = EG_TEXT_INIT;
    eg_text_printf(&text, "<%s>", word);
    assert_int_equal(text.len, 10002);
    assert_int_equal(text.data[10001], '>');
    eg_text_fini(&text);
    free(word);
}

static void
literals_are_ascii_without_trigraphs(void **state)
{
    (void)state;
    static const char bytes[] = "a\"\\\n\t\?\?=\x01\xc3\xa9\x7f";
    eg_text text = EG_TEXT_INIT;
    eg_text_literal(&text, bytes, sizeof bytes - 1);
    assert_string_equal(text.data,
                        "\"a\\\"\\\\\\n\\t?\\?=\\001\\303\\251\\177\"");
    eg_text_fini(&text);
}

static void
names_of_files_come_apart(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *base;
        const char *dir;
        const char *stem;
    } cases[] = {
        {"a.h", "a.h", ".", "a"},
        {"x/y/a.b.py", "a.b.py", "x/y", "a.b"},
        {"/a", "a", "/", "a"},
        {"./.profile", ".profile", ".", ".profile"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_text dir = EG_TEXT_INIT;
        eg_text stem = EG_TEXT_INIT;
        eg_file_dir(cases[i].path, &dir);
        eg_file_stem(cases[i].path, &stem);
        assert_string_equal(eg_file_base(cases[i].path), cases[i].base);
        assert_string_equal(eg_text_string(&dir), cases[i].dir);
        assert_string_equal(eg_text_string(&stem), cases[i].stem);
        eg_text_fini(&stem);
        eg_text_fini(&dir);
    }
}

static void
unchanged_output_is_not_touched(void **state)
{
    (void)state;
    eg_text path = EG_TEXT_INIT;
    struct stat before;
    struct stat after;
    assert_int_equal(eg_file_temp_dir(&path, NULL), EMBED_OK);
    char *dir = strdup(path.data);
    eg_text_puts(&path, "/out");
    assert_int_equal(eg_file_write(path.data, "one", 3, NULL), EMBED_OK);
    assert_int_equal(stat(path.data, &before), 0);
    assert_int_equal(eg_file_write(path.data, "one", 3, NULL), EMBED_OK);
    assert_int_equal(stat(path.data, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(eg_file_write(path.data, "two", 3, NULL), EMBED_OK);
    eg_text content = EG_TEXT_INIT;
    assert_int_equal(eg_file_read(path.data, &content, NULL), EMBED_OK);
    assert_string_equal(content.data, "two");
    eg_text_fini(&content);
    assert_int_equal(unlink(path.data), 0);
    assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
    free(dir);
    eg_text_fini(&path);
}

static void
missing_file_is_named(void **state)
{
    (void)state;
    eg_text text = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    assert_int_equal(eg_file_read("/no/such/file", &text, &err), EMBED_E_IO);
    assert_string_equal(err.text, "/no/such/file: No such file or directory");
    assert_int_equal(eg_file_write("/no/such/file", "", 0, &err), EMBED_E_IO);
    ec_err_clear(&err);
}

/* Asserts what the init code `in` becomes; NULL: it is refused. */
static void
assert_init_code(const char *in, size_t len, const char *expected)
{
    eg_text out = EG_TEXT_INIT;
    eg_report report = EG_REPORT_INIT;
    bool good = eg_initcode_normalise("i.py", in, len, &out, &report);
    assert_int_equal(good, expected != NULL);
    assert_int_equal(report.errors, expected == NULL);
    if (expected != NULL) {
        assert_string_equal(eg_text_string(&out), expected);
    }
    eg_report_fini(&report);
    eg_text_fini(&out);
}

static void
init_code_gets_its_normal_form(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"", ""},
        {"x = 1", "x = 1\n"},
        {"\xef\xbb\xbfx = 1\n", "x = 1\n"},
        {"a\r\nb\rc\n", "a\nb\nc\n"},
        {"\n\nx\n", "\n\nx\n"},
        {"    a\n      b\n\n    c\n", "a\n  b\n\nc\n"},
        {"  a\n\tb\n", "  a\n\tb\n"},
        {"s = '\xc3\xa9 \xf0\x9f\x90\x8d'\n",
         "s = '\xc3\xa9 \xf0\x9f\x90\x8d'\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_init_code(cases[i].in, strlen(cases[i].in), cases[i].out);
    }
}

static void
init_code_must_be_utf8_without_nul(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xe9\n", "\xc0\x80", "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80", "\xe2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_init_code(bad[i], strlen(bad[i]), NULL);
    }
    assert_init_code("a\0b", 3, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_counts_lines),
        cmocka_unit_test(long_formatted_text_is_whole),
        cmocka_unit_test(literals_are_ascii_without_trigraphs),
        cmocka_unit_test(names_of_files_come_apart),
        cmocka_unit_test(unchanged_output_is_not_touched),
        cmocka_unit_test(missing_file_is_named),
        cmocka_unit_test(init_code_gets_its_normal_form),
        cmocka_unit_test(init_code_must_be_utf8_without_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
