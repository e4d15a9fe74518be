/* test_pending.c - C functions called inside an extension; what still runs when
 * it is to end.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

#define N_THREADS 8
#define N_EACH    200

static life a;
static life b;
static sem_t done;
static sem_t begun;

static int
hook(int unused)
{
    (void)unused;
    (void)sem_post(&begun);
    return 0;
}

/* --- pending --------------------------------------------------------------*/

/* The C API, as a host would use it that is linked with libpython. */
static int (*gil_check)(void);
static int (*run_string)(const char *code, void *flags);

static void
python_find(void)
{
    void *self = dlopen(e2e_libpython_path(), RTLD_NOW | RTLD_NOLOAD);
    E2E_CHECK(self != NULL);
    gil_check = E2E_FN(int (*)(void), self, "PyGILState_Check");
    run_string =
        E2E_FN(int (*)(const char *, void *), self, "PyRun_SimpleStringFlags");
}

static void
inside(void *arg)
{
    *(int *)arg =
        gil_check() != 0 && run_string("import lifecommon, sys; "
                                       "sys.modules['lifecommon'].pending = 1",
                                       NULL) == 0;
    E2E_CHECK_INT(a.add(1, 2), 3); /* exports, too, of others as well */
    E2E_CHECK_INT(b.add(1, 2), 3);
    (void)sem_post(&done);
}

/* Python code runs all the time; the function comes in between its steps. */
static void *
busy(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("import lifecommon\n"
                        "lib.life_host(1)\n"
                        "while not hasattr(lifecommon, 'pending'): pass\n"
                        "result = lifecommon.pending"),
                  1);
    return NULL;
}

static void
pending_scenario(void *unused)
{
    int seen = -1;
    (void)unused;
    E2E_CHECK_INT(sem_init(&done, 0, 0), 0);
    E2E_CHECK_INT(sem_init(&begun, 0, 0), 0);
    life_load(&a, 'a', NULL, hook);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    python_find();
    pthread_t thread = life_thread(busy, NULL);
    life_wait(&begun);
    E2E_CHECK_INT(embed_call_pending("lifea", inside, &seen), EMBED_OK);
    life_wait(&done);
    E2E_CHECK_INT(seen, 1);
    life_join(thread);
}

static void
functions_are_called_at_a_safe_point(void **state)
{
    (void)state;
    e2e_expect_ok(pending_scenario, NULL, 30);
}

static int counts[N_THREADS]; /* guarded by: the GIL */
static int in_order = 1;      /* likewise */
static int n_called;          /* likewise */

static void
count(void *arg)
{
    uintptr_t what = (uintptr_t)arg;
    in_order = in_order && counts[what / N_EACH] == (int)(what % N_EACH);
    counts[what / N_EACH]++;
    if (++n_called == N_THREADS * N_EACH) {
        (void)sem_post(&done);
    }
}

static void *
giver(void *arg)
{
    uintptr_t first = (uintptr_t)arg * N_EACH;
    for (uintptr_t i = 0; i < N_EACH; i++) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, not an address
        E2E_CHECK_INT(embed_call_pending("lifea", count, (void *)(first + i)),
                      EMBED_OK);
        E2E_CHECK_INT(a.add(1, 2), 3);
    }
    return NULL;
}

static void
order_scenario(void *unused)
{
    pthread_t threads[N_THREADS];
    (void)unused;
    E2E_CHECK_INT(sem_init(&done, 0, 0), 0);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (uintptr_t i = 0; i < N_THREADS; i++) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, not an address
        threads[i] = life_thread(giver, (void *)i);
    }
    for (int i = 0; i < N_THREADS; i++) {
        life_join(threads[i]);
    }
    life_wait(&done);
    E2E_CHECK_INT(in_order, 1);
}

static void
each_is_called_once_in_order(void **state)
{
    (void)state;
    e2e_expect_ok(order_scenario, NULL, 60);
}

static _Atomic int n_simple;

static void
simple(void *unused)
{
    (void)unused;
    atomic_fetch_add(&n_simple, 1);
    (void)sem_post(&done);
}

static void
pending_in_child(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_call_pending("lifea", simple, NULL), EMBED_OK);
    life_wait(&done);
}

static void
wrong_use_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(sem_init(&done, 0, 0), 0);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_call_pending("nothing", simple, NULL), EMBED_E_NAME);
    E2E_CHECK_INT(embed_call_pending(NULL, simple, NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_call_pending("lifea", NULL, NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_call_pending("lifea", simple, NULL), EMBED_E_STATE);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_call_pending("lifea", simple, NULL), EMBED_OK);
    life_wait(&done);
    if (!FORKS_NO_THREADS) {
        E2E_CHECK_INT(forks_wait(pending_in_child), 0);
    }
    E2E_CHECK_INT(atomic_load(&n_simple), 1);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_call_pending("lifea", simple, NULL), EMBED_E_STATE);
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_use_scenario, NULL, 60);
}

/* --- what still runs ------------------------------------------------------*/

static void *
endless(void *unused)
{
    (void)unused;
    (void)a.run("def spin():\n"
                "    lib.life_host(1)\n"
                "    while not stop: pass\n"
                "stop = []\n"
                "spin()\n"
                "result = 1");
    return NULL;
}

/* A thread of Python's that does not end, and one in a call. */
static void
still_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(sem_init(&begun, 0, 0), 0);
    life_load(&a, 'a', NULL, hook);
    E2E_CHECK_INT(a.run("import threading, time\n"
                        "def stays():\n"
                        "    while True: time.sleep(0.01)\n"
                        "threading.Thread(target=stays).start()\n"
                        "result = 1"),
                  1);
    FILE *out = tmpfile();
    E2E_CHECK(out != NULL);
    embed_dump(out);
    rewind(out);
    char text[4096];
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    E2E_CHECK(strstr(text, "): of Python\n    File ") != NULL);
    E2E_CHECK(strstr(text, ", in stays\n") != NULL);
    (void)life_thread(endless, NULL);
    life_wait(&begun);
    E2E_CHECK_INT(embed_unload("lifea", 300), EMBED_E_TIMEOUT);
    const embed_error *error = embed_last_error();
    E2E_CHECK(strstr(error->message, "code of it is still running: thread ") !=
              NULL);
    E2E_CHECK(strstr(error->message, "): in a call") != NULL);
    E2E_CHECK(strstr(error->message, "): of Python") != NULL);
    E2E_CHECK(strstr(error->traceback, ", in spin\n") != NULL);
    E2E_CHECK(strstr(error->traceback, ", in stays\n") != NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    _exit(0); /* they do not end */
}

static void
what_does_not_end_is_named(void **state)
{
    (void)state;
    e2e_expect_ok(still_scenario, NULL, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_called_at_a_safe_point),
        cmocka_unit_test(each_is_called_once_in_order),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(what_does_not_end_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
