/* runtime.c - Python's start in this process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/runtime.h"

#include <sched.h>

#include "core/ticks.h"
#include "subinterp/cpython/call.h"
#include "subinterp/cpython/ext/error.h"
#include "subinterp/cpython/ext/guard.h"
#include "subinterp/cpython/finish.h"
#include "subinterp/cpython/gilstruct.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/stats.h"
#include "subinterp/cpython/thread.h"

es_interp es_main;

/* The service thread's state of the main interpreter; its alone. */
static PyThreadState *main_tstate;
static es_main_use main_use; /* worse, never better, with each fork */
static bool is_main_ours;    /* constant after start */

/* --- the guard that CFFI's embedded libraries take ------------------------*/

/* What the pointer in libpython points to while someone starts Python. */
typedef struct start_guard {
    PyBufferProcs procs; /* all NULL: harmless to who reads the slot */
    int mark;
} start_guard;

/* Takes the process-wide guard around Py_Initialize that CFFI's libraries take
 * too, so that both can live in one process (embedding.md I2). */
static void
start_guard_take(start_guard *guard)
{
    PyBufferProcs **lock = &PyCapsule_Type.tp_as_buffer;
    PyBufferProcs *expected = NULL;
    guard->mark = -42;
    while (!__atomic_compare_exchange_n(lock, &expected, &guard->procs, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        expected = NULL;
        (void)sched_yield();
    }
}

static void
start_guard_give(void)
{
    __atomic_store_n(&PyCapsule_Type.tp_as_buffer, NULL, __ATOMIC_RELEASE);
}

/* --- start ----------------------------------------------------------------*/

/* Reads a PyStatus; no Python code can run where that is a failure. */
static embed_status
status_check(PyStatus status, ec_err *err)
{
    if (!PyStatus_Exception(status)) {
        return EMBED_OK;
    }
    if (PyStatus_IsExit(status)) {
        return ec_fail(err, EMBED_E_PYTHON, "Python did not start: exit %d",
                       status.exitcode);
    }
    return ec_fail(err, EMBED_E_PYTHON, "Python did not start: %s%s%s",
                   status.func == NULL ? "" : status.func,
                   status.func == NULL ? "" : ": ",
                   status.err_msg == NULL ? "no reason given" : status.err_msg);
}

/* UTF-8 mode: with the locale left alone (R13) it would be ASCII. */
static embed_status
preinitialize(ec_err *err)
{
    PyPreConfig pre;
    PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = 1;
    return status_check(Py_PreInitialize(&pre), err);
}

/* An isolated Python: no environment, no signal handlers, no locale change, no
 * stdio change; `site` runs later, inside each interpreter (C4). */
static embed_status
initialize(const ec_python *python, bool *is_final, ec_err *err)
{
    embed_status status = preinitialize(err);
    if (status != EMBED_OK) {
        return status;
    }
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 0;
    config.parse_argv = 0;
    config.site_import = 0;
    PyStatus rc = PyStatus_Ok();
    if (python->executable != NULL && python->executable[0] != '\0') {
        /* Where Python looks for its standard library, and what
         * multiprocessing starts. */
        rc = PyConfig_SetBytesString(&config, &config.executable,
                                     python->executable);
    }
    if (!PyStatus_Exception(rc)) {
        rc = Py_InitializeFromConfig(&config);
        *is_final = PyStatus_Exception(rc) != 0;
    }
    PyConfig_Clear(&config);
    return status_check(rc, err);
}

/* Called by the main interpreter's atexit when a host ends its own Python. */
static PyObject *
python_gone(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    es_core->python_gone();
    es_threads_abandon(); /* also when there was nothing to close */
    void *outer = es_detach();
    es_interps_end_all();
    es_attach(outer);
    Py_RETURN_NONE;
}

/* Makes us known to a Python that someone else will end. */
static void
watch_foreign_end(void)
{
    static PyMethodDef def = {"_libembed_close", python_gone, METH_NOARGS,
                              NULL};
    ES_OWNED PyObject *atexit = PyImport_ImportModule("atexit");
    ES_OWNED PyObject *fn = PyCFunction_New(&def, NULL);
    if (atexit != NULL && fn != NULL) {
        Py_XDECREF(PyObject_CallMethod(atexit, "register", "O", fn));
    }
    PyErr_Clear();
}

typedef struct start_args {
    const ec_python *python;
    bool *is_final;
    embed_status status;
    ec_err *err;
} start_args;

/* With the main GIL: fills es_main and prepares the main interpreter. */
static void
main_prepare(start_args *args)
{
    es_main.is = PyInterpreterState_Main();
    es_main.id = PyInterpreterState_GetID(es_main.is);
    es_main.level = EMBED_ISOLATION_SHARED;
    if (es_guard_main() != 0) {
        args->status = es_err_from_exception(args->err, EMBED_E_PYTHON,
                                             "preparing Python");
    } else if (!is_main_ours) {
        watch_foreign_end();
    }
}

/* Starts a Python of our own, and leaves it. */
static void
main_start(start_args *args)
{
    es_stats_init();
    args->status = initialize(args->python, args->is_final, args->err);
    if (args->status == EMBED_OK) {
        is_main_ours = true;
        main_tstate = PyThreadState_Get();
        es_gil_discover();
        (void)PyEval_SaveThread();
    }
}

static void
start_job(void *arg)
{
    start_args *args = arg;
    static start_guard guard;
    start_guard_take(&guard);
    if (!Py_IsInitialized()) {
        main_start(args);
    }
    start_guard_give();
    /* Ours may be there already: an earlier start got as far as that. */
    if (args->status == EMBED_OK && !es_main_attach()) {
        args->status = ec_fail(args->err, EMBED_E_NOMEM, "out of memory");
    }
    if (args->status != EMBED_OK) {
        return;
    }
    es_stats_init();
    main_prepare(args);
    es_main_detach();
    if (args->status == EMBED_OK && !es_threads_init()) {
        args->status =
            ec_fail(args->err, EMBED_E_NOMEM, "no thread can be started");
    }
    if (args->status == EMBED_OK) {
        es_interp_number(&es_main);
    }
}

embed_status
// NOLINTNEXTLINE(readability-non-const-parameter): start_job() writes it
es_runtime_start(const ec_core *core, const ec_python *python, bool *is_final,
                 ec_err *err)
{
    unsigned long running = Py_Version >> 16;
    ec_ticks_init();
    if (running != PY_VERSION_HEX >> 16) {
        return ec_fail(
            err, EMBED_E_ABI, "backend for CPython %d.%d met CPython %lu.%lu",
            PY_MAJOR_VERSION, PY_MINOR_VERSION, running >> 8, running & 0xff);
    }
    es_core = core;
    ec_libc_now = *core->libc;
    start_args args = {
        .python = python, .is_final = is_final, .status = EMBED_OK, .err = err};
    embed_status status = es_service_run(start_job, &args, UINT64_MAX, err);
    return status != EMBED_OK ? status : args.status;
}

/* --- the main interpreter on the service thread ---------------------------*/

bool
es_main_attach(void)
{
    if (main_use == ES_MAIN_LOST) {
        return false;
    }
    if (main_tstate == NULL) {
        main_tstate = PyThreadState_New(PyInterpreterState_Main());
    }
    if (main_tstate == NULL) {
        return false;
    }
    es_service_attach(main_tstate);
    return true;
}

void
es_main_detach(void)
{
    (void)PyEval_SaveThread();
}

bool
es_main_is_ours(void)
{
    return is_main_ours;
}

void
es_main_after_fork(es_main_use use)
{
    if (main_tstate != NULL) {
        main_tstate = NULL;
    }
    main_use = use > main_use ? use : main_use;
}

embed_status
es_main_check(ec_err *err)
{
    return main_use == ES_MAIN_WHOLE
               ? EMBED_OK
               : ec_fail(err, EMBED_E_FORK,
                         "other threads were in the main interpreter when the "
                         "process forked");
}
