/* test_life.c - core/life.c, core/route.c and core/api.c on a fake backend.
 *
 * The life cycle has process-wide state, so the tests run in one order: the
 * failure to load comes first, the shutdown last.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include "core/life.h"
#include "tests/support/fake_backend.h"

static void
quiet(const embed_error *error, void *arg)
{
    (void)error;
    (void)arg;
}

static int
reset(void **state)
{
    (void)state;
    embed_set_error_hook(quiet, NULL);
    memset(&fake, 0, sizeof fake);
    return 0;
}

/* --- R12, R18 -------------------------------------------------------------*/

static void
a_missing_python_gives_the_failure_value_and_can_be_retried(void **state)
{
    (void)state;
    static fake_plugin p;
    fake_plugin_init(&p, "nopython");
    fake.load = EMBED_E_PYTHON;
    assert_int_equal(fake_plugin_call(&p), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_PYTHON);
    assert_string_equal(embed_last_error()->extension, "nopython");
    assert_string_equal(embed_last_error()->function, "f");
    fake.load = EMBED_OK;
    assert_int_equal(fake_plugin_call(&p), -1); /* remembered */
    assert_int_equal(embed_retry("nopython"), EMBED_OK);
    assert_int_equal(fake_plugin_call(&p), 42);
}

static embed_status
fail_init(ec_slot *slot, ec_err *err)
{
    (void)slot;
    return ec_fail(err, EMBED_E_INIT, "ValueError: no");
}

static void
a_failed_init_is_remembered_until_it_is_retried(void **state)
{
    (void)state;
    static fake_plugin p;
    fake_plugin_init(&p, "failing");
    fake.on_init = fail_init;
    assert_int_equal(embed_start("failing"), EMBED_E_INIT);
    assert_string_equal(embed_last_error()->message, "ValueError: no");
    assert_int_equal(fake_plugin_call(&p), -1);
    assert_int_equal(embed_start("failing"), EMBED_E_INIT);
    assert_int_equal(fake.inits, 1);
    assert_int_equal(fake.retires, 1);
    embed_info info = EMBED_INFO_INIT;
    assert_int_equal(embed_lookup("failing", &info), EMBED_OK);
    assert_int_equal(info.state, EMBED_STATE_FAILED);
    fake.on_init = NULL;
    assert_int_equal(embed_retry("failing"), EMBED_OK);
    assert_int_equal(fake.inits, 2);
    assert_int_equal(fake_plugin_call(&p), 42);
    assert_int_equal(embed_retry("failing"), EMBED_OK); /* READY: nothing */
    assert_int_equal(fake.inits, 2);
}

/* --- R6: once, in parallel, no cycle --------------------------------------*/

static sem_t in_init;
static sem_t may_go_on;

static embed_status
slow_init(ec_slot *slot, ec_err *err)
{
    (void)slot;
    (void)err;
    (void)sem_post(&in_init);
    (void)sem_wait(&may_go_on);
    return EMBED_OK;
}

static void *
call_thread(void *arg)
{
    return (void *)(intptr_t)fake_plugin_call(arg);
}

static void
racing_first_calls_init_once(void **state)
{
    (void)state;
    enum {
        THREADS = 10
    };
    static fake_plugin p;
    fake_plugin_init(&p, "raced");
    (void)sem_init(&in_init, 0, 0);
    (void)sem_init(&may_go_on, 0, 0);
    fake.on_init = slow_init;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, call_thread, &p), 0);
    }
    (void)sem_wait(&in_init);
    embed_info info = EMBED_INFO_INIT;
    assert_int_equal(embed_lookup("raced", &info), EMBED_OK);
    assert_int_equal(info.state, EMBED_STATE_CREATING);
    (void)sem_post(&may_go_on);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        (void)pthread_join(threads[i], &result);
        assert_int_equal((intptr_t)result, 42);
    }
    assert_int_equal(fake.inits, 1);
    assert_int_equal(fake.calls, THREADS);
}

static fake_plugin slow_one;

static embed_status
slow_for_one(ec_slot *slot, ec_err *err)
{
    return slot == fake_plugin_slot(&slow_one) ? slow_init(slot, err)
                                               : EMBED_OK;
}

static void
an_extension_does_not_wait_for_the_init_of_another(void **state)
{
    (void)state;
    static fake_plugin fast;
    fake_plugin_init(&slow_one, "slow");
    fake_plugin_init(&fast, "fast");
    (void)sem_init(&in_init, 0, 0);
    (void)sem_init(&may_go_on, 0, 0);
    fake.on_init = slow_for_one;
    pthread_t thread;
    (void)pthread_create(&thread, NULL, call_thread, &slow_one);
    (void)sem_wait(&in_init);
    assert_int_equal(fake_plugin_call(&fast), 42);
    (void)sem_post(&may_go_on);
    void *result = NULL;
    (void)pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, 42);
}

static fake_plugin left;
static fake_plugin right;
static sem_t left_in;
static sem_t right_in;
static int cross_result[2];

/* Each one's init calls the other's export, after both have begun. */
static embed_status
cross_init(ec_slot *slot, ec_err *err)
{
    (void)err;
    bool is_left = slot == fake_plugin_slot(&left);
    (void)sem_post(is_left ? &left_in : &right_in);
    (void)sem_wait(is_left ? &right_in : &left_in);
    cross_result[is_left ? 0 : 1] = fake_plugin_call(is_left ? &right : &left);
    return EMBED_OK;
}

static void
a_cycle_of_creations_ends_in_one_failure_value_not_in_a_hang(void **state)
{
    (void)state;
    fake_plugin_init(&left, "left");
    fake_plugin_init(&right, "right");
    (void)sem_init(&left_in, 0, 0);
    (void)sem_init(&right_in, 0, 0);
    fake.on_init = cross_init;
    pthread_t a;
    pthread_t b;
    (void)pthread_create(&a, NULL, call_thread, &left);
    (void)pthread_create(&b, NULL, call_thread, &right);
    void *result = NULL;
    (void)pthread_join(a, &result);
    assert_int_equal((intptr_t)result, 42);
    (void)pthread_join(b, &result);
    assert_int_equal((intptr_t)result, 42);
    /* One of them waited and got its answer, the other was refused. */
    assert_int_equal(cross_result[0] + cross_result[1], 42 - 1);
}

static fake_plugin selfish;

static embed_status
call_itself(ec_slot *slot, ec_err *err)
{
    (void)slot;
    (void)err;
    cross_result[0] = fake_plugin_call(&selfish);
    return EMBED_OK;
}

static void
init_code_may_call_its_own_extension(void **state)
{
    (void)state;
    fake_plugin_init(&selfish, "selfish");
    fake.on_init = call_itself;
    assert_int_equal(fake_plugin_call(&selfish), 42);
    assert_int_equal(cross_result[0], 42); /* routed, not blocked */
    assert_int_equal(fake.inits, 1);
}

/* --- R7 -------------------------------------------------------------------*/

static void
a_call_on_the_service_thread_fails_at_once(void **state)
{
    (void)state;
    static fake_plugin p;
    fake_plugin_init(&p, "service");
    fake_set_service_thread(true);
    assert_int_equal(fake_plugin_call(&p), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_REENTRY);
    fake_set_service_thread(false);
    assert_int_equal(fake_plugin_call(&p), 42); /* nothing is remembered */
}

/* --- the plug-in ABI ------------------------------------------------------*/

static void
a_plugin_of_another_abi_is_refused_with_a_reason(void **state)
{
    (void)state;
    static fake_plugin p;
    fake_plugin_init(&p, "sound");
    static fake_plugin newer;
    newer = p;
    newer.plugin.name = "newer";
    newer.plugin.abi = EMBED_PLUGIN_ABI + 1;
    newer.plugin.runtime = NULL;
    newer.export.externpy.reserved1 = NULL;
    newer.export.externpy.name = "newer.f";
    embed_plugin_register(&newer.plugin);
    assert_int_equal(fake_plugin_call(&newer), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_ABI);
    assert_string_equal(embed_last_error()->extension, "newer");
    assert_int_equal(embed_start("newer"), EMBED_E_ABI);
    assert_non_null(strstr(embed_last_error()->message, "ABI 2"));
    assert_int_equal(embed_retry("newer"), EMBED_E_ABI);
    static fake_plugin smaller;
    smaller = newer;
    smaller.plugin.name = "smaller";
    smaller.plugin.abi = EMBED_PLUGIN_ABI;
    smaller.plugin.size = 40;
    embed_plugin_register(&smaller.plugin);
    assert_int_equal(embed_start("smaller"), EMBED_E_ABI);
    assert_int_equal(fake_plugin_call(&smaller), -1);
}

/* --- embed.h --------------------------------------------------------------*/

static void
wrong_use_of_the_host_api_is_refused(void **state)
{
    (void)state;
    assert_int_equal(embed_start("nobody"), EMBED_E_NAME);
    assert_non_null(strstr(embed_last_error()->message, "'nobody'"));
    assert_int_equal(embed_start(NULL), EMBED_E_INVALID);
    embed_info info = EMBED_INFO_INIT;
    assert_int_equal(embed_lookup("nobody", &info), EMBED_E_NAME);
    assert_int_equal(embed_lookup("failing", NULL), EMBED_E_INVALID);
    info.size = 0;
    assert_int_equal(embed_lookup("failing", &info), EMBED_E_INVALID);
    /* An older host knows a shorter struct. */
    embed_info old = EMBED_INFO_INIT;
    old.size = offsetof(embed_info, state);
    old.state = (embed_state)99;
    assert_int_equal(embed_lookup("failing", &old), EMBED_OK);
    assert_string_equal(old.name, "failing");
    assert_int_equal(old.state, 99);
}

static void
the_list_is_sorted_and_says_how_many_there_are(void **state)
{
    (void)state;
    size_t n = embed_list(NULL, 0);
    assert_true(n > 5);
    embed_info infos[3] = {EMBED_INFO_INIT, EMBED_INFO_INIT, EMBED_INFO_INIT};
    assert_int_equal(embed_list(infos, 3), n);
    assert_true(strcmp(infos[0].name, infos[1].name) <= 0);
    assert_true(strcmp(infos[1].name, infos[2].name) <= 0);
    assert_int_equal(infos[0].n_exports, 1);
}

/* A struct of a host that was built with a later embed.h, and what must stay as
 * it is. */
typedef struct host_info {
    embed_info info;
    size_t later[2];
} host_info;

#define UNTOUCHED ((size_t)0x5a5a5a5a5a5a5a5a)

static void
structs_of_later_versions_keep_their_bounds(void **state)
{
    (void)state;
    enum {
        N = 3
    };
    host_info later[N];
    memset(later, 0x5a, sizeof later);
    for (int i = 0; i < N; i++) {
        later[i].info.size = sizeof later[i];
    }
    size_t n = embed_list(&later[0].info, N);
    assert_true(n > N);
    for (int i = 0; i < N; i++) {
        embed_info same = EMBED_INFO_INIT;
        assert_int_equal(later[i].info.size, sizeof same);
        assert_int_equal(embed_lookup(later[i].info.name, &same), EMBED_OK);
        assert_int_equal(later[i].info.n_exports, same.n_exports);
        assert_int_equal(later[i].info.interp_id, same.interp_id);
        assert_int_equal(later[i].later[0], UNTOUCHED);
        assert_int_equal(later[i].later[1], UNTOUCHED);
    }
    /* The size is what was filled now: it has to be set again. */
    later[0].info.size = sizeof later[0];
    assert_int_equal(embed_list(&later[0].info, N), n);
    assert_int_equal(embed_last_error()->status, EMBED_E_INVALID);
    assert_int_equal(later[0].info.size, sizeof later[0]);
}

static void
structs_of_earlier_versions_keep_their_bounds(void **state)
{
    (void)state;
    enum {
        N = 3,
        WORDS = offsetof(embed_info, state) / sizeof(size_t)
    };
    size_t infos[N + 1][WORDS];
    memset(infos, 0x5a, sizeof infos);
    for (int i = 0; i < N; i++) {
        infos[i][0] = sizeof infos[i];
    }
    assert_true(embed_list((embed_info *)infos, N) > N);
    assert_int_equal(embed_last_error()->status, EMBED_OK);
    const char *before = "";
    for (int i = 0; i < N; i++) {
        const char *name = (const char *)infos[i][1];
        assert_int_equal(infos[i][0], sizeof infos[i]);
        assert_true(strcmp(before, name) <= 0);
        before = name;
    }
    for (size_t i = 0; i < WORDS; i++) {
        assert_int_equal(infos[N][i], UNTOUCHED);
    }
}

static void
a_list_without_sizes_is_refused(void **state)
{
    (void)state;
    embed_info infos[2] = {EMBED_INFO_INIT, EMBED_INFO_INIT};
    static const size_t wrong[] = {0, 1, sizeof(size_t) - 1,
                                   sizeof infos[0] - 1};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        infos[0].size = wrong[i];
        infos[1].size = sizeof infos[1];
        assert_true(embed_list(infos, 2) > 2);
        assert_int_equal(embed_last_error()->status, EMBED_E_INVALID);
        assert_int_equal(infos[0].size, wrong[i]);
        assert_null(infos[0].name);
        assert_null(infos[1].name);
    }
    infos[0].size = sizeof infos[0];
    infos[1].size = 0;
    assert_true(embed_list(infos, 2) > 2);
    assert_int_equal(embed_last_error()->status, EMBED_E_INVALID);
    assert_null(infos[0].name);
    infos[0].size = sizeof(size_t) - 1;
    assert_int_equal(embed_lookup("failing", &infos[0]), EMBED_E_INVALID);
}

static void
calls_keep_errno(void **state)
{
    (void)state;
    static fake_plugin p;
    fake_plugin_init(&p, "errno");
    fake.on_init = fail_init;
    errno = 55;
    assert_int_equal(fake_plugin_call(&p), -1);
    assert_int_equal(errno, 55);
}

static void
after_shutdown_everything_gives_the_failure_value(void **state)
{
    (void)state;
    static fake_plugin live;
    static fake_plugin unborn;
    fake_plugin_init(&live, "live");
    fake_plugin_init(&unborn, "unborn");
    assert_int_equal(fake_plugin_call(&live), 42);
    fake.parks = true;
    assert_int_equal(embed_shutdown(1000), EMBED_OK);
    assert_true(fake.retires > 0);
    assert_int_equal(fake_plugin_call(&live), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_CLOSED);
    assert_int_equal(fake_plugin_call(&unborn), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_CLOSED);
    assert_int_equal(embed_start("live"), EMBED_E_CLOSED);
    embed_info info = EMBED_INFO_INIT;
    assert_int_equal(embed_lookup("live", &info), EMBED_OK);
    assert_int_equal(info.state, EMBED_STATE_PARKED);
    assert_int_equal(embed_shutdown(1000), EMBED_OK); /* twice: nothing */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            a_missing_python_gives_the_failure_value_and_can_be_retried, reset),
        cmocka_unit_test_setup(a_failed_init_is_remembered_until_it_is_retried,
                               reset),
        cmocka_unit_test_setup(racing_first_calls_init_once, reset),
        cmocka_unit_test_setup(
            an_extension_does_not_wait_for_the_init_of_another, reset),
        cmocka_unit_test_setup(
            a_cycle_of_creations_ends_in_one_failure_value_not_in_a_hang,
            reset),
        cmocka_unit_test_setup(init_code_may_call_its_own_extension, reset),
        cmocka_unit_test_setup(a_call_on_the_service_thread_fails_at_once,
                               reset),
        cmocka_unit_test_setup(a_plugin_of_another_abi_is_refused_with_a_reason,
                               reset),
        cmocka_unit_test_setup(wrong_use_of_the_host_api_is_refused, reset),
        cmocka_unit_test_setup(the_list_is_sorted_and_says_how_many_there_are,
                               reset),
        cmocka_unit_test_setup(structs_of_later_versions_keep_their_bounds,
                               reset),
        cmocka_unit_test_setup(structs_of_earlier_versions_keep_their_bounds,
                               reset),
        cmocka_unit_test_setup(a_list_without_sizes_is_refused, reset),
        cmocka_unit_test_setup(calls_keep_errno, reset),
        cmocka_unit_test_setup(
            after_shutdown_everything_gives_the_failure_value, reset),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
