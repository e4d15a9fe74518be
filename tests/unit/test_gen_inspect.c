/* test_gen_inspect.c - gen/elf.c, gen/described.c, gen/inspect.c: libraries that
 * are read without being run.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed/plugin.h"
#include "gen/file.h"
#include "gen/inspect.h"
#include "tests/support/shell.h"

/* What is said of the library that library_build() makes. */
static const char description[] =
    "plug: ABI 1, level sub, strict\n"
    "  site: s\n"
    "  exports:\n"
    "    int add(int, int);  /* api.h:3, has a failure value */\n"
    "    char *name(p_t *, void(*)(int), enum color);  /* api.h:4 */\n"
    "    p_t none(struct big *, double(*)[4]);  /* api.h:5 */\n"
    "  bundled:\n"
    "    y.py (6 bytes)\n"
    "  init code:\n"
    "    from plug import ffi\n"
    "\n"
    "    x = 1\n";

/* Makes libplug.so in the current directory. */
static void
library_build(const char *options)
{
    shell_write("api.h",
                "typedef struct { int x; } p_t; enum color { RED, BLUE = 7 };\n"
                "struct big { char c[9]; struct big *next; };\n"
                "int add(int, int) EMBED_ON_FAILURE(-1);\n"
                "const char *name(p_t *p, void (*f)(int), enum color);\n"
                "p_t none(struct big *, double x[][4]);\n");
    shell_write("plug.py", "from plug import ffi\n\nx = 1\n");
    shell_expect(0,
                 "mkdir -p m && echo Y = 2 >m/y.py && $EMBED build api.h "
                 "plug.py --isolation sub --strict --bundle m --site s %s",
                 options);
}

/* Reads a file into memory of exactly its size. */
static unsigned char *
file_load(const char *path, size_t *out_size)
{
    eg_text text = EG_TEXT_INIT;
    assert_int_equal(eg_file_read(path, &text, NULL), EMBED_OK);
    unsigned char *data = malloc(text.len + 1);
    assert_non_null(data);
    memcpy(data, text.data, text.len);
    *out_size = text.len;
    eg_text_fini(&text);
    return data;
}

/* Inspects data[size]; the text is in *out. */
static embed_status
inspect(const void *data, size_t size, eg_text *out)
{
    ec_err err = EC_ERR_INIT;
    *out = (eg_text)EG_TEXT_INIT;
    embed_status status = eg_inspect(data, size, out, &err);
    assert_int_equal(status, err.status);
    if (status != EMBED_OK) {
        assert_string_not_equal(err.text, "");
        eg_text_fini(out);
        *out = (eg_text)EG_TEXT_INIT;
        eg_text_puts(out, err.text);
    }
    ec_err_clear(&err);
    return status;
}

static void
is_described(const char *path, const char *expected)
{
    size_t size = 0;
    eg_text out;
    unsigned char *data = file_load(path, &size);
    assert_int_equal(inspect(data, size, &out), EMBED_OK);
    assert_string_equal(eg_text_string(&out), expected);
    eg_text_fini(&out);
    free(data);
}

static void
is_refused(const void *data, size_t size, const char *why)
{
    eg_text out;
    embed_status status = inspect(data, size, &out);
    if (status == EMBED_OK || strstr(eg_text_string(&out), why) == NULL) {
        fail_msg("%d, not '%s': %s", (int)status, why, eg_text_string(&out));
    }
    eg_text_fini(&out);
}

/* --- what there is --------------------------------------------------------*/

static void
however_it_was_linked(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "-- -O0",
        "-- -s",
        "-- -Wl,-z,norelro -Wl,--hash-style=sysv",
        "-- -flto",
        "-- -ffunction-sections -fdata-sections -Wl,--gc-sections",
        "-- -fuse-ld=gold",
        "-- -fuse-ld=lld",
        "-- -fuse-ld=lld -Wl,--pack-dyn-relocs=relr",
        "-- -Wl,-z,pack-relative-relocs",
    };
    shell_write("t.c", "int t;\n");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (shell("$CC -shared -fPIC t.c -o t.so %s", ways[i] + 3) != 0 ||
            strstr(shell_output(), "warning") != NULL) {
            continue; /* this linker is not here, or does not know that */
        }
        library_build(ways[i]);
        is_described("libplug.so", description);
    }
}

static void
nothing_of_it_is_run_or_needed(void **state)
{
    (void)state;
    shell_write("c.h", "static int twice(int);\n");
    shell_write("c.c", "#include <stdlib.h>\n"
                       "int of_the_host(int);\n"
                       "static int twice(int x) { return of_the_host(x); }\n"
                       "__attribute__((constructor)) static void "
                       "start(void) { abort(); }\n");
    library_build("--cdef c.h --source c.c");
    is_described("libplug.so", description);
    shell_expect(0, "$EMBED inspect libplug.so");
    shell_expect_output(description);
}

static void
all_extensions_of_a_file_are_described(void **state)
{
    (void)state;
    shell_write("a.h", "void a(void);\n");
    shell_write("b.h", "int b(void);\n");
    shell_write("p.py", "");
    shell_write("host.c", "int main(void) { return 0; }\n");
    shell_expect(0, "for n in a b; do $EMBED build $n.h p.py --name $n "
                    "--emit-c $n.c && $CC -c -fPIC $n.c -I$BUILD/include; "
                    "done && $CC -shared a.o b.o -o both.so && "
                    "$CC -no-pie host.c a.o b.o -o program "
                    "-L$BUILD/lib -lembed");
    const char *both = "a: ABI 1, level own\n  exports:\n"
                       "    void a(void);  /* a.h:1 */\n  init code: none\n"
                       "b: ABI 1, level own\n  exports:\n"
                       "    int b(void);  /* b.h:1 */\n  init code: none\n";
    is_described("both.so", both);
    is_described("program", both); /* whose pointers are final */
}

/* --- what there is not ----------------------------------------------------*/

static void
other_files_are_refused(void **state)
{
    (void)state;
    size_t size = 0;
    shell_write("e.c", "int x;\n");
    shell_expect(0, "$CC -shared -fPIC e.c -o e.so && $CC -c e.c");
    unsigned char *data = file_load("e.so", &size);
    is_refused(data, size, "no extension of libembed is in it");
    is_refused(data, 0, "no ELF file");
    is_refused(data, 3, "no ELF file");
    is_refused(data, 63, "ends within its header");
    is_refused(data, 64, "program headers are outside");
    data[EI_CLASS] = ELFCLASS32;
    is_refused(data, size, "another kind of machine");
    data[EI_CLASS] = ELFCLASS64;
    data[offsetof(Elf64_Ehdr, e_machine)] = EM_386;
    is_refused(data, size, "another kind of machine (ELF machine 3,");
    free(data);
    data = file_load("e.o", &size);
    is_refused(data, size, "neither a library nor a program");
    free(data);
    shell_expect(1, "$EMBED inspect nothing.so");
    shell_expect_output("embed: error: nothing.so: No such file or "
                        "directory\n");
    shell_expect(1, "ln -s loop loop && $EMBED inspect loop");
    shell_expect_in_output("loop: Too many levels of symbolic links");
    shell_expect(1, "mkfifo pipe && $EMBED inspect pipe");
    shell_expect_output("embed: error: pipe: this is no regular file\n");
    shell_expect(1, "$EMBED inspect .");
    shell_expect(1, "truncate -s 2T huge && $EMBED inspect huge");
    shell_expect_in_output("huge: larger than any library");
    shell_expect(1, ": >empty && $EMBED inspect empty");
    shell_expect_output("embed: error: empty: this is no ELF file\n");
}

/* The place of the mark in a file. */
static unsigned char *
mark_find(unsigned char *data, size_t size)
{
    const char mark[16] = EMBED_PLUGIN_MARK;
    unsigned char *at = memmem(data, size, mark, sizeof mark);
    assert_non_null(at);
    return at;
}

static void
what_cannot_say_what_it_is_is_refused_with_the_reason(void **state)
{
    (void)state;
    size_t size = 0;
    library_build("");
    unsigned char *data = file_load("libplug.so", &size);
    unsigned char *mark = mark_find(data, size);
    struct embed_plugin_file file;
    memcpy(&file, mark, sizeof file);
    file.plugin.abi++;
    memcpy(mark, &file, sizeof file);
    is_refused(data, size, "plug: made for ABI 2, this is 1");
    file.plugin.abi--;
    file.plugin.num_exports = SIZE_MAX / 8;
    memcpy(mark, &file, sizeof file);
    is_refused(data, size, "damaged: its exports");
    memset(mark, 0, sizeof file.mark);
    is_refused(data, size, "made by an older libembed");
    free(data);
    shell_expect(0, "$EMBED build $SRC/tests/generated/gen.c -o gen.so");
    shell_expect(1, "$EMBED inspect gen.so");
    shell_expect_in_output("gen.so: its C code is CFFI's own");
}

/* --- damage ---------------------------------------------------------------*/

static uint64_t seed;

/* A number below n. */
static size_t
pick(size_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(seed >> 33) % n;
}

/* A place in the file: half of them where its headers and tables are. */
static size_t
place_pick(const unsigned char *data, const unsigned char *mark, size_t size)
{
    size_t at = (size_t)(mark - data);
    size_t from = pick(2) == 0 || at < 1024 ? 0 : at - 1024;
    size_t room = size - from < 1400 ? size - from : 1400;
    return pick(2) == 0 ? from + pick(room) : pick(size);
}

/* Damages a copy in one to four places. */
static void
damage(unsigned char *data, const unsigned char *mark, size_t size)
{
    static const uint64_t words[] = {
        0, 1, 8, 0x1000, 0x4000, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
    for (size_t n = 1 + pick(4); n > 0; n--) {
        size_t at = place_pick(data, mark, size);
        size_t word = at / 8 * 8;
        uint64_t value = words[pick(sizeof words / sizeof words[0])];
        switch (pick(3)) {
        case 0:
            data[at] ^= (unsigned char)(1u << pick(8));
            break;
        case 1:
            data[at] = (unsigned char)pick(256);
            break;
        default:
            if (word + sizeof value <= size) {
                memcpy(data + word, &value, sizeof value);
            }
            break;
        }
    }
}

static void
any_damage_is_a_message(void **state)
{
    (void)state;
    enum {
        ROUNDS = 4000
    };
    static const char *const ways[] = {"", "-- -fuse-ld=lld -Wl,--pack-dyn-"
                                           "relocs=relr"};
    size_t refused = 0;
    shell_write("t.c", "int t;\n");
    for (size_t way = 0; way < 2; way++) {
        size_t size = 0;
        if (way == 1 &&
            shell("$CC -shared -fPIC t.c -o t.so %s", ways[1] + 3) != 0) {
            break; /* there is no such linker */
        }
        library_build(ways[way]);
        unsigned char *whole = file_load("libplug.so", &size);
        for (seed = 0; seed < ROUNDS; seed++) {
            uint64_t round = seed;
            eg_text out;
            size_t n = pick(8) == 0 ? pick(size) : size;
            /* Of exactly that size: beyond it nothing may be read. */
            unsigned char *copy = malloc(n == 0 ? 1 : n);
            assert_non_null(copy);
            memcpy(copy, whole, n);
            if (n == size) {
                damage(copy, copy + (mark_find(whole, size) - whole), n);
            }
            refused += inspect(copy, n, &out) != EMBED_OK;
            eg_text_fini(&out);
            free(copy);
            seed = round;
        }
        free(whole);
    }
    assert_true(refused > ROUNDS / 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(however_it_was_linked),
        TEST(nothing_of_it_is_run_or_needed),
        TEST(all_extensions_of_a_file_are_described),
        TEST(other_files_are_refused),
        TEST(what_cannot_say_what_it_is_is_refused_with_the_reason),
        TEST(any_damage_is_a_message),
    };
    return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
