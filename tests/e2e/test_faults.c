/* test_faults.c - every allocation of ours fails once: each operation of
 * embed.h then says so or is done in full, and works the next time; other
 * extensions notice nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/faults.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

/* No operation has more; a test that does not end would reach it. */
#define MOST 5000

/* One operation.  `run` returns its status, EMBED_OK when it was done in full,
 * and all that it left is there then. */
typedef struct operation {
    const char *name;
    void (*before)(void); /* without faults, before each; NULL: nothing */
    embed_status (*run)(void);
    void (*after)(embed_status status); /* the same, after each */
    bool waits; /* it is over only when there is memory again */
} operation;

static life a;
static life b;
static life c;              /* not started */
static unsigned long k;     /* which allocation fails */
static const char *current; /* name of the operation */

/* --- what must hold after each fault --------------------------------------*/

/* Ends the child with all that is known of the fault. */
static void
fault_check(bool holds, const char *what, embed_status status)
{
    if (!holds) {
        const embed_error *e = embed_last_error();
        (void)fprintf(stderr,
                      "%s, allocation %lu (%s), status %d: %s\n"
                      "last error %d: %s: %s: %s\n%s",
                      current, k, faults_site(), (int)status, what,
                      (int)e->status, e->message, e->type, e->value,
                      e->traceback);
        e2e_check_failed(what, __FILE__, __LINE__);
    }
}
#define FAULT_CHECK(expr, status) fault_check((expr), #expr, (status))

/* A failure that says what it is: out of memory, in C or in Python. */
static bool
is_memory_error(embed_status status)
{
    const embed_error *e = embed_last_error();
    return status == EMBED_E_NOMEM ||
           strstr(e->message, "MemoryError") != NULL ||
           strstr(e->message, "memory") != NULL ||
           strcmp(e->type, "MemoryError") == 0;
}

static void
both_work(void)
{
    FAULT_CHECK(b.add(40, 2) == 42, EMBED_OK);
    FAULT_CHECK(a.add(40, 2) == 42, EMBED_OK);
}

/* In place of lines on stderr, of which there would be thousands. */
static void
hook(const embed_error *error, void *arg)
{
    (void)error;
    (void)arg;
}

/* Says where it hangs. */
static void
on_alarm(int signal)
{
    (void)signal;
    fault_check(false, "it hangs", EMBED_OK);
}

/* Tries one operation, with every allocation of it failing, until it meets no
 * fault any more.  Returns how many it makes. */
static unsigned long
operation_try(const operation *o, unsigned what)
{
    current = o->name;
    (void)signal(SIGALRM, on_alarm);
    for (k = 1;; k++) {
        E2E_CHECK(k < MOST);
        (void)alarm(FORKS_ALARM_S);
        if (o->before != NULL) {
            o->before();
        }
        embed_clear_error();
        faults_arm(k, o->waits ? what & ~FAULTS_FOLLOWS : what);
        embed_status status = o->run();
        (void)faults_disarm();
        if (!faults_hit()) {
            FAULT_CHECK(status == EMBED_OK, status);
            break;
        }
        FAULT_CHECK(status == EMBED_OK || is_memory_error(status), status);
        FAULT_CHECK(status == EMBED_OK ||
                        embed_last_error()->status != EMBED_OK,
                    status);
        if (o->after != NULL) {
            o->after(status);
        }
        both_work();
    }
    if (o->after != NULL) {
        o->after(EMBED_OK);
    }
    if (getenv("FAULTS_VERBOSE") != NULL) {
        (void)fprintf(stderr, "%s: %lu allocations\n", o->name, k - 1);
    }
    return k - 1;
}

static void
both_load(void)
{
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    life_load(&c, 'c', NULL, NULL);
    faults_install(NULL);
    embed_set_error_hook(hook, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.run("import sys, os\n"
                        "sys.stderr = open(os.devnull, 'w')\n"
                        "result = 1"),
                  1);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

/* --- operations of a running extension ------------------------------------*/

static embed_status
reload(void)
{
    return embed_reload("lifea", 20000);
}

static embed_status
unload(void)
{
    return embed_unload("lifea", 20000);
}

static void
start_again(embed_status status)
{
    /* After a failure it runs or is closed. */
    embed_status now = embed_unload("lifea", 20000);
    FAULT_CHECK(now == EMBED_OK || now == EMBED_E_STATE, now);
    FAULT_CHECK(embed_retry("lifea") == EMBED_OK, status);
}

static void
be_closed(void)
{
    E2E_CHECK_INT(embed_unload("lifea", 10000), EMBED_OK);
}

static embed_status
retry(void)
{
    return embed_retry("lifea");
}

static void
works_when_tried_again(embed_status status)
{
    FAULT_CHECK(embed_retry("lifea") == EMBED_OK, status);
}

#define DEADLINE_MS 20

static void
no_deadline(void)
{
    E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
    E2E_CHECK_INT(embed_set_thread_deadline(0, NULL), EMBED_OK);
}

/* A deadline that was accepted is kept. */
static void
is_bounded(embed_status status)
{
    if (status == EMBED_OK) {
        FAULT_CHECK(a.run("while True: pass") == LIFE_FAILED, status);
        FAULT_CHECK(embed_last_error()->status == EMBED_E_DEADLINE, status);
    }
    no_deadline();
}

static embed_status
set_deadline(void)
{
    return embed_set_deadline("lifea", DEADLINE_MS);
}

static embed_status
set_thread_deadline(void)
{
    return embed_set_thread_deadline(DEADLINE_MS, NULL);
}

static void
be_bounded(void)
{
    E2E_CHECK_INT(embed_set_deadline("lifea", DEADLINE_MS), EMBED_OK);
}

/* The call ends, by its deadline or by the fault. */
static embed_status
endless_call(void)
{
    FAULT_CHECK(a.run("while True: pass") == LIFE_FAILED, EMBED_OK);
    embed_status status = embed_last_error()->status;
    return status == EMBED_E_DEADLINE ? EMBED_OK : status;
}

static void
free_again(embed_status status)
{
    (void)status;
    no_deadline();
}

static embed_status
hold(void)
{
    embed_status status = embed_hold("lifea");
    if (status == EMBED_OK) {
        FAULT_CHECK(a.add(1, 2) == 3, status);
        FAULT_CHECK(embed_release("lifea") == EMBED_OK, status);
    }
    return status;
}

static sem_t pending_done;

static void
pending(void *arg)
{
    (void)arg;
    (void)sem_post(&pending_done);
}

static embed_status
call_pending(void)
{
    return embed_call_pending("lifea", pending, NULL);
}

/* What was accepted is called, what was refused is not. */
static void
is_called(embed_status status)
{
    if (status == EMBED_OK) {
        life_wait(&pending_done);
    }
    FAULT_CHECK(embed_call_pending("lifea", pending, NULL) == EMBED_OK, status);
    life_wait(&pending_done);
    FAULT_CHECK(sem_trywait(&pending_done) != 0, status);
}

static embed_status
statistics(void)
{
    embed_statistics out = EMBED_STATISTICS_INIT;
    embed_statistics later = EMBED_STATISTICS_INIT;
    embed_status status = embed_count("lifea", 1);
    if (status == EMBED_OK) {
        status = embed_stats("lifea", &out);
    }
    if (status == EMBED_OK && a.add(1, 2) == LIFE_FAILED) {
        return embed_last_error()->status;
    }
    if (status == EMBED_OK) {
        status = embed_stats("lifea", &later);
        FAULT_CHECK(status != EMBED_OK || later.calls == out.calls + 1, status);
    }
    return status;
}

static embed_status
look(void)
{
    embed_info infos[2] = {EMBED_INFO_INIT, EMBED_INFO_INIT};
    embed_info info = EMBED_INFO_INIT;
    embed_status status = embed_lookup("lifea", &info);
    if (status == EMBED_OK) {
        FAULT_CHECK(embed_symbol("lifea", "life_add") != NULL, status);
        FAULT_CHECK(embed_list(infos, 2) >= 2, status);
        status = embed_last_error()->status;
        FAULT_CHECK(status != EMBED_OK || strcmp(infos[0].name, "lifea") == 0,
                    status);
    }
    return status;
}

static embed_status
set_option(void)
{
    return embed_set_option("lifec", "argv", "one two");
}

static void
option_clear(embed_status status)
{
    FAULT_CHECK(embed_set_option("lifec", "argv", NULL) == EMBED_OK, status);
}

static embed_status
set_isolation(void)
{
    return embed_set_isolation("lifec", EMBED_ISOLATION_SUB);
}

static embed_status
dump(void)
{
    static char text[16384];
    FILE *out = fmemopen(text, sizeof text, "w");
    E2E_CHECK(out != NULL);
    embed_dump(out);
    (void)fclose(out);
    FAULT_CHECK(strstr(text, "lifea: ready") != NULL ||
                    strstr(text, "memory") != NULL,
                EMBED_OK);
    return EMBED_OK;
}

static embed_status
failing_call(void)
{
    FAULT_CHECK(a.run("raise ValueError('some text')") == LIFE_FAILED,
                EMBED_OK);
    embed_status status = embed_last_error()->status;
    return status == EMBED_E_EXCEPTION ? EMBED_OK : status;
}

/* The first call of a thread. */
static void *
thread_main(void *out)
{
    embed_status status = EMBED_OK;
    if (a.add(1, 2) != 3) {
        status = embed_last_error()->status;
        FAULT_CHECK(is_memory_error(status), status);
    }
    *(embed_status *)out = status;
    return NULL;
}

static embed_status
thread_call(void)
{
    embed_status status = EMBED_OK;
    life_join(life_thread(thread_main, &status));
    return status == EMBED_OK || faults_hit() ? EMBED_OK : status;
}

static embed_status
thread_release(void)
{
    return embed_thread_release();
}

/* What is interrupted. */
static sem_t endless_begun;
static pthread_t endless_thread;

static int
host(int what)
{
    (void)sem_post(&endless_begun);
    return what;
}

static void *
endless_main(void *unused)
{
    (void)unused;
    FAULT_CHECK(a.run("lib.life_host(1)\nwhile True: pass") == LIFE_FAILED,
                EMBED_OK);
    /* The fault may come when this thread's error is kept. */
    embed_status status = embed_last_error()->status;
    FAULT_CHECK(status == EMBED_E_INTERRUPTED || status == EMBED_E_NOMEM,
                status);
    return NULL;
}

static void
be_endless(void)
{
    *(life_hook_fn **)e2e_symbol(e2e_load("life/lifea"), "life_hook") = host;
    endless_thread = life_thread(endless_main, NULL);
    life_wait(&endless_begun);
}

static embed_status
interrupt(void)
{
    return embed_interrupt("lifea");
}

static void
has_ended(embed_status status)
{
    if (status != EMBED_OK) {
        FAULT_CHECK(embed_interrupt("lifea") == EMBED_OK, status);
    }
    life_join(endless_thread);
}

static const operation of_running[] = {
    {"look", NULL, look, NULL, false},
    {"set_option", NULL, set_option, option_clear, false},
    {"set_isolation", NULL, set_isolation, NULL, false},
    {"dump", NULL, dump, NULL, false},
    {"statistics", NULL, statistics, NULL, false},
    {"failing call", NULL, failing_call, NULL, false},
    {"first call of a thread", NULL, thread_call, NULL, false},
    {"thread_release", NULL, thread_release, NULL, false},
    {"hold", NULL, hold, NULL, false},
    {"set_deadline", NULL, set_deadline, is_bounded, false},
    {"set_thread_deadline", NULL, set_thread_deadline, is_bounded, false},
    {"interrupt", be_endless, interrupt, has_ended, false},
    {"call_pending", NULL, call_pending, is_called, false},
    {"call with a deadline", be_bounded, endless_call, free_again, true},
    {"unload", NULL, unload, start_again, false},
    {"reload", NULL, reload, NULL, false},
    {"retry", be_closed, retry, works_when_tried_again, false},
};

static void
running_scenario(void *what)
{
    unsigned long n = 0;
    E2E_CHECK_INT(sem_init(&pending_done, 0, 0), 0);
    E2E_CHECK_INT(sem_init(&endless_begun, 0, 0), 0);
    both_load();
    for (size_t i = 0; i < sizeof of_running / sizeof of_running[0]; i++) {
        n += operation_try(&of_running[i], *(unsigned *)what);
    }
    E2E_CHECK(n > 50);
    both_work();
}

static void
a_running_extension_survives_each_fault(void **state)
{
    (void)state;
    e2e_expect_ok(running_scenario, (unsigned[]){FAULTS_C}, 100);
    e2e_expect_ok(running_scenario, (unsigned[]){FAULTS_C | FAULTS_FOLLOWS},
                  100);
}

/* --- operations that make extensions --------------------------------------*/

static const char text_decl[] =
    "int text_add(int a, int b) EMBED_ON_FAILURE(-1);\n"
    "typedef struct { int x; struct { char c[4]; } in; } record;\n"
    "enum { FIRST, SECOND = 7 };\n"
    "int (*text_pick(record *r))(int);\n";

static const char text_code[] = "import __main__, sys\n"
                                "name = __name__\n"
                                "from %s import ffi, lib\n"
                                "@ffi.def_extern()\n"
                                "def text_add(a, b):\n"
                                "    r = ffi.new('record *', {'x': a})\n"
                                "    return r.x + b\n";

typedef int add_fn(int a, int b);

static unsigned n_texts;
static char text_name[16];
static char text_source[512];
static char text_file[64];
static bool is_file;

static void
next_name(void)
{
    (void)snprintf(text_name, sizeof text_name, "text%u", n_texts++);
    (void)snprintf(text_source, sizeof text_source, text_code, text_name);
    FILE *out = is_file ? fopen(text_file, "we") : NULL;
    if (is_file) {
        E2E_CHECK(out != NULL && fputs(text_source, out) >= 0);
        E2E_CHECK_INT(fclose(out), 0);
    }
}

/* The text's function, called. */
static embed_status
text_call(void)
{
    add_fn *add = (add_fn *)embed_symbol(text_name, "text_add");
    if (add == NULL) {
        return embed_last_error()->status;
    }
    return add(40, 2) == 42 ? EMBED_OK : embed_last_error()->status;
}

static embed_status
text_open_only(void)
{
    static const char *const options[] = {"isolation", "own", "argv", "1 2",
                                          NULL};
    return is_file
               ? embed_open_file(text_name, text_decl, text_file, options)
               : embed_open_source(text_name, text_decl, text_source, options);
}

static embed_status
text_open(void)
{
    embed_status status = text_open_only();
    return status == EMBED_OK ? text_call() : status;
}

/* What was not opened can be opened now; what did not start starts. */
static void
text_works(embed_status status)
{
    embed_status now = text_open_only();
    FAULT_CHECK(now == EMBED_OK || now == EMBED_E_NAME, now);
    now = embed_retry(text_name);
    FAULT_CHECK(now == EMBED_OK, now);
    now = text_call();
    FAULT_CHECK(now == EMBED_OK, now);
    now = embed_unload(text_name, 20000);
    FAULT_CHECK(now == EMBED_OK, now);
    (void)status;
}

static const operation of_making[] = {
    {"open", next_name, text_open, text_works, false},
};

static void
making_scenario(void *what)
{
    unsigned long n = 0;
    both_load();
    (void)snprintf(text_file, sizeof text_file, "/tmp/embed-faults-%ld.py",
                   (long)getpid());
    for (int i = 0; i < 2; i++) {
        is_file = i == 1;
        n += operation_try(&of_making[0], *(unsigned *)what);
    }
    (void)unlink(text_file);
    E2E_CHECK(n > 50);
}

static void
making_an_extension_survives_each_fault(void **state)
{
    (void)state;
    e2e_expect_ok(making_scenario, (unsigned[]){FAULTS_C}, 100);
    e2e_expect_ok(making_scenario, (unsigned[]){FAULTS_C | FAULTS_FOLLOWS},
                  100);
}

/* --- Python code ----------------------------------------------------------*/

/* Each makes its objects anew. */
static const char *const codes[] = {
    "f = type(ffi)()\n"
    "f.cdef('typedef struct { int a; double b[3]; } s; enum e { A, B };"
    "int f(s *, enum e); typedef int (*cb)(int);')\n"
    "x = f.new('s *', {'a': 1, 'b': [1, 2, 3]})\n"
    "assert x.b[2] == 3 and f.sizeof('s') == 32\n"
    "y = f.new('s[]', [{'a': i} for i in range(3)])\n"
    "assert y[2].a == 2\n"
    "result = 42",
    "t = ffi.typeof('int(*)(char *, double, ...)')\n"
    "assert len(t.args) == 2 and repr(t)\n"
    "assert ffi.getctype('int[3]', 'x') == 'int x[3]'\n"
    "u = ffi.typeof('struct { int a[%d]; } *' % id(t))if 0 else "
    "ffi.typeof('int**')\n"
    "result = 42",
    "@ffi.callback('int(int)')\n"
    "def back(x): return x + 1\n"
    "if back(41) != 42: raise MemoryError\n"
    "h = ffi.new_handle(back)\n"
    "assert ffi.from_handle(h) is back\n"
    "result = 42",
    "c = ffi.new('char[]', b'some text')\n"
    "assert ffi.string(c) == b'some text' and bytes(ffi.buffer(c, 4)) == "
    "b'some'\n"
    "w = ffi.new('wchar_t[]', 'w')\n"
    "v = ffi.from_buffer(bytearray(b'abcd'))\n"
    "assert ffi.unpack(c, 4) == b'some' and len(v) == 4\n"
    "g = ffi.gc(ffi.new('int *', 5), lambda p: None)\n"
    "assert int(ffi.cast('long', 7)) == 7 and g[0] == 5\n"
    "z = ffi.cast('float', 1.5) \n"
    "ffi.memmove(c, b'abc', 3)\n"
    "result = 42 if (c + 1)[0] == b'b' else 0",
    "@ffi.def_extern()\n"
    "def life_zero(): return 7\n"
    "m = ffi.dlopen(None)\n"
    "f = type(ffi)()\n"
    "f.cdef('int abs(int); size_t strlen(const char *);')\n"
    "m = f.dlopen(None)\n"
    "assert m.abs(-3) == 3 and m.strlen(b'four') == 4\n"
    "result = 42",
};

static const char *code;

static embed_status
run_code(void)
{
    return a.run(code) == 42 ? EMBED_OK : embed_last_error()->status;
}

static void
code_works(embed_status status)
{
    FAULT_CHECK(a.run(code) == 42, status);
}

static void
code_scenario(void *what)
{
    static const operation run = {"code", NULL, run_code, code_works, false};
    unsigned long n = 0;
    both_load();
    embed_set_error_hook(hook, NULL);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        code = codes[i];
        E2E_CHECK_INT(a.run(code), 42);
        n += operation_try(&run, *(unsigned *)what);
    }
    E2E_CHECK(n > 10);
}

static void
python_code_survives_each_fault(void **state)
{
    (void)state;
    e2e_expect_ok(code_scenario, (unsigned[]){FAULTS_C}, 100);
    e2e_expect_ok(code_scenario, (unsigned[]){FAULTS_C | FAULTS_FOLLOWS}, 100);
    e2e_expect_ok(code_scenario, (unsigned[]){FAULTS_PYTHON}, 100);
}

/* --- the first call of a process ------------------------------------------*/

/* A fault in a process of its own. */
typedef struct fault {
    unsigned long k;
    unsigned what;
} fault;

static const char no_fault[] = "no fault";

static void
first_scenario(void *arg)
{
    const fault *f = arg;
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(FORKS_ALARM_S);
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    faults_install(NULL);
    current = "first call";
    k = f->k;
    faults_arm(k, f->what);
    int got = a.add(1, 2);
    (void)faults_disarm();
    embed_status status = got == 3 ? EMBED_OK : embed_last_error()->status;
    if (!faults_hit()) {
        (void)puts(no_fault);
    }
    FAULT_CHECK(got == 3 || (got == LIFE_FAILED && faults_hit() &&
                             is_memory_error(status)),
                status);
    FAULT_CHECK(embed_retry("lifea") == EMBED_OK, status);
    both_work();
}

/* Each k takes a process: sanitizers, with which that takes long, see a part of
 * them, of which each run has another.  FAULTS_EVERY=1: all. */
static void
first_calls(unsigned what)
{
    static e2e_result r;
    bool all = !e2e_is_sanitized() || getenv("FAULTS_EVERY") != NULL;
    unsigned long step = all ? 1 : 4;
    fault f = {1 + (unsigned long)getpid() % step, what};
    do {
        e2e_run(first_scenario, &f, 30, &r);
        if (r.exit_code != 0) {
            (void)fprintf(stderr, "%s", r.err);
            fail_msg("allocation %lu: %s", f.k, e2e_ending(&r));
        }
        f.k += step;
    } while (strstr(r.out, no_fault) == NULL && f.k < MOST);
    assert_true(f.k > 10 && f.k < MOST);
}

static void
the_first_call_of_a_process_survives_each_fault(void **state)
{
    (void)state;
    first_calls(FAULTS_C);
    first_calls(FAULTS_C | FAULTS_FOLLOWS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_extension_survives_each_fault),
        cmocka_unit_test(making_an_extension_survives_each_fault),
        cmocka_unit_test(python_code_survives_each_fault),
        cmocka_unit_test(the_first_call_of_a_process_survives_each_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
