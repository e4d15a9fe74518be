/* test_damaged.c - `embed inspect` and `embed call` with libraries that are
 * damaged: each gives a result or a message, and none is ended by a signal.
 *
 * DAMAGED says how many copies are made, STRESS_SEED repeats a run; without
 * DAMAGED it ends after STRESS_SECONDS.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/fam.h"
#include "tests/support/shell.h"

#define USUAL_S     30.0
#define LIBRARY_MAX ((size_t)1 << 20) /* of the library */
#define WRITES_LOG  4                 /* up to 8 places are damaged */
#define TIMED_OUT   124 /* what timeout(1) gives: damaged code may not end */
#define LOADER      127 /* the exit code of ld.so where it gives up */

static unsigned char whole[LIBRARY_MAX];
static unsigned char copy[LIBRARY_MAX];
static size_t size;

static void
library_read(void)
{
    FILE *file = fopen(e2e_plugin_path("life/lifea"), "rbe");
    assert_non_null(file);
    size = fread(whole, 1, sizeof whole, file);
    (void)fclose(file);
    assert_in_range(size, sizeof(Elf64_Ehdr), sizeof whole - 1);
}

/* Writes the first `n` bytes of the copy. */
static void
copy_write(size_t n)
{
    FILE *file = fopen("damaged.so", "wbe");
    assert_non_null(file);
    assert_int_equal(fwrite(copy, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Where damage does most: the headers, or anywhere. */
static size_t
place(uint64_t *random)
{
    const size_t ends[] = {size, size, 0x400, sizeof(Elf64_Ehdr)};
    return fam_random(random) % ends[fam_random(random) % 4];
}

/* Damages the copy.  Returns how much of it there is. */
static size_t
damage(uint64_t *random)
{
    static const unsigned char bytes[] = {0, 1, 0x7f, 0x80, 0xff};
    size_t n = size;
    memcpy(copy, whole, size);
    if (fam_random(random) % 8 == 0) {
        n = place(random);
    }
    for (unsigned i = 1u << fam_random(random) % WRITES_LOG; i > 0; i--) {
        size_t at = place(random);
        switch (fam_random(random) % 3) {
        case 0:
            copy[at] ^= (unsigned char)(1u << fam_random(random) % 8);
            break;
        case 1:
            copy[at] = bytes[fam_random(random) % sizeof bytes];
            break;
        default: /* a block of another place */
            memmove(copy + at, whole + place(random),
                    size - at < 64 ? size - at : 64);
            break;
        }
    }
    return n;
}

/* Runs a command on the copy: a result, or a message. */
static int
answers(uint64_t seed, const char *command)
{
    int code =
        shell("ulimit -c 0; timeout -k 1 10 $EMBED %s 2>err >out", command);
    if (code == TIMED_OUT) {
        return code;
    }
    if (code != 0 && code != 1 && code != LOADER) {
        fail_msg("seed %llu: embed %s: exit code %d", (unsigned long long)seed,
                 command, code);
    }
    if (code != 0) {
        shell_expect(0, "test -s err");
    }
    return code;
}

/* How often each outcome was seen. */
typedef struct outcomes {
    int results;
    int messages;
    int timeouts;
} outcomes;

static void
count(outcomes *o, int code)
{
    o->results += code == 0;
    o->messages += code == 1 || code == LOADER;
    o->timeouts += code == TIMED_OUT;
}

static void
print(const char *command, const outcomes *o)
{
    (void)printf("%s: %d results, %d messages, %d did not end\n", command,
                 o->results, o->messages, o->timeouts);
}

static void
damage_is_a_message(void **state)
{
    (void)state;
    uint64_t seed = e2e_stress_seed();
    long copies = e2e_number("DAMAGED", LONG_MAX);
    double end = e2e_now() + e2e_stress_seconds(USUAL_S);
    outcomes inspect = {.results = 0};
    outcomes call = {.results = 0};
    library_read();
    shell_expect(0, "cp $BUILD/tests/e2e/plugins/life/lifecommon.py .");
    for (long i = 0; i < copies && (copies < LONG_MAX || e2e_now() < end);
         i++, seed++) {
        uint64_t random = seed;
        copy_write(damage(&random));
        int code = answers(seed, "inspect damaged.so");
        assert_int_not_equal(code, TIMED_OUT);
        count(&inspect, code);
        count(&call, answers(seed, "call ./damaged.so life_add 20 22"));
    }
    print("inspect", &inspect);
    print("call", &call);
    assert_true(inspect.messages > 0 && call.messages > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(damage_is_a_message, shell_enter,
                                        shell_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
