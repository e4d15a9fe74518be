/* test_imports.c - C modules that do not load in an interpreter with a GIL of its
 * own: an exception there, never the end of the host.
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

/* Written so that it is no include of this file's. */
#define HEADER \
 "#include <"  \
 "Python.h"    \
 ">\n"

#define DEFINITION(name, slots)                                           \
 "static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, \"" name "\", " \
 "NULL, 0, NULL, " slots ", NULL, NULL, NULL};\n"

/* Imports a module that only the extension has, and fails. */
static const char boom[] =
    HEADER "PyMODINIT_FUNC PyInit_boom(void)\n{\n"
           "    PyObject *m = PyImport_ImportModule(\"nowhere_to_be_found\");\n"
           "    Py_XDECREF(m);\n"
           "    return NULL;\n}\n";

static const char raises[] =
    HEADER "PyMODINIT_FUNC PyInit_raises(void)\n{\n"
           "    PyErr_SetString(PyExc_ValueError, \"no, thanks\");\n"
           "    return NULL;\n}\n";

static const char single[] = HEADER DEFINITION(
    "single", "NULL") "PyMODINIT_FUNC PyInit_single(void)\n{\n"
                      "    return PyModule_Create(&def);\n}\n";

/* Needs a Python module beside it. */
static const char depends[] = HEADER DEFINITION(
    "depends", "NULL") "PyMODINIT_FUNC PyInit_depends(void)\n{\n"
                       "    PyObject *m = PyImport_ImportModule(\"beside\");\n"
                       "    if (m == NULL) return NULL;\n"
                       "    Py_DECREF(m);\n"
                       "    return PyModule_Create(&def);\n}\n";

/* Made for interpreters of their own; says how often it was executed. */
static const char multi[] =
    HEADER "static int n;\n"
           "static int run(PyObject *m)\n{\n"
           "    return PyModule_AddIntConstant(m, \"n\", ++n);\n}\n"
           "static PyModuleDef_Slot slots[] = {\n"
           "    {Py_mod_exec, run},\n"
           "    {Py_mod_multiple_interpreters, "
           "Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},\n"
           "    {0, NULL}};\n" DEFINITION(
               "multi", "slots") "PyMODINIT_FUNC PyInit_multi(void)\n{\n"
                                 "    return PyModuleDef_Init(&def);\n}\n";

static void
write_module(const char *name, const char *text)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s.c", name);
    shell_write(file, text);
    shell_expect(0,
                 "$CC -w -O1 -fPIC -shared %s -o %s.so -I$($PYTHON -c 'import "
                 "sysconfig; print(sysconfig.get_path(\"include\"))')",
                 file, name);
}

/* An extension that tries to import a module and prints what comes of it. */
static void
write_extension(const char *name, const char *level)
{
    char text[512];
    char file[32];
    (void)snprintf(file, sizeof file, "%s.h", name);
    (void)snprintf(text, sizeof text, "int %s(const char *module);\n", name);
    shell_write(file, text);
    (void)snprintf(file, sizeof file, "%s.py", name);
    (void)snprintf(text, sizeof text,
                   "from %s import ffi\n"
                   "@ffi.def_extern(error=-1)\n"
                   "def %s(module):\n"
                   "    try:\n"
                   "        m = __import__(ffi.string(module).decode())\n"
                   "        print('ok', getattr(m, 'n', ''), flush=True)\n"
                   "    except Exception as e:\n"
                   "        print(type(e).__name__, e.name, e, flush=True)\n"
                   "    return 0\n",
                   name, name);
    shell_write(file, text);
    shell_expect(0, "$EMBED build %s.h %s.py -o lib%s.so --isolation %s", name,
                 name, name, level);
}

static void
write_host(void)
{
    shell_write("host.c",
                "int one(const char *);\nint two(const char *);\n"
                "int main(int argc, char **argv)\n{\n"
                "    for (int round = 0; round < 3; round++)\n"
                "        for (int i = 1; i < argc; i++) {\n"
                "            one(argv[i]);\n            two(argv[i]);\n"
                "        }\n"
                "    return 0;\n}\n");
    shell_expect(0,
                 "$CC -w host.c -o host -L. -lone -ltwo -L$BUILD/lib -lembed "
                 "-Wl,-rpath,$PWD,-rpath,$BUILD/lib");
}

static int
enter(void **state)
{
    int status = shell_enter(state);
    if (status == 0 && !e2e_is_sanitized()) {
        write_extension("one", "own");
        write_extension("two", "own");
        write_host();
    }
    return status;
}

/* Six lines that each have `part`. */
static void
expect_six(const char *part)
{
    shell_expect(0,
                 "test $(grep -c '%s' out) = 6 && test $(wc -l <out) = 6 || "
                 "{ cat out; false; }",
                 part);
}

static void
a_module_that_fails_raises_import_error(void **state)
{
    (void)state; /* R21 */
    shell_only_plain();
    write_module("boom", boom);
    write_module("raises", raises);
    shell_expect(0, "timeout 60 ./host boom >out");
    expect_six("^ImportError boom module boom failed in the main interpreter.*"
               "ModuleNotFoundError: No module named .nowhere_to_be_found");
    shell_expect(0, "timeout 60 ./host raises >out");
    expect_six("^ImportError raises .*ValueError: no, thanks");
}

static void
a_module_of_single_phase_is_refused(void **state)
{
    (void)state; /* R21 */
    shell_only_plain();
    write_module("single", single);
    shell_expect(0, "timeout 60 ./host single >out");
    expect_six("^ImportError None module single does not support loading in "
               "subinterpreters");
}

/* Where it succeeds it needs what the extension's sys.path has; main's is as it
 * was. */
static void
main_finds_what_the_extension_finds(void **state)
{
    (void)state; /* R21 */
    shell_only_plain();
    write_module("depends", depends);
    shell_write("beside.py", "");
    write_extension("two", "shared");
    shell_expect(0, "mkdir apart && mv libone.so depends.so beside.py apart && "
                    "$CC -w host.c -o host -L. -Lapart -lone -ltwo "
                    "-L$BUILD/lib -lembed "
                    "-Wl,-rpath,$PWD,-rpath,$PWD/apart,-rpath,$BUILD/lib");
    shell_expect(0, "timeout 60 ./host depends beside >out; grep -c "
                    "'does not support loading in subinterpreters' out && "
                    "grep -c '^ModuleNotFoundError depends' out && "
                    "grep -c '^ModuleNotFoundError beside' out && grep -c ^ok "
                    "out");
    shell_expect_output("3\n3\n3\n3\n");
}

static void
a_module_of_multi_phase_is_executed_once_for_each(void **state)
{
    (void)state;
    shell_only_plain();
    write_module("multi", multi);
    shell_expect(0, "timeout 60 ./host multi >out && sort -u out");
    shell_expect_output("ok 1\nok 2\n");
}

/* Two threads of two extensions load at once, main's GIL being busy. */
static void
imports_at_once_do_not_wait_for_each_other(void **state)
{
    (void)state;
    shell_only_plain();
    write_module("multi", multi);
    write_module("boom", boom);
    shell_write("host.c",
                "#include <pthread.h>\n#include <stdlib.h>\n"
                "int one(const char *);\nint two(const char *);\n"
                "static pthread_barrier_t b;\n"
                "static void *run(void *f)\n{\n"
                "    for (int i = 0; i < 20; i++) {\n"
                "        pthread_barrier_wait(&b);\n"
                "        ((int (*)(const char *))f)(i % 2 ? \"boom\" : "
                "\"multi\");\n"
                "    }\n    return NULL;\n}\n"
                "int main(void)\n{\n    pthread_t t;\n"
                "    pthread_barrier_init(&b, NULL, 2);\n"
                "    pthread_create(&t, NULL, run, (void *)one);\n"
                "    run((void *)two);\n    pthread_join(t, NULL);\n}\n");
    shell_expect(0, "$CC -w host.c -o host -pthread -L. -lone -ltwo "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$PWD,-rpath,$BUILD/lib");
    shell_expect(0, "timeout 60 ./host >out; wc -l <out; grep -c ^ok out");
    shell_expect_output("40\n20\n");
}

/* Its object does not go, except that of main, where it is made first. */
static const char stays[] = HEADER "#include <unistd.h>\n" DEFINITION(
    "stays", "NULL") "static void stay(PyObject *o)\n{\n"
                     "    int is_main = PyInterpreterState_Get() == "
                     "PyInterpreterState_Main();\n"
                     "    while (!is_main) pause();\n}\n"
                     "PyMODINIT_FUNC PyInit_stays(void)\n{\n"
                     "    PyObject *m = PyModule_Create(&def);\n"
                     "    PyModule_AddObject(m, \"o\", PyCapsule_New(&def, "
                     "NULL, stay));\n"
                     "    return m;\n}\n";

/* Unload, calls of others, exit: in bounded time. */
static void
an_interpreter_that_does_not_end_holds_nobody(void **state)
{
    (void)state; /* R9, R10 */
    shell_only_plain();
    write_module("stays", stays);
    write_extension("one", "sub");
    shell_write("host.c",
                "#include <embed.h>\n#include <stdio.h>\n"
                "int one(const char *);\nint two(const char *);\n"
                "int main(void)\n{\n    one(\"stays\");\n"
                "    embed_status ended = embed_unload(\"one\", 300);\n"
                "    int got = two(\"json\");\n"
                "    printf(\"%d\\n\", (ended == EMBED_OK && got == 0) || "
                "(ended == EMBED_E_TIMEOUT && embed_last_error()->status == "
                "EMBED_E_TIMEOUT));\n}\n");
    shell_expect(0, "$CC -w host.c -o host -I$BUILD/include -L. -lone -ltwo "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$PWD,-rpath,$BUILD/lib");
    shell_expect(0, "EMBED_EXIT_TIMEOUT_MS=300 timeout 60 ./host 2>err | "
                    "grep -v json | tail -1");
    shell_expect_output("1\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, shell_leave)
        TEST(a_module_that_fails_raises_import_error),
        TEST(a_module_of_single_phase_is_refused),
        TEST(main_finds_what_the_extension_finds),
        TEST(a_module_of_multi_phase_is_executed_once_for_each),
        TEST(imports_at_once_do_not_wait_for_each_other),
        TEST(an_interpreter_that_does_not_end_holds_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
