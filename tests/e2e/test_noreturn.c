/* test_noreturn.c - exports that are declared to never return.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/shell.h"

#define SAYS(name)                                             \
 "libembed: function " name "() is declared to never return, " \
 "but its Python code has, or failed; the process is ended\n"

/* In all spellings. */
static void
write_plugin(void)
{
    shell_write("end.h",
                "#include <stdnoreturn.h>\n"
                "noreturn void leaves(int code);\n"
                "_Noreturn void returns(int code);\n"
                "void raises(int code) __attribute__((noreturn));\n"
                "__attribute__((__noreturn__)) void nobody(int code);\n"
                "void brackets [[noreturn]] (int code);\n"
                "int normal(int code);\n");
    shell_write("end.py", "import os\nfrom end import ffi\n"
                          "@ffi.def_extern()\n"
                          "def leaves(code): os._exit(code)\n"
                          "@ffi.def_extern()\ndef returns(code): pass\n"
                          "@ffi.def_extern()\ndef brackets(code): pass\n"
                          "@ffi.def_extern()\ndef raises(code): 1 / 0\n"
                          "@ffi.def_extern()\ndef normal(code): return code\n");
    shell_write("host.c", "#include <signal.h>\n#include <stdlib.h>\n"
                          "void ABOVE(int);\n"
                          "static void aborted(int n) { (void)n; _Exit(40); }\n"
                          "int main(void)\n{\n    signal(SIGABRT, aborted);\n"
                          "    ABOVE(3);\n    return 50;\n}\n");
}

/* Calls one of them. */
static void
call_expect(int code, const char *name)
{
    shell_expect(code,
                 "$CC -w -DABOVE=%s host.c -o host -L. -lend -L$BUILD/lib "
                 "-lembed -Wl,-rpath,$PWD,-rpath,$BUILD/lib && ./host",
                 name);
}

static void
what_never_returns_ends_the_process(void **state)
{
    (void)state; /* R18 */
    shell_only_plain();
    write_plugin();
    /* clang knows [[...]] in C only when it is told to. */
    shell_expect(0, "$EMBED build end.h end.py -o libend.so -- "
                    "$($CC --version | grep -q clang && "
                    "echo -fdouble-square-bracket-attributes)");
    call_expect(3, "leaves");
    shell_expect_output("");
    call_expect(40, "returns");
    shell_expect_output(SAYS("end.returns"));
    call_expect(40, "brackets");
    shell_expect_output(SAYS("end.brackets"));
    call_expect(40, "raises");
    shell_expect_in_output("ZeroDivisionError");
    shell_expect_in_output(SAYS("end.raises"));
    call_expect(40, "nobody");
    shell_expect_in_output("no code was attached");
    shell_expect_in_output(SAYS("end.nobody"));
    call_expect(50, "normal");
    shell_expect_output("");
}

static void
made_at_run_time_it_does_the_same(void **state)
{
    (void)state; /* R18 */
    shell_only_plain();
    shell_write(
        "open.c",
        "#include <embed.h>\n#include <signal.h>\n#include <stdlib.h>\n"
        "static void aborted(int n) { (void)n; _Exit(40); }\n"
        "int main(void)\n{\n    signal(SIGABRT, aborted);\n"
        "    if (embed_open_source(\"end\", \"_Noreturn void f(void);\", "
        "\"from end import ffi\\n@ffi.def_extern()\\ndef f(): pass\", "
        "NULL) != EMBED_OK) return 51;\n"
        "    ((void (*)(void))embed_symbol(\"end\", \"f\"))();\n"
        "    return 50;\n}\n");
    shell_expect(40, "$CC -w open.c -o open -I$BUILD/include -L$BUILD/lib "
                     "-lembed -Wl,-rpath,$BUILD/lib && ./open");
    shell_expect_output(SAYS("end.f"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
 cmocka_unit_test_setup_teardown(name, shell_enter, shell_leave)
        TEST(what_never_returns_ends_the_process),
        TEST(made_at_run_time_it_does_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
