/* py_harness.h - starts Python for tests of subinterp/cpython/ffi and ext.
 *
 * Everything runs in a subinterpreter with its own GIL, as an extension does.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_PY_HARNESS_H
#define EMBED_TESTS_PY_HARNESS_H

#include "subinterp/cpython/ext/error.h"
#include "subinterp/cpython/ext/ext.h"
#include "subinterp/cpython/ext/guard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HARNESS_UNUSED __attribute__((unused))

typedef struct harness {
    PyThreadState *main;
    PyThreadState *sub;
    PyObject *globals; /* where harness_run() runs */
} harness;

/* Starts Python, with the main interpreter attached. */
static HARNESS_UNUSED void
harness_start_main(harness *h)
{
    PyConfig config;

    PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 0;
    config.site_import = 0;
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    assert_false(PyStatus_Exception(status));
    h->main = PyThreadState_Get();
    assert_int_equal(0, es_guard_main());
}

/* Makes a subinterpreter with its own GIL and attaches to it. */
static HARNESS_UNUSED void
harness_start_sub(harness *h)
{
    PyInterpreterConfig config = {
        .use_main_obmalloc = 0,
        .allow_fork = 0,
        .allow_exec = 0,
        .allow_threads = 1,
        .allow_daemon_threads = 0,
        .check_multi_interp_extensions = 1,
        .gil = PyInterpreterConfig_OWN_GIL,
    };
    PyStatus status = Py_NewInterpreterFromConfig(&h->sub, &config);

    assert_false(PyStatus_Exception(status));
    h->globals = PyDict_New();
    assert_non_null(h->globals);
    assert_int_equal(0, PyDict_SetItemString(h->globals, "__builtins__",
                                             PyEval_GetBuiltins()));
}

/* Ends the subinterpreter; the main one is attached then. */
static HARNESS_UNUSED void
harness_end_sub(harness *h)
{
    Py_CLEAR(h->globals);
    Py_EndInterpreter(h->sub);
    PyThreadState_Swap(h->main);
}

/* Runs statements.  False with an exception set when they raise. */
static HARNESS_UNUSED bool
harness_try(harness *h, const char *code)
{
    PyObject *result =
        PyRun_StringFlags(code, Py_file_input, h->globals, h->globals, NULL);

    Py_XDECREF(result);
    return result != NULL;
}

/* Runs statements that must not raise. */
static HARNESS_UNUSED void
harness_run(harness *h, const char *code)
{
    if (!harness_try(h, code)) {
        PyErr_Print();
        fail_msg("raised: %s", code);
    }
}

/* Checks that an expression is true. */
static HARNESS_UNUSED void
harness_check(harness *h, const char *expression)
{
    PyObject *value = PyRun_StringFlags(expression, Py_eval_input, h->globals,
                                        h->globals, NULL);

    if (value == NULL) {
        PyErr_Print();
    }
    if (value != Py_True) {
        fail_msg("not True: %s", expression);
    }
    Py_DECREF(value);
}

/* Checks that statements raise `type` with `part` in its text. */
static HARNESS_UNUSED void
harness_raises(harness *h, const char *code, const char *type, const char *part)
{
    ec_err err = EC_ERR_INIT;

    if (harness_try(h, code)) {
        fail_msg("did not raise: %s", code);
    }
    (void)es_err_from_exception(&err, EMBED_E_EXCEPTION, NULL);
    if (strcmp(err.type, type) != 0 || strstr(err.value, part) == NULL) {
        fail_msg("%s\nraised %s: %s\n   not %s: %s", code, err.type, err.value,
                 type, part);
    }
    ec_err_clear(&err);
}

/* Sends sys.stderr to a buffer that `err()` empties and returns. */
static HARNESS_UNUSED void
harness_capture(harness *h)
{
    harness_run(h, "import io, sys\n"
                   "sys.stderr = io.StringIO()\n"
                   "def err():\n"
                   "    text = sys.stderr.getvalue()\n"
                   "    sys.stderr = io.StringIO()\n"
                   "    return text\n");
}

#endif /* EMBED_TESTS_PY_HARNESS_H */
