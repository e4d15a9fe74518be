/* test_py_init.c - running init code, and the import guards.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/ext/init.h"
#include "tests/unit/py_harness.h"

#include <signal.h>

static harness h;

/* Runs `code` as the init code of an extension "plug". */
static embed_status
run(const char *code, ec_err *err)
{
    struct embed_plugin plugin = {
        .name = "plug",
        .init_code = code,
        .init_code_size = strlen(code),
        .init_file = "plug.py",
    };
    es_pyext ext = {.plugin = &plugin};

    embed_status status = es_init_run(&ext, NULL, NULL, err);
    assert_null(PyErr_Occurred());
    return status;
}

static void
init_code_runs_in_a_dict_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(EMBED_OK,
                     run("import sys\n"
                         "class C: pass\n"
                         "def f(): pass\n"
                         "sys.seen = (__name__, __file__, C.__module__,\n"
                         "            f.__code__.co_filename)\n"
                         "sys.names = sorted(globals())\n",
                         NULL));
    harness_run(&h, "import sys");
    harness_check(&h, "sys.seen == ('plug', 'plug.py', 'plug', "
                      "\"<init code for 'plug'>\")");
    harness_check(&h, "sys.names == ['C', '__builtins__', '__file__', "
                      "'__name__', 'f', 'sys']");
}

static void
no_init_code_is_no_failure(void **state)
{
    (void)state;
    assert_int_equal(EMBED_OK, run("", NULL));
}

static void
a_byte_order_mark_and_unicode_are_understood(void **state)
{
    (void)state;
    assert_int_equal(EMBED_OK, run("\xef\xbb\xbfimport sys\n"
                                   "# coding: latin-1\n"
                                   "sys.text = '\xe2\x82\xac'\n",
                                   NULL));
    harness_run(&h, "import sys");
    harness_check(&h, "sys.text == '\\u20ac'");
}

static void
a_failure_is_reported_in_full(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_capture(&h);
    assert_int_equal(EMBED_E_INIT,
                     run("def f():\n    raise ValueError('bad')\nf()\n", &err));
    assert_string_equal("init code failed: ValueError: bad", err.text);
    assert_string_equal("ValueError", err.type);
    assert_non_null(strstr(err.traceback, "    raise ValueError('bad')\n"));
    harness_run(&h, "text = err()");
    harness_check(
        &h, "text.startswith('Failed to initialize the Python-libembed "
            "embedding logic:\\n\\nTraceback (most recent call last):\\n')");
    harness_check(&h, "'File \"<init code for \\'plug\\'>\", line 2, in f\\n'"
                      " in text");
    harness_check(&h, "\"\\nValueError: bad\\n\\nFrom: plug\\ncompiled with "
                      "libembed version: 0.\" in text");
    harness_check(&h, "text.endswith(f'\\nsys.path: {sys.path!r}\\n\\n')");
    ec_err_clear(&err);
}

static void
a_syntax_error_is_a_failure_with_its_place(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_capture(&h);
    assert_int_equal(EMBED_E_INIT, run("x = 1\ny = (\n", &err));
    assert_string_equal("SyntaxError", err.type);
    harness_run(&h, "text = err()");
    harness_check(&h, "'line 2\\n    y = (\\n' in text");
    ec_err_clear(&err);
}

static void
exits_are_failures(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_capture(&h);
    assert_int_equal(EMBED_E_INIT, run("raise SystemExit(3)", &err));
    assert_string_equal("SystemExit", err.type);
    harness_check(&h, "'SystemExit: 3' in err()");
    ec_err_clear(&err);
}

static void
without_stderr_nothing_is_printed(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_run(&h, "import sys\nold = sys.stderr\nsys.stderr = None\n");
    assert_int_equal(EMBED_E_INIT, run("1 / 0", &err));
    assert_string_equal("ZeroDivisionError", err.type);
    harness_run(&h, "sys.stderr = old");
    ec_err_clear(&err);
}

static void
a_stderr_that_fails_does_no_harm(void **state)
{
    (void)state;
    harness_run(&h, "import sys\nold = sys.stderr\n"
                    "class Bad:\n    def write(self, text): raise OSError\n"
                    "sys.stderr = Bad()\n");
    assert_int_equal(EMBED_E_INIT, run("1 / 0", NULL));
    harness_run(&h, "sys.stderr = old");
}

static void
a_refused_module_gives_a_hint(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_capture(&h);
    assert_int_equal(EMBED_E_INIT,
                     run("try:\n"
                         "    raise ImportError('module num._core does not "
                         "support loading in subinterpreters')\n"
                         "except ImportError as e:\n"
                         "    raise RuntimeError('cannot') from e\n",
                         &err));
    assert_non_null(strstr(err.text, "hint: module num._core "));
    assert_non_null(strstr(err.text, "--isolation sub"));
    harness_check(&h, "'EMBED_SHARED_INTERP=1' in err()");
    assert_int_equal(EMBED_E_INIT,
                     run("raise ImportError('Interpreter change detected - "
                         "this module can only be loaded into one interpreter "
                         "per process.')",
                         &err));
    assert_non_null(strstr(err.text, "hint: a C module "));
    assert_non_null(strstr(err.text, "--isolation shared"));
    assert_int_equal(EMBED_E_INIT, run("import no_such_module", &err));
    assert_null(strstr(err.text, "hint"));
    harness_run(&h, "err()");
    ec_err_clear(&err);
}

static void
tracebacks_of_later_failures_show_the_source(void **state)
{
    (void)state;
    assert_int_equal(EMBED_OK, run("import sys, traceback\n"
                                   "def fail():\n"
                                   "    return 1 / 0 # here\n"
                                   "sys.fail = fail\n",
                                   NULL));
    harness_run(&h, "import sys, traceback\n"
                    "try:\n    sys.fail()\n"
                    "except Exception:\n    text = traceback.format_exc()\n");
    harness_check(&h, "'    return 1 / 0 # here\\n' in text");
}

/* --- guards -------------------------------------------------------------- */

static void
an_import_of_signal_leaves_the_hosts_handler(void **state)
{
    (void)state;
    struct sigaction before;
    struct sigaction after;

    assert_int_equal(0, sigaction(SIGINT, NULL, &before));
    assert_int_equal(EMBED_OK, run("import signal, asyncio", NULL));
    /* The main interpreter is where extensions that share one run. */
    PyThreadState *sub = PyThreadState_Swap(h.main);
    assert_int_equal(EMBED_OK, run("import signal, asyncio", NULL));
    PyThreadState_Swap(sub);
    assert_int_equal(0, sigaction(SIGINT, NULL, &after));
    assert_ptr_equal(before.sa_handler, after.sa_handler);
    assert_ptr_equal(SIG_DFL, after.sa_handler);
}

static int preloads;
static PyThreadState *preload_main;

/* Stands in for the life cycle: loads at once, with the main GIL. */
static embed_status
preload_now(const es_guard_module *m, ec_err *err)
{
    assert_non_null(m->file);
    preloads++;
    PyThreadState *outer = PyThreadState_Swap(preload_main);
    embed_status status = es_guard_preload_in_main(m, err);
    (void)PyThreadState_Swap(outer);
    return status;
}

static void
c_modules_are_first_loaded_in_the_main_interpreter(void **state)
{
    (void)state;
    preload_main = h.main;
    assert_int_equal(0, es_guard_install(preload_now, true));
    assert_int_equal(EMBED_OK, run("import decimal, zoneinfo, json, math\n"
                                   "import ssl, hashlib, pickle, array\n"
                                   "decimal.Decimal(1) / 3\n",
                                   NULL));
    assert_true(preloads > 3);
    if (Py_Version < 0x030d0000UL) {
        harness_run(&h, "import decimal");
        harness_check(&h, "'_pydecimal' in __import__('sys').modules");
    }
}

static void
a_module_that_fails_in_main_fails_for_the_one_who_asked(void **state)
{
    (void)state;
    preload_main = h.main;
    harness_run(&h,
                "import importlib.machinery as m, _imp\n"
                "spec = m.ModuleSpec('nothing', None, origin='/no/such.so')\n");
    harness_raises(&h, "_imp.create_dynamic(spec)", "ImportError", "such.so");
}

static int
setup(void **state)
{
    (void)state;
    harness_start_main(&h);
    harness_start_sub(&h);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_code_runs_in_a_dict_of_its_own),
        cmocka_unit_test(no_init_code_is_no_failure),
        cmocka_unit_test(a_byte_order_mark_and_unicode_are_understood),
        cmocka_unit_test(a_failure_is_reported_in_full),
        cmocka_unit_test(a_syntax_error_is_a_failure_with_its_place),
        cmocka_unit_test(exits_are_failures),
        cmocka_unit_test(without_stderr_nothing_is_printed),
        cmocka_unit_test(a_stderr_that_fails_does_no_harm),
        cmocka_unit_test(a_refused_module_gives_a_hint),
        cmocka_unit_test(tracebacks_of_later_failures_show_the_source),
        cmocka_unit_test(an_import_of_signal_leaves_the_hosts_handler),
        cmocka_unit_test(c_modules_are_first_loaded_in_the_main_interpreter),
        cmocka_unit_test(
            a_module_that_fails_in_main_fails_for_the_one_who_asked),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
