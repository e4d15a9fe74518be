/* py.h - Python.h, and every difference between CPython versions.
 *
 * The only file that includes Python.h.  Code outside of it has no #if on
 * PY_VERSION_HEX.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_H
#define EMBED_SUBINTERP_CPYTHON_PY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#if PY_VERSION_HEX < 0x030c0000
# error "libembed needs CPython 3.12 or newer"
#endif

#if PY_VERSION_HEX < 0x030d0000
# define PyThreadState_GetUnchecked _PyThreadState_UncheckedGet
#endif

/* How many more levels of C recursion a thread may use; NULL where CPython
 * looks at the stack itself. */
static inline int *
es_c_levels(PyThreadState *tstate)
{
#if PY_VERSION_HEX < 0x030e0000
    return &tstate->c_recursion_remaining;
#else
    (void)tstate;
    return NULL;
#endif
}

/* Is a thread state attached, which belongs to the calling thread? */
static inline bool
es_is_attached(const PyThreadState *tstate)
{
#if PY_VERSION_HEX < 0x030e0000
    return tstate->_status.active != 0;
#else
    return PyThreadState_GetUnchecked() == tstate;
#endif
}

/* Hands the current exception to sys.unraisablehook with err_msg "Exception
 * ignored <what>"; `what` NULL: the hook's own text. */
static inline void
es_write_unraisable(PyObject *what)
{
#if PY_VERSION_HEX < 0x030d0000
    PyObject *exc = PyErr_GetRaisedException();
    const char *text = what == NULL ? NULL : PyUnicode_AsUTF8(what);

    PyErr_SetRaisedException(exc);
    _PyErr_WriteUnraisableMsg(text, NULL);
#else
    if (what == NULL) {
        PyErr_WriteUnraisable(NULL);
    } else {
        PyErr_FormatUnraisable("Exception ignored %U", what);
    }
#endif
}

/* The scope guard for owned references: ES_OWNED PyObject *x = NULL; */
static inline void
es_drop(PyObject **p)
{
    Py_XDECREF(*p);
}
#define ES_OWNED __attribute__((cleanup(es_drop)))

/* Hands an owned reference over: the guard then has nothing to drop. */
static inline PyObject *
es_take(PyObject **p)
{
    PyObject *x = *p;
    *p = NULL;
    return x;
}

#endif /* EMBED_SUBINTERP_CPYTHON_PY_H */
