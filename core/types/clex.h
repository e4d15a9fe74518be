/* clex.h - the tokens of C text.
 *
 * Stateless but for a position: copying an ec_lexer marks a place to come back
 * to.  Nothing is allocated; a token points into the text.  Preprocessing
 * directives come out as one token for the whole logical line.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CLEX_H
#define EMBED_CORE_TYPES_CLEX_H

#include "core/types/cparse.h"

typedef enum ec_tok_kind {
    EC_TOK_END,
    EC_TOK_IDENT,     /* op: EC_KW_* or 0 */
    EC_TOK_NUMBER,    /* a preprocessing number */
    EC_TOK_CHAR,      /* with prefix and quotes */
    EC_TOK_STRING,    /* with prefix and quotes */
    EC_TOK_PUNCT,     /* op: the byte itself or EC_OP_* */
    EC_TOK_DIRECTIVE, /* a whole `#...` line */
    EC_TOK_BAD,       /* unterminated comment, string or character */
} ec_tok_kind;

/* Operators of several bytes; those of one byte are that byte. */
enum {
    EC_OP_DOTS = 256, /* ... */
    EC_OP_ARROW,      /* -> */
    EC_OP_SHL,
    EC_OP_SHR,
    EC_OP_LE,
    EC_OP_GE,
    EC_OP_EQ,
    EC_OP_NE,
    EC_OP_AND, /* && */
    EC_OP_OR,  /* || */
    EC_OP_INC,
    EC_OP_DEC,
};

/* Keywords; alternative spellings share one number.  ORDER(specifier): the
 * ones from VOID to INT128 are basic type specifiers. */
enum {
    EC_KW_NONE,
    EC_KW_VOID,
    EC_KW_BOOL,
    EC_KW_CHAR,
    EC_KW_SHORT,
    EC_KW_INT,
    EC_KW_LONG,
    EC_KW_FLOAT,
    EC_KW_DOUBLE,
    EC_KW_SIGNED,
    EC_KW_UNSIGNED,
    EC_KW_COMPLEX,
    EC_KW_INT128,
    EC_KW_STRUCT,
    EC_KW_UNION,
    EC_KW_ENUM,
    EC_KW_TYPEOF,
    EC_KW_TYPEDEF,
    EC_KW_EXTERN,
    EC_KW_STATIC,
    EC_KW_INLINE,
    EC_KW_STORAGE, /* auto, register, _Thread_local: no effect here */
    EC_KW_NORETURN,
    EC_KW_CONST,
    EC_KW_QUALIFIER, /* volatile, restrict: no effect here */
    EC_KW_EXTENSION,
    EC_KW_ATOMIC,
    EC_KW_ALIGNAS,
    EC_KW_ALIGNOF,
    EC_KW_SIZEOF,
    EC_KW_OFFSETOF,
    EC_KW_ATTRIBUTE,
    EC_KW_DECLSPEC,
    EC_KW_ASM,
    EC_KW_STATIC_ASSERT,
    EC_KW_CALLCONV, /* __cdecl, __stdcall, WINAPI */
    EC_KW_ON_FAILURE,
    EC_KW_RESERVED, /* statements and unsupported things: never a name */
};

typedef struct ec_tok {
    ec_tok_kind kind;
    int op;
    const char *start;
    size_t len;
    const char *line_start; /* of the physical line */
    const char *file;
    int line;
} ec_tok;

typedef struct ec_lexer {
    const char *at;
    const char *end;
    const char *line_start;
    const char *file;
    int line;
    bool at_head; /* nothing but white space so far on this line */
} ec_lexer;

/** Starts at text[len]; `file` is only copied into tokens. */
void ec_lex_init(ec_lexer *lex, const char *text, size_t len, const char *file);

/** Reads the next token; EC_TOK_END again and again at the end. */
void ec_lex_next(ec_lexer *lex, ec_tok *out);

/** Says what is wrong with an EC_TOK_BAD token. */
const char *ec_lex_complaint(const ec_tok *tok);

/** True when the bytes of `tok` are exactly `text`. */
bool ec_tok_is(const ec_tok *tok, const char *text);

/** An integer literal. */
typedef struct ec_int_literal {
    uint64_t value;
    bool is_unsigned;
    int size; /* bytes: 4 or 8 */
} ec_int_literal;

/** Reads an EC_TOK_NUMBER as an integer with its C type.
 *  Returns NULL, or what is wrong. */
const char *ec_lex_integer(const ec_tok *tok, ec_int_literal *out);

/** Reads the value of an EC_TOK_CHAR.  @param out_width  bytes of one element:
 *  1, 2 (u'') or 4 (U'', L'').  Returns NULL, or what is wrong. */
const char *ec_lex_char(const ec_tok *tok, int64_t *out, int *out_width);

/** Counts the elements of an EC_TOK_STRING without its NUL.
 *  @param out_width  as for ec_lex_char() */
size_t ec_lex_string_length(const ec_tok *tok, int *out_width);

#endif /* EMBED_CORE_TYPES_CLEX_H */
