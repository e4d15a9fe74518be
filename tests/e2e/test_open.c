/* test_open.c - extensions made at run time out of text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"
#include "tests/support/shell.h"

/* A function of an extension that was opened. */
#define FN(type, extension, name) ((type)embed_symbol((extension), (name)))

typedef int int_fn(int a, int b);

static const char add_decl[] = "int add(int a, int b) EMBED_ON_FAILURE(-1);\n";

/* --- types ----------------------------------------------------------------*/

/* One of everything: types by value and by pointer, named and not. */
static const char types_decl[] =
    "#define LIMIT 40\n"
    "enum colour { RED, GREEN = 5, BLUE };\n"
    "typedef struct { double x, y; } point;\n"
    "struct node { int value; struct node *next; unsigned flag : 3; "
    "char name[8]; };\n"
    "typedef union { int i; float f; } both;\n"
    "struct opaque;\n"
    "typedef int (*callback)(int);\n"
    "static const int SMALL = -3;\n"
    "point middle(point a, point b);\n"
    "long total(const struct node *first);\n"
    "enum colour next_colour(enum colour c);\n"
    "float as_float(both *b);\n"
    "int twice(callback f, int x);\n"
    "_Bool is_set(const char *text, signed char c, unsigned short s);\n"
    "long double longer(long double x, uint64_t a, int8_t b, float c);\n"
    "const char *title(void);\n"
    "void nothing(struct opaque *p);\n"
    "int constants(void);\n"
    "double no_code(void) EMBED_ON_FAILURE(-2.5);\n"
    "void *no_pointer(void) EMBED_ON_FAILURE(NULL);\n"
    "unsigned char no_byte(void) EMBED_ON_FAILURE(LIMIT + 0x10);\n";

static const char types_code[] =
    "from kinds import ffi, lib\n"
    "@ffi.def_extern()\n"
    "def middle(a, b):\n"
    "    p = ffi.new('point *', [(a.x + b.x) / 2, (a.y + b.y) / 2])\n"
    "    return p[0]\n"
    "@ffi.def_extern()\n"
    "def total(first):\n"
    "    n = 0\n"
    "    while first:\n"
    "        n += first.value * first.flag + len(ffi.string(first.name))\n"
    "        first = first.next\n"
    "    return n\n"
    "@ffi.def_extern()\n"
    "def next_colour(c):\n"
    "    return lib.BLUE if c == lib.GREEN else lib.GREEN\n"
    "@ffi.def_extern()\n"
    "def as_float(b):\n"
    "    return b.f\n"
    "@ffi.def_extern()\n"
    "def twice(f, x):\n"
    "    return f(f(x))\n"
    "@ffi.def_extern()\n"
    "def is_set(text, c, s):\n"
    "    return ffi.string(text) == b'set' and c == -1 and s == 65535\n"
    "@ffi.def_extern()\n"
    "def longer(x, a, b, c):\n"
    "    return float(x) + a + b + c\n"
    "keep = ffi.new('char[]', b'a title')\n"
    "@ffi.def_extern()\n"
    "def title():\n"
    "    return keep\n"
    "@ffi.def_extern()\n"
    "def nothing(p):\n"
    "    assert p == ffi.NULL\n"
    "@ffi.def_extern()\n"
    "def constants():\n"
    "    return (lib.LIMIT + lib.SMALL + lib.RED + lib.BLUE\n"
    "            + ffi.sizeof('struct node') + lib.twice(\n"
    "                ffi.callback('int(int)', lambda x: x + 1), 1))\n";

typedef struct point {
    double x, y;
} point;

struct node {
    int value;
    struct node *next;
    unsigned flag : 3;
    char name[8];
};

typedef union both {
    int i;
    float f;
} both;

static int
plus_ten(int x)
{
    return x + 10;
}

static void *
types_use(void *unused)
{
    static struct node second = {5, NULL, 2, "ab"};
    static const struct node first = {3, &second, 7, "c"};
    (void)unused;
    point p = FN(point(*)(point, point), "kinds", "middle")((point){0, 2},
                                                            (point){4, 8});
    E2E_CHECK(p.x == 2 && p.y == 5);
    E2E_CHECK_INT(FN(long (*)(const struct node *), "kinds", "total")(&first),
                  3 * 7 + 1 + 5 * 2 + 2);
    E2E_CHECK_INT(FN(int (*)(int), "kinds", "next_colour")(5), 6);
    E2E_CHECK(FN(float (*)(both *), "kinds", "as_float")(&(both){.f = 1.5F}) ==
              1.5F);
    E2E_CHECK_INT(FN(int (*)(int (*)(int), int), "kinds", "twice")(plus_ten, 1),
                  21);
    E2E_CHECK(FN(_Bool(*)(const char *, signed char, unsigned short), "kinds",
                 "is_set")("set", -1, 65535));
    E2E_CHECK(FN(long double (*)(long double, uint64_t, int8_t, float), "kinds",
                 "longer")(0.5L, 1000, -1, 0.25F) == 999.75L);
    E2E_CHECK_STR(FN(const char *(*)(void), "kinds", "title")(), "a title");
    FN(void (*)(void *), "kinds", "nothing")(NULL);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
    E2E_CHECK_INT(FN(int (*)(void), "kinds", "constants")(),
                  40 - 3 + 0 + 6 + (int)sizeof(struct node) + 3);
    E2E_CHECK(FN(double (*)(void), "kinds", "no_code")() == -2.5);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
    E2E_CHECK(FN(void *(*)(void), "kinds", "no_pointer")() == NULL);
    E2E_CHECK_INT(FN(unsigned char (*)(void), "kinds", "no_byte")(), 56);
    return NULL;
}

static void
types_scenario(void *unused)
{
    (void)unused;
    embed_status status =
        embed_open_source("kinds", types_decl, types_code, NULL);
    E2E_CHECK_STR(embed_last_error()->message, "");
    E2E_CHECK_INT(status, EMBED_OK);
    life_join(life_thread(types_use, NULL)); /* a bare thread */
    (void)types_use(NULL);
}

static void
all_types_go_through(void **state)
{
    (void)state;
    e2e_expect_ok(types_scenario, NULL, 30);
}

/* --- many plug-ins --------------------------------------------------------*/

#define N_FILES 5

/* A host with a fixed API loads plain .py files. */
static void
files_scenario(void *unused)
{
    char name[16];
    (void)unused;
    for (int i = 0; i < N_FILES; i++) {
        (void)snprintf(name, sizeof name, "tool%d.py", i);
        E2E_CHECK_INT(embed_open_file(NULL, add_decl, name, NULL), EMBED_OK);
    }
    int64_t id = -1;
    for (int i = 0; i < N_FILES; i++) {
        (void)snprintf(name, sizeof name, "tool%d", i);
        int_fn *add = FN(int_fn *, name, "add");
        E2E_CHECK_INT(add(1, 2), 3 + i);
        E2E_CHECK_INT(add(1, 2), 4 + i); /* each its own helper module */
        embed_info info = EMBED_INFO_INIT;
        E2E_CHECK_INT(embed_lookup(name, &info), EMBED_OK);
        E2E_CHECK(strstr(info.library, ".py") != NULL);
        E2E_CHECK_INT((long long)info.n_exports, 1);
        E2E_CHECK(e2e_is_pypy() || info.interp_id != id);
        id = info.interp_id;
    }
}

static void
each_file_is_a_plugin_of_its_own(void **state)
{
    (void)state;
    shell_expect(0, "echo 'calls = 0' >helper.py; for i in 0 1 2 3 4; do "
                    "printf 'from tool%%s import ffi\\nimport helper\\n"
                    "@ffi.def_extern()\\ndef add(a, b):\\n"
                    "    helper.calls += 1\\n"
                    "    return a + b + helper.calls - 1 + %%s\\n' $i $i "
                    ">tool$i.py; done");
    e2e_expect_ok(files_scenario, NULL, 30);
}

static void
reload_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_open_file("t", add_decl, "t.py", NULL), EMBED_OK);
    int_fn *add = FN(int_fn *, "t", "add");
    E2E_CHECK_INT(add(1, 2), 3);
    E2E_CHECK_INT(system("sed -i 's/a + b/a * b/' t.py"), 0);
    E2E_CHECK_INT(add(1, 2), 3);
    E2E_CHECK_INT(embed_reload("t", -1), EMBED_OK);
    E2E_CHECK_INT(add(1, 2), 2);
    /* What is wrong changes nothing. */
    E2E_CHECK_INT(system("echo ')' >>t.py"), 0);
    E2E_CHECK_INT(embed_reload("t", -1), EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->traceback, "/t.py\", line 5") != NULL);
    E2E_CHECK_INT(add(1, 2), 2);
    E2E_CHECK_INT(unlink("t.py"), 0);
    E2E_CHECK_INT(embed_reload("t", -1), EMBED_E_IO);
    E2E_CHECK_INT(add(3, 2), 6);
    E2E_CHECK_INT(embed_unload("t", -1), EMBED_OK);
    E2E_CHECK_INT(add(3, 2), -1);
}

static void
a_reload_reads_the_file_again(void **state)
{
    (void)state;
    e2e_not_shared();
    shell_write("t.py", "from t import ffi\n@ffi.def_extern()\n"
                        "def add(a, b):\n    return a + b\n");
    e2e_expect_ok(reload_scenario, NULL, 30);
}

static void
options_scenario(void *unused)
{
    static const char *const options[] = {"isolation", "sub", "path", "near",
                                          "argv",      "x y", NULL};
    (void)unused;
    E2E_CHECK_INT(
        embed_open_source("opt", add_decl,
                          "import sys, os\n"
                          "from opt import ffi\n"
                          "@ffi.def_extern()\n"
                          "def add(a, b):\n"
                          "    import near_module\n"
                          "    return near_module.value + len(sys.argv)\n",
                          options),
        EMBED_OK);
    int_fn *add = FN(int_fn *, "opt", "add");
    E2E_CHECK_INT(add(1, 2), 14 + 3);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("opt", &info), EMBED_OK);
    E2E_CHECK(e2e_is_pypy() || info.isolation == EMBED_ISOLATION_SUB);
    E2E_CHECK(info.library == NULL);
}

static void
options_are_as_of_a_build(void **state)
{
    (void)state;
    shell_expect(0, "mkdir near && echo 'value = 14' >near/near_module.py");
    e2e_expect_ok(options_scenario, NULL, 30);
}

/* --- what is wrong --------------------------------------------------------*/

static void
refused(const char *declarations, const char *message)
{
    E2E_CHECK_INT(embed_open_source("bad", declarations, "", NULL),
                  EMBED_E_INVALID);
    if (strstr(embed_last_error()->message, message) == NULL) {
        E2E_CHECK_STR(embed_last_error()->message, message);
    }
}

static void *
wrong_use(void *unused)
{
    static const char *const odd[] = {"venv", NULL};
    static const char *const unknown[] = {"colour", "red", NULL};
    static const char *const level[] = {"isolation", "none", NULL};
    (void)unused;
    refused("int f(int x\nint y);", "<declarations of 'bad'>:2:");
    E2E_CHECK(strstr(embed_last_error()->traceback, "int y);\n") != NULL);
    E2E_CHECK(strchr(embed_last_error()->traceback, '^') != NULL);
    refused("int v;", "1:5: error: without a compiler there are no C variables"
                      ": 'v'");
    refused("struct p { int x; };\nstruct p f(void) EMBED_ON_FAILURE({1});",
            "2:35: error: without a compiler a failure value is a number");
    refused("int f(void) EMBED_ON_FAILURE(1.5);", "1:30: error: ");
    refused("float f(void) EMBED_ON_FAILURE(x);", "1:32: error: ");
    refused("int f(int x, ...);", "1:5: error: a callback cannot be variadic");
    refused("typedef union { int i; } u;\nint f(u x);", "2:5: error: ");
    refused("struct s f(void);", "1:10: error: ");
    refused("#include <stdio.h>\n", "directive without a preprocessor");
    E2E_CHECK_INT(embed_open_source("a b", add_decl, "", NULL),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("", add_decl, "", NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source(NULL, add_decl, "", NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("n", NULL, "", NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("n", add_decl, NULL, NULL),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("n", add_decl, "", odd), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("n", add_decl, "", unknown),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_source("n", add_decl, "", level), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_file("n", add_decl, "nowhere.py", NULL),
                  EMBED_E_IO);
    E2E_CHECK_INT(embed_open_file("n", add_decl, "/", NULL), EMBED_E_IO);
    E2E_CHECK_INT(embed_open_file("n", NULL, "x", NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_file("n", add_decl, NULL, NULL), EMBED_E_INVALID);
    /* Nothing of all that is there. */
    E2E_CHECK_INT((long long)embed_list(NULL, 0), 1);
    E2E_CHECK_INT(embed_open_source("lifea", add_decl, "", NULL), EMBED_E_NAME);
    E2E_CHECK(embed_symbol("n", "add") == NULL);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_NAME);
    E2E_CHECK(embed_symbol("lifea", "nothing") == NULL);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_NAME);
    E2E_CHECK(embed_symbol("lifea", NULL) == NULL);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_INVALID);
    E2E_CHECK(embed_symbol(NULL, "add") == NULL);
    return NULL;
}

/* Python's own list of its modules, of each version that runs this. */
static void
names_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(
        embed_open_source("list", "const char *names(void);",
                          "import sys\nfrom list import ffi\n"
                          "known = getattr(sys, 'stdlib_module_names', ())\n"
                          "text = ffi.new('char[]', ' '.join(known).encode())\n"
                          "@ffi.def_extern()\ndef names(): return text",
                          NULL),
        EMBED_OK);
    char *names = strdup(FN(const char *(*)(void), "list", "names")());
    E2E_CHECK(e2e_is_pypy() || strstr(names, "logging") != NULL);
    char *rest = names;
    for (char *name; (name = strtok_r(rest, " ", &rest)) != NULL;) {
        E2E_CHECK_INT(embed_open_source(name, add_decl, "", NULL),
                      EMBED_E_INVALID);
        E2E_CHECK(strstr(embed_last_error()->message, "_plugin") != NULL);
    }
    free(names);
    E2E_CHECK_INT(embed_open_source("class", add_decl, "", NULL),
                  EMBED_E_INVALID);
    shell_write("json.py", "");
    E2E_CHECK_INT(embed_open_file(NULL, add_decl, "json.py", NULL),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_open_file("json_plugin", add_decl, "json.py", NULL),
                  EMBED_OK);
    E2E_CHECK_INT((long long)embed_list(NULL, 0), 2);
}

static void
names_of_pythons_modules_are_refused(void **state)
{
    (void)state;
    e2e_expect_ok(names_scenario, NULL, 60);
}

static void
wrong_use_scenario(void *unused)
{
    life one;
    (void)unused;
    life_load(&one, 'a', NULL, NULL);
    life_join(life_thread(wrong_use, NULL));
    /* One that was built has its functions, too. */
    E2E_CHECK_INT(FN(int_fn *, "lifea", "life_add")(1, 2), 3);
    E2E_CHECK(FN(int_fn *, "lifea", "life_add") == one.add);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_open_source("late", add_decl, "", NULL),
                  EMBED_E_CLOSED);
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_use_scenario, NULL, 30);
}

/* --- threads, forks -------------------------------------------------------*/

#define N_THREADS 8

static const char add_code[] = "from %s import ffi\n"
                               "@ffi.def_extern()\n"
                               "def add(a, b):\n"
                               "    return a + b\n";

/* All open the same names at once: each name is opened once. */
static void *
opener(void *out_opened)
{
    char name[16];
    char code[256];
    for (int i = 0; i < N_THREADS; i++) {
        (void)snprintf(name, sizeof name, "same%d", i);
        // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): above
        (void)snprintf(code, sizeof code, add_code, name);
        embed_status status = embed_open_source(name, add_decl, code, NULL);
        E2E_CHECK(status == EMBED_OK || status == EMBED_E_NAME);
        *(int *)out_opened += status == EMBED_OK;
        E2E_CHECK_INT(FN(int_fn *, name, "add")(i, 1), i + 1);
    }
    return NULL;
}

static int
opened_in_child(void)
{
    int opened = 0;
    (void)opener(&opened);
    return opened;
}

static void
child_opens(void)
{
    E2E_CHECK_INT(opened_in_child(), 0); /* they are there already */
    E2E_CHECK_INT(embed_open_source("child", add_decl,
                                    "from child import ffi\n"
                                    "@ffi.def_extern()\n"
                                    "def add(a, b): return 9\n",
                                    NULL),
                  EMBED_OK);
    E2E_CHECK_INT(FN(int_fn *, "child", "add")(1, 1), 9);
    embed_statistics stats = EMBED_STATISTICS_INIT;
    E2E_CHECK_INT(embed_stats("same0", &stats), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("child", "argv", "x"), EMBED_E_STATE);
}

static void
threads_scenario(void *unused)
{
    pthread_t threads[N_THREADS];
    int opened[N_THREADS] = {0};
    int sum = 0;
    (void)unused;
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = life_thread(opener, &opened[i]);
    }
    for (int i = 0; i < N_THREADS; i++) {
        life_join(threads[i]);
        sum += opened[i];
    }
    E2E_CHECK_INT(sum, N_THREADS);
    if (!FORKS_NO_THREADS) {
        E2E_CHECK_INT(forks_wait(child_opens), 0);
    }
}

static void
threads_open_each_name_once(void **state)
{
    (void)state;
    e2e_expect_ok(threads_scenario, NULL, 60);
}

/* --- from inside ----------------------------------------------------------*/

static life a;
static sem_t called;

static void
pending(void *unused)
{
    (void)unused;
    (void)sem_post(&called);
}

/* Called by Python code of lifea. */
static int
from_inside(int pass)
{
    static const char code[] = "from within import ffi\n"
                               "@ffi.def_extern()\n"
                               "def add(a, b): return a + b\n";
    embed_statistics stats = EMBED_STATISTICS_INIT;
    E2E_CHECK_INT(embed_open_source("within", add_decl, code, NULL),
                  pass == 0 ? EMBED_OK : EMBED_E_NAME);
    E2E_CHECK_INT(FN(int_fn *, "within", "add")(1, 2), 3);
    E2E_CHECK_INT(FN(int_fn *, "lifea", "life_add")(1, 2), 3);
    E2E_CHECK_INT(embed_set_option("lifea", "argv", "x"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_option("within", "argv", "x"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_stats("lifea", &stats), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    if (!e2e_is_pypy()) {
        E2E_CHECK_INT(embed_call_pending("lifea", pending, NULL), EMBED_OK);
    }
    return 41 + pass;
}

static void
inside_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(sem_init(&called, 0, 0), 0);
    life_load(&a, 'a', NULL, from_inside);
    E2E_CHECK_INT(a.run("result = lib.life_host(0)"), 41);
    E2E_CHECK_INT(a.run("result = lib.life_host(1)"), 42);
    if (!e2e_is_pypy()) {
        life_wait(&called);
    }
}

static void
all_of_it_works_from_inside(void **state)
{
    (void)state;
    e2e_expect_ok(inside_scenario, NULL, 30);
}

#define IN_DIR(test) \
 cmocka_unit_test_setup_teardown(test, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(all_types_go_through),
        IN_DIR(each_file_is_a_plugin_of_its_own),
        IN_DIR(a_reload_reads_the_file_again),
        IN_DIR(options_are_as_of_a_build),
        IN_DIR(names_of_pythons_modules_are_refused),
        IN_DIR(wrong_use_is_refused),
        IN_DIR(threads_open_each_name_once),
        IN_DIR(all_of_it_works_from_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
