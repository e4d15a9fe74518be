/* test_levels.c - how much of its Python an extension shares.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

static life a;
static life b;
static life s;
static life u;

static embed_info
info_of(const life *l)
{
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup(l->name, &info), EMBED_OK);
    return info;
}

/* Leaves traces everywhere that Python code can. */
static const char traces[] = "import sys, types, json, builtins, string\n"
                             "sys.modules['trace'] = types.ModuleType('t')\n"
                             "json.trace = 1\n"
                             "builtins.trace = 1\n"
                             "sys.path.append('/trace')\n"
                             "sys.setrecursionlimit(4321)\n"
                             "string.digits = 'trace'\n"
                             "trace_global = 1\n"
                             "result = 1\n";

static const char see_shared[] =
    "import sys, json, builtins, string\n"
    "result = (('trace' in sys.modules) + hasattr(json, 'trace')\n"
    "          + hasattr(builtins, 'trace') + ('/trace' in sys.path)\n"
    "          + (sys.getrecursionlimit() == 4321)\n"
    "          + (string.digits == 'trace'))\n";

static const char see_own[] = "result = 'trace_global' in globals()";

static void
load_all(void)
{
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    life_load(&s, 's', NULL, NULL);
    life_load(&u, 'u', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(u.add(1, 2), 3);
}

static void
own_scenario(void *unused)
{
    (void)unused;
    load_all();
    E2E_CHECK_INT(info_of(&a).isolation, EMBED_ISOLATION_OWN);
    E2E_CHECK_INT(info_of(&s).isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(info_of(&u).isolation, EMBED_ISOLATION_SUB);
    E2E_CHECK_INT(info_of(&s).interp_id, 0);
    E2E_CHECK(info_of(&a).interp_id > 0);
    E2E_CHECK(info_of(&u).interp_id > 0);
    E2E_CHECK(info_of(&a).interp_id != info_of(&b).interp_id);
    E2E_CHECK(info_of(&a).interp_id != info_of(&u).interp_id);
    E2E_CHECK_INT(a.run(traces), 1);
    E2E_CHECK_INT(a.run(see_shared), 6);
    E2E_CHECK_INT(b.run(see_shared), 0);
    E2E_CHECK_INT(s.run(see_shared), 0);
    E2E_CHECK_INT(u.run(see_shared), 0);
    E2E_CHECK_INT(s.run(traces), 1);
    E2E_CHECK_INT(b.run(see_shared), 0);
    E2E_CHECK_INT(u.run(see_shared), 0);
    E2E_CHECK_INT(u.run(traces), 1);
    E2E_CHECK_INT(b.run(see_shared), 0);
}

static void
extensions_do_not_see_each_other(void **state)
{
    (void)state; /* R20, I11 */
    e2e_expect_ok(own_scenario, NULL, 30);
}

/* EMBED_SHARED_INTERP=arg; how many of a, b, u it names. */
static void
shared_scenario(void *arg)
{
    (void)setenv("EMBED_SHARED_INTERP", arg, 1);
    bool all = strcmp(arg, "1") == 0;
    load_all();
    E2E_CHECK_INT(info_of(&a).isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(info_of(&b).isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(info_of(&u).isolation,
                  all ? EMBED_ISOLATION_SHARED : EMBED_ISOLATION_SUB);
    E2E_CHECK_INT(info_of(&a).interp_id, 0);
    E2E_CHECK_INT(a.run(traces), 1);
    E2E_CHECK_INT(b.run(see_shared), 6);
    E2E_CHECK_INT(s.run(see_shared), 6);
    E2E_CHECK_INT(u.run(see_shared), all ? 6 : 0);
    /* Globals of the init codes stay apart. */
    E2E_CHECK_INT(a.run(see_own), 1);
    E2E_CHECK_INT(b.run(see_own), 0);
    E2E_CHECK_INT(s.run(see_own), 0);
    E2E_CHECK_INT(a.run("result = __name__ == 'lifea'"), 1);
    E2E_CHECK_INT(b.run("result = __name__ == 'lifeb'"), 1);
    E2E_CHECK_INT(b.run("import lifea, lifeb\n"
                        "result = lifea.lib is not lifeb.lib"),
                  1);
}

static void
the_operator_may_have_extensions_share(void **state)
{
    (void)state; /* R20 */
    e2e_expect_ok(shared_scenario, (char[]){"1"}, 30);
    e2e_expect_ok(shared_scenario, (char[]){"lifeb, lifea"}, 30);
}

/* --- init codes take turns ------------------------------------------------*/

static sem_t inside;
static sem_t leave;
static sem_t done;

static int
hold(int what)
{
    (void)sem_post(&inside);
    life_wait(&leave);
    return what;
}

static void *
call_a(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 1), 2);
    return NULL;
}

static void *
call_b(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(b.add(1, 1), 2);
    (void)sem_post(&done);
    return NULL;
}

static void
turns_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "lifea,lifeb", 1);
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    (void)sem_init(&done, 0, 0);
    life_load(&a, 'a', "lib.life_host(1)", hold);
    life_load(&b, 'b', NULL, NULL);
    life_load(&u, 'u', NULL, NULL);
    pthread_t first = life_thread(call_a, NULL);
    life_wait(&inside);
    pthread_t second = life_thread(call_b, NULL);
    E2E_CHECK(!life_wait_ms(&done, 50)); /* it waits for a's init code */
    E2E_CHECK_INT(u.add(1, 2), 3);       /* this one does not */
    (void)sem_post(&leave);
    life_wait(&done);
    life_join(first);
    life_join(second);
}

static void
init_codes_in_the_shared_interpreter_take_turns(void **state)
{
    (void)state; /* R20 */
    e2e_expect_ok(turns_scenario, NULL, 30);
}

/* --- modules that refuse --------------------------------------------------*/

static void
refusing_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "import _curses", NULL);
    life_load(&u, 'u', "import _curses", NULL);
    life_load(&s, 's', "import _curses", NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    const embed_error *e = embed_last_error();
    E2E_CHECK_STR(e->type, "ImportError");
    E2E_CHECK(strstr(e->message, "_curses") != NULL);
    E2E_CHECK(strstr(e->message, "--isolation sub") != NULL);
    E2E_CHECK(strstr(e->message, "EMBED_SHARED_INTERP=1") != NULL);
    E2E_CHECK(strstr(e->traceback, "hint: ") != NULL);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(u.add(1, 2), 3);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
curses_scenario(void *unused)
{
    (void)unused;
    life_load(&s, 's', "import _curses", NULL);
    exit(s.add(1, 2) == 3 ? 0 : 1); /* NOLINT(concurrency-mt-unsafe) */
}

static void
a_module_that_refuses_is_named_with_the_level_that_helps(void **state)
{
    (void)state; /* R20, R21, C1 */
    static e2e_result r;
    e2e_run(curses_scenario, NULL, 30, &r);
    if (r.exit_code != 0) {
        skip(); /* this Python was built without it */
    }
    e2e_expect_ok(refusing_scenario, NULL, 30);
}

/* Modules of the standard library that level `sub` is for. */
static void
sub_scenario(void *unused)
{
    (void)unused;
    life_load(&u, 'u',
              "import ctypes, datetime, decimal, json, sqlite3, zoneinfo\n"
              "import xml.etree.ElementTree as et, hashlib, asyncio, random\n"
              "assert et.fromstring('<a><b/></a>').tag == 'a'\n"
              "assert str(decimal.Decimal('1.10') * 2) == '2.20'\n"
              "assert ctypes.sizeof(ctypes.c_int) == 4\n"
              "asyncio.run(asyncio.sleep(0))\n",
              NULL);
    life_load(&a, 'a', "import datetime, json, decimal, hashlib", NULL);
    E2E_CHECK_INT(u.add(1, 2), 3);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(u.run("import datetime\n"
                        "d = datetime.date(2024, 2, 28)\n"
                        "result = (d + datetime.timedelta(2)).month"),
                  3);
    E2E_CHECK_INT(a.run("result = datetime.date(2024, 2, 29).day"), 29);
}

static void
level_sub_loads_what_refuses_an_own_gil(void **state)
{
    (void)state; /* R20 */
    e2e_expect_ok(sub_scenario, NULL, 60);
}

/* --- the host -------------------------------------------------------------*/

static void
host_scenario(void *operator)
{
    life_load(&a, 'a', NULL, NULL);
    life_load(&s, 's', NULL, NULL);
    if (operator!= NULL) {
        (void)setenv("EMBED_ISOLATION", operator, 1);
    }
    E2E_CHECK_INT(embed_set_isolation("lifea", EMBED_ISOLATION_SHARED),
                  EMBED_OK);
    E2E_CHECK_INT(embed_set_isolation("lifes", EMBED_ISOLATION_OWN), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(info_of(&a).isolation, operator!= NULL
                                             ? EMBED_ISOLATION_SUB
                                             : EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(info_of(&s).isolation, EMBED_ISOLATION_OWN);
    E2E_CHECK_INT(embed_set_isolation("lifes", EMBED_ISOLATION_SUB),
                  EMBED_E_STATE);
    E2E_CHECK_INT(embed_unload("lifes", 2000), EMBED_OK);
    E2E_CHECK_INT(embed_retry("lifes"), EMBED_OK);
    E2E_CHECK_INT(info_of(&s).isolation, EMBED_ISOLATION_SUB);
    E2E_CHECK_INT(embed_unload("lifes", 2000), EMBED_OK);
    E2E_CHECK_INT(embed_set_isolation("lifes", EMBED_ISOLATION_DEFAULT),
                  EMBED_OK);
    E2E_CHECK_INT(embed_retry("lifes"), EMBED_OK);
    E2E_CHECK_INT(info_of(&s).isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(embed_set_isolation("nobody", EMBED_ISOLATION_OWN),
                  EMBED_E_NAME);
    E2E_CHECK_INT(embed_set_isolation("lifes", (embed_isolation)7),
                  EMBED_E_INVALID);
}

static void
the_host_chooses_levels_where_the_operator_does_not(void **state)
{
    (void)state; /* R20 */
    e2e_expect_ok(host_scenario, NULL, 30);
    e2e_expect_ok(host_scenario, (char[]){"lifea=sub"}, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_do_not_see_each_other),
        cmocka_unit_test(the_operator_may_have_extensions_share),
        cmocka_unit_test(the_host_chooses_levels_where_the_operator_does_not),
        cmocka_unit_test(init_codes_in_the_shared_interpreter_take_turns),
        cmocka_unit_test(
            a_module_that_refuses_is_named_with_the_level_that_helps),
        cmocka_unit_test(level_sub_loads_what_refuses_an_own_gil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
