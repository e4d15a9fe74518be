/* floor.c - the measured functions written by hand against the C API.
 *
 * Compiled for one Python each.  bench_*: an interpreter with its own GIL, one
 * cached thread state for each thread, RestoreThread and SaveThread around the
 * call; the least that isolation can cost.  held_*: the same without these
 * two, the GIL being held.  Each copy of the library has an interpreter of its
 * own; its Python functions get plain values, made in C.
 *
 * SPDX-License-Identifier: MIT
 */
#include <Python.h>

#include <stdbool.h>

#pragma GCC visibility push(default)
#include "bench/plugin.h"
#pragma GCC visibility pop

#define FLOOR_EXPORT __attribute__((visibility("default")))

/** The Python side; the record is that of plugin.py. */
static const char source[] =
    "import json\n"
    "RECORD = {'k%d' % i: [i, i * 0.5, 'v%d' % i, None] for i in range(72)}\n"
    "def nop(): pass\n"
    "def add(a, b): return a + b\n"
    "def half(x): return x * 0.5\n"
    "def len_(text): return len(text)\n"
    "def sum(x, y): return x + y\n"
    "def trip(n): return n + (json.loads(json.dumps(RECORD)) == RECORD)\n";

/** The functions, by the names above. */
static struct {
    PyObject *nop;
    PyObject *add;
    PyObject *half;
    PyObject *len;
    PyObject *sum;
    PyObject *trip;
} fns;

static PyInterpreterState *interp;
static __thread PyThreadState *state;      /* of this thread in `interp` */
static __thread PyThreadState *main_state; /* in the main interpreter */

/* --- conversions, the GIL held -------------------------------------------*/

/* Calls `fn` with `n` arguments, which it takes. */
static PyObject *
call(PyObject *fn, PyObject *a, PyObject *b, size_t n)
{
    PyObject *args[3] = {NULL, a, b};
    PyObject *result = NULL;

    if ((n < 1 || a != NULL) && (n < 2 || b != NULL)) {
        result = PyObject_Vectorcall(fn, args + 1,
                                     n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }
    if (result == NULL) {
        PyErr_Clear();
    }
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

/* Converts a result, which it takes; -1 when there is none. */
static int
int_take(PyObject *result)
{
    long value = -1;

    if (result == NULL) {
        return -1;
    }
    value = PyLong_AsLong(result);
    Py_DECREF(result);
    if (value != (int)value) {
        return -1;
    }
    if (value == -1 && PyErr_Occurred() != NULL) {
        PyErr_Clear();
    }
    return (int)value;
}

FLOOR_EXPORT void held_nop(void);
FLOOR_EXPORT int held_add(int a, int b);
FLOOR_EXPORT double held_half(double x);
FLOOR_EXPORT int held_len(const char *text);
FLOOR_EXPORT int held_sum(bench_point *p);
FLOOR_EXPORT int held_trip(int n);

void
held_nop(void)
{
    Py_XDECREF(call(fns.nop, NULL, NULL, 0));
}

int
held_add(int a, int b)
{
    return int_take(call(fns.add, PyLong_FromLong(a), PyLong_FromLong(b), 2));
}

double
held_half(double x)
{
    PyObject *result = call(fns.half, PyFloat_FromDouble(x), NULL, 1);
    double value = -1;

    if (result != NULL) {
        value = PyFloat_AsDouble(result);
        Py_DECREF(result);
    }
    return value;
}

int
held_len(const char *text)
{
    return int_take(call(fns.len, PyBytes_FromString(text), NULL, 1));
}

int
held_sum(bench_point *p)
{
    return int_take(
        call(fns.sum, PyLong_FromLong(p->x), PyLong_FromLong(p->y), 2));
}

int
held_trip(int n)
{
    return int_take(call(fns.trip, PyLong_FromLong(n), NULL, 1));
}

/* --- attached calls ------------------------------------------------------*/

FLOOR_EXPORT void floor_enter(void);
FLOOR_EXPORT void floor_leave(void);

static inline void
attach(void)
{
    if (state == NULL) {
        state = PyThreadState_New(interp);
    }
    PyEval_RestoreThread(state);
}

static inline void
detach(void)
{
    (void)PyEval_SaveThread();
}

void
floor_enter(void)
{
    attach();
}

void
floor_leave(void)
{
    detach();
}

void
bench_nop(void)
{
    attach();
    held_nop();
    detach();
}

int
bench_add(int a, int b)
{
    attach();
    int result = held_add(a, b);
    detach();
    return result;
}

double
bench_half(double x)
{
    attach();
    double result = held_half(x);
    detach();
    return result;
}

int
bench_len(const char *text)
{
    attach();
    int result = held_len(text);
    detach();
    return result;
}

int
bench_sum(bench_point *p)
{
    attach();
    int result = held_sum(p);
    detach();
    return result;
}

int
bench_trip(int n)
{
    attach();
    int result = held_trip(n);
    detach();
    return result;
}

/* --- interpreters --------------------------------------------------------*/

FLOOR_EXPORT bool floor_open(void);
FLOOR_EXPORT void floor_bind_main(void);
FLOOR_EXPORT bool floor_main_path(const char *directory);

/* Attaches this thread to the main interpreter, starting Python if need be. */
static bool
main_attach(void)
{
    if (!Py_IsInitialized()) {
        PyConfig config;
        PyConfig_InitIsolatedConfig(&config);
        config.site_import = 0;
        PyStatus status = Py_InitializeFromConfig(&config);
        PyConfig_Clear(&config);
        main_state = PyThreadState_Get();
        return !PyStatus_Exception(status);
    }
    if (main_state == NULL) {
        main_state = PyThreadState_New(PyInterpreterState_Main());
    }
    PyEval_RestoreThread(main_state);
    return true;
}

/* Runs the Python side in the current interpreter and finds its functions. */
static bool
functions_find(void)
{
    PyObject *globals = PyDict_New();
    PyObject *result = NULL;

    if (globals == NULL || PyDict_SetItemString(globals, "__builtins__",
                                                PyEval_GetBuiltins()) < 0) {
        return false;
    }
    result = PyRun_String(source, Py_file_input, globals, globals);
    if (result == NULL) {
        PyErr_Clear();
        return false;
    }
    Py_DECREF(result);
    /* Borrowed from `globals`, which lives as long as the process. */
    fns.nop = PyDict_GetItemString(globals, "nop");
    fns.add = PyDict_GetItemString(globals, "add");
    fns.half = PyDict_GetItemString(globals, "half");
    fns.len = PyDict_GetItemString(globals, "len_");
    fns.sum = PyDict_GetItemString(globals, "sum");
    fns.trip = PyDict_GetItemString(globals, "trip");
    return true;
}

/** Makes this copy's interpreter.  To be called once, before all others. */
bool
floor_open(void)
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
    bool good = false;

    if (!main_attach()) {
        return false;
    }
    PyStatus status = Py_NewInterpreterFromConfig(&state, &config);
    if (PyStatus_Exception(status)) {
        (void)PyEval_SaveThread();
        return false;
    }
    interp = PyThreadState_GetInterpreter(state);
    good = functions_find();
    (void)PyEval_SaveThread();
    return good;
}

/** Makes PyGILState_Ensure() on this thread mean the main interpreter, as it
 * does for a thread that has never been in another. */
void
floor_bind_main(void)
{
    if (main_attach()) {
        (void)PyEval_SaveThread();
    }
}

/** Lets the main interpreter import from `directory`, which is not kept. */
bool
floor_main_path(const char *directory)
{
    PyObject *path = NULL;
    PyObject *item = NULL;
    bool good = false;

    if (!main_attach()) {
        return false;
    }
    path = PySys_GetObject("path"); /* borrowed from sys */
    item = PyUnicode_DecodeFSDefault(directory);
    good = path != NULL && item != NULL && PyList_Append(path, item) == 0;
    Py_XDECREF(item);
    PyErr_Clear();
    (void)PyEval_SaveThread();
    return good;
}
