/* test_py_lib.c - the modules of an extension and its lib object.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/ext/error.h"
#include "subinterp/cpython/ffi/state.h"
#include "tests/unit/py_fixture.h"
#include "tests/unit/py_harness.h"

static harness h;
static es_py *py;
static es_pyext *ext;

/* --- modules ------------------------------------------------------------- */

static void
ffi_and_lib_can_be_imported(void **state)
{
    (void)state;
    harness_run(&h, "import sys, types, plug, plug.lib as l2\n"
                    "from plug import ffi as f3, lib as l3\n"
                    "from plug.lib import sum as sum3\n");
    harness_check(&h, "plug.lib is lib and plug.ffi is ffi");
    harness_check(&h, "l2 is lib and l3 is lib and f3 is ffi");
    harness_check(&h, "sum3 is lib.sum");
    harness_check(&h, "type(plug) is types.ModuleType");
    harness_check(&h, "plug.__spec__ is None and plug.__loader__ is None");
}

static void
a_name_that_is_taken_is_refused(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    assert_null(es_pyext_create(py, &fx_plugin));
    (void)es_err_from_exception(&err, EMBED_E_NAME, NULL);
    assert_string_equal("ImportError", err.type);
    assert_non_null(strstr(err.text, "already has a module named 'plug'"));
    ec_err_clear(&err);
    harness_run(&h, "import plug");
    harness_check(&h, "plug.lib is lib");
}

/* --- lib as an object ---------------------------------------------------- */

static void
lib_looks_like_a_module(void **state)
{
    (void)state;
    harness_run(&h, "import types");
    harness_check(&h, "repr(lib) == \"<Lib object for 'plug'>\"");
    harness_check(&h, "isinstance(lib, types.ModuleType)");
    harness_check(&h, "lib.__name__ == 'plug.lib'");
    harness_check(&h, "lib.__spec__ is None and lib.__loader__ is None");
}

static void
lib_lists_its_names(void **state)
{
    (void)state;
    harness_check(&h, "dir(lib) == sorted(dir(lib))");
    harness_check(&h, "{'sum', 'add', 'LIMIT', 'where'} <= set(dir(lib))");
    harness_check(&h, "not [n for n in dir(lib) if n.startswith('__')]");
    harness_check(&h, "set(dir(lib)) - set(lib.__all__) == "
                      "{'counter', 'where', 'values', 'open', 'nowhere'}");
}

static void
lib_gives_all_its_values(void **state)
{
    (void)state;
    /* One of the variables is nowhere: the error is not hidden. */
    harness_raises(&h, "lib.__dict__", "ffi.error", "at address NULL");
}

static void
lib_refuses_names_it_does_not_have(void **state)
{
    (void)state;
    const char *text = "libembed library 'plug' has no function, constant or "
                       "global variable named 'nope'";

    harness_raises(&h, "lib.nope", "AttributeError", text);
    harness_raises(&h, "lib.nope = 1", "AttributeError", text);
    harness_raises(&h, "from plug.lib import nope", "ImportError", "nope");
    harness_raises(&h, "getattr(lib, '\\ud800')", "AttributeError", "");
    harness_check(&h, "not hasattr(lib, '__path__')");
}

/* --- constants and variables --------------------------------------------- */

static void
constants_are_python_numbers(void **state)
{
    (void)state;
    harness_check(&h, "lib.LIMIT == 100 and type(lib.LIMIT) is int");
    harness_check(&h, "lib.MINUS == -7");
    harness_check(&h, "lib.FX_RED == 0 and lib.FX_GREEN == 5");
    harness_check(&h, "lib.PI == 3.5 and lib.PI is lib.PI");
}

static void
constants_and_functions_cannot_be_written(void **state)
{
    (void)state;
    harness_raises(&h, "lib.LIMIT = 1", "AttributeError",
                   "cannot write to function or constant 'LIMIT'");
    harness_raises(&h, "lib.sum = 1", "AttributeError",
                   "cannot write to function or constant 'sum'");
    harness_raises(&h, "del lib.sum", "AttributeError", "sum");
    harness_raises(&h, "del lib.counter", "AttributeError", "counter");
}

static void
variables_are_read_and_written_in_c(void **state)
{
    (void)state;
    fx_counter = 3;
    harness_check(&h, "lib.counter == 3");
    fx_counter = 4;
    harness_check(&h, "lib.counter == 4");
    harness_run(&h, "lib.counter = 99");
    assert_int_equal(99, fx_counter);
    harness_raises(&h, "lib.counter = 2**40", "OverflowError", "does not fit");
    harness_raises(&h, "lib.counter = 'a'", "TypeError", "");
    assert_int_equal(99, fx_counter);
}

static void
variables_of_structs_and_arrays_are_views(void **state)
{
    (void)state;
    harness_run(&h, "w = lib.where\nw.x = 7\nlib.values[1] = 21\n");
    assert_int_equal(7, fx_where.x);
    assert_int_equal(21, fx_values[1]);
    harness_check(&h, "len(lib.values) == 3 and list(lib.values) == "
                      "[10, 21, 30]");
    harness_check(&h, "ffi.typeof(lib.open) is ffi.typeof('int *')");
    harness_check(&h, "lib.open[2] == 30");
    harness_run(&h, "lib.where = [5, 6]\nlib.values = [1, 2, 3]\n");
    assert_int_equal(6, fx_where.y);
    assert_int_equal(3, fx_values[2]);
    harness_raises(&h, "lib.nowhere", "ffi.error",
                   "global variable 'nowhere' is at address NULL");
}

static void
addresses_can_be_taken(void **state)
{
    (void)state;
    harness_run(&h, "p = ffi.addressof(lib, 'counter')\np[0] = 12\n");
    assert_int_equal(12, fx_counter);
    harness_check(&h, "ffi.addressof(lib, 'where').x == lib.where.x");
    harness_check(&h, "ffi.addressof(lib, 'sum')(3, 4) == 7");
    harness_raises(&h, "ffi.addressof(lib, 'LIMIT')", "AttributeError",
                   "LIMIT");
    harness_raises(&h, "ffi.addressof(lib, 'nope')", "AttributeError", "nope");
}

/* --- functions ----------------------------------------------------------- */

static void
c_functions_can_be_called(void **state)
{
    (void)state;
    harness_check(&h, "lib.sum(40, 2) == 42 and lib.sum is lib.sum");
    harness_check(&h, "lib.sum(-1, True) == 0");
    fx_counter = 0;
    harness_check(&h, "lib.bump(5) is None");
    assert_int_equal(5, fx_counter);
    harness_check(&h, "lib.length(b'hello') == 5");
    harness_check(&h, "lib.length(ffi.new('char[]', b'abc')) == 3");
}

static void
structs_go_by_value(void **state)
{
    (void)state;
    harness_run(&h, "r = lib.scale({'v': [1, 2, 3, 4, 5]}, 2.0)\n"
                    "s = lib.scale([[1]], 3)\n");
    harness_check(&h, "list(r.v) == [2, 4, 6, 8, 10]");
    harness_check(&h, "list(s.v) == [3, 0, 0, 0, 0]");
    harness_check(&h, "list(lib.scale(r, 0.5).v) == [1, 2, 3, 4, 5]");
    harness_check(&h, "'owning' in repr(r)");
}

static void
arguments_are_checked(void **state)
{
    (void)state;
    harness_raises(&h, "lib.sum(1)", "TypeError",
                   "sum expected 2 arguments, got 1");
    harness_raises(&h, "lib.length()", "TypeError",
                   "length() takes exactly one argument (0 given)");
    harness_raises(&h, "lib.c_errno(1)", "TypeError",
                   "c_errno() takes no arguments (1 given)");
    harness_raises(&h, "lib.sum(a=1, b=2)", "TypeError",
                   "takes no keyword arguments");
    harness_raises(&h, "lib.sum(1.5, 2)", "TypeError", "");
    harness_raises(&h, "lib.sum(2**31, 2)", "OverflowError", "does not fit");
    harness_raises(&h, "lib.length(None)", "TypeError", "");
    harness_raises(&h, "lib.length(5)", "TypeError", "");
    harness_check(&h, "lib.sum(*(1, 2), **{}) == 3");
}

static void
errno_is_kept_around_calls(void **state)
{
    (void)state;
    harness_run(&h, "lib.length(b'')\nimport os\nos.stat('/')\n");
    harness_check(&h, "ffi.errno == 42");
    harness_run(&h, "ffi.errno = 7");
    harness_check(&h, "lib.c_errno() == 7");
}

static void
functions_describe_themselves(void **state)
{
    (void)state;
    harness_check(&h, "lib.sum.__name__ == 'sum'");
    harness_check(&h, "lib.sum.__doc__.startswith('int sum(int, int);')");
    harness_check(&h, "lib.sum.__module__ == 'plug.lib'");
    harness_check(&h, "'sum' in repr(lib.sum)");
    harness_check(&h, "callable(lib.sum)");
    harness_check(&h, "ffi.typeof(lib.sum) is ffi.typeof('int(*)(int, int)')");
}

static void
exports_are_function_pointers(void **state)
{
    (void)state;
    harness_check(&h, "ffi.typeof(lib.add) is ffi.typeof('int(*)(int, int)')");
    harness_check(&h, "lib.add == ffi.addressof(lib, 'sum')");
    harness_check(&h, "lib.add is lib.add");
}

static void
functions_can_be_weakly_referenced_and_outlive_lib(void **state)
{
    (void)state;
    harness_run(&h, "import weakref\nr = weakref.ref(lib.sum)\n");
    harness_check(&h, "r()(1, 2) == 3");
}

/* --- life ---------------------------------------------------------------- */

static void
what_is_kept_works_after_the_extension_is_gone(void **state)
{
    (void)state;
    harness_run(&h, "sum2, lib2, add2 = lib.sum, lib, lib.add\n"
                    "del lib, ffi\n");
    es_pyext_destroy(ext);
    harness_check(&h, "'plug' not in sys.modules");
    harness_check(&h, "'plug.lib' not in sys.modules");
    harness_check(&h, "sum2(1, 2) == 3 and lib2.LIMIT == 100");
    harness_check(&h, "add2(1, 2) == 3");

    ext = es_pyext_create(py, &fx_plugin);
    assert_non_null(ext);
    harness_run(&h, "from plug import ffi, lib");
    harness_check(&h, "lib.sum(1, 2) == 3");
}

static void
an_interpreter_can_end_with_all_of_it(void **state)
{
    (void)state;
    es_pyext_destroy(ext);
    es_py_destroy(py);
    harness_end_sub(&h);
    harness_start_sub(&h);
    py = es_py_create();
    assert_non_null(py);
    ext = es_pyext_create(py, &fx_plugin);
    assert_non_null(ext);
    harness_run(&h, "from plug import ffi, lib");
    harness_check(&h, "lib.sum(1, 2) == 3 and lib.where.x == 5");
}

static int
setup(void **state)
{
    (void)state;
    fx_plugin_init();
    harness_start_main(&h);
    harness_start_sub(&h);
    py = es_py_create();
    assert_non_null(py);
    ext = es_pyext_create(py, &fx_plugin);
    if (ext == NULL) {
        PyErr_Print();
    }
    assert_non_null(ext);
    harness_run(&h, "import sys\nfrom plug import ffi, lib\n");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    es_pyext_destroy(ext);
    es_py_destroy(py);
    harness_end_sub(&h);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ffi_and_lib_can_be_imported),
        cmocka_unit_test(a_name_that_is_taken_is_refused),
        cmocka_unit_test(lib_looks_like_a_module),
        cmocka_unit_test(lib_lists_its_names),
        cmocka_unit_test(lib_gives_all_its_values),
        cmocka_unit_test(lib_refuses_names_it_does_not_have),
        cmocka_unit_test(constants_are_python_numbers),
        cmocka_unit_test(constants_and_functions_cannot_be_written),
        cmocka_unit_test(variables_are_read_and_written_in_c),
        cmocka_unit_test(variables_of_structs_and_arrays_are_views),
        cmocka_unit_test(addresses_can_be_taken),
        cmocka_unit_test(c_functions_can_be_called),
        cmocka_unit_test(structs_go_by_value),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(errno_is_kept_around_calls),
        cmocka_unit_test(functions_describe_themselves),
        cmocka_unit_test(exports_are_function_pointers),
        cmocka_unit_test(functions_can_be_weakly_referenced_and_outlive_lib),
        cmocka_unit_test(what_is_kept_works_after_the_extension_is_gone),
        cmocka_unit_test(an_interpreter_can_end_with_all_of_it),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
