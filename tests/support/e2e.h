/* e2e.h - running scenarios in processes of their own.
 *
 * A process can start Python once, so each scenario runs in a fresh child; the
 * test program itself never starts Python.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_E2E_H
#define EMBED_TESTS_SUPPORT_E2E_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define E2E_OUTPUT_SIZE 65536

/** What a child came to. */
typedef struct e2e_result {
    int exit_code; /* -1: killed by a signal or out of time */
    int signal;    /* what killed it; 0: none */
    bool timed_out;
    double seconds;
    char out[E2E_OUTPUT_SIZE]; /* its stdout, cut, NUL-terminated */
    char err[E2E_OUTPUT_SIZE]; /* its stderr */
} e2e_result;

typedef void e2e_scenario(void *arg);

/** fork() for tests.  A crash ends the child: it does not inherit cmocka's
 *  handlers, which would go on with the tests there. */
pid_t e2e_fork(void);

/** Runs `scenario(arg)` in a child, then exit(0) there; waits for it.
 *  @param timeout_s  then the child is killed; under sanitizers 4 times that */
void e2e_run(e2e_scenario *scenario, void *arg, unsigned timeout_s,
             e2e_result *result);

/** How a child ended, for messages: "ended by signal 11, ..."; in a static buffer. */
const char *e2e_ending(const e2e_result *result);

/** As e2e_run(); fails the cmocka test, with the child's output, unless it
 *  exits with 0.  The result is valid until the next call. */
const e2e_result *
e2e_expect_ok(e2e_scenario *scenario, void *arg, unsigned timeout_s);

/** In a child: ends it with a message when `expr` is false. */
#define E2E_CHECK(expr) \
 ((expr) ? (void)0 : e2e_check_failed(#expr, __FILE__, __LINE__))
#define E2E_CHECK_INT(a, b) e2e_check_int((a), (b), #a, __FILE__, __LINE__)
#define E2E_CHECK_STR(a, b) e2e_check_str((a), (b), #a, __FILE__, __LINE__)
void e2e_check_failed(const char *expr, const char *file, int line);
void e2e_check_int(long long a, long long b, const char *expr, const char *file,
                   int line);
void e2e_check_str(const char *a, const char *b, const char *expr,
                   const char *file, int line);

/** Loads build/.../tests/e2e/plugins/[DIR/]lib<NAME>.so, RTLD_NOW|RTLD_LOCAL.
 *  @param name  "NAME" or "DIR/NAME".  Ends the child when that fails. */
void *e2e_load(const char *name);

/** The path of such a plug-in, in a static buffer of the thread. */
const char *e2e_plugin_path(const char *name);

/** Finds a symbol; ends the child when there is none. */
void *e2e_symbol(void *library, const char *name);

/** The symbol as a function pointer of type `type`. */
#define E2E_FN(type, library, name) \
 ((type)(uintptr_t)e2e_symbol((library), (name)))

/** CLOCK_MONOTONIC in seconds; resident memory in KiB. */
double e2e_now(void);
long e2e_rss_kib(void);

/** The CPython version under test, as 0x030d for 3.13; from EMBED_PYTHON. */
unsigned e2e_python_version(void);

/** The libpython of the version under test, in a static buffer: for one thread;
 *  ends the child when the build does not know it. */
const char *e2e_libpython_path(void);

/** Does EMBED_PYTHON name a PyPy? */
bool e2e_is_pypy(void);

/** Skips a test of something that PyPy does not have, or does its own way. */
void e2e_not_on_pypy(void);

/** Skips a test of what an interpreter of an extension's own gives: where
 *  extensions share one, on PyPy or with EMBED_SHARED_INTERP=1. */
void e2e_not_shared(void);

/** Is this program built with a sanitizer? Times and memory mean less then. */
bool e2e_is_sanitized(void);

/** How long stress tests run: STRESS_SECONDS, or `usual`. */
double e2e_stress_seconds(double usual);

/** Where a random stress test starts: STRESS_SEED, or the time. */
uint64_t e2e_stress_seed(void);

/** The number in an environment variable, or `usual`. */
long e2e_number(const char *variable, long usual);

#endif /* EMBED_TESTS_SUPPORT_E2E_H */
