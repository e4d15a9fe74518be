/* cparse.c - the parser's ground: tokens, directives, failures, entry points.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cparse.h"

#include "core/types/cexpr.h"
#include "core/types/cparse_top.h"
#include "core/types/cparser.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- failures ------------------------------------------------------------*/

ec_pos
ec_parser_pos(const ec_tok *tok)
{
    ptrdiff_t column = tok->start - tok->line_start + 1;

    return (ec_pos){
        .file = tok->file,
        .line = tok->line,
        .column = column > INT_MAX ? INT_MAX : (int)column,
    };
}

/* Copies the line that `tok` is in, cut around the token when too long. */
static void
diag_source(ec_diag *diag, const ec_tok *tok, const char *end)
{
    size_t room = sizeof(diag->source) - 1;
    const char *start = tok->line_start;
    const char *stop = NULL;
    size_t len = 0;

    if ((size_t)(tok->start - start) > room / 2) {
        start = tok->start - room / 2;
    }
    stop = memchr(tok->start, '\n', (size_t)(end - tok->start));
    len = (size_t)((stop == NULL ? end : stop) - start);
    if (len > 0 && start[len - 1] == '\r') {
        len--;
    }
    if (len > room) {
        len = room;
    }
    memcpy(diag->source, start, len);
    diag->source[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        if (diag->source[i] == '\0') {
            diag->source[i] = ' ';
        }
    }
    diag->source_column = (int)(tok->start - start) + 1;
}

bool
ec_parser_fail(ec_parser *p, const ec_tok *tok, const char *fmt, ...)
{
    va_list args;

    if (p->status != EMBED_OK) {
        return false;
    }
    p->status = EMBED_E_INVALID;
    p->diag->pos = ec_parser_pos(tok);
    va_start(args, fmt);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is not
    (void)vsnprintf(p->diag->message, sizeof(p->diag->message), fmt, args);
    va_end(args);
    diag_source(p->diag, tok, p->lex.end);
    return false;
}

bool
ec_parser_fail_name(ec_parser *p, const ec_tok *tok, const char *what)
{
    if (p->mode == EC_MODE_TYPE) {
        return ec_parser_fail(p, tok, "%s", what);
    }
    return ec_parser_fail(p, tok, "%s '%.*s'", what,
                          tok->len > 100 ? 100 : (int)tok->len, tok->start);
}

bool
ec_parser_fail_model(ec_parser *p, const ec_tok *tok)
{
    if (p->err.status == EMBED_E_NOMEM) {
        return ec_parser_fail_nomem(p);
    }
    return ec_parser_fail(p, tok, "%s", p->err.text);
}

bool
ec_parser_fail_nomem(ec_parser *p)
{
    if (p->status == EMBED_OK || p->status == EMBED_E_INVALID) {
        p->status = EMBED_E_NOMEM;
    }
    return false;
}

bool
ec_parser_enter(ec_parser *p)
{
    if (p->depth >= EC_PARSER_DEPTH_MAX) {
        return ec_parser_fail(p, &p->tok, "nested too deeply");
    }
    p->depth++;
    return true;
}

/* --- scratch memory ------------------------------------------------------*/

bool
ec_parser_reserve(ec_parser *p, void **list, size_t n, size_t size)
{
    void *grown = NULL;

    /* Lists have room for 8, 16, 32 ... elements. */
    if (n != 0 && (n < 8 || (n & (n - 1)) != 0)) {
        return true;
    }
    grown = ec_arena_alloc(&p->scratch, (n == 0 ? 8 : n * 2) * size);
    if (grown == NULL) {
        return ec_parser_fail_nomem(p);
    }
    if (n > 0) {
        memcpy(grown, *list, n * size);
    }
    *list = grown;
    return true;
}

const char *
ec_parser_text(ec_parser *p, const ec_tok *tok)
{
    const char *text = ec_types_strndup(p->types, tok->start, tok->len);

    if (text == NULL) {
        (void)ec_parser_fail_nomem(p);
    }
    return text;
}

bool
ec_parser_is_cdef(const ec_parser *p)
{
    return (p->opts->flags & EC_PARSE_CDEF) != 0;
}

/* --- tokens --------------------------------------------------------------*/

bool
ec_parser_next(ec_parser *p)
{
    ec_tok before = p->tok;

    for (;;) {
        ec_lex_next(&p->lex, &p->tok);
        if (p->tok.kind == EC_TOK_BAD) {
            return ec_parser_fail(p, &p->tok, "%s", ec_lex_complaint(&p->tok));
        }
        if (p->tok.kind != EC_TOK_DIRECTIVE || p->mode != EC_MODE_DECLS) {
            break;
        }
        if (!ec_parse_directive(p)) {
            return false;
        }
    }
    if (p->tok.kind == EC_TOK_END && before.start != NULL) {
        /* What is missing is missing there; a preprocessor goes back to
         * another file at the end. */
        p->tok = before;
        p->tok.kind = EC_TOK_END;
        p->tok.start += before.len;
        p->tok.len = 0;
    }
    return true;
}

ec_tok
ec_parser_peek(const ec_parser *p)
{
    ec_lexer ahead = p->lex;
    ec_tok tok;

    do {
        ec_lex_next(&ahead, &tok);
    } while (tok.kind == EC_TOK_DIRECTIVE);
    return tok;
}

void
ec_parser_mark_set(const ec_parser *p, ec_parser_mark *mark)
{
    mark->lex = p->lex;
    mark->tok = p->tok;
    mark->depth = p->depth;
    mark->block_flags = p->block_flags;
    mark->pack = p->pack;
    mark->n_pack = p->n_pack;
    memcpy(mark->pack_stack, p->pack_stack, sizeof(mark->pack_stack));
}

void
ec_parser_rewind(ec_parser *p, const ec_parser_mark *mark)
{
    p->lex = mark->lex;
    p->tok = mark->tok;
    p->depth = mark->depth;
    p->block_flags = mark->block_flags;
    p->pack = mark->pack;
    p->n_pack = mark->n_pack;
    memcpy(p->pack_stack, mark->pack_stack, sizeof(p->pack_stack));
    p->status = EMBED_OK;
    ec_err_clear(&p->err);
}

bool
ec_parser_at(const ec_parser *p, int op)
{
    return p->tok.kind == EC_TOK_PUNCT && p->tok.op == op;
}

bool
ec_parser_at_word(const ec_parser *p, int keyword)
{
    return p->tok.kind == EC_TOK_IDENT && p->tok.op == keyword;
}

bool
ec_parser_expect(ec_parser *p, int op)
{
    if (!ec_parser_at(p, op)) {
        return ec_parser_fail(p, &p->tok, "expected '%c'", op);
    }
    return ec_parser_next(p);
}

bool
ec_parser_skip_group(ec_parser *p)
{
    ec_tok open = p->tok;
    size_t depth = 0;

    do {
        if (p->tok.kind == EC_TOK_END) {
            return ec_parser_fail(p, &open, "'%c' without its end", open.op);
        }
        if (p->tok.kind == EC_TOK_PUNCT) {
            switch (p->tok.op) {
            case '(':
            case '[':
            case '{':
                depth++;
                break;
            case ')':
            case ']':
            case '}':
                depth--;
                break;
            default:
                break;
            }
        }
        if (!ec_parser_next(p)) {
            return false;
        }
    } while (depth > 0);
    return true;
}

/* --- entry points --------------------------------------------------------*/

static const ec_parse_opts no_opts = {0};

/* Prepares a parse of text[len]. */
static embed_status
parser_init(ec_parser *p, ec_scope *scope, const char *text, size_t len,
            const char *file)
{
    const char *name = ec_scope_file(scope, file, strlen(file));

    if (name == NULL) {
        return EMBED_E_NOMEM;
    }
    p->scope = scope;
    p->types = ec_scope_types(scope);
    ec_lex_init(&p->lex, text, len, name);
    return EMBED_OK;
}

static void
parser_fini(ec_parser *p)
{
    ec_arena_fini(&p->scratch);
    ec_err_clear(&p->err);
}

embed_status
ec_parse_decls(ec_scope *scope, const char *text, size_t len, const char *file,
               const ec_parse_opts *opts, ec_diag *diag)
{
    ec_parser p = {.opts = opts == NULL ? &no_opts : opts,
                   .mode = EC_MODE_DECLS,
                   .diag = diag};

    if (parser_init(&p, scope, text, len, file) != EMBED_OK) {
        return EMBED_E_NOMEM;
    }
    p.pack = p.opts->pack;
    (void)(ec_parser_next(&p) && ec_parse_top(&p));
    parser_fini(&p);
    return p.status;
}

embed_status
ec_parse_type(ec_scope *scope, const char *text, size_t len, ec_type **out,
              ec_diag *diag)
{
    ec_parser p = {.opts = &no_opts, .mode = EC_MODE_TYPE, .diag = diag};
    ec_type *type = NULL;

    if (parser_init(&p, scope, text, len, "<type>") != EMBED_OK) {
        return EMBED_E_NOMEM;
    }
    if (ec_parser_next(&p) && ec_parse_type_name(&p, &type)) {
        if (p.tok.kind != EC_TOK_END) {
            (void)ec_parser_fail(&p, &p.tok, "unexpected symbol");
        } else {
            *out = type;
        }
    }
    parser_fini(&p);
    return p.status;
}

embed_status
ec_parse_const(ec_scope *scope, const char *text, size_t len, int64_t *out,
               bool *out_unsigned, ec_diag *diag)
{
    ec_parser p = {.opts = &no_opts, .mode = EC_MODE_CONST, .diag = diag};
    ec_value value = {0};

    if (parser_init(&p, scope, text, len, "<constant>") != EMBED_OK) {
        return EMBED_E_NOMEM;
    }
    if (ec_parser_next(&p) && ec_parse_integer(&p, &value)) {
        if (p.tok.kind != EC_TOK_END) {
            (void)ec_parser_fail(&p, &p.tok, "unexpected symbol");
        } else {
            *out = value.bits;
            if (out_unsigned != NULL) {
                *out_unsigned = !ec_type_is_signed(value.type);
            }
        }
    }
    parser_fini(&p);
    return p.status;
}

size_t
ec_diag_format(const ec_diag *diag, char *out, size_t cap)
{
    char caret[sizeof(diag->source) + 1];
    int n = 0;
    int width = diag->source_column - 1;

    /* Tabs stay tabs, so that the caret is right at any tab width. */
    for (int i = 0; i < width; i++) {
        caret[i] = diag->source[i] == '\t' ? '\t' : ' ';
    }
    caret[width] = '\0';
    n = snprintf(out, cap, "%s:%d:%d: error: %s\n%s\n%s^", diag->pos.file,
                 diag->pos.line, diag->pos.column, diag->message, diag->source,
                 caret);
    return n < 0 ? 0 : (size_t)n;
}
