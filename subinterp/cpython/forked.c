/* forked.c - the first entry into an interpreter in a fork child.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/forked.h"

#include <stdlib.h>

#include "forked_text.h"
#include "subinterp/cpython/ext/text.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/thread.h"

static pthread_cond_t settled; /* with es_threads_lock; in a fork child */

/* --- os.register_at_fork() ------------------------------------------------*/

/* @param self  (the original function, the list of what children call) */
static PyObject *
register_at_fork(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *original = PyTuple_GET_ITEM(self, 0);
    PyObject *list = PyTuple_GET_ITEM(self, 1);
    ES_OWNED PyObject *result = PyObject_Call(original, args, kwargs);
    PyObject *call = result == NULL || kwargs == NULL
                         ? NULL
                         : PyDict_GetItemString(kwargs, "after_in_child");
    if (call != NULL && PyList_Append(list, call) < 0) {
        return NULL;
    }
    return es_take(&result);
}

/* Puts `function` in place of the one in a module that was imported. */
static int
module_patch(const char *name, PyObject *function)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
    PyObject *module = PyDict_GetItemString(modules, name);
    return module == NULL
               ? 0
               : PyObject_SetAttrString(module, "register_at_fork", function);
}

int
es_forked_watch(es_interp *interp)
{
    static PyMethodDef def = {
        "register_at_fork", (PyCFunction)(void (*)(void))register_at_fork,
        METH_VARARGS | METH_KEYWORDS,
        "register_at_fork(*, before=None, after_in_child=None, "
        "after_in_parent=None)\n\nRegisters functions to be called around a "
        "fork.  When the host forks, only `after_in_child` is called."};
    ES_OWNED PyObject *posix = PyImport_ImportModule("posix");
    ES_OWNED PyObject *original =
        posix == NULL ? NULL
                      : PyObject_GetAttrString(posix, "register_at_fork");
    ES_OWNED PyObject *list = PyList_New(0);
    ES_OWNED PyObject *self = original == NULL || list == NULL
                                  ? NULL
                                  : PyTuple_Pack(2, original, list);
    ES_OWNED PyObject *ours = self == NULL ? NULL : PyCFunction_New(&def, self);
    if (ours == NULL || module_patch("posix", ours) < 0 ||
        module_patch("os", ours) < 0) {
        return -1;
    }
    interp->at_fork = es_take(&list);
    return 0;
}

/* --- thread states --------------------------------------------------------*/

void
es_forked_init(void)
{
    ec_cond_init(&settled);
}

void
es_forked_mark(es_interp *interp)
{
    interp->forker_ident = PyThread_get_thread_ident();
    interp->settler = NULL;
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        uint64_t id = PyThreadState_GetID(t);
        interp->forked_id = id > interp->forked_id ? id : interp->forked_id;
    }
    atomic_store(&interp->is_forked, true);
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        if (es_forked_is_gone(interp, t)) {
            /* Some of it is on the thread's stack (3.12), which is reused. */
            es_frames_forget(t);
        }
    }
}

bool
es_forked_is_gone(es_interp *interp, PyThreadState *tstate)
{
    return es_is_cleared(tstate) ||
           (atomic_load(&interp->is_forked) &&
            PyThreadState_GetID(tstate) <= interp->forked_id &&
            tstate->thread_id != interp->forker_ident &&
            tstate != interp->initial && !es_state_is_ours(interp, tstate));
}

/* A state that is still to be cleared; NULL: none. */
static PyThreadState *
gone_find(es_interp *interp)
{
    PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
    while (t != NULL && (es_is_cleared(t) || !es_forked_is_gone(interp, t))) {
        t = PyThreadState_Next(t);
    }
    return t;
}

/* Drops what threads had that are not in this process: their thread-locals die.
 * A state that has frames keeps its memory, which tracebacks may refer to: only
 * those in which no call was in flight are deleted. */
static void
gone_clear(es_interp *interp)
{
    PyThreadState *t = NULL;
    while ((t = gone_find(interp)) != NULL) {
        PyThreadState_Clear(t);
    }
    es_state *s = NULL;
    while ((s = es_state_take_gone(interp)) != NULL) {
        /* A thread that was about to make its state has none. */
        if (s->tstate != NULL && atomic_load(&s->inside) == 0) {
            /* CPython clears the slot of the deleting thread. */
            void *slot = es_gilslot_set(s->tstate);
            PyThreadState_Delete(s->tstate);
            es_gilslot_restore(slot);
        }
        free(s);
    }
}

/* --- the first entry ------------------------------------------------------*/

/* Becomes the thread that does it, or waits for that one.  False: it is done,
 * or this thread is called by what it does. */
static bool
settle_begin(es_interp *interp)
{
    void *outer = es_detach();
    ec_mutex_lock(&es_threads_lock);
    while (atomic_load(&interp->is_forked) && interp->settler != NULL &&
           interp->settler != &es_tls_self) {
        (void)ec_cond_wait(&settled, &es_threads_lock, UINT64_MAX);
    }
    bool is_mine = atomic_load(&interp->is_forked) && interp->settler == NULL;
    if (is_mine) {
        interp->settler = &es_tls_self;
    }
    ec_mutex_unlock(&es_threads_lock);
    es_attach(outer);
    return is_mine;
}

static void
settle_end(es_interp *interp, bool is_done)
{
    ec_mutex_lock(&es_threads_lock);
    interp->settler = NULL;
    if (is_done) {
        atomic_store(&interp->is_forked, false);
    }
    (void)pthread_cond_broadcast(&settled);
    ec_mutex_unlock(&es_threads_lock);
}

bool
es_import_is_locked(void)
{
    ES_OWNED PyObject *imp = PyImport_ImportModule("_imp");
    ES_OWNED PyObject *locked =
        imp == NULL ? NULL : PyObject_CallMethod(imp, "lock_held", NULL);
    PyErr_Clear();
    return locked == Py_True;
}

static void
python_tell(es_interp *interp)
{
    ES_OWNED PyObject *module = es_text_module("embed_forked", forked_text);
    ES_OWNED PyObject *none = PyList_New(0);
    PyObject *list = interp->at_fork == NULL ? none : interp->at_fork;
    ES_OWNED PyObject *calls =
        module == NULL || list == NULL
            ? NULL
            : PyObject_CallMethod(module, "run", "kO", interp->forker_ident,
                                  list);
    Py_ssize_t n = calls == NULL ? 0 : PyList_GET_SIZE(calls);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *call = PyList_GET_ITEM(calls, i);
        ES_OWNED PyObject *none_either = PyObject_CallNoArgs(call);
        if (none_either == NULL) {
            PyErr_WriteUnraisable(call);
        }
    }
    if (calls == NULL) {
        es_write_unraisable(NULL);
    }
}

embed_status
es_forked_settle_slow(es_interp *interp, ec_err *err)
{
    if (!settle_begin(interp)) {
        return EMBED_OK;
    }
    /* A lock of another thread's, which is not here, cannot be unlocked. */
    bool is_lost = es_import_is_locked();
    if (!is_lost) {
        /* A host's own interpreter has states that only it knows. */
        if (interp != &es_main || es_main_is_ours()) {
            gone_clear(interp);
        }
        python_tell(interp);
    }
    settle_end(interp, !is_lost);
    return is_lost ? ec_fail(err, EMBED_E_FORK,
                             "a thread was importing while the process forked, "
                             "and kept the import lock")
                   : EMBED_OK;
}
