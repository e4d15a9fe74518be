/* test_gen_emit.c - generated C, compiled and run against a stand-in for
 * libembed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "embed/plugin.h"
#include "gen/cc.h"
#include "gen/file.h"
#include "gen/paths.h"
#include "tests/support/gen_case.h"

/* What the stand-in knows. */
typedef struct stand_in {
    void *library;
    struct embed_plugin *plugin;
    void (**handler)(struct embed_externpy *, char *); /* answers all calls */
} stand_in;

static const char stand_in_code[] =
    "#include \"embed/plugin.h\"\n"
    "struct embed_plugin *the_plugin;\n"
    "void (*the_handler)(struct embed_externpy *, char *);\n"
    "void embed_plugin_register(struct embed_plugin *p) { the_plugin = p; }\n"
    "void *embed_plugin_module(struct embed_plugin *p) { return p; }\n"
    "void embed_plugin_start(struct embed_plugin *p, struct embed_externpy *f,"
    " char *b)\n"
    "{ (void)p; the_handler(f, b); }\n";

/* Runs a command line given as words; its standard output goes to `out`. */
static embed_status
run_words(const char *const *words, eg_text *out)
{
    eg_cmd cmd = EG_CMD_INIT;
    eg_text include = EG_TEXT_INIT;
    assert_int_equal(eg_paths_include(&include, NULL), EMBED_OK);
    for (; *words != NULL; words++) {
        eg_cmd_add(&cmd, *words);
    }
    if (strcmp(cmd.argv[0], "nm") != 0) {
        eg_cmd_add2(&cmd, "-I", eg_text_string(&include));
    }
    embed_status status = eg_cmd_run(&cmd, out, NULL);
    eg_cmd_fini(&cmd);
    eg_text_fini(&include);
    return status;
}

/* Generates api.h with `args`, compiles it with the stand-in and loads it. */
static void
stand_in_load(stand_in *s, const char *api, const char *args)
{
    char line[256];
    gen_case run;
    gen_case_write("api.h", api);
    gen_case_write("init.py", "x = 'caf\xc3\xa9'\n");
    gen_case_write("stand_in.c", stand_in_code);
    (void)snprintf(line, sizeof line, "api.h init.py --emit-c out.c %s", args);
    gen_case_build(&run, line);
    if (run.status != EMBED_OK) {
        fail_msg("%s", eg_text_string(&run.report.text));
    }
    gen_case_fini(&run);
    static const char *const words[] = {
        "cc",
        "-shared",
        "-fPIC",
        "-O1",

        "-Wl,-Bsymbolic-functions",
        "-I.",

        "-Wall",
        "-Werror",
        "stand_in.c",
        "out.c",
        "-o",
        "./out.so",
        NULL,
    };
    assert_int_equal(run_words(words, NULL), EMBED_OK);
    s->library = dlopen("./out.so", RTLD_NOW | RTLD_LOCAL);
    if (s->library == NULL) {
        fail_msg("%s", dlerror());
    }
    s->plugin = *(struct embed_plugin **)dlsym(s->library, "the_plugin");
    s->handler = (void (**)(struct embed_externpy *, char *))dlsym(
        s->library, "the_handler");
    assert_non_null(s->plugin);
}

static const struct embed_global *
stand_in_global(const stand_in *s, const char *name, size_t *out_index)
{
    const struct embed_context *context = s->plugin->context;
    for (int i = 0; i < context->num_globals; i++) {
        if (strcmp(context->globals[i].name, name) == 0) {
            *out_index = (size_t)i;
            return &context->globals[i];
        }
    }
    fail_msg("no '%s'", name);
    return NULL;
}

static void
descriptor_says_what_was_asked_for(void **state)
{
    (void)state;
    stand_in s;
    stand_in_load(&s, "int f(void);\nvoid g(int);\n",
                  "--name thing --isolation sub");
    const struct embed_plugin *p = s.plugin;
    assert_int_equal(p->abi, EMBED_PLUGIN_ABI);
    assert_int_equal(p->size, sizeof *p);
    assert_string_equal(p->name, "thing");
    assert_int_equal(p->isolation, EMBED_ISOLATION_SUB);
    assert_int_equal(p->context_version, 0x2701);
    assert_int_equal(p->num_exports, 2);
    assert_string_equal(p->exports[0]->externpy.name, "thing.f");
    assert_int_equal(p->exports[0]->externpy.size_of_result, sizeof(int));
    assert_int_equal(p->exports[1]->externpy.size_of_result, 0);
    assert_string_equal(p->exports[1]->file, "api.h");
    assert_int_equal(p->exports[1]->line, 2);
    assert_int_equal(p->exports[1]->column, 6);
    assert_string_equal(p->init_code, "x = 'caf\xc3\xa9'\n");
    assert_int_equal(p->init_code_size, strlen(p->init_code));
    assert_string_equal(p->init_file, "init.py");
    (void)dlclose(s.library);
}

struct pair {
    int a, b, c, d, e;
};

static struct pair seen_pair;
static long double seen_long_double;
static double _Complex seen_complex;

/* Answers mix(): looks into each slot as the ABI says. */
static void
mix_handler(struct embed_externpy *fn, char *buffer)
{
    uint64_t slots[6];
    int32_t first = 0;
    float f = 0;
    assert_string_equal(fn->name, "init.mix");
    memcpy(slots, buffer, sizeof slots);
    memcpy(&first, &slots[0], sizeof first);
    memcpy(&f, &slots[4], sizeof f);
    assert_int_equal(first, -7);
    seen_pair = *(struct pair *)(uintptr_t)slots[1];
    seen_long_double = *(long double *)(uintptr_t)slots[2];
    seen_complex = *(double _Complex *)(uintptr_t)slots[3];
    assert_true(f == 2.5f);
    assert_int_equal((char)(slots[5] & 0xff), 'x');
    struct pair result = {1, 2, 3, 4, 5};
    memcpy(buffer, &result, sizeof result);
}

static void
arguments_travel_in_slots_and_by_pointer(void **state)
{
    (void)state;
    stand_in s;
    stand_in_load(&s,
                  "struct pair { int a, b, c, d, e; };\n"
                  "struct pair mix(int a, struct pair p, long double l,\n"
                  "                double _Complex z, float f, char c);\n",
                  "");
    *s.handler = mix_handler;
    struct pair (*mix)(int, struct pair, long double, double _Complex, float,
                       char) = NULL;
    *(void **)&mix = dlsym(s.library, "mix");
    struct pair p = {10, 20, 30, 40, 50};
    double _Complex z = 1.0;
    struct pair result = mix(-7, p, 3.25L, z, 2.5f, 'x');
    assert_memory_equal(&seen_pair, &p, sizeof p);
    assert_true(seen_long_double == 3.25L);
    assert_true(seen_complex == z);
    assert_int_equal(result.e, 5);
    (void)dlclose(s.library);
}

static void
failure_values_are_of_the_result_type(void **state)
{
    (void)state;
    stand_in s;
    stand_in_load(&s,
                  "enum { NO = -3 };\n"
                  "short a(void) EMBED_ON_FAILURE(NO);\n"
                  "double b(void) EMBED_ON_FAILURE(0.5);\n"
                  "const char *c(int x) EMBED_ON_FAILURE(\"none\");\n"
                  "int (*d(void))(int) EMBED_ON_FAILURE(0);\n"
                  "int e(void);\n",
                  "");
    struct embed_export *const *exports = s.plugin->exports;
    assert_int_equal(*(const short *)exports[0]->failure, -3);
    assert_true(*(const double *)exports[1]->failure == 0.5);
    assert_string_equal(*(const char *const *)exports[2]->failure, "none");
    assert_null(*(void *const *)exports[3]->failure);
    assert_null(exports[4]->failure);
    (void)dlclose(s.library);
}

static void
trampolines_call_c_functions(void **state)
{
    (void)state;
    stand_in s;
    size_t at = 0;
    gen_case_write("lib.c", "struct vec vec_add(struct vec a, int by)\n"
                            "{ a.x += by; a.y += by; return a; }\n"
                            "const char *tail(const char *const *list)\n"
                            "{ return list[0] + 1; }\n");
    gen_case_write("lib.h", "struct vec { double x, y; };\n"
                            "struct vec vec_add(struct vec a, int by);\n"
                            "const char *tail(const char *const *list);\n");
    stand_in_load(&s, "int f(void);\n", "--cdef lib.h --source lib.c");
    struct {
        double x, y;
    } vec = {1.5, 2.5};
    union {
        uint64_t slots[2];
        double result[2];
        void *pointer;
        char bytes[16];
    } buffer = {.slots = {(uintptr_t)&vec, 10}};
    (void)stand_in_global(&s, "vec_add", &at);
    s.plugin->trampolines[at](buffer.bytes);
    assert_true(buffer.result[0] == 11.5 && buffer.result[1] == 12.5);
    const char *list[] = {"word"};
    buffer.slots[0] = (uintptr_t)list;
    (void)stand_in_global(&s, "tail", &at);
    s.plugin->trampolines[at](buffer.bytes);
    assert_string_equal(buffer.pointer, "ord");
    (void)stand_in_global(&s, "f", &at);
    assert_null(s.plugin->trampolines[at]);
    (void)dlclose(s.library);
}

/* Asks an integer constant's getter. */
static void
assert_constant(const stand_in *s, const char *name, int flags,
                unsigned long long expected)
{
    size_t at = 0;
    unsigned long long value = 0;
    const struct embed_global *global = stand_in_global(s, name, &at);
    int (*getter)(unsigned long long *) = NULL;
    *(void **)&getter = global->address;
    assert_int_equal(getter(&value), flags);
    assert_true(value == expected);
}

static void
constants_have_the_value_that_c_gives_them(void **state)
{
    (void)state;
    stand_in s;
    gen_case_write("c.h", "#define RIGHT 5\n#define WRONG 5\n"
                          "#define OPEN ...\n");
    gen_case_write("c.c", "#define RIGHT 5\n#define WRONG 6\n#define OPEN 7\n");
    stand_in_load(&s,
                  "#define BIG 0xffffffffffffffffu\n#define LOW (-1)\n"
                  "#define NONE 0\nenum { E = -5 };\nint f(void);\n",
                  "--cdef c.h --source c.c");
    assert_constant(&s, "BIG", 0, 0xffffffffffffffffu);
    assert_constant(&s, "LOW", 1, (unsigned long long)-1LL);
    assert_constant(&s, "NONE", 1, 0);
    assert_constant(&s, "E", 1, (unsigned long long)-5LL);
    assert_constant(&s, "RIGHT", 0, 5);
    assert_constant(&s, "WRONG", 2, 6);
    assert_constant(&s, "OPEN", 0, 7);
    (void)dlclose(s.library);
}

/* Asserts the names of the symbols that a library exports, in order. */
static void
assert_exports(const char *library, const char *expected)
{
    const char *const words[] = {
        "nm", "-D", "--defined-only", "--format=posix", library, NULL};
    eg_text out = EG_TEXT_INIT;
    eg_text names = EG_TEXT_INIT;
    assert_int_equal(run_words(words, &out), EMBED_OK);
    char *rest = NULL;
    for (char *line = strtok_r(out.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        eg_text_printf(&names, "%.*s ", (int)strcspn(line, " "), line);
    }
    assert_string_equal(eg_text_string(&names), expected);
    eg_text_fini(&names);
    eg_text_fini(&out);
}

static void
a_plug_in_exports_its_api_and_nothing_else(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "int add(int a, int b);\n"
                            "struct ops { int (*add)(int, int); };\n"
                            "const struct ops table = { add };\n"
                            "int counter;\nextern int calls;\n"
                            "static inline int one(void) { return 1; }\n");
    gen_case_write("init.py", "");
    gen_case_write("c.h", "int helper(void);\nextern int secret;\n");
    gen_case_write("c.c", "int helper(void) { return secret; }\n"
                          "int secret = 1;\nint calls;\n");
    gen_case_build(&run, "api.h init.py --name x --cdef c.h --source c.c");
    if (run.status != EMBED_OK) {
        fail_msg("%s", eg_text_string(&run.report.text));
    }
    gen_case_fini(&run);
    assert_exports("libx.so", "PyInit_x add calls counter table ");
}

static void
a_cdef_file_may_include_the_api(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "#pragma once\nstruct s { int a; };\n"
                            "int add(struct s *s);\nint counter;\n");
    gen_case_write("init.py", "");
    gen_case_write("c.h", "#include \"api.h\"\nint helper(struct s *s);\n");
    gen_case_write("c.c", "int helper(struct s *s) { return s->a; }\n");
    gen_case_build(&run, "api.h init.py --name x --cdef c.h --source c.c");
    assert_int_equal(run.status, EMBED_OK);
    gen_case_fini(&run);
    assert_exports("libx.so", "PyInit_x add counter ");
    gen_case_write("api.h", "#pragma once\n#include \"c.h\"\n"
                            "int add(struct s *s);\nint counter;\n");
    gen_case_write("c.h", "#pragma once\nstruct s { int a; };\n"
                          "int helper(struct s *s);\n");
    gen_case_build(&run, "api.h init.py --name x --cdef c.h --source c.c");
    assert_int_equal(run.status, EMBED_OK);
    gen_case_fini(&run);
    assert_exports("libx.so", "PyInit_x add counter ");
}

static void
several_plug_ins_link_into_one_program(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("init.py", "x = 1\n");
    gen_case_write("a.h", "int a(int x) EMBED_ON_FAILURE(1);\n#define N 1\n"
                          "static inline int h(int x) { return x; }\n");
    gen_case_write("b.h", "int b(int x) EMBED_ON_FAILURE(1);\n#define N 2\n"
                          "static inline int h(int x) { return x; }\n");
    gen_case_build(&run, "a.h init.py --name a --emit-c a.c");
    assert_int_equal(run.status, EMBED_OK);
    gen_case_fini(&run);
    gen_case_build(&run, "b.h init.py --name b --emit-c b.c");
    assert_int_equal(run.status, EMBED_OK);
    gen_case_fini(&run);
    gen_case_write("main.c", "#include <embed/plugin.h>\n"
                             "int a(int);\nint b(int);\nint n;\n"
                             "void embed_plugin_register(struct embed_plugin "
                             "*p) { n++; (void)p; }\n"
                             "void *embed_plugin_module(struct embed_plugin "
                             "*p) { return p; }\n"
                             "void embed_plugin_start(struct embed_plugin *p, "
                             "struct embed_externpy *f, char *r)\n"
                             "{ (void)p; (void)f; r[0] = 1; }\n"
                             "int main(void) { return n == 2 && "
                             "(a(0) & 255) == (b(0) & 255) ? 0 : 1; }\n");
    static const char *const words[] = {"cc",     "-I.", "a.c",  "b.c",
                                        "main.c", "-o",  "both", NULL};
    static const char *const both[] = {"./both", NULL};
    assert_int_equal(run_words(words, NULL), EMBED_OK);
    assert_int_equal(run_words(both, NULL), EMBED_OK);
}

static void
a_compiler_error_leaves_the_old_library(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "int f(void);\n");
    gen_case_write("init.py", "");
    gen_case_write("bad.c", "#error \"this error is expected\"\n");
    gen_case_write("lib.so", "old");
    gen_case_build(&run, "api.h init.py --source bad.c -o lib.so");
    assert_int_equal(run.status, EMBED_E_INVALID);
    eg_text text = EG_TEXT_INIT;
    assert_int_equal(eg_file_read("lib.so", &text, NULL), EMBED_OK);
    assert_string_equal(text.data, "old");
    eg_text_fini(&text);
    gen_case_fini(&run);
}

#define IN_DIRECTORY(test) \
 cmocka_unit_test_setup_teardown(test, gen_case_enter, gen_case_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(descriptor_says_what_was_asked_for),
        IN_DIRECTORY(arguments_travel_in_slots_and_by_pointer),
        IN_DIRECTORY(failure_values_are_of_the_result_type),
        IN_DIRECTORY(trampolines_call_c_functions),
        IN_DIRECTORY(constants_have_the_value_that_c_gives_them),
        IN_DIRECTORY(a_plug_in_exports_its_api_and_nothing_else),
        IN_DIRECTORY(a_cdef_file_may_include_the_api),
        IN_DIRECTORY(several_plug_ins_link_into_one_program),
        IN_DIRECTORY(a_compiler_error_leaves_the_old_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
