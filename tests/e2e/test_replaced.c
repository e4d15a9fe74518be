/* test_replaced.c - exports in the place of functions of the C library: calls of
 * them from anywhere return.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

/* Each implementation has Python call the very function it stands for. */
typedef struct replaced {
    const char *name;
    const char *includes;
    const char *declaration; /* from "(" on */
    const char *python;
    const char *call;     /* a C expression of type int */
    const char *expected; /* what it gives */
} replaced;

static const replaced all[] = {
    {"clock_gettime", "#include <time.h>\n",
     "int clock_gettime(clockid_t clock, struct timespec *ts)",
     "def clock_gettime(clock, ts):\n"
     "    assert time.time() > 1e9\n"
     "    for i in range(20000): pass\n"
     "    ts.tv_sec = 5\n"
     "    ts.tv_nsec = 0\n"
     "    return 7\n",
     "clock_gettime(CLOCK_REALTIME, &ts) * 10 + (int)ts.tv_sec", "75"},
    {"getenv", "", "char *getenv(const char *name)",
     "import os\n"
     "text = ffi.new('char[]', b'mine')\n"
     "def getenv(name):\n"
     "    os.environ.get('HOME')\n"
     "    return text\n",
     "strcmp(getenv(\"HOME\"), \"mine\")", "0"},
    {"open64", "", "int open64(const char *path, int flags, unsigned mode)",
     "def open64(path, flags, mode):\n"
     "    import colorsys\n"
     "    open('/dev/null').close()\n"
     "    return 78\n",
     "open64(\"/dev/null\", 0)", "78"},
    {"open", "", "int open(const char *path, int flags, unsigned mode)",
     "def open(path, flags, mode):\n"
     "    import colorsys\n"
     "    return 79\n",
     "open(\"/dev/null\", 0)", "79"},
    {"pthread_create", "#include <pthread.h>\n",
     "int pthread_create(pthread_t *thread, const pthread_attr_t *attr,\n"
     "                   void *(*run)(void *), void *arg)",
     "import threading\n"
     "def pthread_create(thread, attr, run, arg):\n"
     "    t = threading.Thread(target=time.time)\n"
     "    t.start()\n"
     "    t.join()\n"
     "    return 80\n",
     "pthread_create(&thread, NULL, NULL, NULL)", "80"},
};

/* Four threads call, so that they wait for each other's GIL. */
static const char host[] =
    "#define _GNU_SOURCE\n"
    "#include <fcntl.h>\n#include <pthread.h>\n#include <stdio.h>\n"
    "#include <stdlib.h>\n#include <string.h>\n#include <threads.h>\n"
    "#include <time.h>\n"
    "static int run(void *arg)\n{\n"
    "    struct timespec ts = {0};\n    pthread_t thread;\n"
    "    int got = 0;\n"
    "    (void)arg; (void)ts; (void)thread;\n"
    "    for (int i = 0; i < 20 && got == (i == 0 ? 0 : EXPECTED); i++)\n"
    "        got = CALL;\n"
    "    return got;\n}\n"
    "int main(void)\n{\n"
    "    thrd_t threads[3];\n    int got[3];\n    int mine;\n"
    "    for (int i = 0; i < 3; i++) thrd_create(&threads[i], run, NULL);\n"
    "    mine = run(NULL);\n"
    "    for (int i = 0; i < 3; i++) thrd_join(threads[i], &got[i]);\n"
    "    printf(\"%d %d %d %d\\n\", mine, got[0], got[1], got[2]);\n"
    "    return 0;\n}\n";

static void
write_plugin(const replaced *r)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "#include \"embed/plugin.h\"\n%s%s%s;\n",
                   r->includes, r->declaration,
                   r->name[0] == 'g' ? "" : " EMBED_ON_FAILURE(-1)");
    shell_write("rep.h", text);
    (void)snprintf(text, sizeof text,
                   "import time\nfrom rep import ffi\n%s"
                   "ffi.def_extern()(%s)\n"
                   "del %s\n",
                   r->python, r->name, r->name);
    shell_write("rep.py", text);
    shell_write("host.c", host);
}

static void
a_function_of_the_c_library_can_be_replaced(void **state)
{
    (void)state;
    shell_only_plain();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const replaced *r = &all[i];
        char expected[64];
        (void)snprintf(expected, sizeof expected, "%s %s %s %s\n", r->expected,
                       r->expected, r->expected, r->expected);
        write_plugin(r);
        shell_expect(
            0,
            "$EMBED build rep.h rep.py -o librep.so && "
            "$CC -w '-DCALL=%s' -DEXPECTED=%s host.c -o plain -pthread "
            "&& $CC -w '-DCALL=%s' -DEXPECTED=%s host.c -o linked "
            "-pthread -L. -lrep -L$BUILD/lib -lembed "
            "-Wl,-rpath,$PWD,-rpath,$BUILD/lib",
            r->call, r->expected, r->call, r->expected);
        shell_expect(0, "timeout 60 ./linked");
        shell_expect_output(expected);
        shell_expect(0, "LD_PRELOAD=$PWD/librep.so timeout 60 ./plain");
        shell_expect_output(expected);
    }
}

/* A library that the plug-in needs runs its constructor before the plug-in's. */
static void
a_call_of_an_earlier_constructor_goes_to_the_c_library(void **state)
{
    (void)state;
    shell_only_plain();
    write_plugin(&all[3]);
    shell_write("early.c", "#include <fcntl.h>\n#include <unistd.h>\n"
                           "__attribute__((constructor)) static void\n"
                           "early(void)\n{\n"
                           "    int fd = open(\"/dev/null\", O_RDONLY);\n"
                           "    int bad = open(\"/dev/nothing\", O_RDONLY);\n"
                           "    int is_good = fd >= 0 && fd < 78 && bad < 0;\n"
                           "    (void)!write(1, is_good ? \"good\\n\" : "
                           "\"bad!\\n\", 5);\n}\n");
    shell_expect(0,
                 "$CC -w -shared -fPIC early.c -o libearly.so && "
                 "$EMBED build rep.h rep.py -o librep.so -- -L. "
                 "-Wl,--no-as-needed -learly && "
                 "$CC -w '-DCALL=%s' -DEXPECTED=79 host.c -o linked -pthread "
                 "-L. -lrep -L$BUILD/lib -lembed "
                 "-Wl,-rpath,$PWD,-rpath,$BUILD/lib,-rpath-link,.",
                 all[3].call);
    shell_expect(0, "LD_LIBRARY_PATH=. timeout 60 ./linked");
    shell_expect_output("good\n79 79 79 79\n");
}

/* A clock that is counted reads the clock. */
static void
a_replaced_clock_can_be_counted(void **state)
{
    (void)state;
    shell_only_plain();
    write_plugin(&all[0]);
    shell_write("count.c",
                "#include <embed.h>\n#include <stdio.h>\n#include <time.h>\n"
                "int main(void)\n{\n    struct timespec ts;\n"
                "    embed_statistics s = EMBED_STATISTICS_INIT;\n"
                "    embed_count(\"rep\", 1);\n"
                "    for (int i = 0; i < 100; i++)\n"
                "        clock_gettime(CLOCK_MONOTONIC, &ts);\n"
                "    embed_stats(\"rep\", &s);\n"
                "    printf(\"%d %d\\n\", (int)s.calls, (int)s.errors);\n}\n");
    shell_expect(0, "$EMBED build rep.h rep.py -o librep.so && "
                    "$CC -w count.c -o count -I$BUILD/include -L. -lrep "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$PWD,-rpath,$BUILD/lib");
    shell_expect(0, "timeout 60 ./count");
    shell_expect_output("100 0\n");
}

/* The operator's log is opened by libembed. */
static void
libembed_does_not_use_what_is_replaced(void **state)
{
    (void)state;
    shell_only_plain();
    write_plugin(&all[3]);
    shell_expect(0,
                 "$EMBED build rep.h rep.py -o librep.so && "
                 "$CC -w '-DCALL=%s' -DEXPECTED=79 host.c -o plain -pthread",
                 all[3].call);
    shell_expect(0, "LD_PRELOAD=$PWD/librep.so EMBED_LOG=info,log timeout 60 "
                    "./plain && grep -c 'rep: ready' log");
    shell_expect_output("79 79 79 79\n1\n");
}

/* C code of an extension's that comes before the C library: it calls an export
 * from wherever memory is allocated. */
static void
a_call_out_of_libembed_itself_gives_the_failure_value(void **state)
{
    (void)state;
    shell_only_plain();
    e2e_not_on_pypy(); /* it allocates with its GIL held */
    shell_write("rep.h", "#include \"embed/plugin.h\"\n"
                         "int traced(unsigned long n) EMBED_ON_FAILURE(-1);\n");
    shell_write("rep.py", "from rep import ffi\n"
                          "@ffi.def_extern()\n"
                          "def traced(n): return 1\n");
    shell_write("shim.c", "#include <stddef.h>\n#include <stdatomic.h>\n"
                          "int traced(unsigned long n);\n"
                          "void *__libc_calloc(size_t n, size_t size);\n"
                          "static __thread int is_on;\n"
                          "atomic_int refused, armed;\n"
                          "void *calloc(size_t n, size_t size)\n{\n"
                          "    if (armed && !is_on) {\n"
                          "        is_on = 1;\n"
                          "        refused += traced(n * size) == -1;\n"
                          "        is_on = 0;\n    }\n"
                          "    return __libc_calloc(n, size);\n}\n");
    shell_write("host.c", "#include <stdatomic.h>\n#include <stdio.h>\n"
                          "#include <stdlib.h>\n"
                          "extern atomic_int refused, armed;\n"
                          "int traced(unsigned long n);\n"
                          "int main(void)\n{\n    armed = 1;\n"
                          "    int got = traced(3);\n    armed = 0;\n"
                          "    printf(\"%d %d\\n\", got, refused > 0);\n}\n");
    shell_expect(0, "$EMBED build rep.h rep.py -o librep.so && "
                    "$CC -w host.c shim.c -o host -rdynamic -L. -lrep "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$PWD,-rpath,$BUILD/lib");
    shell_expect(0, "timeout 60 ./host 2>err; grep -c 'in the middle' err");
    shell_expect_output("1 1\n1\n");
}

static void
what_a_call_needs_is_refused_at_build(void **state)
{
    (void)state;
    if (!shell_is_first_python()) {
        skip();
    }
    static const char *const names[] = {"malloc", "calloc", "realloc", "free"};
    shell_write("rep.py", "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "void *%s(void *p);\n", names[i]);
        shell_write("rep.h", text);
        shell_expect(1, "$EMBED build rep.h rep.py");
        (void)snprintf(text, sizeof text,
                       "rep.h:1:7: error: cannot export '%s': a call of an "
                       "export needs that function of the C library itself",
                       names[i]);
        shell_expect_in_output(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
 cmocka_unit_test_setup_teardown(name, shell_enter, shell_leave)
        TEST(a_function_of_the_c_library_can_be_replaced),
        TEST(a_call_of_an_earlier_constructor_goes_to_the_c_library),
        TEST(a_replaced_clock_can_be_counted),
        TEST(libembed_does_not_use_what_is_replaced),
        TEST(a_call_out_of_libembed_itself_gives_the_failure_value),
        TEST(what_a_call_needs_is_refused_at_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
