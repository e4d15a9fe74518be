/* test_odd_arguments.c - every function of embed.h with arguments that make no
 * sense, from many threads at once: each call returns, with a status that is
 * documented, and the extension works afterwards.
 *
 * STRESS_SECONDS says for how long, STRESS_SEED repeats a run.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define THREADS   8
#define LIFE      60 /* calls in the life of a thread */
#define LONG_TEXT 100000
#define USUAL_S   30.0
#define HANG_S    100 /* no life of a thread takes so long */
#define ERROR_MAX EMBED_E_DEADLINE

typedef int int_fn(int x);

static const char good_code[] = "from good import ffi\n"
                                "@ffi.def_extern()\n"
                                "def f(x): return x\n";

/* Texts for every purpose; the long one is made at run time. */
static const char *texts[] = {
    NULL,       "",          "good",           "bad",  "no such", "%s%n%s",
    NULL, /* LONG_TEXT bytes */
    "\xff\xfe", "isolated",  "venv",           "argv", "on_fork", "int f(int);",
    good_code,  "/dev/null", "/proc/self/mem",
};
#define N_TEXTS   (sizeof texts / sizeof texts[0])
#define TEXT_GOOD 2
#define TEXT_LONG 6

static const int numbers[] = {0, 1, -1, 5, 7, 100, INT_MAX, INT_MIN};
#define N_NUMBERS (sizeof numbers / sizeof numbers[0])

/* What one call takes its arguments from. */
typedef struct odd {
    uint64_t random;
    const char *name; /* mostly of the extension that works */
    const char *text;
    const char *other;
    int number;
    int wait_ms; /* negative, or not long */
} odd;

static double stop_at;
static atomic_ullong n_calls;

static bool
one_in(odd *o, unsigned n)
{
    return fam_random(&o->random) % n == 0;
}

static const char *
any_text(odd *o)
{
    return texts[fam_random(&o->random) % N_TEXTS];
}

static void
arguments_choose(odd *o)
{
    o->name = one_in(o, 4) ? any_text(o) : texts[TEXT_GOOD];
    o->text = any_text(o);
    o->other = any_text(o);
    o->number = numbers[fam_random(&o->random) % N_NUMBERS];
    o->wait_ms = o->number == INT_MAX ? 5 : o->number;
}

/* --- the functions --------------------------------------------------------*/

static embed_status
odd_start(odd *o)
{
    return embed_start(o->name);
}

static embed_status
odd_isolation(odd *o)
{
    return embed_set_isolation(o->name, (embed_isolation)o->number);
}

static embed_status
odd_option(odd *o)
{
    return embed_set_option(o->name, o->text, o->other);
}

static embed_status
odd_required(odd *o)
{
    return embed_set_required(o->name, (embed_required)o->number);
}

static embed_status
odd_source(odd *o)
{
    const char *const options[] = {o->text, o->other, NULL};
    return embed_open_source(o->name, o->text, o->other,
                             one_in(o, 2) ? options : NULL);
}

static embed_status
odd_file(odd *o)
{
    const char *const options[] = {o->text, o->other, NULL};
    return embed_open_file(o->name, o->text, o->other,
                           one_in(o, 2) ? options : NULL);
}

static embed_status
odd_symbol(odd *o)
{
    embed_function *got = embed_symbol(o->name, o->text);
    E2E_CHECK(got == NULL || embed_last_error()->status == EMBED_OK);
    return EMBED_OK;
}

static embed_status
odd_retry(odd *o)
{
    return embed_retry(o->name);
}

static embed_status
odd_lookup(odd *o)
{
    embed_info info = EMBED_INFO_INIT;
    info.size = fam_random(&o->random) % (sizeof info + 20);
    return embed_lookup(o->name, one_in(o, 5) ? NULL : &info);
}

static embed_status
odd_lookup_export(odd *o)
{
    embed_export_info info = EMBED_EXPORT_INFO_INIT;
    info.size = fam_random(&o->random) % (sizeof info + 20);
    return embed_lookup_export(o->name, (size_t)o->number,
                               one_in(o, 5) ? NULL : &info);
}

static embed_status
odd_list(odd *o)
{
    embed_info infos[3] = {EMBED_INFO_INIT, EMBED_INFO_INIT, EMBED_INFO_INIT};
    if (one_in(o, 2)) {
        (void)embed_list(infos, fam_random(&o->random) % 4);
    } else {
        (void)embed_list(NULL, SIZE_MAX);
    }
    return EMBED_OK;
}

static embed_status
odd_last_error(odd *o)
{
    const embed_error *error = embed_last_error();
    E2E_CHECK(error->message != NULL && error->type != NULL &&
              error->value != NULL && error->traceback != NULL &&
              error->extension != NULL && error->function != NULL);
    if (one_in(o, 2)) {
        embed_clear_error();
        E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
    }
    return EMBED_OK;
}

static void
hook(const embed_error *error, void *arg)
{
    (void)arg;
    E2E_CHECK(error->status != EMBED_OK && error->message[0] != '\0');
    (void)embed_last_error();
}

static embed_status
odd_hook(odd *o)
{
    embed_set_error_hook(one_in(o, 2) ? hook : NULL, NULL);
    return EMBED_OK;
}

static embed_status
odd_thread_release(odd *o)
{
    (void)o;
    return embed_thread_release();
}

static embed_status
odd_count(odd *o)
{
    return embed_count(o->name, o->number);
}

static embed_status
odd_stats(odd *o)
{
    embed_statistics out = EMBED_STATISTICS_INIT;
    out.size = fam_random(&o->random) % (sizeof out + 20);
    return embed_stats(o->name, one_in(o, 5) ? NULL : &out);
}

static embed_status
odd_hold(odd *o)
{
    embed_status status = embed_hold(o->name);
    return status == EMBED_OK && one_in(o, 2) ? embed_release(o->name) : status;
}

static embed_status
odd_release(odd *o)
{
    return embed_release(o->name);
}

static embed_status
odd_interrupt(odd *o)
{
    return embed_interrupt(o->name);
}

static void
pending(void *arg)
{
    (void)arg;
}

static embed_status
odd_call_pending(odd *o)
{
    return embed_call_pending(o->name, one_in(o, 5) ? NULL : pending, NULL);
}

static embed_status
odd_deadline(odd *o)
{
    return embed_set_deadline(o->name, o->number);
}

static embed_status
odd_thread_deadline(odd *o)
{
    int previous = 0;
    return embed_set_thread_deadline(o->number,
                                     one_in(o, 2) ? &previous : NULL);
}

static embed_status
odd_unload(odd *o)
{
    return embed_unload(o->name, o->wait_ms);
}

static embed_status
odd_reload(odd *o)
{
    return embed_reload(o->name, o->wait_ms);
}

static embed_status
odd_dump(odd *o)
{
    FILE *out = fopen("/dev/null", "we");
    (void)o;
    E2E_CHECK(out != NULL);
    embed_dump(out);
    (void)fclose(out);
    return EMBED_OK;
}

/* A call gives its value, or fails for a reason. */
static embed_status
odd_call(odd *o)
{
    int_fn *f = (int_fn *)embed_symbol(texts[TEXT_GOOD], "f");
    E2E_CHECK(f != NULL);
    embed_clear_error();
    int got = f(o->number);
    embed_status status = embed_last_error()->status;
    E2E_CHECK_INT(got, status == EMBED_OK ? o->number : 0);
    return status;
}

static embed_status (*const functions[])(odd *o) = {
    odd_start,
    odd_isolation,
    odd_option,
    odd_required,
    odd_source,
    odd_file,
    odd_symbol,
    odd_retry,
    odd_lookup,
    odd_list,
    odd_lookup_export,
    odd_last_error,
    odd_hook,
    odd_count,
    odd_thread_release,
    odd_stats,
    odd_hold,
    odd_release,
    odd_interrupt,
    odd_call_pending,
    odd_deadline,
    odd_dump,
    odd_thread_deadline,
    odd_unload,
    odd_reload,
    odd_call,
    odd_call,
    odd_call,
    odd_call,
    odd_reload,
    odd_unload,
    odd_interrupt,
    odd_call_pending,
};
#define N_FUNCTIONS (sizeof functions / sizeof functions[0])

/* --- the storm ------------------------------------------------------------*/

static void *
odd_thread(void *seed)
{
    odd o = {.random = *(uint64_t *)seed};
    for (int i = 0; i < LIFE; i++) {
        arguments_choose(&o);
        embed_status status =
            functions[fam_random(&o.random) % N_FUNCTIONS](&o);
        E2E_CHECK(status >= EMBED_OK && status <= ERROR_MAX);
        atomic_fetch_add(&n_calls, 1);
    }
    return NULL;
}

/* Too small for Python, just enough, and the usual. */
static const size_t stacks[] = {(size_t)64 << 10, 200000, 0};

static void
threads_run(uint64_t *random)
{
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    (void)alarm(e2e_is_sanitized() ? 4 * HANG_S : HANG_S);
    for (size_t i = 0; i < THREADS; i++) {
        seeds[i] = fam_random(random) + 1;
        size_t stack = e2e_is_sanitized() ? 0 : stacks[i % 3];
        threads[i] = fam_thread(odd_thread, &seeds[i], stack);
    }
    for (size_t i = 0; i < THREADS; i++) {
        fam_join(threads[i]);
    }
    (void)alarm(0);
}

/* What was said of the extension is taken back, and it works. */
static void
good_works(void)
{
    const char *const options[] = {"isolated", "venv", "argv", "on_fork"};
    embed_set_error_hook(NULL, NULL);
    (void)embed_unload("good", 10000); /* where it can be */
    (void)embed_set_isolation("good", EMBED_ISOLATION_DEFAULT);
    (void)embed_set_required("good", EMBED_REQUIRED_KEPT);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        (void)embed_set_option("good", options[i], NULL);
    }
    (void)embed_set_deadline("good", 0);
    embed_status status = embed_retry("good");
    E2E_CHECK_STR(embed_last_error()->message, "");
    E2E_CHECK_INT(status, EMBED_OK);
    int_fn *f = (int_fn *)embed_symbol("good", "f");
    E2E_CHECK_INT(f(3), 3);
}

/* A core file shows where all threads are. */
static void
hanging(int signal)
{
    (void)signal;
    abort();
}

static void
odd_scenario(void *seed)
{
    uint64_t random = *(uint64_t *)seed;
    char *text = malloc(LONG_TEXT + 1);
    E2E_CHECK(text != NULL);
    memset(text, 'n', LONG_TEXT);
    text[LONG_TEXT] = '\0';
    texts[TEXT_LONG] = text;
    (void)signal(SIGALRM, hanging);
    E2E_CHECK_INT(embed_open_source("good", "int f(int x);", good_code, NULL),
                  EMBED_OK);
    E2E_CHECK_INT(embed_open_source("bad", "int f(int x);", "1/0", NULL),
                  EMBED_OK);
    while (e2e_now() < stop_at) {
        threads_run(&random);
        good_works();
    }
    (void)printf("%llu calls\n", atomic_load(&n_calls));
    (void)embed_shutdown(20000);
    free(text);
}

static void
no_argument_crashes_or_hangs(void **state)
{
    (void)state;
    uint64_t seed = e2e_stress_seed();
    double seconds = e2e_stress_seconds(USUAL_S);
    (void)printf("seed %llu\n", (unsigned long long)seed);
    stop_at = e2e_now() + seconds;
    seed++; /* 0 is no seed of fam_random() */
    (void)printf(
        "%s", e2e_expect_ok(odd_scenario, &seed, (unsigned)seconds + 2 * HANG_S)
                  ->out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_argument_crashes_or_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
