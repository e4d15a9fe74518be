/* cparse_directive.c - the directives left after preprocessing: line markers,
 * packing, and in cdef text constants.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cexpr.h"
#include "core/types/cparse_top.h"

#include <limits.h>
#include <string.h>

/* Longest file name in a line marker. */
#define MARKER_FILE_MAX 4096

/* --- line markers --------------------------------------------------------*/

/* Copies the file name of a marker's string without its escapes. */
static size_t
marker_name(const ec_tok *string, char *out)
{
    const char *at = string->start + 1;
    const char *end = string->start + string->len - 1;
    size_t len = 0;

    for (; at < end && len < MARKER_FILE_MAX - 1; at++) {
        if (*at == '\\' && at + 1 < end) {
            at++;
        }
        out[len++] = *at;
    }
    return len;
}

/* "#" [ "line" ] number [ string flags ]: the next line is that one. */
static bool
line_marker(ec_parser *p, ec_lexer *rest, const ec_tok *number)
{
    char name[MARKER_FILE_MAX];
    ec_tok file;
    int line = 0;

    for (size_t i = 0; i < number->len; i++) {
        char c = number->start[i];
        if (c < '0' || c > '9' || line > (INT_MAX - 9) / 10) {
            return ec_parser_fail(p, number, "invalid line number");
        }
        line = line * 10 + (c - '0');
    }
    ec_lex_next(rest, &file);
    if (file.kind == EC_TOK_STRING && file.start[0] == '"') {
        const char *kept =
            ec_scope_file(p->scope, name, marker_name(&file, name));
        if (kept == NULL) {
            return ec_parser_fail_nomem(p);
        }
        p->lex.file = kept;
    }
    /* The newline at the end of the directive adds one. */
    p->lex.line = line - 1;
    return true;
}

/* --- packing -------------------------------------------------------------*/

/* Saves the packing in force. */
static bool
pack_push(ec_parser *p, const ec_tok *tok)
{
    if (p->n_pack == EC_PARSER_PACK_MAX) {
        return ec_parser_fail(p, tok, "#pragma pack nested too deeply");
    }
    p->pack_stack[p->n_pack++] = p->pack;
    return true;
}

/* Goes back to the packing saved last. */
static void
pack_pop(ec_parser *p)
{
    if (p->n_pack > 0) {
        p->pack = p->pack_stack[--p->n_pack];
    }
}

/* The number of pack(n). */
static bool
pack_set(ec_parser *p, const ec_tok *tok)
{
    ec_int_literal literal;
    const char *wrong = ec_lex_integer(tok, &literal);

    if (wrong != NULL || literal.value > 16 ||
        (literal.value & (literal.value - 1)) != 0) {
        return ec_parser_fail(p, tok, "invalid #pragma pack");
    }
    p->pack = (int)literal.value;
    return true;
}

/* "pack" "(" [ push | pop ] [ "," name ] [ [","] number ] ")" */
static bool
pragma_pack(ec_parser *p, ec_lexer *rest)
{
    ec_tok tok;
    bool is_empty = true;

    ec_lex_next(rest, &tok);
    if (tok.kind != EC_TOK_PUNCT || tok.op != '(') {
        return true; /* as the compilers: a warning at most */
    }
    for (ec_lex_next(rest, &tok);
         tok.kind != EC_TOK_END && tok.kind != EC_TOK_BAD;
         ec_lex_next(rest, &tok)) {
        if (tok.kind == EC_TOK_PUNCT && tok.op == ')') {
            break;
        }
        is_empty = false;
        if (ec_tok_is(&tok, "push")) {
            if (!pack_push(p, &tok)) {
                return false;
            }
        } else if (ec_tok_is(&tok, "pop")) {
            pack_pop(p);
        } else if (tok.kind == EC_TOK_NUMBER && !pack_set(p, &tok)) {
            return false;
        }
    }
    if (is_empty) {
        p->pack = p->opts->pack;
    }
    return true;
}

/* --- constants -----------------------------------------------------------*/

/* Evaluates the text that `rest` still has. */
static bool
define_value(ec_parser *p, const ec_lexer *rest, const ec_tok *name,
             ec_value *out)
{
    ec_lexer lex = p->lex;
    ec_tok tok = p->tok;
    ec_parser_mode mode = p->mode;
    bool is_ok = false;

    p->lex = *rest;
    p->mode = EC_MODE_CONST;
    is_ok = ec_parser_next(p) && ec_parse_integer(p, out);
    if (is_ok && p->tok.kind != EC_TOK_END) {
        is_ok = ec_parser_fail(p, &p->tok, "unexpected symbol");
    }
    if (!is_ok && p->status == EMBED_E_INVALID) {
        p->status = EMBED_OK;
        (void)ec_parser_fail(p, name,
                             "#define %.*s: expected an integer constant or "
                             "'...'",
                             (int)(name->len > 100 ? 100 : name->len),
                             name->start);
    }
    p->lex = lex;
    p->tok = tok;
    p->mode = mode;
    return is_ok;
}

/* "define" name ( constant-expression | "..." ), in cdef text */
static bool
define(ec_parser *p, ec_lexer *rest)
{
    ec_lexer ahead;
    ec_tok name;
    ec_tok tok;
    ec_value value = {0};

    ec_lex_next(rest, &name);
    if (name.kind != EC_TOK_IDENT) {
        return ec_parser_fail(p, &name, "identifier expected");
    }
    ahead = *rest;
    ec_lex_next(&ahead, &tok);
    if (tok.kind == EC_TOK_PUNCT && tok.op == EC_OP_DOTS) {
        ec_type *type = ec_type_prim(p->types, EC_PRIM_INT, &p->err);
        return (type != NULL || ec_parser_fail_model(p, &name)) &&
               ec_parser_for_compiler(p, &tok) &&
               ec_parser_declare_constant(p, &name, type, 0,
                                          EC_DECL_UNKNOWN_VALUE);
    }
    return define_value(p, rest, &name, &value) &&
           ec_parser_declare_constant(p, &name, value.type, value.bits, 0);
}

/* True where `#define` declares a constant. */
static bool
defines_count(const ec_parser *p)
{
    return ec_parser_is_cdef(p) &&
           (p->opts->main_file == NULL ||
            strcmp(p->tok.file, p->opts->main_file) == 0);
}

/* True for directives that a preprocessor would have acted on. */
static bool
is_unprocessed(const ec_tok *word)
{
    static const char *const words[] = {"include", "if",   "ifdef", "ifndef",
                                        "else",    "elif", "endif", "error"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (ec_tok_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

bool
ec_parse_directive(ec_parser *p)
{
    ec_lexer rest = p->lex;
    ec_tok word;

    rest.at = p->tok.start + 1;
    rest.end = p->tok.start + p->tok.len;
    rest.line_start = p->tok.line_start;
    rest.line = p->tok.line;
    rest.at_head = false;
    ec_lex_next(&rest, &word);
    if (word.kind == EC_TOK_NUMBER) {
        return line_marker(p, &rest, &word);
    }
    if (ec_tok_is(&word, "line")) {
        ec_lex_next(&rest, &word);
        return line_marker(p, &rest, &word);
    }
    if (ec_tok_is(&word, "pragma")) {
        ec_lex_next(&rest, &word);
        return !ec_tok_is(&word, "pack") || pragma_pack(p, &rest);
    }
    if (ec_tok_is(&word, "define") && defines_count(p)) {
        return define(p, &rest);
    }
    if (is_unprocessed(&word) && ec_parser_is_cdef(p)) {
        return ec_parser_fail(p, &p->tok, "directive without a preprocessor");
    }
    return true;
}
