/* test_dump.c - embed_dump().
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

static life a;
static life b;
static sem_t begun;
static sem_t go_on;

static int
host(int what)
{
    (void)sem_post(&begun);
    return what;
}

static void *
endless_thread(void *code)
{
    E2E_CHECK_INT(a.run(code), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_INTERRUPTED);
    return NULL;
}

static void
keep_gil(void *unused)
{
    (void)unused;
    (void)sem_post(&begun);
    life_wait(&go_on);
}

/* What embed_dump() writes, in a static buffer. */
static const char *
dumped(void)
{
    static char text[8192];
    FILE *out = fmemopen(text, sizeof text, "w");
    E2E_CHECK(out != NULL);
    embed_dump(out);
    (void)fclose(out);
    return text;
}

static int
hold_up(int what)
{
    (void)sem_post(&begun);
    life_wait(&go_on);
    return what;
}

static int
dump_inside(int what)
{
    E2E_CHECK(strstr(dumped(), "lifea: ready") != NULL);
    return what;
}

static void *
starter(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(b.add(1, 2), 3);
    return NULL;
}

static void *
add_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 2), 3);
    return NULL;
}

static void
dump_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK(sem_init(&begun, 0, 0) == 0 && sem_init(&go_on, 0, 0) == 0);
    E2E_CHECK(strstr(dumped(), "no Python yet, 0 extensions\n") != NULL);
    life_load(&a, 'a', NULL, host);
    life_load(&b, 'b', "lib.life_host(4)", hold_up);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK(strstr(dumped(), "lifeb: not started, ") != NULL);
    pthread_t t[3] = {life_thread(starter, NULL)};
    life_wait(&begun);
    t[1] = life_thread(starter, NULL);
    t[2] = life_thread(endless_thread,
                       (char[]){"def spin():\n    lib.life_host(1)\n"
                                "    while True: pass\n\nspin()"});
    life_wait(&begun);
    (void)life_dump_with("\n  1 thread waiting for that\n");
    const char *text = life_dump_with(", in spin\n");
    E2E_CHECK(strstr(text, "lifea: ready, level own, interpreter ") != NULL);
    E2E_CHECK(strstr(text, "liblifea.so\n  thread ") != NULL);
    E2E_CHECK(strstr(text, "): in a call\n    File \"<code>\", line ") != NULL);
    E2E_CHECK(strstr(text, ", in spin\n    File \"<code>\", line 5, in "
                           "<module>\n") != NULL);
    E2E_CHECK(strstr(text, "lifeb: being created, ") != NULL);
    E2E_CHECK(strstr(text, "\n  created by thread ") != NULL);
    E2E_CHECK(strstr(text, "\n  1 thread waiting for that\n") != NULL);
    embed_status status = EMBED_E_TIMEOUT;
    while (status == EMBED_E_TIMEOUT) {
        status = embed_interrupt("lifea"); /* the GIL may be far away */
    }
    E2E_CHECK_INT(status, EMBED_OK);
    (void)sem_post(&go_on);
    for (int i = 0; i < 3; i++) {
        life_join(t[i]);
    }
    E2E_CHECK_INT(embed_call_pending("lifea", keep_gil, NULL), EMBED_OK);
    life_wait(&begun);
    t[0] = life_thread(add_thread, NULL);
    (void)life_dump_with("): in a call\n    no Python stacks: C code keeps "
                         "the GIL\n");
    (void)sem_post(&go_on);
    life_join(t[0]);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK(strstr(dumped(), "in a call") == NULL);
}

static void
inside_dump_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, dump_inside);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.run("result = lib.life_host(6)"), 6);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK(strstr(dumped(), "lifea: ready") != NULL);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    embed_dump(NULL);
}

static void
a_dump_tells_who_is_where(void **state)
{
    (void)state;
    e2e_expect_ok(dump_scenario, NULL, 60);
    const e2e_result *r = e2e_expect_ok(inside_dump_scenario, NULL, 60);
    assert_non_null(strstr(r->err, "1 extension\nlifea: ready, "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_tells_who_is_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
