/* test_cparse_cdef.c - cdef text, type expressions, resolvers.
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

#include "tests/unit/cparse_fixture.h"

/* --- cdef text -----------------------------------------------------------*/

static void
cdef_constants_may_be_left_to_the_compiler(void **state)
{
    parse_cdef(state, "#define A 12\n#define B ...\n#define C (A << 1 | \\\n"
                      " 1) /* why */\n#define A 12\n"
                      "enum e { D = ..., E = 3 }; enum f { F, G, ... };\n"
                      "static const int H; const char *const I;\n"
                      "static const int J = 4; int k[A];\n");
    assert_constant(state, "A", 12);
    assert_constant(state, "C", 25);
    assert_constant(state, "J", 4);
    for (const char *name = "BDEFGHI"; *name != '\0'; name++) {
        char one[2] = {*name, '\0'};
        const ec_decl *found = decl(state, EC_DECL_CONSTANT, one);
        assert_true((found->flags & EC_DECL_UNKNOWN_VALUE) != 0);
    }
    assert_true((decl(state, EC_DECL_TAG, "enum e")->type->flags &
                 EC_TYPE_PARTIAL) != 0);
    assert_type(state, EC_DECL_CONSTANT, "I", "char *");
    assert_type(state, EC_DECL_VARIABLE, "k", "int[12]");
}

static void
cdef_types_may_be_left_to_the_compiler(void **state)
{
    const ec_type *type = NULL;

    parse_cdef(state, "typedef ... opaque; typedef ... *handle;\n"
                      "typedef int... number; typedef double... real;\n"
                      "struct s { int a; char name[...]; ...; };\n"
                      "struct empty { ...; }; int table[...];\n"
                      "int f(opaque *, handle, number, struct s *);\n");
    type = decl(state, EC_DECL_TYPEDEF, "opaque")->type;
    assert_string_equal(type->name, "opaque");
    assert_true((type->flags & EC_TYPE_INCOMPLETE) != 0);
    assert_int_equal(decl(state, EC_DECL_TYPEDEF, "handle")->type->kind,
                     EC_KIND_POINTER);
    type = decl(state, EC_DECL_TYPEDEF, "number")->type;
    assert_int_equal(type->kind, EC_KIND_INT);
    assert_int_equal(type->prim, -1);
    assert_string_equal(type->name, "number");
    assert_int_equal(decl(state, EC_DECL_TYPEDEF, "real")->type->prim, -2);
    type = decl(state, EC_DECL_TAG, "struct s")->type;
    assert_true((type->flags & EC_TYPE_PARTIAL) != 0);
    assert_int_equal(type->n_fields, 2);
    assert_int_equal(type->size, -1);
    assert_true((decl(state, EC_DECL_VARIABLE, "table")->flags &
                 EC_DECL_PARTIAL_ARRAY) != 0);
}

static void
cdef_functions_may_be_implemented_in_python(void **state)
{
    parse_cdef(state, "extern \"Python\" int a(int);\n"
                      "extern \"Python\" { int b(int); int c(void); }\n"
                      "extern \"Python+C\" int d(int); int e(int);\n"
                      "extern \"C+Python\" int d2(int);\n"
                      "int __stdcall f(int), __cdecl g(int);\n"
                      "int WINAPI h(int (WINAPI *callback)(int));\n");
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "a")->flags,
                     EC_DECL_EXTERN_PYTHON);
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "c")->flags,
                     EC_DECL_EXTERN_PYTHON);
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "d")->flags,
                     EC_DECL_EXTERN_PYTHON_C);
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "d2")->flags,
                     EC_DECL_EXTERN_PYTHON_C);
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "e")->flags, 0);
    assert_string_equal(decl(state, EC_DECL_FUNCTION, "h")->signature,
                        "int  h(int ( * a0)(int))");
}

static void
cdef_errors_have_a_place_too(void **state)
{
    assert_error_as(state, "int a;\n  #define X foo", EC_PARSE_CDEF, 2, 11,
                    "#define X: expected an integer constant or '...'");
    assert_error_as(state, "#include <stdio.h>", EC_PARSE_CDEF, 1, 1,
                    "directive without a preprocessor");
    assert_error_as(state, "int a[3][...];", EC_PARSE_CDEF, 1, 9,
                    "'[...]' only as the first dimension");
    assert_error_as(state, "int f(void) { return 1; }", EC_PARSE_CDEF, 1, 13,
                    "the body of a function: only declarations can be here");
    assert_error_as(state, "typedef char... c;", EC_PARSE_CDEF, 1, 1,
                    "'...' after a type that is no number");
}

static void
cdef_packing_applies_to_all_structs(void **state)
{
    fixture *f = *state;
    ec_parse_opts opts = {.flags = EC_PARSE_CDEF, .pack = 1};
    static const char text[] = "struct s { char c; int i; };";

    assert_int_equal(
        ec_parse_decls(f->scope, text, strlen(text), "cdef", &opts, &f->diag),
        EMBED_OK);
    assert_int_equal(decl(state, EC_DECL_TAG, "struct s")->type->size, 5);
}

static void
what_only_a_compiler_knows_is_refused_at_run_time(void **state)
{
    static const struct {
        const char *text;
        int column;
    } cases[] = {
        {"struct s { int a; ...; };", 19},
        {"struct s { int a[...]; };", 18},
        {"typedef int... t;", 1},
        {"#define X ...", 11},
        {"enum e { A, ... };", 13},
        {"enum e { A = ... };", 14},
        {"int x[...];", 7},
        {"extern \"Python\" int g(int);", 8},
        {"extern \"Python+C\" int g(int);", 8},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_error_as(state, cases[i].text, EC_PARSE_CDEF | EC_PARSE_RUN_TIME,
                        1, cases[i].column,
                        "only a C compiler could complete this");
    }
}

static void
opaque_types_and_values_are_fine_at_run_time(void **state)
{
    fixture *f = *state;
    ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_RUN_TIME};
    static const char text[] = "typedef ... h; int f(const char *, ...);\n"
                               "#define N 3\nextern const int c;\n";

    assert_int_equal(
        ec_parse_decls(f->scope, text, strlen(text), "cdef", &opts, &f->diag),
        EMBED_OK);
    assert_constant(state, "N", 3);
}

static void
a_second_declaration_may_override_the_first(void **state)
{
    fixture *f = *state;
    ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_OVERRIDE};
    static const char text[] = "struct s { char b; }; typedef long t;\n"
                               "#define N 2\nfloat g(int); enum e { C };\n";
    const ec_type *old = NULL;
    size_t n = 0;

    parse_cdef(state, "struct s { int a; }; typedef int t;\n#define N 1\n"
                      "int g; enum e { A, B };\n");
    old = decl(state, EC_DECL_TAG, "struct s")->type;
    n = ec_scope_count(f->scope);
    assert_int_equal(
        ec_parse_decls(f->scope, text, strlen(text), "cdef", &opts, &f->diag),
        EMBED_OK);
    assert_int_equal(ec_scope_count(f->scope), n + 1); /* C */
    assert_int_equal(old->size, 4);
    assert_int_equal(decl(state, EC_DECL_TAG, "struct s")->type->size, 1);
    assert_type(state, EC_DECL_TYPEDEF, "t", "long");
    assert_constant(state, "N", 2);
    assert_type(state, EC_DECL_FUNCTION, "g", "float(int)");
    assert_int_equal(decl(state, EC_DECL_TAG, "enum e")->type->n_enumerators,
                     1);
}

static void
functions_keep_their_text_with_new_names_of_parameters(void **state)
{
    static const struct {
        const char *text;
        const char *signature;
    } cases[] = {
        {"extern int f(const char *text, int);",
         "int f(const char * a0, int a1)"},
        {"static inline const int *f(void);", "const int *f(void)"},
        {"int f();", "int f(void)"},
        {"extern \"Python\" void f(int (*cb)(const void *x), int v[3]);",
         "void f(int (* a0)(const void *x), int  a1[3])"},
        {"extern \"Python+C\" long f(long (*)(int), char []);",
         "long f(long (* a0)(int), char  a1[])"},
        {"int (*f(int a))(const char *);", "int (*f(int  a0))(const char *)"},
        {"int g, f(const int x);", "int f(const int  a0)"},
        {"void f(int /* one */ x, ...);", "void f(int /* one */  a0, ...)"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)teardown(state);
        (void)setup(state);
        parse_cdef(state, cases[i].text);
        const char *got = decl(state, EC_DECL_FUNCTION, "f")->signature;
        if (got == NULL || strcmp(got, cases[i].signature) != 0) {
            fail_msg("%s\n  gives    %s\n  expected %s", cases[i].text,
                     got == NULL ? "(null)" : got, cases[i].signature);
        }
    }
}

static void
a_function_may_have_to_be_declared_once(void **state)
{
    fixture *f = *state;
    const ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_UNIQUE};
    static const char text[] = "int f(int); typedef int t; typedef int t;\n"
                               "extern int v; extern int v; int f(int);";
    assert_int_equal(
        ec_parse_decls(f->scope, text, strlen(text), "cdef", &opts, &f->diag),
        EMBED_E_INVALID);
    assert_string_equal(f->diag.message, "multiple declarations of function f");
    assert_int_equal(f->diag.pos.line, 2);
}

static void
scopes_of_the_same_types_have_one_FILE(void **state)
{
    fixture *f = *state;
    ec_scope *other = ec_scope_create(f->types, NULL);
    ec_type *a = NULL;
    ec_type *b = NULL;

    assert_int_equal(ec_parse_type(f->scope, "FILE", 4, &a, &f->diag),
                     EMBED_OK);
    assert_int_equal(ec_parse_type(other, "FILE", 4, &b, &f->diag), EMBED_OK);
    assert_ptr_equal(a, b);
    ec_scope_destroy(other);
}

/* --- type expressions ----------------------------------------------------*/

static const char type_declarations[] =
    "struct foo { int x; }; union bar { int x; }; enum number { THREE = 3 };\n"
    "typedef int word;\n"
    "static const int FOUR = 4;\n";

static void
type_expressions_give_types(void **state)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"int", "int"},
        {"  int\t* ", "int *"},
        {"int name", "int"},
        {"int *name[3]", "int *[3]"},
        {"int(*)(void)", "int(*)()"},
        {"int(int)", "int(int)"},
        {"char const **", "char * *"},
        {"long unsigned int long", "unsigned long long"},
        {"struct foo *[10]", "struct foo *[10]"},
        {"union bar[]", "union bar[]"},
        {"word(*)(word x, struct foo *)", "int(*)(int, struct foo *)"},
        {"int[0x10]", "int[16]"},
        {"int[THREE][FOUR]", "int[3][4]"},
        {"enum number", "enum number"},
        {"size_t", "size_t"},
        {"bool", "_Bool"},
        {"FILE *", "FILE *"},
        {"int(*)[5]", "int(*)[5]"},
        {"double _Complex", "_cffi_double_complex_t"},
        {"void(*)(int, ...)", "void(*)(int, ...)"},
        {"int(*(*)(int))[3]", "int(*(*)(int))[3]"},
        {"char /* a comment */ *", "char *"},
    };
    fixture *f = *state;

    parse(state, type_declarations);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ec_type *type = NULL;
        ec_type *again = NULL;
        size_t len = strlen(cases[i].text);
        if (ec_parse_type(f->scope, cases[i].text, len, &type, &f->diag) !=
            EMBED_OK) {
            fail_msg("%s: %s", cases[i].text, f->diag.message);
        }
        assert_string_equal(type->name, cases[i].name);
        assert_int_equal(
            ec_parse_type(f->scope, cases[i].text, len, &again, &f->diag),
            EMBED_OK);
        assert_ptr_equal(type, again);
    }
}

static void
wrong_type_expressions_say_what_and_where(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *message;
    } cases[] = {
        {"nothing", 1, "undefined type name"},
        {"nothing *", 1, "undefined type name"},
        {"struct nothing", 8, "undefined struct/union name"},
        {"union foo", 7, "wrong kind of tag: struct vs union"},
        {"struct number", 8, "wrong kind of tag: enum vs struct or union"},
        {"enum nothing", 6, "undefined enum name"},
        {"struct", 7, "struct or union name expected"},
        {"struct {int x;}", 8, "struct or union name expected"},
        {"struct foo {int x;}", 12, "unexpected symbol"},
        {"int[nothing]", 5, "expected a positive integer constant"},
        {"int[-1]", 5, "expected a positive integer constant"},
        {"int[99999999999999999999999]", 5, "number too large"},
        {"int[5", 6, "expected ']'"},
        {"int double", 5, "invalid combination of types"},
        {"short char", 1, "invalid combination of types"},
        {"int *name other", 11, "unexpected symbol"},
        {"int name int", 10, "unexpected symbol"},
        {"", 1, "identifier expected"},
        {"*", 1, "identifier expected"},
        {"int(", 5, "expected ')'"},
        {"int(int", 8, "expected ','"},
        {"int(*", 6, "expected ')'"},
        {"int;", 4, "unexpected symbol"},
        {"static int", 1, "storage class in the wrong place"},
        {"void[3]", 6, "array item of unknown size: 'void'"},
        {"int[...]", 5, "expected a positive integer constant"},
        {"int #", 5, "unexpected symbol"},
        {"int \\", 5, "unexpected symbol"},
    };
    fixture *f = *state;
    size_t before = 0;

    parse(state, type_declarations);
    before = ec_scope_count(f->scope);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ec_type *type = NULL;
        if (ec_parse_type(f->scope, cases[i].text, strlen(cases[i].text), &type,
                          &f->diag) != EMBED_E_INVALID ||
            strcmp(f->diag.message, cases[i].message) != 0 ||
            f->diag.pos.column != cases[i].column) {
            fail_msg("'%s' gives %d: %s", cases[i].text, f->diag.pos.column,
                     f->diag.message);
        }
        assert_null(type);
    }
    assert_int_equal(ec_scope_count(f->scope), before);
}

/* --- resolvers -----------------------------------------------------------*/

/* Knows `struct lazy`, the typedef `lazy_t` and the constant SEVEN. */
static embed_status
resolve_type(void *arg, ec_name_space space, const char *name, size_t len,
             ec_type **out, ec_err *err)
{
    fixture *f = arg;
    bool is_struct =
        space == EC_NS_STRUCT && len == 4 && memcmp(name, "lazy", 4) == 0;
    bool is_typedef =
        space == EC_NS_TYPEDEF && len == 6 && memcmp(name, "lazy_t", 6) == 0;

    *out = NULL;
    if (len == 6 && memcmp(name, "broken", 6) == 0) {
        return ec_fail(err, EMBED_E_INVALID, "broken table");
    }
    if (is_struct || is_typedef) {
        *out = ec_type_prim(f->types, EC_PRIM_SHORT, err);
    }
    return EMBED_OK;
}

static bool
resolve_constant(void *arg, const char *name, size_t len, int64_t *out)
{
    (void)arg;
    *out = 7;
    return len == 5 && memcmp(name, "SEVEN", 5) == 0;
}

static void
unknown_names_are_asked_of_the_resolver(void **state)
{
    fixture *f = *state;
    ec_resolver resolver = {f, resolve_type, resolve_constant};
    ec_scope *scope = ec_scope_create(f->types, &resolver);
    ec_type *type = NULL;

    assert_int_equal(ec_parse_type(scope, "lazy_t[SEVEN]", 13, &type, &f->diag),
                     EMBED_OK);
    assert_string_equal(type->name, "short[7]");
    assert_int_equal(ec_parse_type(scope, "struct lazy", 11, &type, &f->diag),
                     EMBED_OK);
    assert_int_equal(ec_parse_type(scope, "union lazy", 10, &type, &f->diag),
                     EMBED_E_INVALID);
    assert_string_equal(f->diag.message, "wrong kind of tag: struct vs union");
    assert_int_equal(ec_parse_type(scope, "broken", 6, &type, &f->diag),
                     EMBED_E_INVALID);
    assert_string_equal(f->diag.message, "broken table");
    assert_int_equal(ec_parse_decls(scope, "struct lazy { int x; };", 23,
                                    "cdef", NULL, &f->diag),
                     EMBED_E_INVALID);
    assert_string_equal(f->diag.message, "redefinition of 'short'");
    ec_scope_destroy(scope);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cdef_constants_may_be_left_to_the_compiler),
        TEST(cdef_types_may_be_left_to_the_compiler),
        TEST(cdef_functions_may_be_implemented_in_python),
        TEST(cdef_errors_have_a_place_too),
        TEST(cdef_packing_applies_to_all_structs),
        TEST(what_only_a_compiler_knows_is_refused_at_run_time),
        TEST(opaque_types_and_values_are_fine_at_run_time),
        TEST(a_second_declaration_may_override_the_first),
        TEST(scopes_of_the_same_types_have_one_FILE),
        TEST(functions_keep_their_text_with_new_names_of_parameters),
        TEST(a_function_may_have_to_be_declared_once),
        TEST(type_expressions_give_types),
        TEST(wrong_type_expressions_say_what_and_where),
        TEST(unknown_names_are_asked_of_the_resolver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
