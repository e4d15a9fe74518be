/* test_clex.c - tokens of C text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/types/clex.h"

/* Reads the first token of `text`. */
static ec_tok
first(const char *text)
{
    ec_lexer lex;
    ec_tok tok;

    ec_lex_init(&lex, text, strlen(text), "test.h");
    ec_lex_next(&lex, &tok);
    return tok;
}

static void
assert_token(ec_lexer *lex, ec_tok_kind kind, int op, const char *text)
{
    ec_tok tok;

    ec_lex_next(lex, &tok);
    assert_int_equal(tok.kind, kind);
    assert_int_equal(tok.op, op);
    assert_true(ec_tok_is(&tok, text));
}

static void
a_declaration_is_split_into_its_tokens(void **state)
{
    static const char text[] = "static int *f_1(char c[0x10], ...);";
    ec_lexer lex;

    (void)state;
    ec_lex_init(&lex, text, strlen(text), "test.h");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_STATIC, "static");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_INT, "int");
    assert_token(&lex, EC_TOK_PUNCT, '*', "*");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_NONE, "f_1");
    assert_token(&lex, EC_TOK_PUNCT, '(', "(");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_CHAR, "char");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_NONE, "c");
    assert_token(&lex, EC_TOK_PUNCT, '[', "[");
    assert_token(&lex, EC_TOK_NUMBER, 0, "0x10");
    assert_token(&lex, EC_TOK_PUNCT, ']', "]");
    assert_token(&lex, EC_TOK_PUNCT, ',', ",");
    assert_token(&lex, EC_TOK_PUNCT, EC_OP_DOTS, "...");
    assert_token(&lex, EC_TOK_PUNCT, ')', ")");
    assert_token(&lex, EC_TOK_PUNCT, ';', ";");
    assert_token(&lex, EC_TOK_END, 0, "");
    assert_token(&lex, EC_TOK_END, 0, "");
}

static void
positions_count_lines_and_bytes(void **state)
{
    static const char text[] = "a /* x\n y */ \tb\n  // c\n\\\n   d";
    ec_lexer lex;
    ec_tok tok;

    (void)state;
    ec_lex_init(&lex, text, strlen(text), "test.h");
    ec_lex_next(&lex, &tok);
    assert_int_equal(tok.line, 1);
    assert_string_equal(tok.file, "test.h");
    ec_lex_next(&lex, &tok);
    assert_true(ec_tok_is(&tok, "b"));
    assert_int_equal(tok.line, 2);
    assert_int_equal(tok.start - tok.line_start, 7);
    ec_lex_next(&lex, &tok);
    assert_true(ec_tok_is(&tok, "d"));
    assert_int_equal(tok.line, 5);
    assert_int_equal(tok.start - tok.line_start, 3);
}

static void
a_directive_is_one_token_with_its_continuations(void **state)
{
    static const char text[] = "#define A \"/*\" \\\n 2 /* 3\n 4 */ 5\nx # y";
    ec_lexer lex;

    (void)state;
    ec_lex_init(&lex, text, strlen(text), "test.h");
    assert_token(&lex, EC_TOK_DIRECTIVE, 0,
                 "#define A \"/*\" \\\n 2 /* 3\n 4 */ 5");
    assert_token(&lex, EC_TOK_IDENT, EC_KW_NONE, "x");
    assert_token(&lex, EC_TOK_PUNCT, '#', "#");
}

static void
longest_operators_win(void **state)
{
    static const char text[] = "-><<=>>!=&&||++--.";
    static const int ops[] = {EC_OP_ARROW, EC_OP_SHL, '=',      EC_OP_SHR,
                              EC_OP_NE,    EC_OP_AND, EC_OP_OR, EC_OP_INC,
                              EC_OP_DEC,   '.'};
    ec_lexer lex;
    ec_tok tok;

    (void)state;
    ec_lex_init(&lex, text, strlen(text), "test.h");
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        ec_lex_next(&lex, &tok);
        assert_int_equal(tok.op, ops[i]);
    }
}

static void
strings_and_characters_keep_prefix_and_escapes(void **state)
{
    int width = 0;
    int64_t value = 0;
    ec_tok tok = first("u8\"a\\\"b\\x41\\101\" x");

    (void)state;
    assert_int_equal(tok.kind, EC_TOK_STRING);
    assert_int_equal(ec_lex_string_length(&tok, &width), 5);
    assert_int_equal(width, 1);
    tok = first("L'\\u00e9'");
    assert_null(ec_lex_char(&tok, &value, &width));
    assert_int_equal(value, 0xe9);
    assert_int_equal(width, 4);
    tok = first("'\\n'");
    assert_null(ec_lex_char(&tok, &value, &width));
    assert_int_equal(value, '\n');
    tok = first("'\\377'");
    assert_null(ec_lex_char(&tok, &value, &width));
    assert_int_equal(value, '\377');
    tok = first("'ab'");
    assert_null(ec_lex_char(&tok, &value, &width));
    assert_int_equal(value, 'a' << 8 | 'b');
    tok = first("''");
    assert_non_null(ec_lex_char(&tok, &value, &width));
}

static void
what_does_not_end_is_bad(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        {"/* a", "unterminated comment"},
        {"\"a\n\"", "unterminated string"},
        {"\"a\\", "unterminated string"},
        {"'a", "unterminated character constant"},
        {"L'", "unterminated character constant"},
        {"#define A /* ", "unterminated comment"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ec_tok tok = first(cases[i].text);
        assert_int_equal(tok.kind, EC_TOK_BAD);
        assert_string_equal(ec_lex_complaint(&tok), cases[i].complaint);
    }
}

static void
integer_literals_have_the_type_c_gives_them(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
        int size;
        bool is_unsigned;
    } cases[] = {
        {"0", 0, 4, false},
        {"12", 12, 4, false},
        {"017", 15, 4, false},
        {"0x7fffffff", 0x7fffffff, 4, false},
        {"0xffffffff", 0xffffffff, 4, true},
        {"4294967295", 4294967295u, 8, false},
        {"2147483648", 2147483648u, 8, false},
        {"0b101u", 5, 4, true},
        {"1l", 1, 8, false},
        {"1ULL", 1, 8, true},
        {"1llu", 1, 8, true},
        {"0xffffffffffffffff", UINT64_MAX, 8, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ec_tok tok = first(cases[i].text);
        ec_int_literal literal;
        assert_null(ec_lex_integer(&tok, &literal));
        assert_int_equal(literal.value, cases[i].value);
        assert_int_equal(literal.size, cases[i].size);
        assert_int_equal(literal.is_unsigned, cases[i].is_unsigned);
    }
}

static void
malformed_integer_literals_are_refused(void **state)
{
    static const char *const cases[] = {
        "08", "1x", "0xg", "1lul", "1uu", "1.0", "18446744073709551616", "1lL",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ec_tok tok = first(cases[i]);
        ec_int_literal literal;
        assert_int_equal(tok.kind, EC_TOK_NUMBER);
        assert_non_null(ec_lex_integer(&tok, &literal));
    }
}

static void
keywords_of_all_spellings_are_found(void **state)
{
    static const struct {
        const char *text;
        int keyword;
    } cases[] = {
        {"__const__", EC_KW_CONST},
        {"const", EC_KW_CONST},
        {"while", EC_KW_RESERVED},
        {"EMBED_ON_FAILURE", EC_KW_ON_FAILURE},
        {"__embed_on_failure__", EC_KW_ON_FAILURE},
        {"whil", EC_KW_NONE},
        {"constant", EC_KW_NONE},
        {"__typeof__", EC_KW_TYPEOF},
        {"_Bool", EC_KW_BOOL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(first(cases[i].text).op, cases[i].keyword);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_declaration_is_split_into_its_tokens),
        cmocka_unit_test(positions_count_lines_and_bytes),
        cmocka_unit_test(a_directive_is_one_token_with_its_continuations),
        cmocka_unit_test(longest_operators_win),
        cmocka_unit_test(strings_and_characters_keep_prefix_and_escapes),
        cmocka_unit_test(what_does_not_end_is_bad),
        cmocka_unit_test(integer_literals_have_the_type_c_gives_them),
        cmocka_unit_test(malformed_integer_literals_are_refused),
        cmocka_unit_test(keywords_of_all_spellings_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
