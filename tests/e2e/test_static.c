/* test_static.c - generated C linked into programs, with libembed.so and with
 * libembed.a, by different compilers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

/* Two extensions, each with a source of its own. */
static void
write_extension(const char *name, int factor)
{
    char text[512];
    char file[32];
    (void)snprintf(file, sizeof file, "%s.h", name);
    (void)snprintf(text, sizeof text,
                   "typedef struct { int v; } %s_t;\n"
                   "int %s(int x);\nint %s_take(%s_t t);\n"
                   "static const int %s_factor = %d;\n",
                   name, name, name, name, name, factor);
    shell_write(file, text);
    (void)snprintf(file, sizeof file, "%s.py", name);
    (void)snprintf(text, sizeof text,
                   "import sys\nfrom %s import ffi, lib\n"
                   "sys.extensions = getattr(sys, 'extensions', 0) + 1\n"
                   "@ffi.def_extern()\n"
                   "def %s(x): return lib.%s_helper(x) * lib.%s_factor\n"
                   "@ffi.def_extern()\n"
                   "def %s_take(t): return t.v + sys.extensions\n",
                   name, name, name, name, name);
    shell_write(file, text);
    (void)snprintf(file, sizeof file, "%s_c.h", name);
    (void)snprintf(text, sizeof text, "int %s_helper(int x);\n", name);
    shell_write(file, text);
    (void)snprintf(file, sizeof file, "%s_c.c", name);
    (void)snprintf(text, sizeof text,
                   "int %s_helper(int x);\n"
                   "int %s_helper(int x) { return x + 1; }\n",
                   name, name);
    shell_write(file, text);
    shell_expect(0,
                 "$EMBED build %s.h %s.py --cdef %s_c.h --source %s_c.c "
                 "--emit-c %s_ext.c && cp %s_ext.c %s_ext.cpp",
                 name, name, name, name, name, name, name);
}

#define HOST                                             \
 "#include <stdio.h>\n"                                  \
 "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"          \
 "#include \"one.h\"\n#include \"two.h\"\n"              \
 "#ifdef __cplusplus\n}\n#endif\n"                       \
 "int main(void)\n{\n"                                   \
 "    one_t a = {10};\n    two_t b = {20};\n"            \
 "    printf(\"%d %d\\n\", one(3), two(3));\n"           \
 "    printf(\"%d %d\\n\", one_take(a), two_take(b));\n" \
 "    return 0;\n}\n"

#define RESULT "40 400\n11 21\n"

static int
enter(void **state)
{
    int status = shell_enter(state);
    if (!e2e_is_sanitized() && shell_is_first_python()) {
        write_extension("one", 10);
        write_extension("two", 100);
        shell_write("host.c", HOST);
        shell_write("host.cpp", HOST);
    }
    return status;
}

static void
only_once(void)
{
    if (e2e_is_sanitized() || !shell_is_first_python()) {
        skip();
    }
}

/* Links all into one program, in both ways, and runs it.
 * @param compiler  with its options */
static void
program_expect(const char *compiler, const char *suffix)
{
    const char *const libraries[] = {
        "-L$BUILD/lib -lembed -Wl,-rpath,$BUILD/lib",
        "$BUILD/lib/libembed.a -ldl -lpthread",
    };
    if (shell("%.*s --version", (int)strcspn(compiler, " "), compiler) != 0) {
        return; /* not on this machine */
    }
    for (int i = 0; i < 2; i++) {
        shell_expect(0,
                     "%s -Wall -Wextra -Werror -I. -I$BUILD/include "
                     "host%s one_ext%s two_ext%s -o host %s",
                     compiler, suffix, suffix, suffix, libraries[i]);
        shell_expect_output("");
        shell_expect(0, "%s./host", i == 0 ? "" : "EMBED_HOME=$BUILD ");
        shell_expect_output(RESULT);
    }
}

static void
extensions_link_into_one_program(void **state)
{
    (void)state; /* S4 */
    only_once();
    program_expect("cc -O2", ".c");
    program_expect("cc -O0 -g", ".c");
    program_expect("cc -O1 -fvisibility=hidden", ".c");
    program_expect("cc -O2 -flto", ".c");
    program_expect("clang -O1", ".c");
}

static void
extensions_link_into_a_program_in_cxx(void **state)
{
    (void)state; /* S4, B12 */
    only_once();
    program_expect("c++ -O1 -std=c++17", ".cpp");
    program_expect("c++ -O2 -flto", ".cpp");
    program_expect("clang++ -O1", ".cpp");
}

static void
sources_may_be_cxx(void **state)
{
    (void)state; /* B12 */
    only_once();
    shell_write("three.h", "int three(int x);\n");
    shell_write("three_c.h", "int many(int x);\n");
    shell_write("three_c.cpp",
                "#include <vector>\n"
                "extern \"C\" int many(int x)\n"
                "{ return (int)std::vector<int>(x, 1).size() * 3; }\n");
    shell_write("three.py", "from three import ffi, lib\n"
                            "@ffi.def_extern()\n"
                            "def three(x): return lib.many(x)\n");
    shell_write("main.c", "#include <stdio.h>\nint three(int);\n"
                          "int main(void) { printf(\"%d\\n\", three(5)); }\n");
    shell_expect(0, "$EMBED build three.h three.py --cdef three_c.h --source "
                    "three_c.cpp --emit-c three.cpp -o libthree.so && "
                    "cc main.c -o main -L. -lthree -Wl,-rpath,$PWD && ./main");
    shell_expect_output("15\n");
}

static void
a_program_says_where_it_looked_for_backends(void **state)
{
    (void)state;
    only_once();
    shell_expect(0, "cc -I. -I$BUILD/include host.c one_ext.c two_ext.c -o "
                    "host $BUILD/lib/libembed.a -ldl -lpthread && ./host");
    shell_expect_in_output("cannot find libembed's backends, the directory "
                           "lib/embed of its tree, from ");
    shell_expect(0, "EMBED_HOME=$PWD/none ./host");
    shell_expect_in_output("EMBED_HOME: ");
    shell_expect_in_output(
        "/none/lib/embed/pythons: No such file or directory");
    /* A tree of its own: bin/ and lib/. */
    shell_expect(0, "mkdir -p tree/bin tree/lib && cp host tree/bin && "
                    "cp -r $BUILD/lib/embed tree/lib && cd / && "
                    "$OLDPWD/tree/bin/host");
    shell_expect_output(RESULT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(extensions_link_into_one_program),
        TEST(extensions_link_into_a_program_in_cxx),
        TEST(sources_may_be_cxx),
        TEST(a_program_says_where_it_looked_for_backends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
