/* test_gen_plan.c - what declarations become.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "embed/plugin.h"
#include "tests/support/gen_case.h"

/* Plans one header with an empty init code. */
static void
plan_header(gen_case *run, const char *header)
{
    gen_case_write("api.h", header);
    gen_case_write("init.py", "");
    gen_case_plan(run, "api.h init.py");
}

/* Asserts that `name` is a name of `lib` of this kind. */
static void
assert_kind(const gen_case *run, const char *name, eg_global_kind kind)
{
    const eg_global *global = gen_case_global(run, name);
    if (global == NULL) {
        fail_msg("no '%s'; %s", name, eg_text_string(&run->report.text));
    } else {
        assert_int_equal(global->kind, kind);
    }
}

static void
functions_of_the_header_itself_are_exported(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("other.h", "int other(void);\nint again(int a);\n"
                              "typedef int other_t;\n");
    plan_header(&run, "#include \"other.h\"\n"
                      "int mine(other_t a);\n"
                      "int again(int a);\n"
                      "static inline int twice(int a) { return 2 * a; }\n");
    assert_int_equal(run.status, EMBED_OK);
    assert_int_equal(run.plan.n_exports, 2);
    assert_kind(&run, "mine", EG_GLOBAL_EXPORT);
    assert_kind(&run, "again", EG_GLOBAL_EXPORT);
    assert_kind(&run, "twice", EG_GLOBAL_FUNCTION);
    assert_null(gen_case_global(&run, "other"));
    gen_case_fini(&run);
}

static void
exports_keep_the_order_of_declaration(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "void zebra(void);\nvoid ape(void);\nvoid lion(void);\n");
    assert_int_equal(run.plan.n_exports, 3);
    assert_string_equal(run.plan.exports[0]->name, "zebra");
    assert_string_equal(run.plan.exports[1]->name, "ape");
    assert_string_equal(run.plan.exports[2]->name, "lion");
    assert_string_equal(run.plan.globals[0].name, "ape");
    gen_case_fini(&run);
}

static void
integer_macros_become_constants(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run,
                "#include <limits.h>\n"
                "struct s { int a, b; };\n"
                "enum { BASE = 7 };\n"
                "#define PLAIN 1\n"
                "#define DERIVED ((PLAIN << 4) | BASE)\n"
                "#define SIZE sizeof(struct s)\n"
                "#define LONGEST \\\n    LONG_MAX\n"
                "#define CHARACTER 'x'\n"
                "#define TEXT \"text\"\n"
                "#define REAL 1.5\n"
                "#define EMPTY\n"
                "#define CALL(x) x\n"
                "#define GONE 1\n#undef GONE\n"
                "#define CHANGED other\n#undef CHANGED\n#define CHANGED 2\n"
                "#define BASE BASE\n"
                "void f(void);\n");
    static const char *const there[] = {
        "PLAIN", "DERIVED", "SIZE", "LONGEST", "CHARACTER", "CHANGED", "BASE"};
    static const char *const missing[] = {"TEXT", "REAL",    "EMPTY", "CALL",
                                          "GONE", "INT_MAX", "other"};
    assert_int_equal(run.status, EMBED_OK);
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        assert_kind(&run, there[i], EG_GLOBAL_INT);
    }
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        assert_null(gen_case_global(&run, missing[i]));
    }
    gen_case_fini(&run);
}

static void
constants_variables_and_data_differ(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "static const int limit = 3;\n"
                      "extern const double ratio;\n"
                      "static const char *const label = \"x\";\n"
                      "extern int counter;\n"
                      "int version = 3;\n"
                      "struct p { int x; };\n"
                      "extern const struct p origin;\n"
                      "extern const int squares[4];\n"
                      "const char *names[] = {\"a\", \"b\"};\n");
    assert_kind(&run, "limit", EG_GLOBAL_INT);
    assert_kind(&run, "ratio", EG_GLOBAL_VALUE);
    assert_kind(&run, "label", EG_GLOBAL_VALUE);
    assert_kind(&run, "counter", EG_GLOBAL_VARIABLE);
    assert_kind(&run, "version", EG_GLOBAL_VARIABLE);
    assert_kind(&run, "origin", EG_GLOBAL_VARIABLE);
    assert_kind(&run, "squares", EG_GLOBAL_VARIABLE);
    assert_kind(&run, "names", EG_GLOBAL_VARIABLE);
    assert_true(gen_case_global(&run, "names")->is_counted);
    assert_false(gen_case_global(&run, "squares")->is_counted);
    gen_case_fini(&run);
}

static void
cdef_functions_are_called_not_exported(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "int run(void);\n");
    gen_case_write("init.py", "");
    gen_case_write("c.h", "int helper(int a);\n"
                          "int none(void);\n"
                          "int two(int a, int b);\n"
                          "int print(const char *format, ...);\n");
    gen_case_plan(&run, "api.h init.py --cdef c.h");
    assert_int_equal(run.plan.n_exports, 1);
    assert_int_equal(gen_case_global(&run, "helper")->op,
                     EMBED_OP_CPYTHON_BLTN_O);
    assert_int_equal(gen_case_global(&run, "none")->op,
                     EMBED_OP_CPYTHON_BLTN_N);
    assert_int_equal(gen_case_global(&run, "two")->op, EMBED_OP_CPYTHON_BLTN_V);
    assert_kind(&run, "print", EG_GLOBAL_VALUE);
    gen_case_fini(&run);
}

static void
cdef_syntax_is_recognised(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "int run(void);\n");
    gen_case_write("init.py", "");
    gen_case_write("plain.h", "/* ... */ int p(const char *, ...);\n"
                              "#define P \"...\"\n#define F(x, ...) x\n");
    gen_case_write("dots.h", "struct s { int a; ...; };\n#define D ...\n");
    gen_case_write("python.h", "extern  \"Python\" int cb(int);\n"
                               "extern \"Python+C\" int cc(int);\n");
    gen_case_plan(&run, "api.h init.py --cdef plain.h --cdef dots.h "
                        "--cdef python.h");
    assert_int_equal(run.status, EMBED_OK);
    assert_false(run.spec.headers[0].is_cdef_text);
    assert_true(run.spec.headers[1].is_cdef_text);
    assert_true(run.spec.headers[2].is_cdef_text);
    assert_kind(&run, "D", EG_GLOBAL_INT);
    assert_kind(&run, "cb", EG_GLOBAL_EXPORT);
    assert_true(gen_case_global(&run, "cb")->is_static);
    assert_false(gen_case_global(&run, "cc")->is_static);
    gen_case_fini(&run);
}

static void
only_types_that_are_reached_are_kept(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("other.h", "struct used { struct deep *d; };\n"
                              "struct unused { int a; };\n"
                              "typedef struct unused unused_t;\n");
    plan_header(&run, "#include \"other.h\"\n#include <stdio.h>\n"
                      "void f(struct used *u, FILE *file);\n");
    assert_int_equal(run.plan.n_records, 2);
    assert_string_equal(run.plan.records[0].name, "deep");
    assert_string_equal(run.plan.records[1].name, "used");
    assert_int_equal(run.plan.records[0].flags, EMBED_SF_OPAQUE);
    assert_int_equal(run.plan.n_typenames, 0);
    gen_case_fini(&run);
}

static void
every_word_of_the_types_array_is_sound(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "struct n { struct n *next; int a[3][4]; };\n"
                      "typedef int (*fn)(struct n *, int, ...);\n"
                      "fn pick(fn f, char **argv, double d);\n");
    assert_int_equal(run.status, EMBED_OK);
    for (size_t i = 0; i < run.plan.n_words; i++) {
        const ec_word *word = &run.plan.words[i];
        switch (word->op) {
        case EMBED_OP_POINTER:
        case EMBED_OP_ARRAY:
        case EMBED_OP_FUNCTION:
        case EMBED_OP_NOOP:
            assert_true(word->arg >= 0 && (size_t)word->arg < run.plan.n_words);
            assert_int_not_equal(run.plan.words[word->arg].op,
                                 EMBED_OP_FUNCTION_END);
            break;
        default:
            break;
        }
    }
    gen_case_fini(&run);
}

static void
wide_characters_need_a_newer_table(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "#include <uchar.h>\nchar16_t f(void);\n");
    assert_int_equal(run.plan.context_version, 0x2801);
    gen_case_fini(&run);
    plan_header(&run, "#include <uchar.h>\nint f(void);\n");
    assert_int_equal(run.plan.context_version, 0x2701);
    gen_case_fini(&run);
}

static void
all_errors_of_a_header_are_reported(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "struct s;\nint a(struct s x);\nint b(int c, ...);\n");
    assert_int_equal(run.status, EMBED_E_INVALID);
    assert_int_equal(run.report.errors, 2);
    gen_case_fini(&run);
}

static void
a_header_without_functions_is_a_warning(void **state)
{
    (void)state;
    gen_case run;
    plan_header(&run, "#define X 1\n");
    assert_int_equal(run.status, EMBED_OK);
    assert_non_null(strstr(eg_text_string(&run.report.text),
                           "warning: api.h declares no functions"));
    gen_case_fini(&run);
}

static void
options_reach_the_preprocessor(void **state)
{
    (void)state;
    gen_case run;
    gen_case_write("api.h", "#ifdef WITH_F\nint f(void);\n#endif\n");
    gen_case_write("init.py", "");
    gen_case_plan(&run, "api.h init.py -DWITH_F");
    assert_int_equal(run.plan.n_exports, 1);
    gen_case_fini(&run);
    gen_case_plan(&run, "api.h init.py -- -DWITH_F -O1");
    assert_int_equal(run.plan.n_exports, 1);
    gen_case_fini(&run);
}

#define IN_DIRECTORY(test) \
 cmocka_unit_test_setup_teardown(test, gen_case_enter, gen_case_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(functions_of_the_header_itself_are_exported),
        IN_DIRECTORY(exports_keep_the_order_of_declaration),
        IN_DIRECTORY(integer_macros_become_constants),
        IN_DIRECTORY(constants_variables_and_data_differ),
        IN_DIRECTORY(cdef_functions_are_called_not_exported),
        IN_DIRECTORY(cdef_syntax_is_recognised),
        IN_DIRECTORY(only_types_that_are_reached_are_kept),
        IN_DIRECTORY(every_word_of_the_types_array_is_sound),
        IN_DIRECTORY(wide_characters_need_a_newer_table),
        IN_DIRECTORY(all_errors_of_a_header_are_reported),
        IN_DIRECTORY(a_header_without_functions_is_a_warning),
        IN_DIRECTORY(options_reach_the_preprocessor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
