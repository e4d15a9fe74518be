/* test_gen_bundle.c - gen/bundle.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "gen/bundle.h"
#include "tests/support/shell.h"

static void
make_dir(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static void
a_package_keeps_its_name_and_a_directory_does_not(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "a.py", "pkg/__init__.py", "pkg/data.txt", "pkg/sub/m.py", "sub/b.py"};
    eg_bundle bundle = {.n = 0};
    ec_err err = EC_ERR_INIT;
    make_dir("pkg");
    make_dir("pkg/sub");
    make_dir("pkg/__pycache__");
    make_dir("mods");
    make_dir("mods/sub");
    shell_write("pkg/__init__.py", "");
    shell_write("pkg/data.txt", "hello");
    shell_write("pkg/sub/m.py", "x = 1\n");
    shell_write("pkg/__pycache__/m.pyc", "out");
    shell_write("pkg/.dot", "out");
    shell_write("mods/sub/b.py", "");
    shell_write("mods/a.py", "");
    shell_write("mods/a.pyc", "out");
    assert_int_equal(eg_bundle_add(&bundle, "pkg", &err), EMBED_OK);
    assert_int_equal(eg_bundle_add(&bundle, "mods/", &err), EMBED_OK);
    eg_bundle_sort(&bundle);
    assert_int_equal(bundle.n, 5);
    for (size_t i = 0; i < bundle.n; i++) {
        assert_string_equal(bundle.files[i].path, paths[i]);
    }
    assert_string_equal(eg_text_string(&bundle.files[2].data), "hello");
    assert_int_equal(bundle.size, 11);
    /* Once more: everything is there already. */
    assert_int_equal(eg_bundle_add(&bundle, "mods", &err), EMBED_E_INVALID);
    assert_non_null(strstr(err.text, "is bundled already"));
    ec_err_clear(&err);
    eg_bundle_fini(&bundle);
    assert_int_equal(bundle.n, 0);
}

static void
what_is_not_there_is_an_error(void **state)
{
    (void)state;
    eg_bundle bundle = {.n = 0};
    ec_err err = EC_ERR_INIT;
    assert_int_equal(eg_bundle_add(&bundle, "none", &err), EMBED_E_IO);
    assert_string_equal(err.text, "none: No such file or directory");
    ec_err_clear(&err);
    eg_bundle_sort(&bundle);
    eg_bundle_fini(&bundle);
}

static void
what_is_too_much_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *make;
        const char *expected;
    } cases[] = {
        {"mkdir big && truncate -s 65M big/big.bin",
         "big/big.bin: what is bundled is larger than 64 MiB"},
        {"d=deep; for i in $(seq 70); do d=$d/d; done; mkdir -p $d",
         ": nested too deeply"},
        {"n=$(printf 'n%.0s' $(seq 250)); mkdir long && cd long && "
         "for i in $(seq 15); do mkdir $n && cd $n || exit 1; done; "
         "mkdir -p $n/$n",
         "path is too long: long/nnn"},
    };
    static const char *const dirs[] = {"big", "deep", "long"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_bundle bundle = {.n = 0};
        ec_err err = EC_ERR_INIT;
        shell_expect(0, "%s", cases[i].make);
        assert_int_equal(eg_bundle_add(&bundle, dirs[i], &err),
                         EMBED_E_INVALID);
        assert_non_null(strstr(err.text, cases[i].expected));
        ec_err_clear(&err);
        eg_bundle_fini(&bundle);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_package_keeps_its_name_and_a_directory_does_not),
        TEST(what_is_not_there_is_an_error),
        TEST(what_is_too_much_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
