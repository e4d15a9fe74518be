/* test_required.c - exports without code: what is said of them, and what starts
 * and reloads do about them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/shell.h"

typedef int int_fn(void);

#define PROGRAM           \
 "from kept import ffi\n" \
 "@ffi.def_extern()\n"    \
 "def one():\n"           \
 "    return 1\n"         \
 "@ffi.def_extern()\n"    \
 "def two():\n"           \
 "    return 2\n"

static int_fn *one;
static int_fn *two;

/* Opens the program in kept.py. */
static void
program_open(void)
{
    E2E_CHECK_INT(embed_open_file("kept",
                                  "int one(void) EMBED_ON_FAILURE(-1);\n"
                                  "int two(void) EMBED_ON_FAILURE(-1);\n",
                                  "kept.py", NULL),
                  EMBED_OK);
    one = (int_fn *)embed_symbol("kept", "one");
    two = (int_fn *)embed_symbol("kept", "two");
}

/* Loads the library, whose init code attaches what KEPT names. */
static void
library_load(void)
{
    void *library = e2e_load("kept");
    one = E2E_FN(int_fn *, library, "one");
    two = E2E_FN(int_fn *, library, "two");
}

static int
n_attached(void)
{
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("kept", &info), EMBED_OK);
    E2E_CHECK(info.size == sizeof info);
    E2E_CHECK(info.n_exports == 2);
    return (int)info.n_attached;
}

/* Is code attached to the export? */
static int
is_attached(const char *name)
{
    embed_export_info info = EMBED_EXPORT_INFO_INIT;
    for (size_t i = 0; embed_lookup_export("kept", i, &info) == EMBED_OK; i++) {
        E2E_CHECK(info.size == sizeof info);
        if (strcmp(info.name, name) == 0) {
            return info.is_attached;
        }
    }
    return -1;
}

/* A reload that changes nothing. */
static void
reload_is_refused(embed_status status, const char *why)
{
    embed_info before = EMBED_INFO_INIT;
    embed_info after = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("kept", &before), EMBED_OK);
    E2E_CHECK_INT(embed_reload("kept", 5000), status);
    E2E_CHECK(strstr(embed_last_error()->message, why) != NULL);
    E2E_CHECK_INT(embed_lookup("kept", &after), EMBED_OK);
    E2E_CHECK_INT(after.interp_id, before.interp_id);
    E2E_CHECK_INT(after.state, EMBED_STATE_READY);
    E2E_CHECK_INT(n_attached(), 2);
    E2E_CHECK_INT(one(), 1);
    E2E_CHECK_INT(two(), 2);
}

/* --- what is said ---------------------------------------------------------*/

static void
info_scenario(void *unused)
{
    (void)unused;
    (void)setenv("KEPT", "two", 1);
    library_load();
    E2E_CHECK_INT(n_attached(), 0);
    E2E_CHECK_INT(is_attached("two"), 0);
    E2E_CHECK_INT(embed_start("kept"), EMBED_OK);
    E2E_CHECK_INT(n_attached(), 1);
    E2E_CHECK_INT(is_attached("one"), 0);
    E2E_CHECK_INT(is_attached("two"), 1);
    E2E_CHECK_INT(is_attached("three"), -1);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_NAME);
    E2E_CHECK_INT(one(), -1);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
    E2E_CHECK_INT(two(), 1);
    embed_export_info info = EMBED_EXPORT_INFO_INIT;
    E2E_CHECK_INT(embed_lookup_export("none", 0, &info), EMBED_E_NAME);
    E2E_CHECK_INT(embed_lookup_export("kept", 0, NULL), EMBED_E_INVALID);
    info.size = 0;
    E2E_CHECK_INT(embed_lookup_export("kept", 0, &info), EMBED_E_INVALID);
    info.size = offsetof(embed_export_info, is_attached);
    info.is_attached = 7;
    E2E_CHECK_INT(embed_lookup_export("kept", 1, &info), EMBED_OK);
    E2E_CHECK_INT(info.is_attached, 7);
    E2E_CHECK_STR(info.name, "two");
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(n_attached(), 0);
}

static void
it_is_known_what_is_attached(void **state)
{
    (void)state;
    e2e_expect_ok(info_scenario, NULL, 30);
}

/* --- reload ---------------------------------------------------------------*/

/* A program that is written anew, cut at many places before its end. */
static void
cut_scenario(void *unused)
{
    (void)unused;
    const size_t step = e2e_is_sanitized() ? 23 : 7;
    const size_t end = strlen(PROGRAM) - strlen("return 2\n");
    char part[sizeof PROGRAM];
    shell_write("kept.py", PROGRAM);
    program_open();
    E2E_CHECK_INT(two(), 2);
    for (size_t n = 0; n < end; n += step) {
        (void)snprintf(part, sizeof part, "%.*s", (int)n, PROGRAM);
        shell_write("kept.py", part);
        embed_status status = embed_reload("kept", 5000);
        E2E_CHECK(status == EMBED_E_UNATTACHED || status == EMBED_E_INIT);
        E2E_CHECK_INT(one() + two(), 3);
    }
    shell_write("kept.py", "");
    reload_is_refused(EMBED_E_UNATTACHED, "no code to one, two, which has");
    shell_write("kept.py", "from kept import ffi\n"
                           "@ffi.def_extern()\ndef two(): return 4\n");
    reload_is_refused(EMBED_E_UNATTACHED, "no code to one, which has");
    shell_write("kept.py", PROGRAM);
    E2E_CHECK_INT(embed_reload("kept", 5000), EMBED_OK);
    E2E_CHECK_INT(n_attached(), 2);
    /* Unless the host wants it. */
    shell_write("kept.py", "");
    E2E_CHECK_INT(embed_set_required("kept", EMBED_REQUIRED_NONE), EMBED_OK);
    E2E_CHECK_INT(embed_reload("kept", 5000), EMBED_OK);
    E2E_CHECK_INT(n_attached(), 0);
    E2E_CHECK_INT(one(), -1);
}

static void
a_reload_of_half_a_program_changes_nothing(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(cut_scenario, NULL, 100);
}

static void
library_scenario(void *unused)
{
    (void)unused;
    library_load();
    E2E_CHECK_INT(two(), 2);
    (void)setenv("KEPT", "one", 1);
    reload_is_refused(EMBED_E_UNATTACHED, "no code to two, which has");
    (void)setenv("KEPT", "two one", 1);
    E2E_CHECK_INT(embed_reload("kept", 5000), EMBED_OK);
    E2E_CHECK_INT(two(), 1);
}

static void
a_library_keeps_its_exports_too(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(library_scenario, NULL, 30);
}

/* --- start ----------------------------------------------------------------*/

static void
start_scenario(void *unused)
{
    (void)unused;
    (void)setenv("KEPT", "two", 1);
    library_load();
    E2E_CHECK_INT(embed_set_required("kept", (embed_required)2),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_set_required("none", EMBED_REQUIRED_ALL), EMBED_E_NAME);
    E2E_CHECK_INT(embed_set_required("kept", EMBED_REQUIRED_ALL), EMBED_OK);
    E2E_CHECK_INT(embed_start("kept"), EMBED_E_UNATTACHED);
    E2E_CHECK_STR(embed_last_error()->message,
                  "the init code has attached no code to one");
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("kept", &info), EMBED_OK);
    E2E_CHECK_INT(info.state, EMBED_STATE_FAILED);
    E2E_CHECK_INT(two(), -1);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
    E2E_CHECK_INT(embed_set_required("kept", EMBED_REQUIRED_KEPT), EMBED_OK);
    E2E_CHECK_INT(embed_retry("kept"), EMBED_OK);
    E2E_CHECK_INT(two(), 1);
}

static void
a_start_can_require_all_exports(void **state)
{
    (void)state;
    e2e_expect_ok(start_scenario, NULL, 30);
}

static void
all_there_scenario(void *unused)
{
    (void)unused;
    library_load();
    E2E_CHECK_INT(embed_set_required("kept", EMBED_REQUIRED_ALL), EMBED_OK);
    E2E_CHECK_INT(two(), 2);
    E2E_CHECK_INT(n_attached(), 2);
}

static void
what_has_all_starts(void **state)
{
    (void)state;
    e2e_expect_ok(all_there_scenario, NULL, 30);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_known_what_is_attached),
        TEST(a_reload_of_half_a_program_changes_nothing),
        TEST(a_library_keeps_its_exports_too),
        TEST(a_start_can_require_all_exports),
        TEST(what_has_all_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
