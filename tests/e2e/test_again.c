/* test_again.c - the command line in generated C makes the same C again.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/shell.h"

/* Arguments of `embed build`, without "--emit-c again.c". */
static const char *const lines[] = {
    "api.h init.py",
    "api.h init.py --name=other --isolation sub -o there.so",
    "./sub/../api.h $PWD/init.py --strict --isolated --on-fork restart",
    "api.h init.py --venv v --path 'a b:c' --site \"it's\" --argv '\"x y\" *'",
    "api.h init.py --argv '/* not */ a comment' --preload=init.py",
    "api.h init.py --argv 'two\nlines' --site ''",
    "--cdef sub/more.h api.h init.py --source code.c -DSIZE=4 -D 'WIDE=long x'",
    "api.h init.py -UNOTHING -I sub -Isub -L sub -lm -Wl,-O1 --bundle sub",
    "api.h init.py --cdef sub/more.h -- -DSIZE=5 -include sub/empty.h -g",
    ("--name n --api sub/sub_api.h init.py --pack 1 --cdef rec.h --pack=2 "
     "--override again.h"),
    "--module --name m --include base.h --include-module base --cdef user.h",
    "--module --name m --cdef rec.h --override again.h --source code.c",
};

static void
files_write(void)
{
    shell_expect(0, "mkdir sub");
    shell_write("init.py", "x = 1\n");
    shell_write("sub/init.py", "");
    shell_write("code.c", "int in_c(void) { return 1; }\n");
    shell_write("sub/empty.h", "");
    shell_write("api.h",
                "#ifndef SIZE\n#define SIZE 3\n#endif\n"
                "struct s { char text[SIZE]; };\nint f(struct s *p);\n");
    shell_write("sub/more.h", "enum { MORE = 1 };\n");
    shell_write("sub/sub_api.h", "int g(void);\n");
    shell_write("rec.h", "struct r { char c; long l; };\n");
    shell_write("again.h", "struct r { char c; short s; };\n");
    shell_write("base.h", "typedef struct { int i; } base_t;\n");
    shell_write("user.h", "base_t *use(base_t *);\n");
    /* Files are named without their directories: the text is made again where
     * they all are. */
    shell_expect(0, "mkdir flat && cp *.* sub/more.h sub/sub_api.h flat/ && "
                    "cp -r sub flat/");
}

static void
the_command_in_the_text_makes_the_same_text(void **state)
{
    (void)state;
    files_write();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        shell_write("line", lines[i]);
        shell_expect(0, "eval \"$EMBED build --emit-c made.c $(cat line)\"");
        /* From the third line to the end of the comment. */
        shell_expect(0, "sed -n '3,$p' made.c | sed '/^ [*][/]$/,$d' | "
                        "sed '1s/^ [*]  *embed //' >flat/line && cd flat && "
                        "eval \"$EMBED $(cat line)\" && cmp made.c ../made.c");
    }
}

/* Compilers name it otherwise in what they preprocess. */
static void
a_header_is_known_by_any_path_to_it(void **state)
{
    (void)state;
    shell_expect(0, "mkdir sub");
    shell_write("api.h", "int f(void);\n");
    shell_write("init.py", "");
    shell_expect(0, "ln -s .. sub/up && $EMBED build --emit-c as_is.c api.h "
                    "init.py && mv as_is.c made.c");
    shell_expect(0, "for cc in gcc clang; do command -v $cc >&2 || continue; "
                    "for path in ./api.h .//api.h ././api.h sub/../api.h "
                    "./sub/up/api.h $PWD/api.h $PWD/sub/../api.h; do "
                    "CC=$cc $EMBED build --emit-c as_is.c $path init.py && "
                    "cmp as_is.c made.c || exit 1; done; done");
}

/* A new option must be tried above. */
static void
every_option_was_tried(void **state)
{
    (void)state;
    shell_write("lines", "");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        shell_write("line", lines[i]);
        shell_expect(0, "{ printf ' '; cat line; echo; } >>lines");
    }
    shell_expect(0, "$EMBED help build | grep -oE '^  -[^ ]*|^  (-[^ ]+ )+' | "
                    "tr ' ' '\\n' | grep -v -e '^$' -e '^--emit-c$' >options; "
                    "test $(wc -l <options) -gt 20");
    shell_expect(0, "while read -r option; do "
                    "grep -q -e \" $option\" lines || echo \"$option\"; "
                    "done <options");
    shell_expect_output("");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_command_in_the_text_makes_the_same_text, shell_enter,
            shell_leave),
        cmocka_unit_test_setup_teardown(a_header_is_known_by_any_path_to_it,
                                        shell_enter, shell_leave),
        cmocka_unit_test_setup_teardown(every_option_was_tried, shell_enter,
                                        shell_leave),
    };
    return shell_is_first_python() ? cmocka_run_group_tests(tests, NULL, NULL)
                                   : 77;
}
