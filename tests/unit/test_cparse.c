/* test_cparse.c - C declarations.
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

/* --- declarations --------------------------------------------------------*/

static void
functions_have_the_type_declared(void **state)
{
    parse(state,
          "int add(int a, int b);\n"
          "extern void *memcpy(void *restrict, const void *__restrict b,\n"
          "    unsigned long n) __attribute__((nonnull(1, 2))) "
          "__asm__(\"x\");\n"
          "int (*signal(int sig, void (*handler)(int)))(int);\n"
          "int printf(const char *, ...), plain(), none(void);\n"
          "int many(char a[static 3], int (*)[4], double f(float), int[n*2]);\n"
          "unsigned (parens)(int (x));\n"
          "long long unsigned odd(short int);\n");
    assert_type(state, EC_DECL_FUNCTION, "add", "int(int, int)");
    assert_type(state, EC_DECL_FUNCTION, "memcpy",
                "void *(void *, void *, unsigned long)");
    assert_type(state, EC_DECL_FUNCTION, "signal",
                "int(*(int, void(*)(int)))(int)");
    assert_type(state, EC_DECL_FUNCTION, "printf", "int(char *, ...)");
    assert_type(state, EC_DECL_FUNCTION, "plain", "int()");
    assert_type(state, EC_DECL_FUNCTION, "none", "int()");
    assert_type(state, EC_DECL_FUNCTION, "many",
                "int(char *, int(*)[4], double(*)(float), int *)");
    assert_type(state, EC_DECL_FUNCTION, "parens", "unsigned int(int)");
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "memcpy")->flags,
                     EC_DECL_EXTERN);
}

static void
bodies_and_initialisers_are_skipped(void **state)
{
    parse(state,
          "static inline int f(int a) { return a ? '}' : \"}\"[0]; /* } */ }\n"
          "int g(void) { { } }\n"
          "int table[] = { 1, (2, 3), [4] = 5 }, n = sizeof(int) * 2;\n"
          "const struct { int a; } point = { .a = 1 };\n"
          "int after;\n");
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "f")->flags,
                     EC_DECL_STATIC | EC_DECL_INLINE | EC_DECL_HAS_BODY);
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "g")->flags,
                     EC_DECL_INLINE | EC_DECL_HAS_BODY);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "n")->flags,
                     EC_DECL_INITIALISED);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "point")->flags,
                     EC_DECL_INITIALISED | EC_DECL_CONST);
    assert_type(state, EC_DECL_VARIABLE, "table", "int[]");
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "after")->flags, 0);
}

static void
const_is_that_of_the_outermost_type(void **state)
{
    static const struct {
        const char *name;
        bool is_const;
    } cases[] = {{"a", true},  {"b", false}, {"c", true}, {"d", true},
                 {"e", false}, {"f", true},  {"g", false}};

    parse(state, "const int a; const int *b; int *const c;\n"
                 "const char d[2][3]; const char *e[2];\n"
                 "typedef const int ci; ci f; ci *g;");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ec_decl *found = decl(state, EC_DECL_VARIABLE, cases[i].name);
        assert_int_equal((found->flags & EC_DECL_CONST) != 0,
                         cases[i].is_const);
    }
}

static void
typedefs_name_types(void **state)
{
    fixture *f = *state;

    parse(state, "typedef int number, *pointer, vector[3];\n"
                 "typedef number (*function)(pointer number);\n"
                 "struct s { number number; };\n"
                 "function call; vector all;\n"
                 "typedef struct { int x; } point; point *where;\n");
    assert_type(state, EC_DECL_TYPEDEF, "pointer", "int *");
    assert_type(state, EC_DECL_VARIABLE, "call", "int(*)(int *)");
    assert_type(state, EC_DECL_VARIABLE, "all", "int[3]");
    assert_type(state, EC_DECL_VARIABLE, "where", "point *");
    assert_null(ec_scope_find(f->scope, EC_DECL_VARIABLE, "point", 5));
    assert_ptr_equal(ec_scope_types(f->scope), f->types);
}

static void
well_known_typedefs_keep_their_identity(void **state)
{
    parse(state, "typedef unsigned long size_t; typedef int wchar_t;\n"
                 "typedef unsigned int __uint32_t;\n"
                 "typedef __uint32_t uint32_t; typedef unsigned char bool;\n"
                 "struct _IO_FILE; typedef struct _IO_FILE FILE;\n"
                 "int f(size_t, wchar_t, uint32_t, FILE *, bool, int8_t);\n"
                 "int f(unsigned long, int, unsigned, FILE *, bool, int8_t);");
    assert_type(state, EC_DECL_FUNCTION, "f",
                "int(size_t, wchar_t, uint32_t, FILE *, unsigned char, "
                "int8_t)");
    assert_int_equal(decl(state, EC_DECL_TYPEDEF, "wchar_t")->type->kind,
                     EC_KIND_WCHAR);
}

static void
structs_have_fields_and_layout(void **state)
{
    const ec_type *type = NULL;

    parse(state, "struct node; struct list { struct node *first; };\n"
                 "struct node { char c; int a : 3, : 0, b : 5;\n"
                 "  union { float f; long l; }; struct { int in; } named;\n"
                 "  struct node *next[2]; short tail[]; };\n"
                 "struct node n;");
    type = decl(state, EC_DECL_TAG, "struct node")->type;
    assert_ptr_equal(type, decl(state, EC_DECL_VARIABLE, "n")->type);
    assert_ptr_equal(
        type,
        decl(state, EC_DECL_TAG, "struct list")->type->fields[0].type->item);
    assert_string_equal(type->tag, "node");
    assert_int_equal(type->n_fields, 7);
    assert_int_equal(type->fields[1].bit_size, 3);
    assert_int_equal(type->fields[2].bit_size, 5);
    assert_int_equal(type->fields[2].offset, 4);
    assert_string_equal(type->fields[3].name, "");
    assert_int_equal(type->fields[3].offset, 8);
    assert_int_equal(type->fields[4].offset, 16);
    assert_int_equal(type->fields[5].offset, 24);
    assert_int_equal(type->size, 40);
    assert_true((type->flags & EC_TYPE_FLEXIBLE) != 0);
}

static void
attributes_and_pragmas_change_the_layout(void **state)
{
    static const struct {
        const char *name;
        int size;
        int align;
    } cases[] = {
        {"struct a", 5, 1},   {"struct b", 16, 16}, {"struct c", 6, 2},
        {"struct d", 8, 4},   {"struct e", 16, 8},  {"struct f", 5, 1},
        {"struct g", 16, 16}, {"struct h", 5, 1},   {"struct i", 32, 16},
    };

    parse(state,
          "struct a { char c; int i; } __attribute__((packed));\n"
          "struct __attribute__((__aligned__(16))) b { char c; int i; };\n"
          "#pragma pack(push, 2)\n"
          "struct c { char c; int i; };\n"
          "#pragma pack(pop)\n"
          "struct d { char c; int i; };\n"
          "struct e { char c; _Alignas(8) int i; };\n"
          "struct f { char c; int i __attribute__((packed)); };\n"
          "struct g { char c; } __attribute__((aligned));\n"
          "typedef int loose __attribute__((aligned(1)));\n"
          "struct h { char c; loose i; };\n"
          "typedef int tight __attribute__((aligned(16)));\n"
          "struct i { char c; tight i; };\n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ec_type *type = decl(state, EC_DECL_TAG, cases[i].name)->type;
        assert_int_equal(type->size, cases[i].size);
        assert_int_equal(type->align, cases[i].align);
    }
}

static void
attributes_may_stand_anywhere(void **state)
{
    parse(state,
          "__attribute__((visibility(\"default\"))) int f(int a "
          "__attribute__((unused)), __attribute__(()) int b) "
          "__attribute__((pure, const));\n"
          "int * __attribute__((may_alias)) p, __attribute__((weak)) q;\n"
          "enum { A __attribute__((deprecated)) = 3 };\n"
          "struct { int x __attribute__((deprecated(\"no\"))), y; } s;\n"
          "[[nodiscard]] int g(void); int (__stdcall *cb)(int);\n"
          "typedef int word_t __attribute__((mode(__word__)));\n"
          "typedef unsigned byte_t __attribute__((mode(QI)));\n"
          "__extension__ typedef long long wide;\n"
          "_Static_assert(sizeof(int) == 4, \"\"); asm(\"nop\");\n"
          "_Noreturn void stop(void); _Thread_local int t; _Atomic(int) at;\n");
    assert_type(state, EC_DECL_FUNCTION, "f", "int(int, int)");
    assert_type(state, EC_DECL_VARIABLE, "p", "int *");
    assert_type(state, EC_DECL_TYPEDEF, "word_t", "long");
    assert_type(state, EC_DECL_TYPEDEF, "byte_t", "unsigned char");
    assert_type(state, EC_DECL_VARIABLE, "cb", "int(*)(int)");
    assert_constant(state, "A", 3);
}

static void
enums_have_the_type_that_gcc_gives_them(void **state)
{
    static const struct {
        const char *name;
        int prim;
    } cases[] = {{"enum u", EC_PRIM_UINT},  {"enum i", EC_PRIM_INT},
                 {"enum l", EC_PRIM_LONG},  {"enum ul", EC_PRIM_ULONG},
                 {"enum p", EC_PRIM_SCHAR}, {"enum c", EC_PRIM_SHORT},
                 {"enum n", EC_PRIM_LONG}};

    parse(state,
          "enum u { A, B = 5, C, D = C << 2 | A, E, };\n"
          "enum i { F = -1 }; enum l { G = 1L << 40, H = -1 };\n"
          "enum ul { I = 0xffffffffffffffff }; enum later;\n"
          "enum p { J = -128, K = 127 } __attribute__((packed));\n"
          "enum c : short { L = 1 }; enum n { M = -1, N = 0xffffffff };");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(decl(state, EC_DECL_TAG, cases[i].name)->type->prim,
                         cases[i].prim);
    }
    assert_constant(state, "C", 6);
    assert_constant(state, "D", 24);
    assert_constant(state, "E", 25);
    assert_constant(state, "I", -1);
    assert_true((decl(state, EC_DECL_TAG, "enum later")->type->flags &
                 EC_TYPE_INCOMPLETE) != 0);
}

static void
static_const_integers_are_constants(void **state)
{
    parse(state, "static const int A = 5, B = A * 2;\n"
                 "static const unsigned char C = 300;\n"
                 "static const double D = 1.5; const int e = 3;\n"
                 "static const char *const F = \"x\"; int g[B];");
    assert_constant(state, "A", 5);
    assert_constant(state, "B", 10);
    assert_constant(state, "C", 44);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "D")->flags,
                     EC_DECL_STATIC | EC_DECL_CONST | EC_DECL_INITIALISED);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "e")->flags,
                     EC_DECL_CONST | EC_DECL_INITIALISED);
    assert_type(state, EC_DECL_VARIABLE, "F", "char *");
    assert_type(state, EC_DECL_VARIABLE, "g", "int[10]");
}

static void
failure_values_keep_their_text_and_place(void **state)
{
    const ec_decl *found = NULL;

    parse(state, "int a(int) __embed_on_failure__( -1 );\n"
                 "struct r { int i; char *s; };\n"
                 "struct r b(void) __attribute__((cold))\n"
                 "    EMBED_ON_FAILURE((struct r){ -1, \"a)\" });\n"
                 "int c(void) __embed_on_failure__(0), d(void);");
    found = decl(state, EC_DECL_FUNCTION, "a");
    assert_string_equal(found->on_failure, "-1");
    assert_int_equal(found->on_failure_pos.line, 1);
    assert_int_equal(found->on_failure_pos.column, 34);
    found = decl(state, EC_DECL_FUNCTION, "b");
    assert_string_equal(found->on_failure, "(struct r){ -1, \"a)\" }");
    assert_int_equal(found->on_failure_pos.line, 4);
    assert_null(decl(state, EC_DECL_FUNCTION, "d")->on_failure);
}

static void
line_markers_say_where_declarations_are(void **state)
{
    const ec_decl *found = NULL;

    parse(state, "# 1 \"main.h\"\n# 1 \"dir/a \\\"b\\\".h\" 1 3 4\n"
                 "#define ignored (\n#undef ignored\n"
                 "int first;\n# 7 \"main.h\" 2\n  int second;\n"
                 "#line 20\nint third;");
    found = decl(state, EC_DECL_VARIABLE, "first");
    assert_string_equal(found->pos.file, "dir/a \"b\".h");
    assert_int_equal(found->pos.line, 3);
    found = decl(state, EC_DECL_VARIABLE, "second");
    assert_string_equal(found->pos.file, "main.h");
    assert_int_equal(found->pos.line, 7);
    assert_int_equal(found->pos.column, 7);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "third")->pos.line, 20);
}

static void
declarations_are_listed_in_source_order(void **state)
{
    static const char *const names[] = {"struct s", "T", "f",
                                        "enum e",   "A", "v"};
    fixture *f = *state;

    parse(state, "typedef struct s { int i; } T; T f(T t);\n"
                 "enum e { A }; enum e v;");
    assert_int_equal(ec_scope_count(f->scope), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(ec_scope_at(f->scope, i)->name, names[i]);
    }
    assert_null(ec_scope_at(f->scope, 6));
}

static void
compiler_extensions_of_system_headers_are_known(void **state)
{
    parse(state, "typedef __builtin_va_list __gnuc_va_list;\n"
                 "typedef __gnuc_va_list va_list; int v(char *, va_list);\n"
                 "extern _Float128 f128(_Float128); typedef float _Float32;\n"
                 "extern _Complex _Float32 cf(_Complex _Float32);\n"
                 "double _Complex cd(float _Complex, long double _Complex);\n"
                 "__int128 i; unsigned __int128 u; __typeof__(i) *pi;\n"
                 "int __attribute__((__mode__(__DI__))) big;\n");
    assert_type(state, EC_DECL_FUNCTION, "cf",
                "_cffi_float_complex_t(_cffi_float_complex_t)");
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "i")->type->size, 16);
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "i")->type->align, 16);
    assert_type(state, EC_DECL_VARIABLE, "pi", "__int128 *");
    assert_type(state, EC_DECL_VARIABLE, "big", "long");
}

/* --- redeclarations ------------------------------------------------------*/

static void
a_name_may_be_declared_again_alike(void **state)
{
    parse(state, "int f(int); extern int f(int a); typedef int T;\n"
                 "typedef int T; int g(); int g(int); extern int v;\n"
                 "int v = 2; extern int a[]; int a[3]; struct s; struct s;\n"
                 "struct s { int i; }; struct s; enum e { A }; enum e x;");
    assert_type(state, EC_DECL_FUNCTION, "g", "int(int)");
    assert_type(state, EC_DECL_VARIABLE, "a", "int[3]");
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "v")->flags,
                     EC_DECL_INITIALISED);
}

static void
a_name_declared_otherwise_is_an_error_with_both_places(void **state)
{
    assert_error(state, "int f(int);\nchar f(int);", 2, 6,
                 "conflicting declarations of 'f': the other one is at "
                 "main.h:1:5");
    assert_error(state, "typedef int t;\nint t;", 2, 5,
                 "conflicting declarations of 't': the other one is at "
                 "main.h:1:13");
    assert_error(state, "struct s { int i; };\n struct s { int i; };", 2, 9,
                 "redefinition of 'struct s': the other one is at main.h:1:8");
    assert_error(state, "struct w;\nunion w *p;", 2, 7,
                 "wrong kind of tag: struct vs union");
    assert_error(state, "enum { A }; enum { A };", 1, 20,
                 "conflicting enumerator 'A'");
}

/* --- errors --------------------------------------------------------------*/

static void
errors_have_a_place_and_a_reason(void **state)
{
    static const struct {
        const char *text;
        int line;
        int column;
        const char *message;
    } cases[] = {
        {"int a;\n  foo_t b;", 2, 3, "undefined type name 'foo_t'"},
        {"int a\nint b;", 2, 1, "expected ';'"},
        {"int f(int;", 1, 10, "expected ','"},
        {"int a[-1];", 1, 7, "expected a positive integer constant"},
        {"int a[n];", 1, 7, "undefined name 'n'"},
        {"unsigned float x;", 1, 1, "invalid combination of types"},
        {"struct s { int a; int a; };", 1, 8, "duplicate member 'a'"},
        {"struct t { struct u x; };", 1, 21,
         "member of incomplete type 'struct u'"},
        {"struct v { int a : 33; };", 1, 8,
         "struct v: bit-field 'a' is wider than its type 'int'"},
        {"struct x { int f(void); };", 1, 16, "a member cannot be a function"},
        {"struct y { int a;", 1, 18, "identifier expected"},
        {"int f(void) {", 1, 13, "'{' without its end"},
        {"void v;", 1, 6, "variable of type void"},
        {"int f(void, int);", 1, 11, "parameter of type void"},
        {"int f(x) int x; {}", 1, 7, "undefined type name 'x'"},
        {"int f()[3];", 1, 6, "invalid result type: 'int[3]'"},
        {"typedef int v4 __attribute__((vector_size(16)));", 1, 31,
         "unsupported attribute 'vector_size'"},
        {"int a __attribute__((aligned(3)));", 1, 30,
         "alignment is not a power of two"},
        {"/* a", 1, 1, "unterminated comment"},
        {"int a EMBED_ON_FAILURE(1);", 1, 7,
         "EMBED_ON_FAILURE not after a function"},
        {"int f(void) EMBED_ON_FAILURE();", 1, 13,
         "EMBED_ON_FAILURE needs a value"},
        {"extern \"Python\" int f(int);", 1, 8, "unknown linkage '\"Python\"'"},
        {"int ...;", 1, 5, "identifier expected"},
        {"}", 1, 1, "identifier expected"},
        {"struct { typedef int x; } s;", 1, 10,
         "storage class in the wrong place"},
        {"return 5;", 1, 1, "identifier expected"},
        {"enum e { A = 1.5 };", 1, 14, "not an integer constant expression"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        void *fresh = NULL;
        assert_int_equal(setup(&fresh), 0);
        assert_error(&fresh, cases[i].text, cases[i].line, cases[i].column,
                     cases[i].message);
        assert_int_equal(teardown(&fresh), 0);
    }
    (void)state;
}

static void
a_message_shows_the_line_with_a_caret(void **state)
{
    fixture *f = *state;
    char text[256];

    assert_error(state, "int a;\n\tfoo b;\nint c;", 2, 2,
                 "undefined type name 'foo'");
    assert_string_equal(f->diag.source, "\tfoo b;");
    assert_int_equal(f->diag.source_column, 2);
    assert_int_equal(ec_diag_format(&f->diag, text, sizeof(text)), 55);
    assert_string_equal(text, "main.h:2:2: error: undefined type name 'foo'\n"
                              "\tfoo b;\n\t^");
    assert_int_equal(ec_diag_format(&f->diag, text, 5), 55);
}

static void
a_long_line_is_cut_around_the_error(void **state)
{
    fixture *f = *state;
    char text[2000];

    memset(text, ' ', sizeof(text));
    memcpy(text + 1000, "foo b;", 7);
    memset(text + 1006, 'x', 900);
    text[1999] = '\0';
    assert_error(state, text, 1, 1001, "undefined type name 'foo'");
    assert_int_equal(strlen(f->diag.source), sizeof(f->diag.source) - 1);
    assert_memory_equal(f->diag.source + f->diag.source_column - 1, "foo b;",
                        6);
}

static void
deep_nesting_is_refused(void **state)
{
    static const char *const openings[] = {
        "struct { ",
        "int f(",
        "int (",
        "typeof(typeof(",
        "int x = (",
        "struct { int a[sizeof(",
        "extern \"C\" { ",
        "void (*f)(void (*)(",
        "enum { A = sizeof(enum {",
    };
    char *text = malloc(400000);

    assert_non_null(text);
    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        size_t len = strlen(openings[i]);
        for (size_t k = 0; k < 10000; k++) {
            memcpy(text + k * len, openings[i], len);
        }
        text[10000 * len] = '\0';
        assert_int_equal(parse_as(state, text, 0), EMBED_E_INVALID);
        assert_int_equal(parse_as(state, text, EC_PARSE_CDEF), EMBED_E_INVALID);
    }
    free(text);
}

static void
types_that_grow_without_end_are_refused(void **state)
{
    char text[8000];
    int len = snprintf(text, sizeof(text), "typedef int t0(int);");

    for (int i = 1; i < 60; i++) {
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "typedef t%d *t%d(t%d, t%d);", i - 1, i, i - 1, i - 1);
    }
    assert_int_equal(parse_as(state, text, 0), EMBED_E_INVALID);
    memset(text, '*', sizeof(text));
    memcpy(text, "int ", 4);
    memcpy(text + sizeof(text) - 4, "p;", 3);
    assert_int_equal(parse_as(state, text, 0), EMBED_E_INVALID);
}

/* --- skipping ------------------------------------------------------------*/

static void
what_is_not_understood_outside_the_main_file_is_skipped(void **state)
{
    fixture *f = *state;
    static const char text[] =
        "# 1 \"other.h\"\n"
        "foo_t a; int b;\n"
        "extern foo_t c(int) __attribute__((x)); int d;\n"
        "static inline foo_t e(foo_t x) { return x; } int g;\n"
        "struct h { foo_t x; struct { int y; } z; } hh, *hp; int i;\n"
        "foo_t j[] = { 1, 2 }; int k;\n"
        "extern \"C\" { foo_t l; int m; }\n"
        "struct __attribute__((vector_size(16))) n { int i; }; int o;\n"
        "} int p;\n"
        "# 5 \"main.h\"\n"
        "int q;\n";

    assert_int_equal(parse_as(state, text, EC_PARSE_SKIP), EMBED_OK);
    assert_int_equal(f->n_skipped, 8);
    for (const char *name = "bdgikmopq"; *name != '\0'; name++) {
        char one[2] = {*name, '\0'};
        (void)decl(state, EC_DECL_VARIABLE, one);
    }
    assert_int_equal(decl(state, EC_DECL_VARIABLE, "q")->pos.line, 5);
}

static void
what_is_not_understood_in_the_main_file_is_an_error(void **state)
{
    assert_error_as(state,
                    "# 1 \"other.h\"\nfoo_t a;\n# 3 \"main.h\"\nbar_t b;",
                    EC_PARSE_SKIP, 3, 1, "undefined type name 'bar_t'");
}

static void
a_declaration_in_the_main_file_counts_as_its_place(void **state)
{
    parse(state, "# 1 \"other.h\"\nint f(int);\n# 9 \"main.h\"\nint f(int);");
    assert_string_equal(decl(state, EC_DECL_FUNCTION, "f")->pos.file, "main.h");
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "f")->pos.line, 9);
}

static void
a_declaration_in_a_file_of_ours_counts_before_included_ones(void **state)
{
    parse(state, "# 1 \"other.h\"\nint f(int);\n# 5 \"own.h\"\nint f(int);\n"
                 "int g(int);\n# 9 \"main.h\"\nint g(int);\n"
                 "# 1 \"other.h\"\nint f(int);\n");
    assert_string_equal(decl(state, EC_DECL_FUNCTION, "f")->pos.file, "own.h");
    assert_int_equal(decl(state, EC_DECL_FUNCTION, "f")->pos.line, 5);
    assert_string_equal(decl(state, EC_DECL_FUNCTION, "g")->pos.file, "main.h");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(functions_have_the_type_declared),
        TEST(bodies_and_initialisers_are_skipped),
        TEST(const_is_that_of_the_outermost_type),
        TEST(typedefs_name_types),
        TEST(well_known_typedefs_keep_their_identity),
        TEST(structs_have_fields_and_layout),
        TEST(attributes_and_pragmas_change_the_layout),
        TEST(attributes_may_stand_anywhere),
        TEST(enums_have_the_type_that_gcc_gives_them),
        TEST(static_const_integers_are_constants),
        TEST(failure_values_keep_their_text_and_place),
        TEST(line_markers_say_where_declarations_are),
        TEST(declarations_are_listed_in_source_order),
        TEST(compiler_extensions_of_system_headers_are_known),
        TEST(a_name_may_be_declared_again_alike),
        TEST(a_name_declared_otherwise_is_an_error_with_both_places),
        TEST(errors_have_a_place_and_a_reason),
        TEST(a_message_shows_the_line_with_a_caret),
        TEST(a_long_line_is_cut_around_the_error),
        TEST(deep_nesting_is_refused),
        TEST(types_that_grow_without_end_are_refused),
        TEST(what_is_not_understood_outside_the_main_file_is_skipped),
        TEST(what_is_not_understood_in_the_main_file_is_an_error),
        TEST(a_declaration_in_the_main_file_counts_as_its_place),
        TEST(a_declaration_in_a_file_of_ours_counts_before_included_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
