/* test_reload.c - unloading an extension, and replacing its interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define CALLERS 8

static life a;
static life b;
static sem_t begun;
static sem_t go;
static int n_refused;

static int
host(int what)
{
    if (what == 1) {
        (void)sem_post(&begun);
        life_wait(&go);
    } else if (what == 2) {
        E2E_CHECK_INT(embed_reload("lifea", 100), EMBED_E_STATE);
        E2E_CHECK_INT(embed_unload("lifea", 100), EMBED_E_STATE);
    } else if (what == 4) {
        (void)sem_post(&begun);
    } else if (what == 3) {
        return a.add(40, 2); /* init code of the new one */
    } else if (what == 5) {
        E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
        E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
        n_refused++;
    }
    return what;
}

static void
load(const char *script)
{
    E2E_CHECK(sem_init(&begun, 0, 0) == 0 && sem_init(&go, 0, 0) == 0);
    life_load(&a, 'a', script, host);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static int64_t
interp_of(const char *name)
{
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup(name, &info), EMBED_OK);
    E2E_CHECK_INT(info.state, EMBED_STATE_READY);
    return info.interp_id;
}

static void
reload_scenario(void *unused)
{
    (void)unused;
    load("import atexit, embed\nversion = 1\n"
         "atexit.register(print, 'atexit', version, flush=True)\n"
         "@embed.on_unload\ndef bye(): print('unload', version, flush=True)\n");
    int64_t first = interp_of("lifea");
    E2E_CHECK_INT(a.run("import sys; sys.mark = 5; result = version"), 1);
    life_set_script(&a, "version = 2\nimport sys\n"
                        "fresh = not hasattr(sys, 'mark')\n"
                        "seen = lib.life_host(3)\n");
    E2E_CHECK_INT(embed_reload("lifea", 20000), EMBED_OK);
    E2E_CHECK(interp_of("lifea") != first);
    E2E_CHECK_INT(a.run("result = version * 10 + fresh"), 21);
    E2E_CHECK_INT(a.run("result = seen"), 42);
    E2E_CHECK_INT(a.add(20, 1), 21);
    /* One that fails changes nothing. */
    life_set_script(&a, "raise ValueError('not good')");
    int64_t second = interp_of("lifea");
    E2E_CHECK_INT(embed_reload("lifea", 2000), EMBED_E_INIT);
    E2E_CHECK_STR(embed_last_error()->type, "ValueError");
    E2E_CHECK_INT(interp_of("lifea"), second);
    E2E_CHECK_INT(a.run("result = version"), 2);
    life_set_script(&a, "version = 3");
    E2E_CHECK_INT(embed_reload("lifea", 20000), EMBED_OK);
    E2E_CHECK_INT(a.run("result = version"), 3);
}

static void
a_reload_runs_new_code_in_a_new_interpreter(void **state)
{
    (void)state; /* R9 */
    const e2e_result *r = e2e_expect_ok(reload_scenario, NULL, 60);
    assert_string_equal(r->out, "unload 1\natexit 1\n");
}

/* --- calls meanwhile ------------------------------------------------------*/

static atomic_bool over;
static atomic_long n_calls;

static void *
caller(void *unused)
{
    (void)unused;
    int last = 0;
    for (int i = 0; !atomic_load(&over); i++) {
        E2E_CHECK_INT(a.add(i, 1), i + 1);
        /* Whole: the version is set at the begin of the init code. */
        int version = a.run("result = version if done == version else -7");
        /* And never the old one again.  `result` is all threads': 0 says that
         * another one has begun. */
        E2E_CHECK(version == 0 || version >= last);
        last = version == 0 ? last : version;
        (void)atomic_fetch_add(&n_calls, 2);
    }
    return NULL;
}

static void
load_scenario(void *unused)
{
    (void)unused;
    static char script[64];
    pthread_t t[CALLERS];
    /* Versions that keep what they cannot end keep all of it. */
    int rounds = e2e_python_version() < 0x030d ? 20 : 200;
    long budget = (long)rounds * (e2e_python_version() < 0x030d ? 9 : 8) * 1024;
    rounds = e2e_is_sanitized() ? 10 : rounds;
    (void)snprintf(script, sizeof script, "version = done = 1");
    load(script);
    long before = e2e_rss_kib();
    for (int i = 0; i < CALLERS; i++) {
        t[i] = life_thread(caller, NULL);
    }
    for (int i = 2; i < rounds + 2; i++) {
        static char next[2][64];
        (void)snprintf(next[i % 2], sizeof next[0], "version = %d\ndone = %d",
                       i, i);
        life_set_script(&a, next[i % 2]);
        E2E_CHECK_INT(embed_reload("lifea", 20000), EMBED_OK);
    }
    atomic_store(&over, true);
    for (int i = 0; i < CALLERS; i++) {
        life_join(t[i]);
    }
    E2E_CHECK_INT(a.run("result = version"), rounds + 1);
    E2E_CHECK(atomic_load(&n_calls) > 0);
    E2E_CHECK(e2e_is_sanitized() || e2e_rss_kib() - before < budget);
}

static void
no_call_is_lost_while_an_extension_is_reloaded(void **state)
{
    (void)state; /* R8 */
    e2e_expect_ok(load_scenario, NULL, 100);
}

static void *
reloading_thread(void *n_ok)
{
    for (int i = 0; i < 5; i++) {
        (void)atomic_fetch_add((atomic_int *)n_ok,
                               embed_reload("lifea", 20000) == EMBED_OK);
    }
    return NULL;
}

static void
several_scenario(void *unused)
{
    (void)unused;
    pthread_t t[4];
    atomic_int n_ok = 0;
    load("version = 1");
    for (int i = 0; i < 4; i++) {
        t[i] = life_thread(reloading_thread, &n_ok);
    }
    for (int i = 0; i < 4; i++) {
        life_join(t[i]);
    }
    E2E_CHECK_INT(atomic_load(&n_ok), 20);
    E2E_CHECK_INT(a.add(1, 2), 3);
    if (e2e_is_sanitized()) {
        return; /* ThreadSanitizer allows no threads after fork() */
    }
    pid_t child = e2e_fork();
    if (child == 0) {
        E2E_CHECK_INT(embed_reload("lifea", 20000), EMBED_OK);
        E2E_CHECK_INT(a.add(1, 2), 3);
        _exit(0);
    }
    int status = -1;
    E2E_CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void
reloads_take_turns_and_work_in_a_fork_child(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(several_scenario, NULL, 60);
}

/* --- what does not end ----------------------------------------------------*/

static void *
long_call(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("result = version + lib.life_host(1)"), 2);
    return NULL;
}

static void *
slow_init(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_reload("lifea", 2000), EMBED_E_INIT);
    return NULL;
}

static void
slow_scenario(void *unused)
{
    (void)unused;
    load("version = 1");
    pthread_t t = life_thread(long_call, NULL);
    life_wait(&begun);
    /* The call stays in the old interpreter; others go to the new one. */
    life_set_script(&a, "version = 5");
    E2E_CHECK_INT(embed_reload("lifea", 50), EMBED_E_TIMEOUT);
    E2E_CHECK_INT(a.run("result = version"), 5);
    (void)sem_post(&go);
    life_join(t);
    /* Init code can be interrupted. */
    life_set_script(&a, "import time\nlib.life_host(4)\ntime.sleep(1000)");
    t = life_thread(slow_init, NULL);
    life_wait(&begun);
    E2E_CHECK_INT(a.run("result = version"), 5);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    life_join(t);
    E2E_CHECK_INT(a.run("result = version"), 5);
}

static void
a_call_in_flight_stays_in_the_old_interpreter(void **state)
{
    (void)state;
    e2e_expect_ok(slow_scenario, NULL, 60);
}

/* --- unload ---------------------------------------------------------------*/

static void
unload_scenario(void *unused)
{
    (void)unused;
    load("version = 1\nimport atexit\n"
         "atexit.register(print, 'bye', flush=True)");
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_unload("lifea", 20000), EMBED_OK);
    embed_state s = life_state(&a);
    E2E_CHECK(s == EMBED_STATE_CLOSED || s == EMBED_STATE_PARKED);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_E_CLOSED);
    E2E_CHECK_INT(embed_unload("lifea", 2000), EMBED_E_STATE);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.run("result = version"), 1);
    E2E_CHECK_INT(embed_unload("lifea", 20000), EMBED_OK);
    E2E_CHECK_INT(embed_reload("lifea", 20000), EMBED_OK); /* starts it */
    E2E_CHECK_INT(a.add(1, 2), 3);
    pthread_t t = life_thread(long_call, NULL);
    life_wait(&begun);
    E2E_CHECK_INT(embed_unload("lifea", 2000), EMBED_E_TIMEOUT);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_PARKED);
    (void)sem_post(&go);
    life_join(t);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
an_extension_can_be_unloaded_and_started_again(void **state)
{
    (void)state; /* R9 */
    const e2e_result *r = e2e_expect_ok(unload_scenario, NULL, 60);
    assert_int_equal(life_count(r->out, "bye\n"), 4);
}

static void *
closed_reload(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_reload("lifea", 2000), EMBED_E_CLOSED);
    return NULL;
}

static void *
next_start(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    return NULL;
}

static void
overlap_scenario(void *unused)
{
    (void)unused;
    load("version = 1");
    life_set_script(&a, "lib.life_host(1)\nlib.life_host(5)");
    pthread_t reload = life_thread(closed_reload, NULL);
    life_wait(&begun);
    E2E_CHECK_INT(embed_unload("lifea", 20000), EMBED_OK);
    life_set_script(&a, "lib.life_host(4)\nversion = 3");
    pthread_t start = life_thread(next_start, NULL);
    (void)life_dump_with("1 thread waiting for that");
    E2E_CHECK(!life_wait_ms(&begun, 0));
    (void)sem_post(&go);
    life_join(reload);
    life_join(start);
    E2E_CHECK_INT(n_refused, 1);
    life_wait(&begun);
    E2E_CHECK_INT(a.run("result = version"), 3);
}

static void
a_start_waits_for_the_reload_of_what_was_closed(void **state)
{
    (void)state; /* R6 */
    e2e_expect_ok(overlap_scenario, NULL, 60);
}

static void
wrong_scenario(void *unused)
{
    (void)unused;
    life s;
    load("");
    life_load(&s, 's', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_reload("nobody", 5), EMBED_E_NAME);
    E2E_CHECK_INT(embed_unload("nobody", 5), EMBED_E_NAME);
    E2E_CHECK_INT(embed_reload(NULL, 5), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_unload("lifeb", 5), EMBED_E_STATE); /* never started */
    E2E_CHECK_INT(embed_reload("lifeb", 5), EMBED_OK);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(embed_reload("lifes", 5), EMBED_E_STATE);
    E2E_CHECK_INT(embed_unload("lifes", 5), EMBED_E_STATE);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(a.run("result = lib.life_host(2)"), 2);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_reload("lifea", 5), EMBED_E_STATE);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_shutdown(2000), EMBED_OK);
    E2E_CHECK_INT(embed_reload("lifea", 5), EMBED_E_CLOSED);
    E2E_CHECK_INT(embed_unload("lifea", 5), EMBED_E_STATE);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_E_CLOSED);
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_runs_new_code_in_a_new_interpreter),
        cmocka_unit_test(no_call_is_lost_while_an_extension_is_reloaded),
        cmocka_unit_test(reloads_take_turns_and_work_in_a_fork_child),
        cmocka_unit_test(a_call_in_flight_stays_in_the_old_interpreter),
        cmocka_unit_test(an_extension_can_be_unloaded_and_started_again),
        cmocka_unit_test(a_start_waits_for_the_reload_of_what_was_closed),
        cmocka_unit_test(wrong_use_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
