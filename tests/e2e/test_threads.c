/* test_threads.c - many threads in extensions, and what each keeps there.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define SHORT_THREADS 2000
#define ROUNDS        60 /* PyPy's first large collection is in the 35th */
#define WARM_UP       200
#define RSS_SLACK_KIB 2048

static fam a;
static fam b;

static void
load_both(void)
{
    fam_load(&a, 1);
    fam_load(&b, 0);
    E2E_CHECK_INT(a.number_of(), 1);
    E2E_CHECK_INT(b.number_of(), 0);
}

/* --- what a thread keeps --------------------------------------------------*/

static void *
locals_of_a_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.swap_local(10), -1);
    E2E_CHECK_INT(b.swap_local(20), -1);
    E2E_CHECK_INT(a.swap_context(30), -1);
    E2E_CHECK_INT(b.swap_context(40), -1);
    unsigned long ident = a.ident();
    for (int i = 0; i < 100; i++) {
        E2E_CHECK_INT(a.swap_local(11 + i), 10 + i);
        E2E_CHECK_INT(b.swap_local(21 + i), 20 + i);
        E2E_CHECK_INT(a.swap_context(31 + i), 30 + i);
        E2E_CHECK_INT(b.swap_context(41 + i), 40 + i);
        E2E_CHECK(a.ident() == ident && b.ident() == ident);
    }
    return NULL;
}

static void
locals_scenario(void *unused)
{
    (void)unused;
    load_both();
    E2E_CHECK_INT(a.swap_local(1), -1);
    for (int i = 0; i < 3; i++) {
        fam_join(fam_thread(locals_of_a_thread, NULL, 0));
    }
    E2E_CHECK_INT(a.swap_local(2), 1);
}

static void
thread_locals_and_context_live_from_call_to_call(void **state)
{
    (void)state; /* R1 */
    e2e_expect_ok(locals_scenario, NULL, 20);
}

/* --- what a thread leaves -------------------------------------------------*/

static atomic_int ends;
static atomic_int ended_on;

static void
on_end(void *arg, int thread)
{
    (void)arg;
    atomic_fetch_add(&ends, 1);
    atomic_store(&ended_on, thread);
    E2E_CHECK_INT(thread, syscall(SYS_gettid));
}

/* A finaliser at the end of a thread calls into another extension. */
static void
on_end_call(void *arg, int thread)
{
    fam *other = arg;
    on_end(NULL, thread);
    E2E_CHECK_INT(other->add(1, 2), 3);
}

static void *
watched_thread(void *arg)
{
    fam_end_fn *fn = arg == NULL ? on_end : on_end_call;
    const fam *other = arg == &a ? &b : &a;
    E2E_CHECK_INT(other->watch_end(fn, arg), 0);
    if (arg == NULL) {
        E2E_CHECK_INT(b.watch_end(fn, arg), 0);
    }
    return NULL;
}

static void
ends_scenario(void *unused)
{
    (void)unused;
    load_both();
    for (int i = 0; i < 10; i++) {
        fam_join(fam_thread(watched_thread, NULL, 0));
        E2E_CHECK_INT(atomic_load(&ends), 2 * (i + 1));
        E2E_CHECK(atomic_load(&ended_on) != getpid());
    }
}

static void
thread_locals_die_on_the_thread_that_ends(void **state)
{
    (void)state; /* R1, section 15: T2 */
    e2e_not_on_pypy();
    e2e_expect_ok(ends_scenario, NULL, 20);
}

static void
end_call_scenario(void *unused)
{
    (void)unused;
    load_both();
    for (int i = 0; i < 50; i++) {
        /* One that was made before and one that was made after its caller. */
        fam_join(fam_thread(watched_thread, &a, 0));
        fam_join(fam_thread(watched_thread, &b, 0));
    }
    E2E_CHECK_INT(atomic_load(&ends), 100);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    embed_info info = EMBED_INFO_INIT;
    for (int i = 0; i < 2; i++) {
        E2E_CHECK_INT(embed_lookup(i == 0 ? a.name : b.name, &info), EMBED_OK);
        /* No state was left behind: the interpreter could be ended. */
        E2E_CHECK_INT(info.state, e2e_python_version() >= 0x030d
                                      ? EMBED_STATE_CLOSED
                                      : EMBED_STATE_PARKED);
    }
}

static void
finalisers_of_a_dying_thread_may_call_extensions(void **state)
{
    (void)state; /* R1 */
    e2e_not_shared();
    e2e_expect_ok(end_call_scenario, NULL, 20);
}

static pthread_key_t late_key;

static void
late_destructor(void *arg)
{
    fam *f = arg;
    E2E_CHECK_INT(f->add(2, 2), 4);
}

static void *
late_thread(void *arg)
{
    E2E_CHECK_INT(a.add(1, 1), 2);
    E2E_CHECK_INT(pthread_setspecific(late_key, arg), 0);
    return NULL;
}

static void
late_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(pthread_key_create(&late_key, late_destructor), 0);
    load_both();
    for (int i = 0; i < WARM_UP; i++) {
        fam_join(fam_thread(late_thread, i % 2 == 0 ? &a : &b, 0));
    }
    long before = e2e_rss_kib();
    for (int i = 0; i < SHORT_THREADS / 4; i++) {
        fam_join(fam_thread(late_thread, i % 2 == 0 ? &a : &b, 0));
    }
    if (!e2e_is_sanitized()) {
        E2E_CHECK(e2e_rss_kib() - before < RSS_SLACK_KIB);
    }
}

static void
calls_from_the_last_destructors_of_a_thread_work_and_leave_nothing(void **state)
{
    (void)state; /* R1 */
    e2e_expect_ok(late_scenario, NULL, 20);
}

static void *
releasing_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.watch_end(on_end, NULL), 0);
    E2E_CHECK_INT(b.watch_end(on_end, NULL), 0);
    E2E_CHECK_INT(a.swap_local(5), -1);
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    E2E_CHECK_INT(atomic_load(&ends), 2);
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    E2E_CHECK_INT(a.swap_local(6), -1);
    return NULL;
}

static void
releasing_host(void *arg)
{
    *(embed_status *)arg = embed_thread_release();
}

static void
release_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    load_both();
    fam_join(fam_thread(releasing_thread, NULL, 0));
    embed_status status = EMBED_OK;
    E2E_CHECK_INT(a.around(releasing_host, &status), 1);
    E2E_CHECK_INT(status, EMBED_E_STATE);
}

static void
a_thread_may_give_back_what_it_holds(void **state)
{
    (void)state; /* R1: embed_thread_release() */
    e2e_not_on_pypy();
    e2e_expect_ok(release_scenario, NULL, 20);
}

/* --- short-lived threads --------------------------------------------------*/

static void *
short_thread(void *arg)
{
    int i = *(int *)arg;
    E2E_CHECK_INT(a.add(i, 1), i + 1);
    E2E_CHECK_INT(b.swap_local(i), -1);
    return NULL;
}

static void
short_threads(int n)
{
    for (int i = 0; i < n; i += 4) {
        pthread_t t[4];
        int arg[4];
        for (int k = 0; k < 4; k++) {
            arg[k] = i + k;
            t[k] = fam_thread(short_thread, &arg[k], 0);
        }
        for (int k = 0; k < 4; k++) {
            fam_join(t[k]);
        }
    }
}

/* What threads leave adds up in every round; a collector's heap grows in some. */
static void
short_scenario(void *unused)
{
    (void)unused;
    load_both();
    short_threads(WARM_UP);
    long least = LONG_MAX;
    for (int i = 0; i < ROUNDS && least >= RSS_SLACK_KIB; i++) {
        long rss = e2e_rss_kib();
        short_threads(SHORT_THREADS);
        long growth = e2e_rss_kib() - rss;
        least = growth < least ? growth : least;
    }
    E2E_CHECK(e2e_is_sanitized() || least < RSS_SLACK_KIB);
}

static void
short_lived_threads_leave_nothing(void **state)
{
    (void)state; /* R1; the long variant is in tests/stress */
    e2e_expect_ok(short_scenario, NULL, 60);
}

/* --- in parallel ----------------------------------------------------------*/

#define HOLDS 20

static volatile int flags[2]; /* written by Python, in holding_thread() */

static int
flag(int i)
{
    return __atomic_load_n(&flags[i], __ATOMIC_ACQUIRE);
}

static void *
holding_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.hold(flags), 1);
    return NULL;
}

/* Calls `f` while a thread holds the GIL of `a` in one long operation; was the
 * call over first? */
static bool
overtakes(const fam *f)
{
    flags[0] = 0;
    flags[1] = 0;
    pthread_t thread = fam_thread(holding_thread, NULL, 0);
    while (flag(0) == 0) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(f->add(1, 2), 3);
    bool first = flag(1) == 0;
    fam_join(thread);
    return first;
}

static void
parallel_scenario(void *unused)
{
    (void)unused;
    int first = 0;
    load_both();
    for (int i = 0; i < HOLDS && first == 0; i++) {
        first += overtakes(&b);
    }
    E2E_CHECK(first > 0);
    /* Seen to fail: with the same GIL it waits. */
    E2E_CHECK(!overtakes(&a) || !overtakes(&a));
}

static void
a_call_does_not_wait_for_the_gil_of_another_extension(void **state)
{
    (void)state; /* own GILs; how much faster two are: tests/stress */
    e2e_not_shared();
    e2e_expect_ok(parallel_scenario, NULL, 60);
}

static void *
counting_thread(void *arg)
{
    int n = *(int *)arg;
    for (int i = 0; i < n; i++) {
        E2E_CHECK(a.count(1) > 0);
        E2E_CHECK_INT(b.add(i, n), i + n);
    }
    return NULL;
}

static void
counting_scenario(void *unused)
{
    (void)unused;
    load_both();
    pthread_t t[4];
    int n = 2000;
    for (int i = 0; i < 4; i++) {
        t[i] = fam_thread(counting_thread, &n, 0);
    }
    for (int i = 0; i < 4; i++) {
        fam_join(t[i]);
    }
    E2E_CHECK_INT(a.count(0), 4 * n);
}

static void
threads_in_one_extension_take_turns(void **state)
{
    (void)state;
    e2e_expect_ok(counting_scenario, NULL, 20);
}

/* --- small stacks ---------------------------------------------------------*/

static void *
small_stack_thread(void *arg)
{
    int *worked = arg;
    int sum = a.add(20, 22);
    embed_status status = embed_last_error()->status;
    E2E_CHECK(sum == 42 || (sum == FAM_FAILED && status == EMBED_E_STACK));
    *worked += sum == 42;
    int uses = a.import(0);
    E2E_CHECK(uses == fam_imported(1, 0) || uses == FAM_FAILED);
    int raised = a.raise(3);
    E2E_CHECK_INT(raised, FAM_FAILED);
    int deep = a.recurse(100000);
    E2E_CHECK(deep == 100000 || deep == FAM_FAILED);
    return NULL;
}

/* Below this the frames of instrumented code do not fit. */
#define SANITIZED_STACK_KIB 64

static void
small_stack_scenario(void *unused)
{
    (void)unused;
    const size_t kib[] = {16,  20,  32,  48,  64,   96,
                          128, 192, 256, 512, 1024, 8192};
    load_both();
    E2E_CHECK_INT(b.recurse(100), 100);
    for (size_t i = 0; i < sizeof kib / sizeof kib[0]; i++) {
        size_t size = kib[i] << 10;
        int worked = 0;
        if (size < (size_t)PTHREAD_STACK_MIN ||
            (e2e_is_sanitized() && kib[i] < SANITIZED_STACK_KIB)) {
            continue;
        }
        (void)fprintf(stderr, "stack of %zu KiB\n", kib[i]);
        fam_join(fam_thread(small_stack_thread, &worked, size));
        (void)printf("%zu KiB: %s\n", kib[i], worked ? "works" : "refused");
        /* Sanitizers take some of it for themselves. */
        E2E_CHECK(worked || kib[i] < (e2e_is_sanitized() ? 8192 : 256));
        E2E_CHECK_INT(a.add(1, 2), 3);
    }
}

static void *
first_call_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 2), FAM_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_STACK);
    return NULL;
}

static void
small_stack_first_scenario(void *unused)
{
    (void)unused;
    fam_load(&a, 1);
    fam_join(fam_thread(first_call_thread, NULL, (size_t)96 << 10));
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_first_call_with_too_little_stack_spoils_nothing(void **state)
{
    (void)state; /* C13, R12 */
    e2e_expect_ok(small_stack_first_scenario, NULL, 20);
}

static void
small_stacks_give_an_answer_or_the_failure_value(void **state)
{
    (void)state; /* C13, R4 */
    e2e_expect_ok(small_stack_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_locals_and_context_live_from_call_to_call),
        cmocka_unit_test(thread_locals_die_on_the_thread_that_ends),
        cmocka_unit_test(finalisers_of_a_dying_thread_may_call_extensions),
        cmocka_unit_test(
            calls_from_the_last_destructors_of_a_thread_work_and_leave_nothing),
        cmocka_unit_test(a_thread_may_give_back_what_it_holds),
        cmocka_unit_test(short_lived_threads_leave_nothing),
        cmocka_unit_test(a_call_does_not_wait_for_the_gil_of_another_extension),
        cmocka_unit_test(threads_in_one_extension_take_turns),
        cmocka_unit_test(a_first_call_with_too_little_stack_spoils_nothing),
        cmocka_unit_test(small_stacks_give_an_answer_or_the_failure_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
