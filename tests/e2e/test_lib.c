/* test_lib.c - what `lib` has: constants, data, C functions.
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
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "embed.h"
#include "tests/e2e/plugins/clib_types.h"
#include "tests/support/e2e.h"

#define DEADLINE_S 20

static void *library;

#define FN(type, name)   E2E_FN(type, library, name)
#define DATA(type, name) (*(type *)e2e_symbol(library, name))

typedef int int_fn(void);
typedef int int_int_fn(int);

/* --- in Python ------------------------------------------------------------*/

static void
checks_scenario(void *unused)
{
    (void)unused;
    library = e2e_load("clib");
    int n = FN(int_fn *, "clib_checks")();
    E2E_CHECK(n > 0);
    for (int i = 0; i < n; i++) {
        E2E_CHECK_INT(FN(int_int_fn *, "clib_check")(i), 1);
    }
}

static void
lib_has_constants_variables_and_functions(void **state)
{
    (void)state; /* L1, B10; each check is a function of clib.py */
    e2e_expect_ok(checks_scenario, NULL, 20);
}

/* --- data -----------------------------------------------------------------*/

static bool
is_python_here(void)
{
    char line[4096];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        found = found || strstr(line, "libpython") != NULL ||
                strstr(line, "libembed-cpython") != NULL;
    }
    E2E_CHECK(maps != NULL && fclose(maps) == 0);
    return found;
}

static void
check_scalars_and_arrays(void)
{
    E2E_CHECK_INT(DATA(int, "clib_api_version"), 3);
    E2E_CHECK(memcmp(&DATA(char, "clib_magic"), "\xde\xad\xbe\xef", 4) == 0);
    E2E_CHECK_STR(&DATA(char, "clib_name"), "clib");
    const char **names = &DATA(const char *, "clib_names");
    E2E_CHECK_STR(names[1], "one");
    E2E_CHECK(names[2] == NULL);
    const double *numbers = &DATA(double, "clib_numbers");
    E2E_CHECK(numbers[1] == 2 && numbers[2] == 3 && numbers[3] == 0);
    E2E_CHECK_INT(DATA(int, "clib_counter"), 0);
}

static void
data_scenario(void *unused)
{
    (void)unused;
    library = e2e_load("clib");
    check_scalars_and_arrays();
    void *add = e2e_symbol(library, "clib_add");
    const struct clib_ops *first = &DATA(struct clib_ops, "clib_first");
    E2E_CHECK(first->version == 3 && first->next->version == 4);
    E2E_CHECK(first->next == &DATA(struct clib_ops, "clib_second"));
    E2E_CHECK((void *)(uintptr_t)first->add == add);
    E2E_CHECK((void *)(uintptr_t)DATA(clib_add_fn *, "clib_hook") == add);
    const struct clib_entry *entries = &DATA(struct clib_entry, "clib_entries");
    E2E_CHECK_STR(entries[0].name, "add");
    E2E_CHECK(entries[1].name == NULL && entries[1].fn == NULL);

    /* All that without Python. */
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("clib", &info), EMBED_OK);
    E2E_CHECK_INT(info.state, EMBED_STATE_EMPTY);
    E2E_CHECK(!is_python_here());

    E2E_CHECK_INT(first->next->add(40, 2), 42);
    E2E_CHECK_STR(first->name_of(1), "one");
    E2E_CHECK(is_python_here());
}

static void
initialised_data_is_there_before_any_python(void **state)
{
    (void)state; /* O9, I1 */
    e2e_not_on_pypy();
    e2e_expect_ok(data_scenario, NULL, 20);
}

static void
shared_data_scenario(void *unused)
{
    (void)unused;
    library = e2e_load("clib");
    int *counter = &DATA(int, "clib_counter");
    *counter = 7;
    E2E_CHECK_INT(FN(int_fn *, "clib_get_counter")(), 7);
    *counter = 8;
    E2E_CHECK_INT(FN(int_fn *, "clib_get_counter")(), 8);
    FN(void (*)(int), "clib_set_counter")(-9);
    E2E_CHECK_INT(*counter, -9);
}

static void
host_and_python_see_each_others_writes(void **state)
{
    (void)state; /* L1 */
    e2e_expect_ok(shared_data_scenario, NULL, 20);
}

/* --- the GIL --------------------------------------------------------------*/

static sem_t inside;
static sem_t go;

static void *
blocked_thread(void *unused)
{
    (void)unused;
    int (*block)(sem_t *, sem_t *) =
        FN(int (*)(sem_t *, sem_t *), "clib_block_in_c");
    E2E_CHECK_INT(block(&inside, &go), 0);
    E2E_CHECK_INT(errno, 11);
    return NULL;
}

static void
wait_for(sem_t *semaphore)
{
    struct timespec deadline;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DEADLINE_S;
    while (sem_timedwait(semaphore, &deadline) != 0) {
        E2E_CHECK(errno == EINTR);
    }
}

/* While one thread is inside C code that Python called, Python runs on. */
static void
released_scenario(void *unused)
{
    pthread_t thread;
    (void)unused;
    library = e2e_load("clib");
    E2E_CHECK(sem_init(&inside, 0, 0) == 0 && sem_init(&go, 0, 0) == 0);
    E2E_CHECK_INT(FN(int_fn *, "clib_number")(), 45);
    E2E_CHECK(pthread_create(&thread, NULL, blocked_thread, NULL) == 0);
    wait_for(&inside);
    E2E_CHECK_INT(FN(int_fn *, "clib_number")(), 45);
    (void)sem_post(&go);
    E2E_CHECK(pthread_join(thread, NULL) == 0);
}

static void
c_functions_run_without_the_gil(void **state)
{
    (void)state; /* L1, T4 */
    e2e_expect_ok(released_scenario, NULL, 2 * DEADLINE_S);
}

static void *
nested_thread(void *unused)
{
    (void)unused;
    int (*add)(int, int) = FN(int (*)(int, int), "clib_add_in_c");
    for (int i = 0; i < 2000; i++) {
        E2E_CHECK_INT(add(i, 2), i + 2);
    }
    return NULL;
}

static void
nested_scenario(void *unused)
{
    pthread_t threads[4];
    (void)unused;
    library = e2e_load("clib");
    for (int i = 0; i < 4; i++) {
        E2E_CHECK(pthread_create(&threads[i], NULL, nested_thread, NULL) == 0);
    }
    for (int i = 0; i < 4; i++) {
        E2E_CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

static void
python_calls_c_calls_python_on_many_threads(void **state)
{
    (void)state; /* T4, R3 */
    e2e_expect_ok(nested_scenario, NULL, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lib_has_constants_variables_and_functions),
        cmocka_unit_test(initialised_data_is_there_before_any_python),
        cmocka_unit_test(host_and_python_see_each_others_writes),
        cmocka_unit_test(c_functions_run_without_the_gil),
        cmocka_unit_test(python_calls_c_calls_python_on_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
