/* dump.c - who is in an extension, as text.
 *
 * No Python code runs for it: frames are read from C, with the GIL.  Where C
 * code keeps that, the threads are told without their frames.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/dump.h"

#include <stdlib.h>
#include <string.h>

#include "core/helper.h"
#include "subinterp/cpython/thread.h"

/* How long the GIL is waited for; for each of many extensions whose time is up;
 * how much of a stack is shown. */
#define GIL_WAIT_NS  UINT64_C(200000000)
#define LATE_WAIT_NS UINT64_C(1000000)
#define FRAMES_MAX   64
#define NAME_SIZE    32

/* What a thread with the GIL writes. */
typedef struct report {
    es_interp *interp;
    char *text; /* malloc()ed; NULL: nothing yet */
    size_t size;
} report;

static void
report_drop(void *arg)
{
    report *r = arg;
    free(r->text);
    free(r);
}

/* Writes a thread's name, without its newline; "?" when it has gone. */
static void
name_of(long tid, char name[NAME_SIZE])
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/task/%ld/comm", tid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(name, NAME_SIZE, file) == NULL) {
        (void)snprintf(name, NAME_SIZE, "?");
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    for (char *c = name; *c != '\0'; c++) {
        *c = (char)(*c == '\n' ? '\0' : *c);
    }
}

/* What is told of a state; taken while it cannot go. */
typedef struct line {
    PyThreadState *tstate;
    long tid;
    bool is_held;
    bool is_interrupted;
    bool has_deadline;
} line;

/* Takes the states that somebody is in; an array the caller frees. */
static line *
lines_take(const es_interp *interp, size_t *out_n)
{
    size_t n = 0;
    size_t cap = 1;
    ec_mutex_lock(&es_threads_lock);
    for (const es_state *s = interp->states; s != NULL; s = s->next) {
        cap++;
    }
    line *lines = calloc(cap, sizeof *lines);
    for (const es_state *s = interp->states; lines != NULL && s != NULL;
         s = s->next) {
        if (atomic_load(&s->inside) != 0 && s->thread != NULL &&
            s->thread != es_tls_self.thread) {
            lines[n++] = (line){
                .tstate = s->tstate,
                .tid = s->thread->tid,
                .is_held = s->held != 0,
                .is_interrupted = atomic_load(&s->interrupt) != 0,
                .has_deadline = atomic_load(&s->watched) != 0,
            };
        }
    }
    ec_mutex_unlock(&es_threads_lock);
    *out_n = n;
    return lines;
}

static void
line_print(const line *l, FILE *out)
{
    char name[NAME_SIZE];
    name_of(l->tid, name);
    (void)fprintf(out, "  thread %ld (%s): in a call%s%s%s\n", l->tid, name,
                  l->is_held ? ", held" : "",
                  l->has_deadline ? ", with a deadline" : "",
                  l->is_interrupted ? ", interrupted" : "");
}

/* Prints the Python stack of another thread, attached. */
static void
frames_print(PyThreadState *tstate, FILE *out)
{
    PyFrameObject *frame = PyThreadState_GetFrame(tstate);
    for (int i = 0; i < FRAMES_MAX && frame != NULL; i++) {
        PyCodeObject *code = PyFrame_GetCode(frame);
        const char *file = PyUnicode_AsUTF8(code->co_filename);
        const char *name = PyUnicode_AsUTF8(code->co_qualname);
        (void)fprintf(out, "    File \"%s\", line %d, in %s\n",
                      file == NULL ? "?" : file, PyFrame_GetLineNumber(frame),
                      name == NULL ? "?" : name);
        PyErr_Clear();
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(code);
        Py_DECREF(frame);
        frame = back;
    }
    Py_XDECREF(frame);
}

/* Is it one that lines_print() tells of, or our own? */
static bool
is_known(const es_interp *interp, const line *lines, size_t n,
         const PyThreadState *tstate)
{
    bool known =
        tstate == interp->initial || tstate == PyThreadState_GetUnchecked();
    for (size_t i = 0; i < n; i++) {
        known = known || lines[i].tstate == tstate;
    }
    return known;
}

/* Prints the threads that Python code has made, attached.  A thread needs the
 * GIL to give up its state. */
static void
others_print(const es_interp *interp, const line *lines, size_t n, FILE *out)
{
    char name[NAME_SIZE];
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        PyFrameObject *frame =
            is_known(interp, lines, n, t) ? NULL : PyThreadState_GetFrame(t);
        if (frame != NULL) {
            Py_DECREF(frame);
            name_of((long)t->native_thread_id, name);
            (void)fprintf(out, "  thread %ld (%s): of Python\n",
                          (long)t->native_thread_id, name);
            frames_print(t, out);
        }
    }
}

/* Writes all, with the GIL: states stay, as their threads would need it. */
static void
report_write(void *arg)
{
    report *r = arg;
    es_entry entry;
    ec_err ignored = EC_ERR_INIT;
    size_t n = 0;
    if (es_enter_interp(r->interp, &entry, &ignored) == EMBED_OK) {
        line *lines = lines_take(r->interp, &n);
        FILE *out = open_memstream(&r->text, &r->size);
        for (size_t i = 0; lines != NULL && out != NULL && i < n; i++) {
            line_print(&lines[i], out);
            frames_print(lines[i].tstate, out);
        }
        if (out != NULL) {
            others_print(r->interp, lines, lines == NULL ? 0 : n, out);
            (void)fclose(out);
        }
        free(lines);
        es_leave(&entry);
    }
    ec_err_clear(&ignored);
}

/* What can be told without the GIL.
 * @param why  the stacks are missing */
static void
lines_print(const es_interp *interp, const char *why, FILE *out)
{
    size_t n = 0;
    line *lines = lines_take(interp, &n);
    for (size_t i = 0; lines != NULL && i < n; i++) {
        line_print(&lines[i], out);
    }
    free(lines);
    (void)fprintf(out, "    no Python stacks: %s\n", why);
}

/* Writes who is in an interpreter, waiting until `deadline_ns` for its GIL. */
static void
dump(es_interp *interp, uint64_t deadline_ns, FILE *out)
{
    report *r = calloc(1, sizeof *r);
    ec_task *task = NULL;
    if (r != NULL) {
        r->interp = interp;
        task = ec_task_start("embed-dump", report_write, r, report_drop);
    }
    if (task == NULL) {
        free(r);
        lines_print(interp, "no thread can be started", out);
        return;
    }
    r = ec_task_end(task, deadline_ns);
    if (r == NULL) {
        lines_print(interp, "C code keeps the GIL", out);
        return;
    }
    (void)fputs(r->text == NULL ? "" : r->text, out);
    report_drop(r);
}

embed_status
es_still_running(const es_inst *inst, uint64_t deadline_ns, ec_err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL) {
        uint64_t end = deadline_ns + GIL_WAIT_NS;
        uint64_t soon = ec_now_ns() + LATE_WAIT_NS;
        dump(inst->interp, end > soon ? end : soon, out);
        (void)fclose(out);
    }
    (void)ec_fail(err, EMBED_E_TIMEOUT, "%s: code of it is still running",
                  inst->slot->plugin->name);
    /* Each thread is a line that begins like this; its stack is deeper. */
    const char *separator = ": ";
    for (const char *at = text; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, "\n");
        size_t used = strlen(err->text);
        if (n > 2 && at[2] != ' ') {
            (void)snprintf(err->text + used, sizeof err->text - used, "%s%.*s",
                           separator, (int)(n - 2), at + 2);
            separator = "; ";
        }
        at += n + (at[n] == '\n');
    }
    err->traceback = text;
    return EMBED_E_TIMEOUT;
}

void
es_dump(void *arg, FILE *out)
{
    const es_inst *inst = arg;
    dump(inst->interp, ec_now_ns() + GIL_WAIT_NS, out);
}
