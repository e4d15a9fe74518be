/* test_process.c - core/process.c on a fake backend: exit and fork.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process.h"
#include "tests/support/e2e.h"
#include "tests/support/fake_backend.h"

static fake_plugin plugin;
static pid_t parent;

static void
quiet(const embed_error *error, void *arg)
{
    (void)error;
    (void)arg;
}

static int
start(void **state)
{
    (void)state;
    embed_set_error_hook(quiet, NULL);
    fake_plugin_init(&plugin, "plugin");
    return fake_plugin_call(&plugin) == 42 ? 0 : -1;
}

/* Runs `child` after fork(); returns its exit status. */
static int
in_fork(int (*child)(void))
{
    pid_t pid = e2e_fork();
    if (pid == 0) {
        _exit(child());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
child_calls_what_survived(void)
{
    return fake.children == 1 && fake_plugin_call(&plugin) == 42 &&
                   fake.creates == 1
               ? 0
               : 1;
}

static void
a_fork_is_announced_and_what_survives_goes_on(void **state)
{
    (void)state;
    fake.prepares = 0;
    assert_int_equal(in_fork(child_calls_what_survived), 0);
    assert_int_equal(fake.prepares, 1);
    assert_int_equal(fake.locks, 1);
    assert_int_equal(fake.parents, 1);
    assert_int_equal(fake.children, 0);
    assert_int_equal(fake_plugin_call(&plugin), 42);
}

static embed_state
state_now(void)
{
    embed_info info = EMBED_INFO_INIT;
    (void)embed_lookup("plugin", &info);
    return info.state;
}

/* Nothing answers from an empty world, until somebody asks for one. */
static int
child_refuses_what_was_lost(void)
{
    if (state_now() != EMBED_STATE_FAILED || fake_plugin_call(&plugin) != -1 ||
        embed_last_error()->status != EMBED_E_FORK || fake.creates != 1) {
        return 1;
    }
    return embed_retry("plugin") == EMBED_OK &&
                   fake_plugin_call(&plugin) == 42 && fake.creates == 2
               ? 0
               : 2;
}

static int
child_makes_anew_what_was_lost(void)
{
    if (state_now() != EMBED_STATE_EMPTY) {
        return 1;
    }
    return fake_plugin_call(&plugin) == 42 && fake.creates == 2 ? 0 : 2;
}

static void
what_is_lost_fails_in_the_child_or_is_made_anew(void **state)
{
    (void)state;
    ec_slot *slot = fake_plugin_slot(&plugin);
    fake.loses = slot;
    assert_int_equal(in_fork(child_refuses_what_was_lost), 0);
    slot->on_fork = EC_ON_FORK_RESTART;
    assert_int_equal(in_fork(child_makes_anew_what_was_lost), 0);
    slot->on_fork = EC_ON_FORK_KEEP;
    fake.loses = NULL;
    embed_info info = EMBED_INFO_INIT;
    assert_int_equal(embed_lookup("plugin", &info), EMBED_OK);
    assert_int_equal(info.state, EMBED_STATE_READY);
}

/* The host's handler, registered before anything of libembed's. */
static void
late_handler(void)
{
    if (getpid() == parent) {
        return;
    }
    _exit(fake.exits == 0 && fake_plugin_call(&plugin) == 42 ? 0 : 1);
}

static int
child_exits(void)
{
    exit(3); /* NOLINT(concurrency-mt-unsafe): exit handlers are the point */
}

static void
exit_handlers_of_the_host_may_call_exports(void **state)
{
    (void)state;
    assert_int_equal(in_fork(child_exits), 0);
}

static int
child_loses_python(void)
{
    ec_process_python_gone();
    return fake.exits == 1 && fake_plugin_call(&plugin) == -1 ? 0 : 1;
}

static void
the_end_of_python_closes_all_extensions(void **state)
{
    (void)state;
    assert_int_equal(in_fork(child_loses_python), 0);
}

int
main(void)
{
    parent = getpid();
    (void)atexit(late_handler);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_is_announced_and_what_survives_goes_on),
        cmocka_unit_test(what_is_lost_fails_in_the_child_or_is_made_anew),
        cmocka_unit_test(exit_handlers_of_the_host_may_call_exports),
        cmocka_unit_test(the_end_of_python_closes_all_extensions),
    };
    return cmocka_run_group_tests_name("process", tests, start, NULL);
}
