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

/* Has a thread state been cleared, so that only its memory is left? */
static inline bool
es_is_cleared(const PyThreadState *tstate)
{
    return tstate->_status.cleared != 0;
}

/* Forgets what the thread of a state was running, without touching any of it. */
static inline void
es_frames_forget(PyThreadState *tstate)
{
#if PY_VERSION_HEX < 0x030d0000
    tstate->root_cframe.current_frame = NULL;
    tstate->cframe = &tstate->root_cframe;
#else
    tstate->current_frame = NULL;
#endif
}

/* Is a request to let go of the GIL made to all threads of an interpreter, the
 * one that waits?  Since 3.13 it is made to the thread that has the GIL. */
#define ES_DROP_REQUESTS_ARE_LOCAL (PY_VERSION_HEX < 0x030d0000)

/* Makes such a request, or takes it back.
 * @param tstate   the state that has the GIL (3.13)
 * @param is_size  bytes of the interpreter's struct that may be looked at */
static inline void
es_drop_request_set(PyInterpreterState *is, PyThreadState *tstate,
                    const void *gil, size_t is_size, bool on)
{
#if ES_DROP_REQUESTS_ARE_LOCAL
    /* struct _ceval_state: {int eval_breaker, gil_drop_request,
     * recursion_limit; struct _gil_runtime_state *gil; ...}. */
    (void)tstate;
    size_t at = 2 * sizeof(void *);
    while (at < is_size && *(void **)(void *)((char *)is + at) != gil) {
        at += sizeof(void *);
    }
    if (at < is_size) {
        int *ints = (int *)(void *)((char *)is + at) - 4;
        __atomic_store_n(&ints[1], on, __ATOMIC_RELAXED);
        if (on) {
            __atomic_store_n(&ints[0], 1, __ATOMIC_RELAXED);
        }
    }
#else
    (void)is;
    (void)gil;
    (void)is_size;
    tstate->eval_breaker &= ~(uintptr_t)1; /* _PY_GIL_DROP_REQUEST_BIT */
    (void)on;
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
