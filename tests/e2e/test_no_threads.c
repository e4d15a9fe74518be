/* test_no_threads.c - when nothing is going on, there is no thread of libembed's.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

static life a;
static life b;

static int
threads_now(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    E2E_CHECK(dir != NULL);
    for (const struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        n += d->d_name[0] != '.';
    }
    (void)closedir(dir);
    return n;
}

static void
failing_scenario_part(void)
{
    life c;
    life_load(&c, 'c', "raise ValueError('no')", NULL);
    E2E_CHECK_INT(embed_start("lifec"), EMBED_E_INIT);
}

static void
fork_part(void)
{
    pid_t child = e2e_fork();
    if (child == 0) {
        E2E_CHECK_INT(threads_now(), 1);
        E2E_CHECK_INT(a.add(1, 2), 3);
        E2E_CHECK_INT(threads_now(), 1);
        _exit(0);
    }
    int status = -1;
    E2E_CHECK_INT(waitpid(child, &status, 0), child);
    E2E_CHECK_INT(status, 0);
}

static void
deadline_part(void)
{
    E2E_CHECK_INT(embed_set_deadline("lifea", 100), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_DEADLINE);
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
}

static void
quiet_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(threads_now(), 1);
    life_load(&b, 'b', "import json, socket, sqlite3", NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(threads_now(), 1);
    failing_scenario_part();
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    E2E_CHECK_INT(threads_now(), 1);
    embed_dump(stdout);
    E2E_CHECK_INT(threads_now(), 1);
    deadline_part();
    fork_part();
    E2E_CHECK_INT(embed_reload("lifea", 5000), EMBED_OK);
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(embed_unload("lifea", 5000), EMBED_OK);
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_shutdown(5000), EMBED_OK);
    E2E_CHECK_INT(threads_now(), 1);
}

static void
nothing_leaves_a_thread_behind(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    e2e_expect_ok(quiet_scenario, NULL, 60);
}

/* Where one call follows the other, it is there for a moment longer. */
static void
burst_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_thread_deadline(1000, NULL), EMBED_OK);
    for (int i = 0; i < 1000; i++) {
        E2E_CHECK_INT(a.add(i, 2), i + 2);
    }
    double end = e2e_now() + 20;
    while (threads_now() > 1 && e2e_now() < end) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(threads_now(), 1);
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
}

/* The thread that looks at the clock does not stay for the time of a call that
 * has ended. */
static void
long_deadline_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_thread_deadline(1000000, NULL), EMBED_OK);
    E2E_CHECK_INT(a.run("import time"), 0);
    for (int i = 0; i < 50; i++) { /* long enough for it to see the call */
        E2E_CHECK_INT(a.run("time.sleep(0.001)"), 0);
    }
    double end = e2e_now() + 20;
    while (threads_now() > 1 && e2e_now() < end) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(threads_now(), 1);
}

static void
nothing_watches_for_a_call_that_has_ended(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    e2e_expect_ok(long_deadline_scenario, NULL, 60);
}

static void
nothing_watches_when_there_is_no_call(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    e2e_expect_ok(burst_scenario, NULL, 60);
}

/* CPython knows its main thread by the pthread_t: none of the host's has it. */
static const char main_code[] =
    "import signal, threading, _thread\n"
    "try: signal.signal(signal.SIGUSR1, lambda *a: None)\n"
    "except ValueError: result = 1\n";

static void *
main_thread(void *unused)
{
    E2E_CHECK_INT(b.run(main_code), 1);
    return unused;
}

static void
main_scenario(void *unused)
{
    (void)unused;
    life_load(&b, 's', NULL, NULL);
    E2E_CHECK_INT(b.run(main_code), 1);
    for (int i = 0; i < 20; i++) {
        pthread_t one = life_thread(main_thread, NULL);
        pthread_t two = life_thread(main_thread, NULL);
        life_join(one);
        life_join(two);
    }
}

static void
no_thread_is_taken_for_pythons_main_one(void **state)
{
    (void)state;
    e2e_expect_ok(main_scenario, NULL, 60);
}

/* --- what hosts do --------------------------------------------------------*/

static void
unshare_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    if (unshare(CLONE_NEWUSER) != 0) {
        E2E_CHECK(errno != EINVAL);
        (void)fprintf(stderr, "not allowed here: %s\n", strerror(errno));
    }
    E2E_CHECK_INT(a.add(1, 2), 3);
}

/* Only this thread's rights change: glibc ends a process whose threads then
 * differ. */
static void
rights_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    if (geteuid() != 0) {
        return;
    }
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    data[0].effective = 1u << CAP_SETUID | 1u << CAP_SETGID;
    data[0].permitted = data[0].effective;
    E2E_CHECK_INT(prctl(PR_SET_KEEPCAPS, 1), 0);
    E2E_CHECK_INT(setresuid(1000, 1000, 1000), 0);
    E2E_CHECK_INT(syscall(SYS_capset, &head, data), 0);
    E2E_CHECK_INT(setgroups(0, NULL), 0);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_host_may_change_what_it_is(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_expect_ok(unshare_scenario, NULL, 60);
    e2e_expect_ok(rights_scenario, NULL, 60);
}

int
main(void)
{
#if defined(__SANITIZE_THREAD__)
    (void)puts("ThreadSanitizer has threads of its own");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_a_thread_behind),
        cmocka_unit_test(nothing_watches_when_there_is_no_call),
        cmocka_unit_test(nothing_watches_for_a_call_that_has_ended),
        cmocka_unit_test(no_thread_is_taken_for_pythons_main_one),
        cmocka_unit_test(a_host_may_change_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
