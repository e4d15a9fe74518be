/* test_real_hosts.c - programs that know nothing of us load plug-ins.
 *
 * The name service of the C library, GNU make, bash, Python with ctypes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/support/shell.h"

/* --- name service ---------------------------------------------------------*/

#define NSS_ARGS "struct passwd *result, char *buffer, size_t size, int *errnop"

#define NSS_H                                                             \
 "#include <nss.h>\n"                                                     \
 "#include <pwd.h>\n"                                                     \
 "#include \"embed/plugin.h\"\n"                                          \
 "enum nss_status _nss_demo_getpwnam_r(const char *name, " NSS_ARGS ")\n" \
 "    EMBED_ON_FAILURE(NSS_STATUS_UNAVAIL);\n"                            \
 "enum nss_status _nss_demo_getpwuid_r(uid_t uid, " NSS_ARGS ")\n"        \
 "    EMBED_ON_FAILURE(NSS_STATUS_UNAVAIL);\n"

/* Its init code asks the name service, which asks it. */
#define NSS_PY                                                     \
 "import errno\n"                                                  \
 "import os.path\n"                                                \
 "from nss_demo import ffi, lib\n"                                 \
 "assert os.path.expanduser('~root') != '~root'\n"                 \
 "USERS = {b'ada': 4242, b'bob': 4243}\n"                          \
 "def fill(name, result, buffer, size, errnop):\n"                 \
 "    data = b'%s\\0x\\0/srv/%s\\0' % (name, name)\n"              \
 "    if len(data) > size:\n"                                      \
 "        errnop[0] = errno.ERANGE\n"                              \
 "        return lib.NSS_STATUS_TRYAGAIN\n"                        \
 "    ffi.memmove(buffer, data, len(data))\n"                      \
 "    result.pw_name = buffer\n"                                   \
 "    result.pw_passwd = buffer + len(name) + 1\n"                 \
 "    result.pw_dir = result.pw_passwd + 2\n"                      \
 "    result.pw_gecos = result.pw_shell = result.pw_name\n"        \
 "    result.pw_uid = result.pw_gid = USERS[name]\n"               \
 "    return lib.NSS_STATUS_SUCCESS\n"                             \
 "@ffi.def_extern()\n"                                             \
 "def _nss_demo_getpwnam_r(name, result, buffer, size, errnop):\n" \
 "    name = ffi.string(name)\n"                                   \
 "    if name in USERS:\n"                                         \
 "        return fill(name, result, buffer, size, errnop)\n"       \
 "    errnop[0] = errno.ENOENT\n"                                  \
 "    return lib.NSS_STATUS_NOTFOUND\n"                            \
 "@ffi.def_extern()\n"                                             \
 "def _nss_demo_getpwuid_r(uid, result, buffer, size, errnop):\n"  \
 "    for name in USERS:\n"                                        \
 "        if USERS[name] == uid:\n"                                \
 "            return fill(name, result, buffer, size, errnop)\n"   \
 "    errnop[0] = errno.ENOENT\n"                                  \
 "    return lib.NSS_STATUS_NOTFOUND\n"

#define NSS_HOST                                                         \
 "#include <errno.h>\n"                                                  \
 "#include <nss.h>\n"                                                    \
 "#include <pwd.h>\n"                                                    \
 "#include <stdio.h>\n"                                                  \
 "int main(void)\n"                                                      \
 "{\n"                                                                   \
 "    char small[10];\n"                                                 \
 "    struct passwd pw, *p;\n"                                           \
 "    __nss_configure_lookup(\"passwd\", \"demo files\");\n"             \
 "    p = getpwnam(\"ada\");\n"                                          \
 "    printf(\"%s %d %s\\n\", p->pw_name, (int)p->pw_uid, p->pw_dir);\n" \
 "    printf(\"%s\\n\", getpwuid(4243)->pw_name);\n"                     \
 "    printf(\"%d\\n\", (int)getpwnam(\"root\")->pw_uid);\n"             \
 "    errno = 0;\n"                                                      \
 "    printf(\"%d\", getpwnam(\"nobody-here\") == NULL);\n"              \
 "    printf(\" %d\\n\", errno);\n"                                      \
 "    int e = getpwnam_r(\"ada\", &pw, small, sizeof small, &p);\n"      \
 "    printf(\"%d\\n\", e == ERANGE);\n"                                 \
 "    return 0;\n"                                                       \
 "}\n"

static void
the_name_service_of_the_c_library(void **state)
{
    (void)state; /* O1, O3, O8, O14, I4, R7 */
    shell_only_plain();
    shell_write("nss_demo.h", NSS_H);
    shell_write("nss_demo.py", NSS_PY);
    shell_write("host.c", NSS_HOST);
    shell_expect(0, "$EMBED build nss_demo.h nss_demo.py -o libnss_demo.so.2 "
                    "&& cc host.c -o host");
    /* Without HOME Python's own start-up asks, too. */
    shell_expect(0, "env -i EMBED_PYTHON=$EMBED_PYTHON LD_LIBRARY_PATH=. "
                    "./host 2>err");
    shell_expect_output("ada 4242 /srv/ada\nbob\n0\n1 0\n1\n");
}

/* --- GNU make -------------------------------------------------------------*/

static void
gnu_make(void **state)
{
    (void)state; /* O9, O14: data first, functions of the executable, its
                    allocator */
    shell_only_plain();
    if (shell("echo 'x:;@:' | make -s -f - -p | grep -q '^.FEATURES.* load'") !=
        0) {
        skip();
    }
    shell_write("mk.h",
                "#ifndef MK_H\n#define MK_H\n"
                "typedef struct { const char *file; unsigned long line; } "
                "gmk_floc;\n"
                "int plugin_is_GPL_compatible = 1;\n"
                "int mk_gmk_setup(const gmk_floc *floc);\n"
                "char *mk_title(const char *name, unsigned n, char **args);\n"
                "#endif\n");
    shell_write("make.cdef",
                "#include \"mk.h\"\n"
                "typedef char *gmk_fn(const char *, unsigned, char **);\n"
                "void gmk_add_function(const char *name, gmk_fn *fn,\n"
                "    unsigned min, unsigned max, unsigned flags);\n"
                "char *gmk_alloc(unsigned len);\n"
                "char *gmk_expand(const char *text);\n"
                "void gmk_eval(const char *text, const gmk_floc *floc);\n");
    shell_write("mk.py",
                "from mk import ffi, lib\n"
                "@ffi.def_extern()\n"
                "def mk_gmk_setup(floc):\n"
                "    lib.gmk_add_function(b'title', lib.mk_title, 1, 2, 0)\n"
                "    lib.gmk_eval(b'LINE := %d' % floc.line, floc)\n"
                "    return 1\n"
                "@ffi.def_extern()\n"
                "def mk_title(name, n, args):\n"
                "    words = [ffi.string(args[i]).title() for i in range(n)]\n"
                "    more = lib.gmk_expand(b'$(MORE)')\n"
                "    text = b'+'.join(words) + ffi.string(more) + b'\\0'\n"
                "    out = lib.gmk_alloc(len(text))\n"
                "    ffi.memmove(out, text, len(text))\n"
                "    return out\n");
    shell_write("test.mk", "MORE := !\n"
                           "load ./mk.so\n"
                           "$(info $(title hello world,two) $(LINE))\n"
                           "all:;@echo $(title recipe)\n");
    shell_expect(0, "$EMBED build mk.h mk.py -o mk.so --cdef make.cdef");
    shell_expect(0, "env -u MAKEFLAGS -u MAKELEVEL make -f test.mk");
    shell_expect_output("Hello World+Two! 2\nRecipe!\n");
}

/* --- bash -----------------------------------------------------------------*/

static void
bash(void **state)
{
    (void)state; /* O4, O9, O10: a table of ours, forks after the start */
    shell_only_plain();
    if (shell(
            "bash -c 'enable -f /nonexistent x' 2>&1 | grep -q nonexistent") !=
        0) {
        skip();
    }
    shell_write("hi.h",
                "typedef struct { char *text; int flags; } WORD;\n"
                "typedef struct words { struct words *next; WORD *word; } "
                "WORDS;\n"
                "struct builtin {\n"
                "    const char *name;\n"
                "    int (*function)(WORDS *);\n"
                "    int flags;\n"
                "    const char *const *doc;\n"
                "    const char *usage;\n"
                "    char *handle;\n"
                "};\n"
                "int hi_builtin(WORDS *list);\n"
                "static const char *const hi_doc[] = {\"Says hi.\", 0};\n"
                "struct builtin hi_struct = {\n"
                "    \"hi\", hi_builtin, 1, hi_doc, \"hi NAME...\", 0};\n");
    shell_write("hi.py", "from hi import ffi, lib\n"
                         "calls = 0\n"
                         "@ffi.def_extern()\n"
                         "def hi_builtin(words):\n"
                         "    global calls\n"
                         "    calls += 1\n"
                         "    names = []\n"
                         "    while words:\n"
                         "        text = ffi.string(words.word.text)\n"
                         "        names.append(text.decode())\n"
                         "        words = words.next\n"
                         "    print(calls, *names, flush=True)\n"
                         "    return len(names)\n");
    shell_write("test.sh", "enable -f ./hi.so hi\n"
                           "hi ada bob; echo $?\n"
                           "(hi in a child)\n"
                           "x=$(hi captured); echo \"<$x>\"\n"
                           "for i in 1 2 3; do (hi $i) & wait; done\n"
                           "help hi | tail -n 1\n"
                           "enable -d hi\n"
                           "enable -f ./hi.so hi\n"
                           "hi again | cat\n"
                           "hi\n");
    shell_expect(0, "$EMBED build hi.h hi.py -o hi.so");
    shell_expect(0, "bash test.sh");
    shell_expect_output("1 ada bob\n2\n2 in a child\n<2 captured>\n"
                        "2 1\n2 2\n2 3\n    Says hi.\n2 again\n2\n");
}

/* --- Python ---------------------------------------------------------------*/

#define PYTHON_HOST                                              \
 "import atexit, ctypes, sys, threading\n"                       \
 "sys.host_mark = 1\n"                                           \
 "lib = ctypes.CDLL('./libcalc.so')\n"                           \
 "print(lib.add(40, 2), lib.sees_host(), flush=True)\n"          \
 "def work():\n"                                                 \
 "    for i in range(500):\n"                                    \
 "        assert lib.add(i, 2) == i + 2\n"                       \
 "threads = [threading.Thread(target=work) for _ in range(4)]\n" \
 "for t in threads: t.start()\n"                                 \
 "for t in threads: t.join()\n"                                  \
 "print(ctypes.PyDLL('./libcalc.so').add(40, 3), flush=True)\n"  \
 "atexit.register(lambda: print('host ends', lib.add(1, 2), flush=True))\n"

static void
python_with_ctypes(void **state)
{
    (void)state; /* I12, M5, R4, R10, R15 */
    shell_only_plain();
    shell_write("calc.h", "int add(int a, int b);\nint sees_host(void);\n");
    shell_write("calc.py",
                "from calc import ffi, lib\n"
                "import atexit, sys\n"
                "atexit.register(lambda: print('calc ends', flush=True))\n"
                "ffi.def_extern('add')(lambda a, b: a + b)\n"
                "ffi.def_extern('sees_host')(\n"
                "    lambda: hasattr(sys, 'host_mark'))\n");
    shell_write("host.py", PYTHON_HOST);
    shell_expect(0, "$EMBED build calc.h calc.py");
    /* Of the default, own, and in the host's own interpreter. */
    for (int shared = 0; shared < 2; shared++) {
        shell_expect(0, "EMBED_SHARED_INTERP=%d $PYTHON host.py", shared);
        shell_expect_output(shared == 0 ? "42 0\n43\nhost ends 3\ncalc ends\n"
                                        : "42 1\n43\nhost ends 3\ncalc ends\n");
    }
}

int
main(void)
{
#define TEST(name) \
 cmocka_unit_test_setup_teardown(name, shell_enter, shell_leave)
    const struct CMUnitTest tests[] = {
        TEST(the_name_service_of_the_c_library),
        TEST(gnu_make),
        TEST(bash),
        TEST(python_with_ctypes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
