/* header_check.c - what our parser and layout make of a preprocessed header, as
 * assertions for the compiler.
 *
 *     header_check FILE.i >FILE.check.c
 *
 * FILE.i is what `cc -E` wrote.  The output is that text again and one
 * assertion for each size, alignment, offset and value.  To stderr goes a line
 *
 *     D declarations, S skipped, A assertions
 *
 * and before it the reason for each declaration that was skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/cparse.h"
#include "gen/file.h"

static size_t n_asserts;
static size_t n_skipped;

static void
skipped(void *unused, const ec_diag *why)
{
    (void)unused;
    n_skipped++;
    (void)fprintf(stderr, "skipped: %s:%d:%d: %s\n", why->pos.file,
                  why->pos.line, why->pos.column, why->message);
}

static void
emit(const char *condition)
{
    (void)printf("_Static_assert(%s, \"%s\");\n", condition, condition);
    n_asserts++;
}

static char condition[1024];

static void
size_assert(const char *expr, ptrdiff_t size)
{
    (void)snprintf(condition, sizeof condition, "sizeof(%s) == %td", expr,
                   size);
    emit(condition);
}

static void
field_assert(const char *type, const ec_field *f, size_t offset)
{
    (void)snprintf(condition, sizeof condition,
                   "__builtin_offsetof(%s, %s) == %zu", type, f->name, offset);
    emit(condition);
    if (f->type->size >= 0) {
        char expr[512];
        (void)snprintf(expr, sizeof expr, "((%s *)0)->%s", type, f->name);
        size_assert(expr, f->type->size);
    }
}

static bool
is_record(const ec_type *type)
{
    return type->kind == EC_KIND_STRUCT || type->kind == EC_KIND_UNION;
}

/* Asserts about all fields, those of anonymous members too. */
static void // NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows
fields_assert(const ec_type *type, const char *name, size_t base)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const ec_field *f = &type->fields[i];
        if (f->name[0] == '\0' && is_record(f->type)) {
            fields_assert(f->type, name, base + f->offset);
        } else if (f->bit_size < 0 && f->name[0] != '\0' &&
                   f->name[0] != '$' /* ours, of what has no fields */) {
            field_assert(name, f, base + f->offset);
        }
    }
}

/* Asserts about a type by a name of it. */
static void
type_assert(const ec_type *type, const char *name, bool is_tag)
{
    /* Empty structs are of GNU C, and what is void has no size. */
    if (type->size < 0 || type->kind == EC_KIND_VOID ||
        (is_record(type) && type->n_fields == 0)) {
        return;
    }
    size_assert(name, type->size);
    if (is_record(type)) {
        fields_assert(type, name, 0);
    }
    if (is_record(type) && is_tag) {
        (void)snprintf(condition, sizeof condition, "_Alignof(%s) == %d", name,
                       type->align);
        emit(condition);
    }
}

static void
decl_assert(const ec_decl *decl)
{
    switch (decl->kind) {
    case EC_DECL_TAG:
        type_assert(decl->type, decl->name, true);
        break;
    case EC_DECL_TYPEDEF:
        type_assert(decl->type, decl->name, false);
        break;
    case EC_DECL_CONSTANT:
        if ((decl->flags & EC_DECL_UNKNOWN_VALUE) == 0) {
            (void)snprintf(condition, sizeof condition,
                           "(long long)(%s) == (long long)0x%" PRIx64 "ULL",
                           decl->name, (uint64_t)decl->value);
            emit(condition);
        }
        break;
    case EC_DECL_VARIABLE:
        if (decl->type->size > 0) {
            size_assert(decl->name, decl->type->size);
        }
        break;
    case EC_DECL_FUNCTION:
        break;
    }
}

int
main(int argc, char **argv)
{
    eg_text text = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    if (argc != 2 || eg_file_read(argv[1], &text, &err) != EMBED_OK) {
        (void)fprintf(stderr, "%s\n",
                      argc == 2 ? err.text : "usage: header_check FILE.i");
        return 2;
    }
    ec_types *types = ec_types_create();
    ec_scope *scope = ec_scope_create(types, NULL);
    const ec_parse_opts opts = {
        .flags = EC_PARSE_SKIP, .main_file = "", .on_skip = skipped};
    ec_diag diag = {.message = ""};
    embed_status status = ec_parse_decls(scope, eg_text_string(&text), text.len,
                                         argv[1], &opts, &diag);
    if (status != EMBED_OK) {
        (void)fprintf(stderr, "not parsed: %s:%d:%d: %s\n%s\n", diag.pos.file,
                      diag.pos.line, diag.pos.column, diag.message,
                      diag.source);
        return 1;
    }
    (void)fputs(eg_text_string(&text), stdout);
    (void)printf("\n# 1 \"assertions\"\n");
    size_t n = ec_scope_count(scope);
    for (size_t i = 0; i < n; i++) {
        decl_assert(ec_scope_at(scope, i));
    }
    (void)fprintf(stderr, "%zu declarations, %zu skipped, %zu assertions\n", n,
                  n_skipped, n_asserts);
    ec_scope_destroy(scope);
    ec_types_destroy(types);
    eg_text_fini(&text);
    return 0;
}
