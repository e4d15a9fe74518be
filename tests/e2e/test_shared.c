/* test_shared.c - extensions that share an interpreter: PyPy's, or CPython's
 * with EMBED_SHARED_INTERP=1.
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

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

/* The plug-ins a and b; X is the letter. */
static const char init_text[] =
    "import importlib, os, sys\n"
    "import helper, pkg.deep\n"
    "from pkg import deep as same\n"
    "from X import ffi, lib\n"
    "assert same is pkg.deep and sys.modules[helper.__name__] is helper\n"
    "assert os.path.dirname(__file__ or '.') is not None\n"
    "@ffi.def_extern(error=-1)\n"
    "def X_run():\n"
    "    import helper as again\n"
    "    from helper import who\n"
    "    import pkg\n"
    "    assert again is helper and who() == 'X' == helper.later()\n"
    "    assert pkg.deep.who() == 'X' and pkg.__name__.endswith('pkg')\n"
    "    assert importlib.import_module('only_X') is helper.only()\n"
    "    for name in 'mine_b' if 'X' == 'a' else 'mine_a', 'helper.no':\n"
    "        try: importlib.import_module(name)\n"
    "        except ImportError: pass\n"
    "        else: raise AssertionError(name)\n"
    "    return 7\n";

static const char helper_text[] = "\"\"\"Of X.\"\"\"\n"
                                  "from __future__ import annotations\n"
                                  "def who(): return 'X'\n"
                                  "def later():\n"
                                  "    if True:\n"
                                  "        try:\n"
                                  "            import pkg.deep, json\n"
                                  "        finally:\n"
                                  "            pass\n"
                                  "    return pkg.deep.who()\n"
                                  "def only():\n"
                                  "    import only_X, mine_X\n"
                                  "    return only_X\n";

/* Writes a file, "X" in it standing for the letter. */
static void
write_for(char letter, const char *file, const char *text)
{
    char path[64];
    char *copy = strdup(text);
    (void)snprintf(path, sizeof path, "%c/%s", letter, file);
    for (char *x = path; (x = strchr(x, 'X')) != NULL;) {
        *x = letter;
    }
    for (char *x = copy; (x = strchr(x, 'X')) != NULL;) {
        *x = letter;
    }
    shell_write(path, copy);
    free(copy);
}

static int
enter(void **state)
{
    int status = shell_enter(state);
    status |= shell("mkdir -p a/pkg b/pkg");
    for (char x = 'a'; x <= 'b'; x++) {
        write_for(x, "X.h", "int X_run(void) EMBED_ON_FAILURE(-3);\n");
        write_for(x, "X.py", init_text);
        write_for(x, "helper.py", helper_text);
        write_for(x, "only_X.py", "");
        write_for(x, "mine_X.py", "");
        write_for(x, "pkg/__init__.py",
                  "from . import deep\n"
                  "import helper\n");
        write_for(x, "pkg/deep.py",
                  "import helper\n"
                  "def who(): return helper.who()\n");
    }
    shell_write("host.c",
                "#include <pthread.h>\n"
                "#include <stdint.h>\n"
                "int a_run(void);\nint b_run(void);\n"
                "static void *run(void *x) {\n"
                "    return (void *)(intptr_t)(x ? a_run() : b_run());\n"
                "}\n"
                "int main(int argc, char **argv) {\n"
                "    pthread_t t; void *n; int sum = 0;\n"
                "    for (int i = 0; i < 2; i++) {\n"
                "        int first = (argc + i) % 2;\n"
                "        pthread_create(&t, 0, run, first ? argv : 0);\n"
                "        pthread_join(t, &n);\n"
                "        sum += (int)(intptr_t)n;\n"
                "    }\n"
                "    return sum + a_run() + b_run();\n"
                "}\n");
    return status;
}

/* Makes both plug-ins and a host; PyPy shares anyway. */
static void
build(const char *options)
{
    shell_expect(0,
                 "for x in a b; do "
                 "$EMBED build $x/$x.h $x/$x.py -o $x/lib$x.so %s || exit 1; "
                 "done; cc host.c -o host a/liba.so b/libb.so -pthread "
                 "-Wl,-rpath,$PWD/a:$PWD/b",
                 options);
    shell_expect_output("");
}

static void
helpers_of_the_same_name_are_each_ones_own(void **state)
{
    (void)state; /* R20 */
    shell_only_plain();
    build("");
    for (int shared = 0; shared < 2; shared++) {
        for (int order = 0; order < 2; order++) {
            shell_expect(28, "EMBED_SHARED_INTERP=%d ./host %s", shared,
                         order == 0 ? "" : "other");
            shell_expect_output("");
        }
    }
    shell_expect(1, "find . -name '*.pyc' | grep -v __pycache__");
}

static void
bundled_ones_are_too(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "for x in a b; do mkdir $x/m && mv $x/helper.py "
                    "$x/only_$x.py $x/mine_$x.py $x/pkg $x/m || exit 1; done");
    shell_expect(0, "for x in a b; do $EMBED build $x/$x.h $x/$x.py -o "
                    "$x/lib$x.so --bundle $x/m || exit 1; done; rm -r */m; "
                    "cc host.c -o host a/liba.so b/libb.so -pthread "
                    "-Wl,-rpath,$PWD/a:$PWD/b");
    shell_expect(28, "EMBED_SHARED_INTERP=1 ./host");
    shell_expect_output("");
}

static void
an_import_by_function_that_is_not_clear_is_refused(void **state)
{
    (void)state;
    shell_only_plain();
    for (char x = 'a'; x <= 'b'; x++) {
        write_for(x, "X.py",
                  "import importlib\n"
                  "from X import ffi\n"
                  "@ffi.def_extern(error=-1)\n"
                  "def X_run():\n"
                  "    try: importlib.import_module('helper')\n"
                  "    except ImportError as e: print(e)\n"
                  "    m = importlib.import_module('X::helper')\n"
                  "    return 7 if m.who() == 'X' else 0\n");
    }
    build("");
    shell_expect(28, "EMBED_SHARED_INTERP=1 ./host");
    /* The first call came before there were two. */
    shell_expect_output(
        "No module named 'helper': several extensions of the shared "
        "interpreter have one; that of 'b' is 'b::helper'\n"
        "No module named 'helper': several extensions of the shared "
        "interpreter have one; that of 'a' is 'a::helper'\n"
        "No module named 'helper': several extensions of the shared "
        "interpreter have one; that of 'b' is 'b::helper'\n");
}

static void
a_retry_reads_the_modules_again(void **state)
{
    (void)state; /* R12 */
    shell_only_plain();
    shell_write("a/helper.py", "raise ValueError('not yet')\n");
    shell_write("retry.c",
                "#include <embed.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
                "int a_run(void);\n"
                "int main(void) {\n"
                "    int before = a_run();\n"
                "    if (system(\"mv a/new.py a/helper.py\") != 0) return 1;\n"
                "    int status = embed_retry(\"a\");\n"
                "    printf(\"%d %d %d\\n\", before, status, a_run());\n"
                "    return 0;\n"
                "}\n");
    write_for('a', "new.py", helper_text);
    build("");
    shell_expect(0, "cc -I$SRC/include retry.c -o retry a/liba.so -L$BUILD/lib "
                    "-lembed -Wl,-rpath,$PWD/a:$BUILD/lib && "
                    "EMBED_SHARED_INTERP=1 ./retry 2>/dev/null");
    shell_expect_output("-3 0 7\n");
}

static void
what_is_strict_does_not_share(void **state)
{
    (void)state; /* R18 */
    shell_only_plain();
    const char *why = "function a.a_run() called, but it was built with "
                      "--isolation own --strict, and ";
    build("--strict");
    shell_expect(e2e_is_pypy() ? 256 - 12 : 28, "./host");
    if (e2e_is_pypy()) {
        shell_expect_in_output(why);
        shell_expect_in_output("this Python has one interpreter for all "
                               "extensions.  Returning its failure value.\n");
        return;
    }
    shell_expect(256 - 12, "EMBED_SHARED_INTERP=1 ./host");
    shell_expect_in_output(why);
    shell_expect_in_output(
        "the host, EMBED_ISOLATION or EMBED_SHARED_INTERP asks "
        "for less.  Returning its failure value.\n");
    shell_expect(8, "EMBED_ISOLATION=a=sub ./host 2>&1"); /* -3 + 7 - 3 + 7 */
    shell_expect(28, "EMBED_SHARED_INTERP=1 EMBED_ISOLATION='*=own' ./host");
}

static void
the_log_says_what_was_done(void **state)
{
    (void)state; /* R20 */
    shell_only_plain();
    build("");
    shell_expect(28, "EMBED_LOG=warning,log ./host");
    shell_expect_output("");
    shell_expect(0, "cat log");
    shell_expect_output(
        e2e_is_pypy()
            ? "libembed: warning: a: level shared instead of own: this Python "
              "(pypy) has one interpreter for all extensions\n"
              "libembed: warning: b: level shared instead of own: this Python "
              "(pypy) has one interpreter for all extensions\n"
            : "");
    shell_expect(28, "EMBED_LOG=info ./host");
    shell_expect_in_output(
        e2e_is_pypy() ? "libembed: info: a: ready: level shared, pypy"
                      : "libembed: info: a: ready: level own, cpython");
    shell_expect_in_output("libembed: info: Python: ");
    shell_expect(28, "EMBED_LOG=loud ./host");
    shell_expect_output("libembed: error: EMBED_LOG='loud' is not LEVEL[,FILE] "
                        "with off, error, warning, info or debug; it has no "
                        "effect\n");
    shell_expect(28, "EMBED_LOG=info,/nowhere/log ./host");
    shell_expect_in_output(
        "libembed: error: EMBED_LOG='info,/nowhere/log': the "
        "file cannot be written: No such file or directory; "
        "stderr has the log\n");
    if (!e2e_is_pypy()) {
        shell_expect(28,
                     "EMBED_LOG=info EMBED_ISOLATION=a=sub,b=shared ./host");
        shell_expect_in_output("libembed: info: a: ready: level sub, ");
        shell_expect_in_output("libembed: info: b: ready: level shared, ");
        shell_expect(28, "EMBED_ISOLATION=a=most ./host");
        shell_expect_output("libembed: warning: EMBED_ISOLATION: 'a=most' is "
                            "not NAME=own, NAME=sub or NAME=shared; it has no "
                            "effect\n");
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(helpers_of_the_same_name_are_each_ones_own),
        TEST(bundled_ones_are_too),
        TEST(an_import_by_function_that_is_not_clear_is_refused),
        TEST(a_retry_reads_the_modules_again),
        TEST(what_is_strict_does_not_share),
        TEST(the_log_says_what_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
