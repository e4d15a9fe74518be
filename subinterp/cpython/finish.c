/* finish.c - what Python does at its end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/finish.h"

#include <stdlib.h>

#include "core/helper.h"
#include "core/lock.h"
#include "subinterp/cpython/call.h"
#include "subinterp/cpython/forked.h"
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
    "            return call(*args)\n"
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
    "        return all(not t.is_alive() for t in others)\n"
    "    flush()\n"
    "    is_all = True\n"
    "    if 'threading' in sys.modules:\n"
    "        is_all = attempt(wait, sys.modules['threading'])\n"
    "    atexit._run_exitfuncs()\n"
    "    flush()\n"
    "    return is_all\n";

static const char flush_source[] = "def run(seconds):\n"
                                   "    import sys\n"
                                   "    for stream in sys.stdout, sys.stderr:\n"
                                   "        try:\n"
                                   "            stream.flush()\n"
                                   "        except BaseException:\n"
                                   "            pass\n";

bool
es_finish_run(es_finish what, double seconds)
{
    bool is_all = true;
    static const char *const sources[] = {
        [ES_FINISH_EXIT] = exit_source,
        [ES_FINISH_FLUSH] = flush_source,
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
            ES_OWNED PyObject *result =
                PyObject_CallFunction(run, "d", seconds);
            is_all = result != Py_False;
        }
    }
    PyErr_Clear();
    return is_all;
}

/* What is run in one interpreter. */
typedef struct finishing {
    es_interp *interp;
    double seconds;
    bool is_all; /* no thread of Python's still runs */
} finishing;

static void
finishing_run(void *arg)
{
    finishing *f = arg;
    /* A state of its own: the interpreter may be busy, and whoever is inside
     * must not be waited for by a thread that others need. */
    PyThreadState *tstate = es_tstate_new(f->interp);
    if (tstate != NULL) {
        /* C modules may ask for this thread's state (C10). */
        void *slot = es_gilslot_set(tstate);
        PyEval_RestoreThread(tstate);
        ec_err ignored = EC_ERR_INIT;
        (void)es_forked_settle(f->interp, &ignored);
        ec_err_clear(&ignored);
        /* A host runs its own exit handlers, once. */
        bool is_foreign = f->interp == &es_main && !es_main_is_ours();
        f->is_all = es_finish_run(is_foreign ? ES_FINISH_FLUSH : ES_FINISH_EXIT,
                                  f->seconds);
        PyThreadState_Clear(tstate);
        PyThreadState_DeleteCurrent();
        es_gilslot_restore(slot);
    }
}

/* Starts that on a thread of its own; NULL: there is none to be had. */
static ec_task *
finishing_start(finishing what)
{
    finishing *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return NULL;
    }
    *f = what;
    ec_task *task = ec_task_start("embed-exit", finishing_run, f, free);
    if (task == NULL) {
        free(f);
    }
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the task has it
    return task;
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

/* Says on stderr what has not ended.
 *  @param f  NULL: the exit handlers still run */
static void
late_tell(const es_inst *inst, const finishing *f)
{
    const char *name =
        inst->interp == &es_main ? NULL : inst->slot->plugin->name;
    if (f == NULL) {
        es_core->notice(name, "exit handlers of Python code have not ended in "
                              "time: they are left behind");
    } else if (!f->is_all) {
        es_core->notice(name, "threads of Python code have not ended in time: "
                              "they are left behind");
    }
}

/* Runs on this thread what has no task. */
static bool
rest_run(void *const *insts, ec_task *const *tasks, size_t n, double seconds,
         uint64_t deadline_ns, bool is_told)
{
    bool in_time = true;
    for (size_t i = 0; i < n; i++) {
        if ((tasks != NULL && tasks[i] != NULL) || !is_first(insts, i)) {
            continue;
        }
        in_time = in_time && ec_now_ns() < deadline_ns;
        if (in_time) {
            const es_inst *inst = insts[i];
            finishing f = {inst->interp, seconds, true};
            finishing_run(&f);
            if (is_told) {
                late_tell(inst, &f);
            }
        }
    }
    return in_time;
}

es_finished
es_finish_all(void *const *insts, size_t n, uint64_t deadline_ns, bool is_told)
{
    uint64_t now = ec_now_ns();
    if (now >= deadline_ns) {
        return ES_FINISHED_NOTHING;
    }
    /* Half for Python's threads, the rest for the handlers. */
    double seconds = (double)(deadline_ns - now) / NS_PER_S / 2;
    ec_task **tasks = calloc(n == 0 ? 1 : n, sizeof(ec_task *));
    for (size_t i = 0; tasks != NULL && i < n; i++) {
        if (is_first(insts, i)) {
            tasks[i] = finishing_start((finishing){
                ((const es_inst *)insts[i])->interp, seconds, true});
        }
    }
    bool is_all = rest_run(insts, tasks, n, seconds, deadline_ns, is_told);
    for (size_t i = 0; tasks != NULL && i < n; i++) {
        if (tasks[i] != NULL) {
            finishing *f = ec_task_end(tasks[i], deadline_ns);
            is_all = f != NULL && is_all;
            if (is_told) {
                late_tell(insts[i], f);
            }
            free(f);
        }
    }
    free(tasks);
    return is_all ? ES_FINISHED : ES_FINISHED_LATE;
}
