/* test_bundle.c - packages and their data inside of a library.
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

#define INIT                                                                 \
 "from plug import ffi\n"                                                    \
 "import importlib.resources as resources, importlib\n"                      \
 "import inspect, pkgutil, runpy, sys, traceback\n"                          \
 "import pkg, single\n"                                                      \
 "def show(*values): print(*values, flush=True)\n"                           \
 "@ffi.def_extern()\n"                                                       \
 "def run():\n"                                                              \
 "    show(pkg.VALUE, single.W, pkg.sub.__name__.replace('plug::', ''))\n"   \
 "    for m in (pkg, pkg.other, single):\n"                                  \
 "        show(m.__file__.rpartition('/libplug.so/')[2],\n"                  \
 "             m.__spec__.origin == m.__file__)\n"                           \
 "    show(pkg.__path__[0].endswith('/libplug.so/pkg'))\n"                   \
 "    files = resources.files(pkg) if sys.version_info >= (3, 10) else \\\n" \
 "        pkg.__loader__.get_resource_reader(pkg.__name__).files()\n"        \
 "    show(sorted(x.name for x in files.iterdir()))\n"                       \
 "    show(ascii(files.joinpath('sub/data/t.txt').read_text()))\n"           \
 "    show((files / 'sub' / 'blob.bin').read_bytes())\n"                     \
 "    show((files / 'empty.txt').read_bytes(), (files / 'no').is_file())\n"  \
 "    with resources.as_file(files / 'sub' / 'blob.bin') as path:\n"         \
 "        show(path.read_bytes() == b'\\x00\\x01\\xff\"\\\\?\?=\\n')\n"      \
 "    show(pkgutil.get_data('pkg.sub', 'data/t.txt')[:1])\n"                 \
 "    show([m.name for m in pkgutil.walk_packages(pkg.__path__, 'pkg.')])\n" \
 "    try: pkg.fail()\n"                                                     \
 "    except ValueError: show(traceback.format_exc().splitlines()[-2:])\n"   \
 "    show(inspect.getsource(pkg.other).strip())\n"                          \
 "    importlib.reload(pkg.other)\n"                                         \
 "    show(runpy.run_module('single')['W'])\n"                               \
 "    import nsp.m\n"                                                        \
 "    show(len(nsp.__path__), nsp.__spec__.origin)\n"                        \
 "    for name in ('pkg.nothing', 'nothing', 'pkg.blob'):\n"                 \
 "        try: importlib.import_module(name)\n"                              \
 "        except ImportError as e: show(type(e).__name__, e)\n"              \
 "    try: pkg.__loader__.get_data('/etc/passwd')\n"                         \
 "    except OSError as e: show(type(e).__name__)\n"                         \
 "    return 0\n"

static const char expected[] =
    "42 9 pkg.sub\n"
    "pkg/__init__.py True\npkg/other.py True\nsingle.py True\n"
    "True\n"
    "['__init__.py', 'empty.txt', 'other.py', 'sub']\n"
    "'h\\xe9llo'\n"
    "b'\\x00\\x01\\xff\"\\\\?\?=\\n'\n"
    "b'' False\n"
    "True\n"
    "b'h'\n"
    "['pkg.other', 'pkg.sub', 'pkg.sub.deep']\n"
    "[\"    raise ValueError('in bundle')\", 'ValueError: in bundle']\n"
    "X = 40\n"
    "9\n"
    "1 None\n"
    "ModuleNotFoundError No module named 'pkg.nothing'\n"
    "ModuleNotFoundError No module named 'nothing'\n"
    "ModuleNotFoundError No module named 'pkg.blob'\n"
    "FileNotFoundError\n";

static int
enter(void **state)
{
    int status = shell_enter(state);
    status |= shell("mkdir -p pkg/sub/data pkg/__pycache__ mods/nsp");
    shell_write("pkg/__init__.py", "from . import other\n"
                                   "from .sub import deep\n"
                                   "VALUE = other.X + deep.Y\n"
                                   "def fail():\n"
                                   "    raise ValueError('in bundle')\n");
    shell_write("pkg/other.py", "X = 40\n");
    shell_write("pkg/empty.txt", "");
    shell_write("pkg/__pycache__/other.cpython-313.pyc", "left out");
    shell_write("pkg/.hidden", "left out");
    shell_write("pkg/sub/__init__.py", "");
    shell_write("pkg/sub/deep.py", "Y = 2\n");
    shell_write("pkg/sub/data/t.txt", "h\xc3\xa9llo");
    status |= shell("printf '\\000\\001\\377\"\\\\?\?=\\n' >pkg/sub/blob.bin");
    shell_write("mods/nsp/m.py", "Z = 9\n");
    shell_write("mods/single.py", "import nsp.m\nW = nsp.m.Z\n");
    shell_write("plug.h", "int run(void);\n");
    shell_write("plug.py", INIT);
    shell_write("host.c", "int run(void);\nint main(void) { return run(); }\n");
    return status;
}

static void
a_plug_in_is_one_file(void **state)
{
    (void)state; /* R16, O12 */
    shell_only_plain();
    shell_expect(0, "$EMBED build plug.h plug.py --bundle pkg --bundle=mods "
                    "-o libplug.so");
    shell_expect_output("");
    shell_expect(0, "mkdir away && mv libplug.so away && rm -r pkg mods && "
                    "cc host.c -o host away/libplug.so -Wl,-rpath,$PWD/away "
                    "&& ./host");
    shell_expect_output(expected);
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    shell_expect(0, "./host");
    (void)unsetenv("EMBED_SHARED_INTERP");
    shell_expect_output(expected);
}

/* The interpreter of another extension sees nothing of it. */
static void
a_bundle_is_seen_by_its_extension_alone(void **state)
{
    (void)state; /* R20 */
    shell_only_plain();
    shell_write("other.h", "int look(void);\n");
    shell_write("other.py", "from other import ffi\n"
                            "@ffi.def_extern()\n"
                            "def look():\n"
                            "    try:\n"
                            "        import single\n"
                            "    except ImportError:\n"
                            "        return 7\n"
                            "    return 0\n");
    shell_write("two.c", "int run(void);\nint look(void);\n"
                         "int main(void) { return run() + look(); }\n");
    shell_expect(0, "$EMBED build plug.h plug.py --bundle pkg --bundle mods && "
                    "$EMBED build other.h other.py && rm -r pkg mods && "
                    "cc two.c -o two -L. -lplug -lother -Wl,-rpath,$PWD");
    shell_expect(7, "./two >out");
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    shell_expect(7, "./two >out");
    (void)unsetenv("EMBED_SHARED_INTERP");
}

static void
what_cannot_be_bundled_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *make;
        const char *message;
    } cases[] = {
        {"touch mods/x.so", "embed: error: mods/x.so: an extension module "
                            "cannot be bundled: Python loads it from a file\n"},
        {"rm mods/x.so; ln -s /etc/hostname mods/link",
         "embed: error: mods/link: a link that leads out of mods\n"},
        {"rm mods/link; ln -s nowhere mods/gone",
         "embed: error: mods/gone: No such file or directory\n"},
        {"rm mods/gone; mkfifo mods/pipe",
         "embed: error: mods/pipe: not a file\n"},
        {"rm mods/pipe; mkdir mods/pkg; cp pkg/other.py mods/pkg",
         "embed: error: mods/pkg/other.py: 'pkg/other.py' is bundled "
         "already\n"},
        {"rm -r mods", "embed: error: mods: No such file or directory\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        shell_expect(0, "%s", cases[i].make);
        shell_expect(1, "$EMBED build plug.h plug.py --bundle pkg --bundle "
                        "mods");
        shell_expect_output(cases[i].message);
        shell_expect(2, "ls *.so");
    }
}

static void
links_within_the_directory_are_followed(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "mv pkg/other.py pkg/real.py && ln -s real.py "
                    "pkg/other.py && ln -s sub/data pkg/data && "
                    "$EMBED build plug.h plug.py --bundle pkg --bundle mods "
                    "--emit-c one.c && $EMBED build plug.h plug.py --bundle "
                    "mods --bundle pkg --emit-c two.c && "
                    "grep -c '\"pkg/data/t.txt\"' one.c");
    /* The same whatever the order. */
    shell_expect(0, "sed 1,4d one.c >1 && sed 1,4d two.c >2 && cmp 1 2");
    shell_expect(1, "grep 'left out\\|hidden\\|pycache' one.c");
}

static void
nothing_is_paid_for_when_nothing_is_bundled(void **state)
{
    (void)state;
    shell_only_plain();
    shell_write("plug.py", "from plug import ffi\nimport sys\n"
                           "@ffi.def_extern()\n"
                           "def run(): return len(sys.path_hooks)\n");
    shell_expect(0, "mkdir empty && $EMBED build plug.h plug.py --bundle empty "
                    "&& cc host.c -o host -L. -lplug -Wl,-rpath,$PWD");
    shell_expect(2, "./host");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plug_in_is_one_file),
        TEST(a_bundle_is_seen_by_its_extension_alone),
        TEST(what_cannot_be_bundled_is_said),
        TEST(links_within_the_directory_are_followed),
        TEST(nothing_is_paid_for_when_nothing_is_bundled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
