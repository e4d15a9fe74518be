/* test_host_idioms.c - the ways in which hosts load and use plug-ins.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/shell.h"

#define ROUNDS 200

typedef int int_fn(void);
typedef int import_fn(const char *module);

static void *
open_file(const char *file, int mode)
{
    void *library = dlopen(file, mode);
    if (library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    return library;
}

static void *
open_idioms(int mode)
{
    return open_file(e2e_plugin_path("idioms/idioms"), mode);
}

static int
call(void *library, const char *name)
{
    return E2E_FN(int_fn *, library, name)();
}

/* --- loading and closing --------------------------------------------------*/

static void
close_scenario(void *unused)
{
    (void)unused;
    for (int i = 1; i <= ROUNDS; i++) {
        void *library = open_idioms(RTLD_LAZY | RTLD_LOCAL);
        E2E_CHECK_INT(call(library, "idiom_count"), i);
        E2E_CHECK_INT(dlclose(library), 0);
    }
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK(embed_list(NULL, 0) == 1);
    E2E_CHECK_INT(embed_lookup("idioms", &info), EMBED_OK);
    E2E_CHECK_INT(info.state, EMBED_STATE_READY);
}

static void
a_host_that_closes_after_each_call_finds_its_state_again(void **state)
{
    (void)state; /* O6, R16; X3 is the reference's */
    e2e_expect_ok(close_scenario, NULL, 30);
}

static void
close_early_scenario(void *unused)
{
    (void)unused;
    void *library = open_idioms(RTLD_NOW | RTLD_LOCAL);
    int (*count)(void) = E2E_FN(int_fn *, library, "idiom_count");
    E2E_CHECK_INT(dlclose(library), 0);
    E2E_CHECK_INT(count(), 1); /* pinned, before it was ever called */
    library = open_idioms(RTLD_LAZY);
    E2E_CHECK_INT(call(library, "idiom_thread_start"), 1);
    E2E_CHECK_INT(dlclose(library), 0);
    library = open_idioms(RTLD_LAZY);
    E2E_CHECK(call(library, "idiom_thread_stop") > 0);
    E2E_CHECK_INT(count(), 2);
}

static void
a_library_may_be_closed_while_its_threads_run(void **state)
{
    (void)state; /* O6, R16 */
    e2e_expect_ok(close_early_scenario, NULL, 30);
}

static void
mode_scenario(void *arg)
{
    void *library = open_idioms(*(int *)arg);
    E2E_CHECK_INT(call(library, "idiom_count"), 1);
    E2E_CHECK_INT(E2E_FN(import_fn *, library, "idiom_import")("zlib"), 1);
}

static void
every_mode_of_dlopen_works(void **state)
{
    int modes[] = {RTLD_NOW | RTLD_LOCAL, RTLD_NOW | RTLD_GLOBAL,
                   RTLD_LAZY | RTLD_GLOBAL, RTLD_NOW | RTLD_NODELETE,
                   RTLD_NOW | RTLD_DEEPBIND};
    (void)state; /* O1, R14 */
    /* AddressSanitizer refuses RTLD_DEEPBIND. */
    size_t n = sizeof modes / sizeof modes[0] - e2e_is_sanitized();
    for (size_t i = 0; i < n; i++) {
        e2e_expect_ok(mode_scenario, &modes[i], 20);
    }
}

static void
relative_scenario(void *unused)
{
    char here[PATH_MAX];
    (void)unused;
    E2E_CHECK(getcwd(here, sizeof here) != NULL);
    (void)snprintf(here, sizeof here, "%s", e2e_plugin_path("idioms/idioms"));
    *strrchr(here, '/') = '\0';
    E2E_CHECK_INT(chdir(here), 0);
    void *library = open_file("./libidioms.so", RTLD_NOW);
    E2E_CHECK_INT(chdir("/"), 0);
    E2E_CHECK_INT(call(library, "idiom_helper"), 1234);
}

static void
modules_beside_the_library_are_found_from_any_directory(void **state)
{
    (void)state;
    e2e_expect_ok(relative_scenario, NULL, 20);
}

/* --- file names -----------------------------------------------------------*/

static void
names_scenario(void *unused)
{
    static const char *const names[] = {"./libnss_x.so.2", "./plug in",
                                        "./x.dll", "./p\xc3\xa9.plugin"};
    (void)unused;
    for (int i = 0; i < 4; i++) {
        void *library = open_file(names[i], RTLD_LAZY);
        /* A file of its own is an extension of its own. */
        E2E_CHECK_INT(call(library, "idiom_count"), 1);
        E2E_CHECK_INT(call(library, "idiom_count"), 2);
    }
    E2E_CHECK_INT(call(open_file(names[0], RTLD_LAZY), "idiom_count"), 3);
    embed_info infos[5] = {EMBED_INFO_INIT, EMBED_INFO_INIT, EMBED_INFO_INIT,
                           EMBED_INFO_INIT, EMBED_INFO_INIT};
    E2E_CHECK(embed_list(infos, 5) == 4);
    for (int i = 0; i < 4; i++) {
        E2E_CHECK_STR(infos[i].name, "idioms");
        E2E_CHECK(infos[i].library != NULL);
        for (int k = 0; k < i; k++) {
            E2E_CHECK(strcmp(infos[i].library, infos[k].library) != 0);
            E2E_CHECK(infos[i].interp_id != infos[k].interp_id);
        }
    }
}

static void
copies_under_odd_names_are_extensions_of_their_own(void **state)
{
    (void)state; /* O14 */
    e2e_not_shared();
    shell_expect(0, "for f in libnss_x.so.2 'plug in' x.dll 'p\xc3\xa9.plugin';"
                    " do cp $BUILD/tests/e2e/plugins/idioms/libidioms.so "
                    "\"$f\" || exit; done");
    e2e_expect_ok(names_scenario, NULL, 20);
}

static void
shared_names_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    void *first = open_file("./one.so", RTLD_LAZY);
    void *second = open_file("./two.so", RTLD_LAZY);
    E2E_CHECK_INT(call(first, "idiom_count"), 1);
    E2E_CHECK_INT(call(first, "idiom_count"), 2);
    E2E_CHECK_INT(call(second, "idiom_count"), -1);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_INIT);
    E2E_CHECK_INT(call(first, "idiom_count"), 3);
}

static void
a_second_one_of_a_name_is_refused_in_one_interpreter(void **state)
{
    (void)state; /* O14, R20 */
    shell_expect(0, "for f in one two; do "
                    "cp $BUILD/tests/e2e/plugins/idioms/libidioms.so $f.so; "
                    "done");
    static e2e_result r;
    e2e_run(shared_names_scenario, NULL, 20, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.err, "the interpreter already has a module named "
                                  "'idioms'; give the extension another name"));
}

/* --- the standard library -------------------------------------------------*/

static void
import_scenario(void *arg)
{
    static const char *const modules[] = {
        "json", "decimal", "datetime", "sqlite3", "ssl",   "hashlib",
        "zlib", "asyncio", "array",    "select",  "ctypes"};
    bool is_shared = *(bool *)arg;
    (void)setenv("EMBED_SHARED_INTERP", is_shared ? "1" : "0", 1);
    void *library = open_idioms(RTLD_LAZY | RTLD_LOCAL);
    import_fn *import = E2E_FN(import_fn *, library, "idiom_import");
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        /* _ctypes of 3.12 refuses to be in two interpreters. */
        bool is_refused = !is_shared && e2e_python_version() == 0x030c &&
                          strcmp(modules[i], "ctypes") == 0;
        if (import(modules[i]) != (is_refused ? -1 : 1)) {
            e2e_check_failed(modules[i], __FILE__, __LINE__);
        }
        if (is_refused) {
            E2E_CHECK_STR(embed_last_error()->type, "ImportError");
            E2E_CHECK(strstr(embed_last_error()->traceback, "--isolation") !=
                      NULL);
        }
    }
}

static void
extension_modules_import_under_rtld_local(void **state)
{
    (void)state; /* O1, R14, R21; S5 is the reference's */
    e2e_expect_ok(import_scenario, &(bool){false}, 30);
    e2e_expect_ok(import_scenario, &(bool){true}, 30);
}

/* --- a host without streams -----------------------------------------------*/

static void
no_streams_scenario(void *unused)
{
    (void)unused;
    void *library = open_idioms(RTLD_NOW);
    int err = dup(2);
    E2E_CHECK(err > 2);
    for (int fd = 0; fd <= 2; fd++) {
        E2E_CHECK_INT(close(fd), 0);
    }
    int streams = call(library, "idiom_print");
    /* None of the descriptors was taken over meanwhile. */
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) != -1) {
            (void)dprintf(err, "descriptor %d is open\n", fd);
            _exit(1);
        }
    }
    E2E_CHECK_INT(dup2(err, 2), 2);
    E2E_CHECK_INT(streams, 0);
}

static void
a_daemon_without_streams_can_start_python(void **state)
{
    (void)state; /* O11, R13 */
    e2e_expect_ok(no_streams_scenario, NULL, 20);
}

/* --- hosts of their own ---------------------------------------------------*/

/* A plug-in that uses a function of the executable. */
static void
build_calc(void)
{
    shell_write("calc.h", "#ifdef __cplusplus\n"
                          "extern \"C\" {\n"
                          "#endif\n"
                          "int add(int a, int b);\n"
                          "char *greet(const char *name);\n"
                          "#ifdef __cplusplus\n"
                          "}\n"
                          "#endif\n");
    shell_write("host.cdef", "#include <stddef.h>\n"
                             "void *host_alloc(size_t size);\n");
    shell_write("calc.py", "from calc import ffi, lib\n"
                           "ffi.def_extern('add')(lambda a, b: a + b)\n"
                           "@ffi.def_extern()\n"
                           "def greet(name):\n"
                           "    text = b'hello ' + ffi.string(name) + b'\\0'\n"
                           "    p = ffi.cast('char *',\n"
                           "                 lib.host_alloc(len(text)))\n"
                           "    ffi.memmove(p, text, len(text))\n"
                           "    return p\n");
    shell_expect(0, "$EMBED build calc.h calc.py --cdef host.cdef");
}

#define C_HOST                                              \
 "#include \"calc.h\"\n"                                    \
 "#include <stdio.h>\n"                                     \
 "#include <stdlib.h>\n"                                    \
 "void *host_alloc(size_t size);\n"                         \
 "void *host_alloc(size_t size) { return malloc(size); }\n" \
 "int main(void)\n"                                         \
 "{\n"                                                      \
 "    char *text = greet(\"host\");\n"                      \
 "    printf(\"%d %s\\n\", add(40, 2), text);\n"            \
 "    free(text);\n"                                        \
 "    return 0;\n"                                          \
 "}\n"

/* The object with a constructor is there before main(). */
#define CPP_HOST                                                        \
 "#include \"calc.h\"\n"                                                \
 "#include <cstdlib>\n"                                                 \
 "#include <iostream>\n"                                                \
 "extern \"C\" void *host_alloc(size_t n) { return std::malloc(n); }\n" \
 "namespace {\n"                                                        \
 "struct early {\n"                                                     \
 "    int value;\n"                                                     \
 "    early() : value(add(40, 2)) {}\n"                                 \
 "    ~early() { if (add(1, 2) != 3) std::abort(); }\n"                 \
 "} object;\n"                                                          \
 "}\n"                                                                  \
 "int main()\n"                                                         \
 "{\n"                                                                  \
 "    char *text = greet(\"host\");\n"                                  \
 "    std::cout << object.value << ' ' << text << std::endl;\n"         \
 "    std::free(text);\n"                                               \
 "    try { throw 1; } catch (int) { return add(-1, 1); }\n"            \
 "}\n"

static void
hosts_linked_with_the_plug_in_run_it(void **state)
{
    (void)state; /* O14, O1 */
    if (e2e_is_sanitized()) {
        skip();
    }
    build_calc();
    shell_write("host.c", C_HOST);
    shell_write("host.cc", CPP_HOST);
    shell_expect(0, "cc -rdynamic host.c -o host -L. -lcalc "
                    "-Wl,-rpath,$PWD && ./host");
    shell_expect_output("42 hello host\n");
    shell_expect(0, "c++ -rdynamic host.cc -o hostpp -L. -lcalc "
                    "-Wl,-rpath,$PWD && ./hostpp");
    shell_expect_output("42 hello host\n");
}

static void
a_preloaded_plug_in_costs_the_program_nothing(void **state)
{
    (void)state; /* I1 */
    if (e2e_is_sanitized()) {
        skip();
    }
    shell_expect(0, "LD_PRELOAD=$BUILD/tests/e2e/plugins/idioms/libidioms.so "
                    "cat /proc/self/maps");
    shell_expect_in_output("libidioms.so");
    assert_null(strstr(shell_output(), "libpython"));
}

int
main(void)
{
#define IN_DIRECTORY(name) \
 cmocka_unit_test_setup_teardown(name, shell_enter, shell_leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_host_that_closes_after_each_call_finds_its_state_again),
        cmocka_unit_test(a_library_may_be_closed_while_its_threads_run),
        cmocka_unit_test(every_mode_of_dlopen_works),
        cmocka_unit_test(
            modules_beside_the_library_are_found_from_any_directory),
        IN_DIRECTORY(copies_under_odd_names_are_extensions_of_their_own),
        IN_DIRECTORY(a_second_one_of_a_name_is_refused_in_one_interpreter),
        cmocka_unit_test(extension_modules_import_under_rtld_local),
        cmocka_unit_test(a_daemon_without_streams_can_start_python),
        IN_DIRECTORY(hosts_linked_with_the_plug_in_run_it),
        IN_DIRECTORY(a_preloaded_plug_in_costs_the_program_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
