/* clex.c - the tokens of C text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/clex.h"

#include <limits.h>
#include <string.h>

/* --- keywords ------------------------------------------------------------*/

typedef struct keyword {
    const char *name;
    int number;
} keyword;

/* Sorted by name (byte order), for binary search. */
static const keyword keywords[] = {
    {"EMBED_ON_FAILURE", EC_KW_ON_FAILURE},
    {"WINAPI", EC_KW_CALLCONV},
    {"_Alignas", EC_KW_ALIGNAS},
    {"_Alignof", EC_KW_ALIGNOF},
    {"_Atomic", EC_KW_ATOMIC},
    {"_Bool", EC_KW_BOOL},
    {"_Complex", EC_KW_COMPLEX},
    {"_Generic", EC_KW_RESERVED},
    {"_Imaginary", EC_KW_RESERVED},
    {"_Nonnull", EC_KW_QUALIFIER},
    {"_Noreturn", EC_KW_NORETURN},
    {"_Nullable", EC_KW_QUALIFIER},
    {"_Static_assert", EC_KW_STATIC_ASSERT},
    {"_Thread_local", EC_KW_STORAGE},
    {"__alignof", EC_KW_ALIGNOF},
    {"__alignof__", EC_KW_ALIGNOF},
    {"__asm", EC_KW_ASM},
    {"__asm__", EC_KW_ASM},
    {"__attribute", EC_KW_ATTRIBUTE},
    {"__attribute__", EC_KW_ATTRIBUTE},
    {"__auto_type", EC_KW_RESERVED},
    {"__builtin_offsetof", EC_KW_OFFSETOF},
    {"__cdecl", EC_KW_CALLCONV},
    {"__complex", EC_KW_COMPLEX},
    {"__complex__", EC_KW_COMPLEX},
    {"__const", EC_KW_CONST},
    {"__const__", EC_KW_CONST},
    {"__declspec", EC_KW_DECLSPEC},
    {"__embed_on_failure__", EC_KW_ON_FAILURE},
    {"__extension__", EC_KW_EXTENSION},
    {"__inline", EC_KW_INLINE},
    {"__inline__", EC_KW_INLINE},
    {"__int128", EC_KW_INT128},
    {"__restrict", EC_KW_QUALIFIER},
    {"__restrict__", EC_KW_QUALIFIER},
    {"__signed", EC_KW_SIGNED},
    {"__signed__", EC_KW_SIGNED},
    {"__stdcall", EC_KW_CALLCONV},
    {"__thread", EC_KW_STORAGE},
    {"__typeof", EC_KW_TYPEOF},
    {"__typeof__", EC_KW_TYPEOF},
    {"__volatile", EC_KW_QUALIFIER},
    {"__volatile__", EC_KW_QUALIFIER},
    {"alignas", EC_KW_ALIGNAS},
    {"alignof", EC_KW_ALIGNOF},
    {"asm", EC_KW_ASM},
    {"auto", EC_KW_STORAGE},
    {"break", EC_KW_RESERVED},
    {"case", EC_KW_RESERVED},
    {"char", EC_KW_CHAR},
    {"const", EC_KW_CONST},
    {"continue", EC_KW_RESERVED},
    {"default", EC_KW_RESERVED},
    {"do", EC_KW_RESERVED},
    {"double", EC_KW_DOUBLE},
    {"else", EC_KW_RESERVED},
    {"enum", EC_KW_ENUM},
    {"extern", EC_KW_EXTERN},
    {"float", EC_KW_FLOAT},
    {"for", EC_KW_RESERVED},
    {"goto", EC_KW_RESERVED},
    {"if", EC_KW_RESERVED},
    {"inline", EC_KW_INLINE},
    {"int", EC_KW_INT},
    {"long", EC_KW_LONG},
    {"offsetof", EC_KW_OFFSETOF},
    {"register", EC_KW_STORAGE},
    {"restrict", EC_KW_QUALIFIER},
    {"return", EC_KW_RESERVED},
    {"short", EC_KW_SHORT},
    {"signed", EC_KW_SIGNED},
    {"sizeof", EC_KW_SIZEOF},
    {"static", EC_KW_STATIC},
    {"static_assert", EC_KW_STATIC_ASSERT},
    {"struct", EC_KW_STRUCT},
    {"switch", EC_KW_RESERVED},
    {"thread_local", EC_KW_STORAGE},
    {"typedef", EC_KW_TYPEDEF},
    {"typeof", EC_KW_TYPEOF},
    {"union", EC_KW_UNION},
    {"unsigned", EC_KW_UNSIGNED},
    {"void", EC_KW_VOID},
    {"volatile", EC_KW_QUALIFIER},
    {"while", EC_KW_RESERVED},
};

/* Orders name[len] against a NUL-terminated string. */
static int
name_compare(const char *name, size_t len, const char *other)
{
    int order = strncmp(name, other, len);

    if (order == 0 && other[len] != '\0') {
        return -1;
    }
    return order;
}

/* Returns the keyword's number, EC_KW_NONE for other names. */
static int
keyword_find(const char *name, size_t len)
{
    size_t low = 0;
    size_t high = sizeof(keywords) / sizeof(keywords[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = name_compare(name, len, keywords[middle].name);
        if (order == 0) {
            return keywords[middle].number;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return EC_KW_NONE;
}

/* --- characters ----------------------------------------------------------*/

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* True for bytes of names: `$` as in GNU C, bytes of UTF-8 too. */
static bool
is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Returns the byte `ahead` places on, NUL beyond the end. */
static char
peek(const ec_lexer *lex, size_t ahead)
{
    if ((size_t)(lex->end - lex->at) <= ahead) {
        return '\0';
    }
    return lex->at[ahead];
}

/* Steps over a newline at `at`. */
static void
newline(ec_lexer *lex)
{
    lex->at++;
    lex->line_start = lex->at;
    if (lex->line < INT_MAX) {
        lex->line++;
    }
}

/* Returns the length of a backslash-newline at `at`, 0 when there is none. */
static size_t
splice_length(const ec_lexer *lex)
{
    if (peek(lex, 0) != '\\') {
        return 0;
    }
    if (peek(lex, 1) == '\n') {
        return 2;
    }
    return peek(lex, 1) == '\r' && peek(lex, 2) == '\n' ? 3 : 0;
}

/* Steps over a backslash-newline when there is one. */
static bool
splice(ec_lexer *lex)
{
    size_t len = splice_length(lex);

    if (len == 0) {
        return false;
    }
    lex->at += len - 1;
    newline(lex);
    return true;
}

/* Steps over a block comment at `at`; false when it does not end. */
static bool
block_comment(ec_lexer *lex)
{
    lex->at += 2;
    while (lex->at < lex->end) {
        if (peek(lex, 0) == '*' && peek(lex, 1) == '/') {
            lex->at += 2;
            return true;
        }
        if (*lex->at == '\n') {
            newline(lex);
        } else {
            lex->at++;
        }
    }
    return false;
}

/* Steps over a `//` comment, up to its newline. */
static void
line_comment(ec_lexer *lex)
{
    while (lex->at < lex->end && *lex->at != '\n') {
        if (!splice(lex)) {
            lex->at++;
        }
    }
}

/* Steps over white space and comments; false in an unterminated comment,
 * whose start is then stored in `out`. */
static bool
skip_blank(ec_lexer *lex, ec_tok *out)
{
    while (lex->at < lex->end) {
        char c = *lex->at;
        if (c == '\n') {
            newline(lex);
            lex->at_head = true;
        } else if (is_space(c)) {
            lex->at++;
        } else if (c == '/' && peek(lex, 1) == '/') {
            line_comment(lex);
        } else if (c == '/' && peek(lex, 1) == '*') {
            out->start = lex->at;
            out->line = lex->line;
            out->line_start = lex->line_start;
            if (!block_comment(lex)) {
                return false;
            }
        } else if (!splice(lex)) {
            break;
        }
    }
    return true;
}

/* --- tokens --------------------------------------------------------------*/

/* Steps over a string or character up to its quote; false when its line ends
 * first. */
static bool
quoted(ec_lexer *lex, char quote)
{
    lex->at++;
    while (lex->at < lex->end && *lex->at != '\n') {
        char c = *lex->at;
        if (splice(lex)) {
            continue;
        }
        lex->at++;
        if (c == quote) {
            return true;
        }
        if (c == '\\' && lex->at < lex->end && *lex->at != '\n') {
            lex->at++;
        }
    }
    return false;
}

/* Steps over the rest of a directive: to the end of its logical line. */
static bool
directive(ec_lexer *lex)
{
    while (lex->at < lex->end && *lex->at != '\n') {
        char c = *lex->at;
        ec_lexer inner = *lex;
        if (c == '/' && peek(lex, 1) == '*') {
            if (!block_comment(lex)) {
                return false;
            }
        } else if (c == '/' && peek(lex, 1) == '/') {
            line_comment(lex);
        } else if ((c == '"' || c == '\'') && quoted(&inner, c)) {
            *lex = inner;
        } else if (!splice(lex)) {
            lex->at++;
        }
    }
    return true;
}

/* pp-number: also takes `e+`, `p-` and suffixes. */
static void
number(ec_lexer *lex)
{
    while (lex->at < lex->end) {
        char c = *lex->at;
        char before = lex->at[-1];
        bool exponent =
            before == 'e' || before == 'E' || before == 'p' || before == 'P';
        if (!is_name(c) && c != '.' && !((c == '+' || c == '-') && exponent)) {
            break;
        }
        lex->at++;
    }
}

/* Operators of two bytes. */
static const struct {
    char text[3];
    short op;
} operators[] = {
    {"->", EC_OP_ARROW}, {"<<", EC_OP_SHL}, {">>", EC_OP_SHR},
    {"<=", EC_OP_LE},    {">=", EC_OP_GE},  {"==", EC_OP_EQ},
    {"!=", EC_OP_NE},    {"&&", EC_OP_AND}, {"||", EC_OP_OR},
    {"++", EC_OP_INC},   {"--", EC_OP_DEC},
};

/* Reads an operator, the longest that fits. */
static int
punctuator(ec_lexer *lex)
{
    char c = *lex->at;

    if (c == '.' && peek(lex, 1) == '.' && peek(lex, 2) == '.') {
        lex->at += 3;
        return EC_OP_DOTS;
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (operators[i].text[0] == c && operators[i].text[1] == peek(lex, 1)) {
            lex->at += 2;
            return operators[i].op;
        }
    }
    lex->at++;
    return (unsigned char)c;
}

/* True when name[len] is the prefix of a string or character. */
static bool
is_prefix(const char *name, size_t len)
{
    return (len == 1 && (*name == 'L' || *name == 'u' || *name == 'U')) ||
           (len == 2 && name[0] == 'u' && name[1] == '8');
}

/* Reads a name, a keyword, or a string with a prefix. */
static void
word(ec_lexer *lex, ec_tok *out)
{
    const char *start = lex->at;
    size_t len = 0;
    char quote = '\0';

    while (lex->at < lex->end && is_name(*lex->at)) {
        lex->at++;
    }
    len = (size_t)(lex->at - start);
    quote = peek(lex, 0);
    if ((quote == '"' || quote == '\'') && is_prefix(start, len)) {
        out->kind = quote == '"' ? EC_TOK_STRING : EC_TOK_CHAR;
        if (!quoted(lex, quote)) {
            out->kind = EC_TOK_BAD;
        }
        return;
    }
    out->kind = EC_TOK_IDENT;
    out->op = keyword_find(start, len);
}

/* Reads the token at `at`, which is not the end. */
static void
token(ec_lexer *lex, ec_tok *out)
{
    char c = *lex->at;
    bool head = lex->at_head;

    lex->at_head = false;
    if (c == '#' && head) {
        out->kind = directive(lex) ? EC_TOK_DIRECTIVE : EC_TOK_BAD;
    } else if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1)))) {
        lex->at++;
        number(lex);
        out->kind = EC_TOK_NUMBER;
    } else if (is_name(c)) {
        word(lex, out);
    } else if (c == '"' || c == '\'') {
        out->kind = c == '"' ? EC_TOK_STRING : EC_TOK_CHAR;
        if (!quoted(lex, c)) {
            out->kind = EC_TOK_BAD;
        }
    } else {
        out->op = punctuator(lex);
        out->kind = EC_TOK_PUNCT;
    }
}

void
ec_lex_init(ec_lexer *lex, const char *text, size_t len, const char *file)
{
    lex->at = text;
    lex->end = text + len;
    lex->line_start = text;
    lex->file = file;
    lex->line = 1;
    lex->at_head = true;
}

void
ec_lex_next(ec_lexer *lex, ec_tok *out)
{
    bool blank_ends = skip_blank(lex, out);

    out->op = 0;
    out->file = lex->file;
    if (!blank_ends) {
        out->kind = EC_TOK_BAD;
        out->len = (size_t)(lex->at - out->start);
        return;
    }
    out->start = lex->at;
    out->line = lex->line;
    out->line_start = lex->line_start;
    if (lex->at == lex->end) {
        out->kind = EC_TOK_END;
    } else {
        token(lex, out);
    }
    out->len = (size_t)(lex->at - out->start);
}

const char *
ec_lex_complaint(const ec_tok *tok)
{
    if (tok->start[0] == '/' || tok->start[0] == '#') {
        return "unterminated comment";
    }
    if (memchr(tok->start, '"', tok->len) != NULL) {
        return "unterminated string";
    }
    return "unterminated character constant";
}

bool
ec_tok_is(const ec_tok *tok, const char *text)
{
    return tok->len == strlen(text) && memcmp(tok->start, text, tok->len) == 0;
}

/* --- literals ------------------------------------------------------------*/

/* Returns the value of a digit in bases up to 16, 16 for other bytes. */
static unsigned
digit_value(char c)
{
    if (is_digit(c)) {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a') + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return (unsigned)(c - 'A') + 10;
    }
    return 16;
}

/* Reads an integer suffix; false when it is none. */
static bool
suffix(const char *at, const char *end, bool *out_unsigned, bool *out_long)
{
    int n_long = 0;

    for (; at < end; at++) {
        if ((*at == 'u' || *at == 'U') && !*out_unsigned) {
            *out_unsigned = true;
        } else if ((*at == 'l' || *at == 'L') && n_long == 0) {
            n_long = end - at > 1 && at[1] == *at ? 2 : 1;
            at += n_long - 1;
        } else {
            return false;
        }
    }
    *out_long = n_long > 0;
    return true;
}

/* Finds base and first digit of an integer literal. */
static unsigned
literal_base(const char **at, const char *end)
{
    if (end - *at > 2 && **at == '0') {
        char mark = (*at)[1];
        if (mark == 'x' || mark == 'X') {
            *at += 2;
            return 16;
        }
        if (mark == 'b' || mark == 'B') {
            *at += 2;
            return 2;
        }
    }
    return **at == '0' ? 8 : 10;
}

const char *
ec_lex_integer(const ec_tok *tok, ec_int_literal *out)
{
    const char *at = tok->start;
    const char *end = at + tok->len;
    unsigned base = literal_base(&at, end);
    bool is_long = false;
    uint64_t value = 0;

    out->is_unsigned = false;
    for (; at < end && digit_value(*at) < base; at++) {
        if (value > (UINT64_MAX - digit_value(*at)) / base) {
            return "number too large";
        }
        value = value * base + digit_value(*at);
    }
    if (at < end && (*at == '.' || (base <= 10 && is_digit(*at)))) {
        return "not an integer";
    }
    if (!suffix(at, end, &out->is_unsigned, &is_long)) {
        return "not an integer";
    }
    out->value = value;
    out->size = is_long || value > UINT32_MAX ? 8 : 4;
    if (out->size == 4 && value > INT32_MAX && !out->is_unsigned) {
        /* C11 6.4.4.1: decimal goes to long, other bases to unsigned. */
        out->size = base == 10 ? 8 : 4;
        out->is_unsigned = base != 10;
    }
    if (value > INT64_MAX) {
        out->is_unsigned = true;
    }
    return NULL;
}

/* Reads up to `max` digits. */
static uint32_t
escape_digits(const char **at, const char *end, unsigned base, size_t max)
{
    uint32_t value = 0;

    for (size_t i = 0; i < max && *at < end && digit_value(**at) < base; i++) {
        value = value * base + digit_value(**at);
        (*at)++;
    }
    return value;
}

/* Reads an escape sequence after its backslash. */
static uint32_t
escape(const char **at, const char *end)
{
    static const char letters[] = "abefnrtv";
    static const char values[] = "\a\b\033\f\n\r\t\v";
    char c = **at;
    const char *known = NULL;

    if (digit_value(c) < 8) {
        return escape_digits(at, end, 8, 3);
    }
    (*at)++;
    if (c == 'x') {
        return escape_digits(at, end, 16, SIZE_MAX);
    }
    if (c == 'u' || c == 'U') {
        return escape_digits(at, end, 16, c == 'u' ? 4 : 8);
    }
    known = c == '\0' ? NULL : strchr(letters, c);
    return known != NULL ? (unsigned char)values[known - letters]
                         : (unsigned char)c;
}

/* Reads a UTF-8 sequence; a byte that starts none counts as itself. */
static uint32_t
utf8(const char **at, const char *end)
{
    uint32_t first = (unsigned char)*(*at)++;
    uint32_t value = 0;
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;

    if (more == 0) {
        return first;
    }
    value = first & (0x3fu >> more);
    while (more-- > 0 && *at < end && ((unsigned char)**at & 0xc0) == 0x80) {
        value = value << 6 | ((unsigned char)*(*at)++ & 0x3f);
    }
    return value;
}

/* Reads one element of a string or character. */
static uint32_t
element(const char **at, const char *end, int width)
{
    if (**at == '\\' && end - *at > 1) {
        (*at)++;
        return escape(at, end);
    }
    if (width > 1) {
        return utf8(at, end);
    }
    return (unsigned char)*(*at)++;
}

/* Finds the text between the quotes and the element width. */
static const char *
unquote(const ec_tok *tok, const char **out_end, int *out_width)
{
    const char *at = tok->start;

    *out_width = 1;
    if (*at == 'L' || *at == 'U') {
        *out_width = 4;
    } else if (*at == 'u' && at[1] != '8') {
        *out_width = 2;
    }
    while (*at != '"' && *at != '\'') {
        at++;
    }
    *out_end = tok->start + tok->len - 1;
    return at + 1;
}

const char *
ec_lex_char(const ec_tok *tok, int64_t *out, int *out_width)
{
    const char *end = NULL;
    const char *at = unquote(tok, &end, out_width);
    uint32_t value = 0;
    int n = 0;

    for (; at < end; n++) {
        uint32_t c = element(&at, end, *out_width);
        value = *out_width == 1 ? value << 8 | (c & 0xff) : c;
    }
    if (n == 0) {
        return "empty character constant";
    }
    if (*out_width == 1) {
        *out = n == 1 ? (int64_t)(char)value : (int64_t)(int32_t)value;
    } else if (*out_width == 2) {
        *out = value & 0xffff;
    } else {
        *out = value;
    }
    return NULL;
}

size_t
ec_lex_string_length(const ec_tok *tok, int *out_width)
{
    const char *end = NULL;
    const char *at = unquote(tok, &end, out_width);
    size_t n = 0;

    while (at < end) {
        uint32_t c = element(&at, end, *out_width);
        n += *out_width == 2 && c > 0xffff ? 2 : 1;
    }
    return n;
}
