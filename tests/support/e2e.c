/* e2e.c - running scenarios in processes of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/e2e.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pythons.h"

#define CHECK_FAILED_EXIT 99
#define SANITIZED_FACTOR  4

/* What cmocka catches. */
static const int crash_signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS};
#define N_CRASHES (sizeof crash_signals / sizeof crash_signals[0])

/* How they were handled before the first test: by nothing, or by a sanitizer. */
static struct sigaction crash_actions[N_CRASHES];

static bool is_child;

__attribute__((constructor)) static void
crash_actions_save(void)
{
    for (size_t i = 0; i < N_CRASHES; i++) {
        (void)sigaction(crash_signals[i], NULL, &crash_actions[i]);
    }
}

pid_t
e2e_fork(void)
{
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        is_child = true;
        for (size_t i = 0; i < N_CRASHES; i++) {
            (void)sigaction(crash_signals[i], &crash_actions[i], NULL);
        }
    }
    return pid;
}

double
e2e_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

long
e2e_rss_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1) {
        pages = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

bool
e2e_is_pypy(void)
{
    const char *python = getenv("EMBED_PYTHON");
    return python != NULL && strncmp(python, "pypy", 4) == 0;
}

void
e2e_not_on_pypy(void)
{
    if (e2e_is_pypy()) {
        skip();
    }
}

void
e2e_not_shared(void)
{
    const char *shared = getenv("EMBED_SHARED_INTERP");
    if (shared != NULL && strcmp(shared, "1") == 0) {
        skip();
    }
    e2e_not_on_pypy();
}

bool
e2e_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
# else
    return false;
# endif
#else
    return false;
#endif
}

double
e2e_stress_seconds(double usual)
{
    const char *text = getenv("STRESS_SECONDS");
    return text == NULL ? usual : strtod(text, NULL);
}

uint64_t
e2e_stress_seed(void)
{
    const char *text = getenv("STRESS_SEED");
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return text != NULL
               ? strtoull(text, NULL, 0)
               : (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec % 997;
}

long
e2e_number(const char *variable, long usual)
{
    const char *text = getenv(variable);
    return text == NULL ? usual : strtol(text, NULL, 10);
}

unsigned
e2e_python_version(void)
{
    const char *text = getenv("EMBED_PYTHON");
    unsigned major = 0;
    unsigned minor = 0;
    if (text == NULL || sscanf(text, "%u.%u", &major, &minor) != 2) {
        return 0;
    }
    return major << 8 | minor;
}

/* --- in the child ---------------------------------------------------------*/

void
e2e_check_failed(const char *expr, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expr);
    (void)fflush(NULL);
    _exit(CHECK_FAILED_EXIT);
}

void
e2e_check_int(long long a, long long b, const char *expr, const char *file,
              int line)
{
    if (a != b) {
        (void)fprintf(stderr, "%s is %lld, expected %lld\n", expr, a, b);
        e2e_check_failed(expr, file, line);
    }
}

void
e2e_check_str(const char *a, const char *b, const char *expr, const char *file,
              int line)
{
    if (a == NULL || strcmp(a, b) != 0) {
        (void)fprintf(stderr, "%s is '%s', expected '%s'\n", expr,
                      a == NULL ? "(null)" : a, b);
        e2e_check_failed(expr, file, line);
    }
}

const char *
e2e_plugin_path(const char *name)
{
    static __thread char path[PATH_MAX];
    const char *build = getenv("EMBED_BUILD");
    const char *slash = strrchr(name, '/');
    int dir = slash == NULL ? 0 : (int)(slash - name) + 1;
    (void)snprintf(path, sizeof path, "%s/tests/e2e/plugins/%.*slib%s.so",
                   build == NULL ? "build/release" : build, dir, name,
                   name + dir);
    return path;
}

const char *
e2e_libpython_path(void)
{
    static pythons_line line;
    E2E_CHECK(pythons_current(&line));
    return line.library;
}

void *
e2e_load(const char *name)
{
    void *library = dlopen(e2e_plugin_path(name), RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    return library;
}

void *
e2e_symbol(void *library, const char *name)
{
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    return symbol;
}

/* --- in the test ----------------------------------------------------------*/

/* Reads what there is; false at the end of the stream. */
static bool
drain(int fd, char *text, size_t *used)
{
    char spill[4096];
    bool full = *used == E2E_OUTPUT_SIZE - 1;
    ssize_t n = full ? read(fd, spill, sizeof spill)
                     : read(fd, text + *used, E2E_OUTPUT_SIZE - 1 - *used);
    if (n > 0 && !full) {
        *used += (size_t)n;
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

/* Collects the output until both streams are closed or the time is up. */
static bool
collect(int out, int err, double deadline, e2e_result *r)
{
    struct pollfd fds[2] = {{.fd = out, .events = POLLIN},
                            {.fd = err, .events = POLLIN}};
    size_t used[2] = {0, 0};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        double left = deadline - e2e_now();
        if (left <= 0 || poll(fds, 2, (int)(left * 1e3) + 1) == 0) {
            return false;
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i].revents != 0 &&
                !drain(fds[i].fd, i == 0 ? r->out : r->err, &used[i])) {
                fds[i].fd = -1;
            }
        }
    }
    return true;
}

static void
child_main(e2e_scenario *scenario, void *arg, int out, int err)
{
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    (void)close(out);
    (void)close(err);
    scenario(arg);
    exit(0); /* NOLINT(concurrency-mt-unsafe): exit handlers are the point */
}

void
e2e_run(e2e_scenario *scenario, void *arg, unsigned timeout_s, e2e_result *r)
{
    int out[2];
    int err[2];
    memset(r, 0, sizeof *r);
    /* cmocka's assertions would lead a child to the next test. */
    E2E_CHECK(!is_child);
    if (pipe(out) != 0 || pipe(err) != 0) {
        fail_msg("pipe: %s", strerror(errno));
    }
    double start = e2e_now();
    pid_t pid = e2e_fork();
    if (pid == 0) {
        (void)close(out[0]);
        (void)close(err[0]);
        child_main(scenario, arg, out[1], err[1]);
    }
    (void)close(out[1]);
    (void)close(err[1]);
    unsigned factor = e2e_is_sanitized() ? SANITIZED_FACTOR : 1;
    r->timed_out =
        !collect(out[0], err[0], start + (double)(timeout_s * factor), r);
    if (r->timed_out) {
        (void)kill(pid, SIGKILL);
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    (void)close(out[0]);
    (void)close(err[0]);
    r->seconds = e2e_now() - start;
    r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    r->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

const char *
e2e_ending(const e2e_result *r)
{
    static char text[64];
    if (r->timed_out) {
        return "out of time";
    }
    if (r->signal != 0) {
        (void)snprintf(text, sizeof text, "ended by signal %d, %s", r->signal,
                       strsignal(r->signal));
    } else {
        (void)snprintf(text, sizeof text, "exit status %d", r->exit_code);
    }
    return text;
}

const e2e_result *
e2e_expect_ok(e2e_scenario *scenario, void *arg, unsigned timeout_s)
{
    static e2e_result r;
    e2e_run(scenario, arg, timeout_s, &r);
    if (r.exit_code != 0) {
        /* Not in the message: cmocka would cut it. */
        (void)fprintf(stderr, "--- child's stdout\n%s--- child's stderr\n%s",
                      r.out, r.err);
        fail_msg("child: %s", e2e_ending(&r));
    }
    return &r;
}
