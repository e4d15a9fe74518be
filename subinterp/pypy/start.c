/* start.c - PyPy's start, and the bridge to our Python code in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/pypy/start.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bundle_text.h"
#include "core/helper.h"
#include "core/ticks.h"
#include "core/version.h"
#include "environment_text.h"
#include "private_text.h"
#include "pypy_start_text.h"
#include "subinterp/pypy/ext.h"
#include "subinterp/pypy/guarded.h"

/* Versions of the protocol between libpypy and modules with tables. */
#define PROTOCOL_INIT 0xB011 /* of pypy_init_embedded_cffi_module() */
#define PROTOCOL_EXPORT \
 0x0A03 /* the least that gives us PyPy's call function */

#define BRIDGE_FORMAT "BRIDGE = %llu\n"

typedef int make_gil_fn(const char *name);
typedef int init_module_fn(int version, pp_module *module);

embed_call_fn *pp_call_python;
const ec_core *pp_core;
pp_bridge pp_the_bridge = {
    .export_name = pp_export_name,
    .export_failure = pp_export_failure,
    .report = pp_report,
    .bundled = pp_bundled,
    .include_name = pp_include_name,
    .bundle_text = bundle_text,
    .setting = pp_setting,
    .private_text = private_text,
    .environment_text = environment_text,
    .version = EC_VERSION,
    .attach = pp_attach,
    .notice = pp_notice,
    .is_strict = pp_is_strict,
};

typedef int gil_check_fn(void);
typedef int gil_ensure_fn(void);
typedef void gil_release_fn(int state);
typedef void after_fork_fn(void);

static make_gil_fn *make_gil;
static init_module_fn *init_module;
static gil_check_fn *gil_check;
static gil_ensure_fn *gil_ensure;
static gil_release_fn *gil_release;
static after_fork_fn *after_fork;
static __thread int gil_state; /* around a fork() */
static __thread bool has_gil;  /* that comes from inside Python */
static bool is_ours;
static __thread bool is_starter;

/* --- before ---------------------------------------------------------------*/

/* PyPy ends the process when it may not have memory that is both writable and
 * executable, even with its JIT compiler off. */
static embed_status
memory_check(ec_err *err)
{
    const size_t size = 4096;
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "PyPy cannot run here: this process may not have memory "
                       "that is writable and executable (%s)",
                       strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    (void)munmap(p, size);
    return EMBED_OK;
}

/* Finds what is used of libpypy. */
static embed_status
symbols_find(void *handle, const ec_python *python, ec_err *err)
{
    const struct {
        const char *name;
        void *out_fn; /* a function pointer */
    } wanted[] = {
        {"pypy_carefully_make_gil", &make_gil},
        {"pypy_init_embedded_cffi_module", &init_module},
        {"PyPyGILState_Check", &gil_check},
        {"PyPyGILState_Ensure", &gil_ensure},
        {"PyPyGILState_Release", &gil_release},
        {"PyPyOS_AfterFork", &after_fork},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        void *address = dlsym(handle, wanted[i].name);
        if (address == NULL) {
            return ec_fail(
                err, EMBED_E_PYTHON,
                "%s has no %s(): it is not a PyPy that can be embedded",
                python->library, wanted[i].name);
        }
        memcpy(wanted[i].out_fn, &address, sizeof address);
    }
    return EMBED_OK;
}

/* --- our module -----------------------------------------------------------*/

static void
own_tables(void *p[])
{
    static embed_opcode no_types[1];
    static const struct embed_context empty = {.types = no_types};
    if ((uintptr_t)p[0] >= PROTOCOL_EXPORT) {
        memcpy(&pp_call_python, &p[1], sizeof pp_call_python);
    }
    pp_answer(p, 0x2701, &empty);
}

/* Runs pypy_start.py, which completes the bridge. */
static embed_status
bridge_build(ec_err *err)
{
    const char *text = (const char *)pypy_start_text;
    size_t size = sizeof BRIDGE_FORMAT + 24 + strlen(text);
    char *code = malloc(size);
    if (code == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    (void)snprintf(code, size, BRIDGE_FORMAT "%s",
                   (unsigned long long)(uintptr_t)&pp_the_bridge, text);
    pp_module module = {"_libembed", own_tables, code};
    int rc = pp_load(&module);
    free(code);
    if (rc != 0 || pp_the_bridge.prepare == NULL || pp_call_python == NULL) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "libembed's code for PyPy failed to start; what PyPy "
                       "printed says why");
    }
    return EMBED_OK;
}

int
pp_load(pp_module *module)
{
    return init_module(PROTOCOL_INIT, module);
}

void
pp_answer(void *p[], uintptr_t version, const struct embed_context *context)
{
    /* PyPy only reads what it gets there. */
    p[0] = (void *)version;            // NOLINT(performance-no-int-to-ptr)
    p[1] = (void *)(uintptr_t)context; // NOLINT(performance-no-int-to-ptr)
}

/* --- starting -------------------------------------------------------------*/

/* Starts PyPy, which changes LC_CTYPE on the way (R13). */
static embed_status
pypy_start(const ec_python *python, ec_err *err)
{
    const char *now =
        setlocale(LC_CTYPE, NULL); // NOLINT(concurrency-mt-unsafe)
    char *before = now == NULL ? NULL : strdup(now);
    int rc = make_gil("libembed");
    if (before != NULL) {
        (void)setlocale(LC_CTYPE, before); // NOLINT(concurrency-mt-unsafe)
        free(before);
    }
    return rc == 0 ? EMBED_OK
                   : ec_fail(err, EMBED_E_PYTHON,
                             "PyPy does not start: %s does not find its "
                             "standard library",
                             python->library);
}

static void
fork_prepare(void)
{
    has_gil = gil_check() != 0; /* os.fork() */
    if (!has_gil) {
        /* A thread that PyPy has not seen could not take the GIL like this. */
        (void)pp_the_bridge.touch();
        gil_state = gil_ensure();
    }
}

static void
fork_parent(void)
{
    if (!has_gil) {
        gil_release(gil_state);
    }
}

static void
fork_child(void)
{
    if (!has_gil) {
        after_fork();
        gil_release(gil_state);
        (void)pp_the_bridge.forked();
    }
}

/* Has the thread that forks take the GIL, which in the child would belong to a
 * thread that is not there otherwise.  Before PyPy's own handlers, which lock
 * its threads: so these are made known after PyPy has started. */
static void
fork_watch(void)
{
    (void)pthread_atfork(fork_prepare, fork_parent, fork_child);
}

/* What the thread that starts PyPy is given. */
typedef struct starting {
    const ec_python *python;
    bool *is_final;
    ec_err *err;
    embed_status status;
    sem_t done;
} starting;

/* @param is_final  set when it cannot be tried again */
static embed_status
start(const ec_python *python, bool *is_final, ec_err *err)
{
    void *handle = dlopen(python->library, RTLD_NOW | RTLD_GLOBAL);
    if (handle == NULL) {
        return ec_fail(err, EMBED_E_PYTHON, "cannot load %s: %s",
                       python->library,
                       dlerror()); // NOLINT(concurrency-mt-unsafe)
    }
    embed_status status = memory_check(err);
    if (status == EMBED_OK) {
        status = symbols_find(handle, python, err);
    }
    if (status == EMBED_OK) {
        *is_final = true;
        status = pypy_start(python, err);
    }
    if (status == EMBED_OK) {
        status = bridge_build(err);
    }
    if (status == EMBED_OK) {
        fork_watch();
    }
    if (status == EMBED_OK && is_ours) {
        (void)pp_the_bridge.prepare(
            python->executable == NULL ? "" : python->executable);
    }
    return status;
}

/* The thread that PyPy takes for its main one, where signal handlers may be
 * set, and runs no code of extensions: they may not take the host's (G1).  It
 * stays as long as PyPy runs: PyPy knows it by its pthread_t, which a thread of
 * the host's would get next. */
static void
start_run(void *arg)
{
    starting *s = arg;
    is_starter = true;
    s->status = start(s->python, s->is_final, s->err);
    bool stays = s->status == EMBED_OK || *s->is_final;
    (void)sem_post(&s->done);
    // NOLINTNEXTLINE(bugprone-infinite-loop): on purpose
    while (stays) {
        (void)pause();
    }
}

embed_status
pp_start(const ec_core *core, const ec_python *python, bool *is_final,
         ec_err *err)
{
    int saved = errno;
    starting s = {.python = python, .is_final = is_final, .err = err};
    pp_core = core;
    ec_libc_now = *core->libc;
    pp_guarded_init();
    ec_ticks_init();
    is_ours = !python->is_live;
    if (!is_ours) {
        s.status = start(python, is_final, err);
    } else if (sem_init(&s.done, 0, 0) != 0) {
        s.status = ec_fail(err, EMBED_E_NOMEM, "out of memory");
    } else {
        if (ec_helper_start("embed-pypy", start_run, &s) == 0) {
            while (sem_wait(&s.done) != 0) {
            }
        } else {
            s.status = ec_fail(err, EMBED_E_NOMEM, "cannot start a thread");
        }
        (void)sem_destroy(&s.done);
    }
    errno = saved;
    return s.status;
}

bool
pp_on_starter(void)
{
    return is_starter;
}

bool
pp_is_ours(void)
{
    return is_ours;
}
