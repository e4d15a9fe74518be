/* test_module.c - libraries as modules of the Python that imports them
 * (embedding.md section 9).
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/shell.h"

#define API                      \
 "int add(int a, int b);\n"      \
 "int interpreter(void);\n"      \
 "typedef struct { int x, y; } " \
 "point_t;\n"                    \
 "int sum(point_t *p);\n"        \
 "enum { LIMIT = 7 };\n"

/* Says which interpreter it runs in: 0 is the main one. */
#define INIT                                             \
 "import sys\n"                                          \
 "from calc import ffi, lib\n"                           \
 "print('init', flush=True)\n"                           \
 "@ffi.def_extern()\n"                                   \
 "def add(a, b): return a + b\n"                         \
 "@ffi.def_extern()\n"                                   \
 "def interpreter(): return int(hasattr(sys, 'host'))\n" \
 "@ffi.def_extern()\n"                                   \
 "def sum(p): return p.x + p.y\n"

static int
enter(void **state)
{
    int status = shell_enter(state);
    shell_write("calc.h", API);
    shell_write("calc.py", INIT);
    return status;
}

/* Runs Python code and compares what it prints. */
static void
python_expect(const char *code, const char *expected)
{
    shell_write("host.py", code);
    shell_expect(0, "$PYTHON host.py");
    shell_expect_output(expected);
}

static void
an_import_runs_no_code_and_a_call_does(void **state)
{
    (void)state; /* M1, M2, M3 */
    shell_only_plain();
    shell_expect(0, "$EMBED build calc.h calc.py -o calc.so");
    shell_expect(0, "rm calc.py");
    python_expect("import sys, calc\n"
                  "sys.host = True\n"
                  "from calc import ffi, lib\n"
                  "from calc.lib import add, LIMIT\n"
                  "print(calc.__file__.endswith('/calc.so'), LIMIT, lib)\n"
                  "print(ffi.typeof(add), flush=True)\n"
                  "print(add(40, 2), lib.interpreter(), flush=True)\n"
                  "print(lib.sum(ffi.new('point_t *', [3, 4])))\n"
                  "print(sys.modules['calc'] is calc, calc.lib is lib)\n",
                  "True 7 <Lib object for 'calc'>\n"
                  "<ctype 'int(*)(int, int)'>\n"
                  "init\n42 0\n7\nTrue True\n");
}

static void
a_shared_extension_runs_in_the_interpreter_that_imports_it(void **state)
{
    (void)state; /* M2, M3, M4, R20 */
    shell_only_plain();
    shell_expect(0, "$EMBED build calc.h calc.py -o calc.so");
    shell_expect(0, "rm calc.py");
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    python_expect("import sys, calc\n"
                  "sys.host = True\n"
                  "before = calc.ffi, calc.lib\n"
                  "@calc.ffi.def_extern()\n"
                  "def add(a, b): return -1\n"
                  "print(calc.lib.add(40, 2), calc.lib.interpreter())\n"
                  "import calc as again\n"
                  "print(again is calc, (calc.ffi, calc.lib) == before)\n"
                  "@calc.ffi.def_extern()\n"
                  "def add(a, b): return a * b\n"
                  "print(calc.lib.add(40, 2))\n",
                  "init\n42 1\nTrue True\n80\n");
    (void)unsetenv("EMBED_SHARED_INTERP");
}

static void
calls_come_from_any_thread(void **state)
{
    (void)state; /* T1 */
    shell_only_plain();
    shell_expect(0, "$EMBED build calc.h calc.py -o calc.so");
    shell_expect(0, "rm calc.py");
    python_expect("import threading\n"
                  "results = []\n"
                  "def work(i):\n"
                  "    from calc import lib\n"
                  "    results.append(sum(lib.add(i, k) for k in range(100)))\n"
                  "threads = [threading.Thread(target=work, args=(i,))\n"
                  "           for i in range(8)]\n"
                  "for t in threads: t.start()\n"
                  "for t in threads: t.join()\n"
                  "print(sorted(results) == [4950 + 100 * i for i in "
                  "range(8)])\n",
                  "init\nTrue\n");
}

/* What the interpreter of an extension imports is another extension. */
static void
an_extension_imports_another_one(void **state)
{
    (void)state; /* M1, M2; R3 */
    shell_expect(0, "$EMBED build calc.h calc.py -o calc.so");
    shell_write("outer.h", "int twice(int a);\n");
    shell_write("outer.py", "from outer import ffi\n"
                            "import calc, sys\n"
                            "sys.host = True\n"
                            "@ffi.def_extern()\n"
                            "def twice(a):\n"
                            "    assert calc.lib.interpreter() == 0\n"
                            "    return calc.lib.add(a, a)\n");
    shell_write("host.c", "#include <stdio.h>\n"
                          "int twice(int a);\n"
                          "int main(void) { printf(\"%d\\n\", twice(21)); }\n");
    shell_only_plain();
    shell_expect(0, "$EMBED build outer.h outer.py && rm calc.py outer.py && "
                    "cc host.c -o host -L. -louter -Wl,-rpath,$PWD && ./host");
    shell_expect_output("init\n42\n");
}

static void
wrong_pythons_and_libraries_are_import_errors(void **state)
{
    (void)state; /* R15, plugin-abi.md 2 */
    shell_only_plain();
    shell_expect(0, "$EMBED build calc.h calc.py -o calc.so && rm calc.py");
    /* What is not on this machine cannot be refused. */
    for (int minor = 8; minor < 12; minor++) {
        int code = shell("dir=$(dirname $PYTHON)/../.. && "
                         "python=$(ls -d $dir/3.%d.*/bin/python3 | tail -n 1) "
                         "&& [ -x \"$python\" ] && $python -c 'import calc'",
                         minor);
        if (code == 1 && shell_output()[0] != 'l') {
            shell_expect_in_output("ImportError: calc: a Python runs in this "
                                   "process already: there is no backend for "
                                   "cpython-3.");
        }
    }
    shell_expect(0, "$EMBED build calc.h $SRC/tests/golden/empty.py --name "
                    "calc --emit-c calc.c && sed 's/    EMBED_PLUGIN_ABI,/    "
                    "EMBED_PLUGIN_ABI + 1,/' calc.c >newer.c && "
                    "cc -shared -fPIC -I. -I$BUILD/include newer.c -o calc.so "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$BUILD/lib");
    shell_expect(1, "$PYTHON -c 'import calc'");
    shell_expect_in_output("ImportError: calc: the library was built for "
                           "another version of libembed; build it again");
}

static void
names_of_both_kinds_of_import_agree(void **state)
{
    (void)state; /* M1: through importlib, under the file's own name */
    shell_only_plain();
    shell_expect(0, "$EMBED build calc.h calc.py && rm calc.py");
    python_expect("import importlib.util, importlib.machinery, sys\n"
                  "loader = importlib.machinery.ExtensionFileLoader('calc',\n"
                  "    './libcalc.so')\n"
                  "spec = importlib.util.spec_from_loader('calc', loader)\n"
                  "calc = importlib.util.module_from_spec(spec)\n"
                  "spec.loader.exec_module(calc)\n"
                  "print(calc.lib.LIMIT, calc.lib.add(1, 2))\n",
                  "init\n7 3\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_import_runs_no_code_and_a_call_does),
        TEST(a_shared_extension_runs_in_the_interpreter_that_imports_it),
        TEST(calls_come_from_any_thread),
        TEST(an_extension_imports_another_one),
        TEST(wrong_pythons_and_libraries_are_import_errors),
        TEST(names_of_both_kinds_of_import_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
