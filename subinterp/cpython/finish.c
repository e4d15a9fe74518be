/* finish.c - what Python does at its end and after a fork.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/finish.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/helper.h"
#include "core/lock.h"
#include "subinterp/cpython/gilslot.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/thread.h"

#define NS_PER_S 1e9

/* Finalisation as Py_FinalizeEx() does it, but bounded: pools and threads may
 * take `seconds`, then exit handlers run and the streams are flushed. */
static const char exit_source[] =
    "def run(seconds):\n"
    "    import atexit, sys, time\n"
    "    def attempt(call, *args):\n"
    "        try:\n"
    "            call(*args)\n"
    "        except BaseException:\n"
    "            pass\n"
    "    def flush():\n"
    "        attempt(lambda: sys.stdout.flush())\n"
    "        attempt(lambda: sys.stderr.flush())\n"
    "    def wait(threading):\n"
    "        end = time.monotonic() + seconds\n"
    "        calls = list(getattr(threading, '_threading_atexits', ()))\n"
    "        def pools():\n"
    "            for call in reversed(calls):\n"
    "                attempt(call)\n"
    "        others = [t for t in threading.enumerate()\n"
    "                  if not t.daemon and t is not threading.main_thread()\n"
    "                  and not isinstance(t, threading._DummyThread)]\n"
    "        if calls:\n"
    "            closer = threading.Thread(target=pools)\n"
    "            closer.start()\n"
    "            others.insert(0, closer)\n"
    "        for t in others:\n"
    "            attempt(t.join, max(0.0, end - time.monotonic()))\n"
    "    flush()\n"
    "    if 'threading' in sys.modules:\n"
    "        attempt(wait, sys.modules['threading'])\n"
    "    atexit._run_exitfuncs()\n"
    "    flush()\n";

static const char flush_source[] = "def run(seconds):\n"
                                   "    import sys\n"
                                   "    for stream in sys.stdout, sys.stderr:\n"
                                   "        try:\n"
                                   "            stream.flush()\n"
                                   "        except BaseException:\n"
                                   "            pass\n";

static const char fork_source[] =
    "def run(seconds):\n"
    "    import sys\n"
    "    for name, call in (('threading', '_after_fork'),\n"
    "                       ('random', 'seed')):\n"
    "        module = sys.modules.get(name)\n"
    "        if module is not None:\n"
    "            try:\n"
    "                getattr(module, call)()\n"
    "            except Exception:\n"
    "                pass\n";

void
es_finish_run(es_finish what, double seconds)
{
    static const char *const sources[] = {
        [ES_FINISH_EXIT] = exit_source,
        [ES_FINISH_FLUSH] = flush_source,
        [ES_FINISH_AFTER_FORK] = fork_source,
    };
    ES_OWNED PyObject *globals = PyDict_New();
    ES_OWNED PyObject *code =
        Py_CompileString(sources[what], "<libembed>", Py_file_input);
    if (globals != NULL && code != NULL &&
        PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()) ==
            0) {
        ES_OWNED PyObject *none = PyEval_EvalCode(code, globals, globals);
        PyObject *run =
            none == NULL ? NULL : PyDict_GetItemString(globals, "run");
        if (run != NULL) {
            Py_XDECREF(PyObject_CallFunction(run, "d", seconds));
        }
    }
    PyErr_Clear();
}

/* One call of es_finish_all(): freed by the last that knows it. */
typedef struct finishing {
    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    size_t refs;            /* guarded by: lock */
    size_t left;            /* guarded by: lock; workers still running */
    double seconds;
} finishing;

typedef struct worker {
    finishing *all;
    es_interp *interp;
} worker;

static void
finishing_unref(finishing *f, size_t done)
{
    ec_mutex_lock(&f->lock);
    f->left -= done;
    bool last = --f->refs == 0;
    (void)pthread_cond_broadcast(&f->changed);
    ec_mutex_unlock(&f->lock);
    if (last) {
        (void)pthread_cond_destroy(&f->changed);
        free(f);
    }
}

static void *
worker_main(void *arg)
{
    worker *w = arg;
    /* A state of its own: the interpreter may be busy, and whoever is inside
     * must not be waited for by a thread that others need. */
    PyThreadState *tstate = es_tstate_new(w->interp);
    if (tstate != NULL) {
        /* C modules may ask for this thread's state (C10). */
        void *slot = es_gilslot_set(tstate);
        PyEval_RestoreThread(tstate);
        /* A host runs its own exit handlers, once. */
        bool is_foreign = w->interp == &es_main && !es_main_is_ours();
        es_finish_run(is_foreign ? ES_FINISH_FLUSH : ES_FINISH_EXIT,
                      w->all->seconds);
        PyThreadState_Clear(tstate);
        PyThreadState_DeleteCurrent();
        es_gilslot_restore(slot);
    }
    finishing_unref(w->all, 1);
    free(w);
    return NULL;
}

static bool
worker_start(finishing *f, es_interp *interp)
{
    worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return false;
    }
    w->all = f;
    w->interp = interp;
    if (ec_helper_start(worker_main, w, 0) != 0) {
        free(w);
        return false;
    }
    return true;
}

/* True for the first instance of each interpreter. */
static bool
is_first(void *const *insts, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (((const es_inst *)insts[k])->interp ==
            ((const es_inst *)insts[i])->interp) {
            return false;
        }
    }
    return true;
}

bool
es_finish_all(void *const *insts, size_t n, uint64_t deadline_ns)
{
    finishing *f = calloc(1, sizeof *f);
    uint64_t now = ec_now_ns();
    if (f == NULL || now >= deadline_ns) {
        free(f);
        return false;
    }
    f->lock = (ec_mutex)EC_MUTEX_INIT(EC_RANK_LEAF);
    ec_cond_init(&f->changed);
    f->refs = 1;
    /* Half for Python's threads, the rest for the handlers. */
    f->seconds = (double)(deadline_ns - now) / NS_PER_S / 2;
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        if (!is_first(insts, i)) {
            continue;
        }
        ec_mutex_lock(&f->lock);
        f->refs++;
        f->left++;
        ec_mutex_unlock(&f->lock);
        if (!worker_start(f, ((const es_inst *)insts[i])->interp)) {
            ec_mutex_lock(&f->lock);
            f->refs--;
            f->left--;
            ec_mutex_unlock(&f->lock);
            ok = false;
        }
    }
    ec_mutex_lock(&f->lock);
    bool in_time = true;
    while (f->left > 0 && in_time) {
        in_time = ec_cond_wait(&f->changed, &f->lock, deadline_ns);
    }
    ok = ok && f->left == 0;
    ec_mutex_unlock(&f->lock);
    finishing_unref(f, 0);
    return ok;
}
