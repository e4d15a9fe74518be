/* cmd_check_api.c - `embed check-api`: declarations written by hand against the
 * header that they stand for.
 *
 * Names and types are those that our parser finds in the real header; sizes,
 * offsets and values are the compiler's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_check_api.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/cc.h"
#include "gen/facts.h"
#include "gen/file.h"
#include "gen/same_type.h"
#include "gen/spec.h"

/* A number that is declared, and the question for the real one. */
typedef struct comparison {
    const ec_decl *decl;
    const char *what; /* such as "size is"; a field's: with one %s */
    const char *field;
    int64_t declared;
    size_t fact;
    size_t exists;  /* question whether the name is there; NO_FACT: it is */
    bool is_absent; /* a function or variable; `fact` has an answer when the
                       compiler knows it */
} comparison;

#define NO_FACT ((size_t)-1)

typedef struct checker {
    const eg_opts *opts;
    eg_report *report;
    eg_opts decl_opts; /* for `spec`; its lists are borrowed */
    const char *decl_path[2];
    eg_spec spec;    /* what is declared */
    ec_types *types; /* of the real header */
    ec_scope *real;  /* what is there */
    eg_text include; /* a line of C */
    eg_facts facts;
    comparison *list; /* list[n]; owned */
    size_t n;
    size_t cap;
    bool failed; /* out of memory */
} checker;

/* --- reporting ------------------------------------------------------------*/

/* A declaration's name without "struct". */
static const char *
plain_name(const ec_decl *decl)
{
    const char *blank = strrchr(decl->name, ' ');
    return blank == NULL ? decl->name : blank + 1;
}

static void
differs(checker *c, const ec_decl *decl, const char *text)
{
    const ec_pos pos = decl->pos;
    eg_report_error_at(c->report, &pos, plain_name(decl), "%s", text);
}

/* --- the real header ------------------------------------------------------*/

/* The line that includes it: a file, else what the compiler finds. */
static bool
include_make(checker *c)
{
    char path[PATH_MAX];
    const char *name = c->opts->against;
    if (eg_file_is_readable(name) && realpath(name, path) != NULL) {
        eg_text_printf(&c->include, "#include \"%s\"", path);
    } else {
        eg_text_printf(&c->include, "#include <%s>", name);
    }
    return !c->include.failed;
}

/* Preprocesses that line. */
static embed_status
real_preprocess(const checker *c, eg_text *out, ec_err *err)
{
    eg_text dir = EG_TEXT_INIT;
    eg_text file = EG_TEXT_INIT;
    eg_cmd cmd = EG_CMD_INIT;
    embed_status status = eg_file_temp_dir(&dir, err);
    if (status == EMBED_OK) {
        eg_text_printf(&file, "%s/real.c", eg_text_string(&dir));
        eg_text line = EG_TEXT_INIT;
        eg_text_printf(&line, "%s\n", eg_text_string(&c->include));
        status = eg_file_write(eg_text_string(&file), eg_text_string(&line),
                               line.len, err);
        eg_text_fini(&line);
    }
    if (status == EMBED_OK) {
        eg_cmd_compiler(&cmd);
        eg_cmd_add(&cmd, "-E");
        eg_cmd_add_list(&cmd, c->opts->cpp.items, c->opts->cpp.n);
        eg_cmd_add(&cmd, eg_text_string(&file));
        status = eg_cmd_run(&cmd, out, err);
    }
    (void)unlink(eg_text_string(&file));
    (void)rmdir(eg_text_string(&dir));
    eg_cmd_fini(&cmd);
    eg_text_fini(&file);
    eg_text_fini(&dir);
    return status;
}

static embed_status
real_load(checker *c, ec_err *err)
{
    eg_text text = EG_TEXT_INIT;
    ec_diag diag = {.message = ""};
    const ec_parse_opts opts = {.flags = EC_PARSE_SKIP, .main_file = ""};
    c->types = ec_types_create();
    c->real = c->types == NULL ? NULL : ec_scope_create(c->types, NULL);
    if (c->real == NULL || !include_make(c)) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = real_preprocess(c, &text, err);
    if (status == EMBED_OK &&
        ec_parse_decls(c->real, eg_text_string(&text), text.len,
                       c->opts->against, &opts, &diag) != EMBED_OK) {
        status = ec_fail(err, EMBED_E_INVALID, "%s:%d: %s", diag.pos.file,
                         diag.pos.line, diag.message);
    }
    eg_text_fini(&text);
    return status;
}

static const ec_decl *
real_find(const checker *c, const ec_decl *decl)
{
    return ec_scope_find(c->real, decl->kind, decl->name, strlen(decl->name));
}

/* --- comparing ------------------------------------------------------------*/

static void
compare_later(checker *c, const comparison *added)
{
    if (c->n == c->cap) {
        size_t cap = c->cap == 0 ? 64 : c->cap * 2;
        comparison *list = realloc(c->list, cap * sizeof *list);
        if (list == NULL) {
            c->failed = true;
            return;
        }
        c->list = list;
        c->cap = cap;
    }
    c->list[c->n++] = *added;
}

static void
compare_types(checker *c, const ec_decl *decl, const char *what,
              const ec_type *declared, const ec_type *real)
{
    if (!eg_same_type(declared, real)) {
        eg_text text = EG_TEXT_INIT;
        const char *against = c->opts->against;
        if (strchr(declared->name, '$') != NULL ||
            strcmp(declared->name, real->name) == 0) {
            eg_text_printf(&text, "%s has another type in %s", what, against);
        } else {
            eg_text_printf(&text, "%s is '%s', %s has '%s'", what,
                           declared->name, against, real->name);
        }
        differs(c, decl, eg_text_string(&text));
        eg_text_fini(&text);
    }
}

/* A number of a type: size or alignment. */
static void
compare_number(checker *c, const ec_decl *decl, const char *what,
               const char *expr, int64_t declared)
{
    const comparison added = {.decl = decl,
                              .what = what,
                              .declared = declared,
                              .fact = eg_facts_add(&c->facts, NULL, "%s", expr),
                              .exists = NO_FACT};
    compare_later(c, &added);
}

/* A field, and the offset from the start of its outermost record. */
typedef struct position {
    const ec_field *field;
    size_t offset;
} position;

static size_t
position_bits(const position *p)
{
    return p->offset * CHAR_BIT + (size_t)p->field->bit_shift;
}

/* A bit-field of either; the compiler does not tell where one is. */
static void
compare_bits(checker *c, const ec_decl *decl, const position *declared,
             const position *actual)
{
    char text[1024];
    const char *name = declared->field->name;
    int width = declared->field->bit_size;
    int real_width = actual->field->bit_size;
    if (width < 0 || real_width < 0) {
        (void)snprintf(text, sizeof text,
                       "field '%s' is %s bit-field, %s has %s", name,
                       width < 0 ? "no" : "a", c->opts->against,
                       width < 0 ? "one" : "none");
    } else if (width != real_width) {
        (void)snprintf(text, sizeof text,
                       "bit-field '%s' is %d bits wide, %s has %d", name, width,
                       c->opts->against, real_width);
    } else if ((decl->type->flags & EC_TYPE_PARTIAL) == 0 &&
               position_bits(declared) != position_bits(actual)) {
        (void)snprintf(text, sizeof text,
                       "bit-field '%s' starts at bit %zu, %s has it at %zu",
                       name, position_bits(declared), c->opts->against,
                       position_bits(actual));
    } else {
        return;
    }
    differs(c, decl, text);
}

/* A field that both have. */
static void
compare_field(checker *c, const ec_decl *decl, const ec_field *field,
              size_t offset, const ec_type *real)
{
    char text[1024];
    size_t at = 0;
    const ec_field *there =
        ec_type_field(real, field->name, strlen(field->name), &at);
    if (there == NULL) {
        (void)snprintf(text, sizeof text, "%s has no field '%s' in %s",
                       c->opts->against, field->name, decl->name);
        differs(c, decl, text);
        return;
    }
    (void)snprintf(text, sizeof text, "field '%s'", field->name);
    compare_types(c, decl, text, field->type, there->type);
    if (field->bit_size >= 0 || there->bit_size >= 0) {
        const position declared = {field, offset};
        const position actual = {there, at};
        compare_bits(c, decl, &declared, &actual);
    } else if ((decl->type->flags & EC_TYPE_PARTIAL) == 0) {
        const comparison added = {.decl = decl,
                                  .what = "field '%s' is at offset",
                                  .field = field->name,
                                  .declared = (int64_t)offset,
                                  .fact = eg_facts_add(&c->facts, NULL,
                                                       "offsetof(%s, %s)",
                                                       decl->name, field->name),
                                  .exists = NO_FACT};
        compare_later(c, &added);
    }
}

/* All fields, those of anonymous members too. */
static void // NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows
compare_fields(checker *c, const ec_decl *decl, const ec_type *declared,
               size_t base, const ec_type *real)
{
    for (size_t i = 0; i < declared->n_fields; i++) {
        const ec_field *field = &declared->fields[i];
        if (field->name[0] == '\0') {
            compare_fields(c, decl, field->type, base + field->offset, real);
        } else {
            compare_field(c, decl, field, base + field->offset, real);
        }
    }
}

/* Fields that are there and not declared, where the declaration is complete. */
static void // NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows
compare_missing(checker *c, const ec_decl *decl, const ec_type *real)
{
    char text[1024];
    size_t at = 0;
    for (size_t i = 0; i < real->n_fields; i++) {
        const ec_field *field = &real->fields[i];
        if (field->name[0] == '\0') {
            compare_missing(c, decl, field->type);
        } else if (field->name[0] != '$' &&
                   ec_type_field(decl->type, field->name, strlen(field->name),
                                 &at) == NULL) {
            (void)snprintf(text, sizeof text,
                           "field '%s' of %s is not declared; end the "
                           "declaration with '...;' if it need not be",
                           field->name, c->opts->against);
            differs(c, decl, text);
        }
    }
}

static void
compare_record(checker *c, const ec_decl *decl, const ec_type *real)
{
    const ec_type *type = decl->type;
    char expr[512];
    if ((type->flags & EC_TYPE_INCOMPLETE) != 0) {
        return;
    }
    if ((real->flags & EC_TYPE_INCOMPLETE) != 0) {
        differs(c, decl, "it is opaque in the real header");
        return;
    }
    compare_fields(c, decl, type, 0, real);
    if ((type->flags & EC_TYPE_PARTIAL) == 0) {
        compare_missing(c, decl, real);
        (void)snprintf(expr, sizeof expr, "sizeof(%s)", decl->name);
        compare_number(c, decl, "its size is", expr, type->size);
        (void)snprintf(expr, sizeof expr, "__alignof__(%s)", decl->name);
        compare_number(c, decl, "its alignment is", expr, type->align);
    }
}

static void
compare_constant(checker *c, const ec_decl *decl)
{
    bool is_enumerator = real_find(c, decl) != NULL;
    const char *macro = is_enumerator ? NULL : decl->name;
    bool is_known = (decl->flags & EC_DECL_UNKNOWN_VALUE) == 0;
    const comparison added = {
        .decl = decl,
        .what = is_known ? "its value is" : NULL,
        .declared = decl->value,
        .fact = eg_facts_add(&c->facts, macro, "%s", decl->name),
        .exists =
            is_enumerator ? NO_FACT : eg_facts_add(&c->facts, macro, "1")};
    compare_later(c, &added);
}

/* A function or variable that the header does not declare may be a macro, or
 * the parser did not understand its declaration. */
static void
compare_absent(checker *c, const ec_decl *decl)
{
    const comparison added = {
        .decl = decl,
        .is_absent = true,
        .fact = eg_facts_add(&c->facts, NULL, "sizeof(&%s)", decl->name),
        .exists = eg_facts_add(&c->facts, decl->name, "1")};
    compare_later(c, &added);
}

static void
decl_compare(checker *c, const ec_decl *decl)
{
    const ec_decl *real = real_find(c, decl);
    char text[512];
    if (decl->kind == EC_DECL_CONSTANT) {
        compare_constant(c, decl);
    } else if (real == NULL && (decl->kind == EC_DECL_FUNCTION ||
                                decl->kind == EC_DECL_VARIABLE)) {
        compare_absent(c, decl);
    } else if (real == NULL) {
        (void)snprintf(text, sizeof text, "%s has no '%s'", c->opts->against,
                       decl->name);
        differs(c, decl, text);
    } else if (ec_type_is_record(decl->type) && ec_type_is_record(real->type)) {
        compare_record(c, decl, real->type);
    } else {
        (void)snprintf(text, sizeof text, "'%s'", decl->name);
        compare_types(c, decl, text, decl->type, real->type);
    }
}

/* --- the answers ----------------------------------------------------------*/

static void
answer_compare(checker *c, const comparison *one)
{
    char what[256];
    char text[1024];
    const char *against = c->opts->against;
    int64_t exists = 1;
    int64_t real = 0;
    bool is_known = eg_facts_answer(&c->facts, one->fact, &real);
    if (one->exists != NO_FACT) {
        (void)eg_facts_answer(&c->facts, one->exists, &exists);
    }
    if (exists != 1) {
        (void)snprintf(text, sizeof text,
                       one->is_absent && is_known
                           ? "%s declares '%s' in a way that is not supported; "
                             "it cannot be compared"
                           : "%s has no '%s'",
                       against, one->decl->name);
        differs(c, one->decl, text);
        return;
    }
    if (one->is_absent ||
        (is_known && (one->what == NULL || real == one->declared))) {
        return;
    }
    if (!is_known) {
        (void)snprintf(text, sizeof text, "'%s' of %s is not an integer",
                       one->decl->name, against);
        differs(c, one->decl, text);
        return;
    }
    if (one->field != NULL) {
        (void)snprintf(what, sizeof what, "field '%s' is at offset",
                       one->field);
    } else {
        (void)snprintf(what, sizeof what, "%s", one->what);
    }
    (void)snprintf(text, sizeof text, "%s %" PRId64 ", %s has %" PRId64, what,
                   one->declared, against, real);
    differs(c, one->decl, text);
}

/* --- the whole ------------------------------------------------------------*/

/* Declarations that say what only a compiler with its preprocessor reads. */
static bool
has_directives(const char *path)
{
    eg_text text = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    (void)eg_file_read(path, &text, &err);
    ec_err_clear(&err);
    const char *string = eg_text_string(&text);
    bool has = strstr(string, "#include") != NULL ||
               strstr(string, "#if") != NULL || strstr(string, "#pragma once");
    eg_text_fini(&text);
    return has;
}

static embed_status
declared_load(checker *c)
{
    c->decl_path[0] = c->opts->api;
    c->decl_opts = *c->opts;
    c->decl_opts.name = "check";
    c->decl_opts.is_script = !has_directives(c->opts->api);
    if (c->decl_opts.is_script) {
        c->decl_opts.is_module = true;
        c->decl_opts.cdefs = (eg_list){c->decl_path, 1};
        c->decl_opts.api = NULL;
    }
    return eg_spec_load(&c->decl_opts, "", &c->spec, c->report);
}

static size_t
declared_walk(checker *c)
{
    size_t n = 0;
    for (size_t i = 0; i < ec_scope_count(c->spec.scope); i++) {
        const ec_decl *decl = ec_scope_at(c->spec.scope, i);
        if (eg_spec_header(&c->spec, &decl->pos) != NULL) {
            decl_compare(c, decl);
            n++;
        }
    }
    return n;
}

static embed_status
check(checker *c, ec_err *err)
{
    size_t n = declared_walk(c);
    if (c->failed) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status =
        eg_facts_ask(&c->facts, c->opts, eg_text_string(&c->include), err);
    for (size_t i = 0; status == EMBED_OK && i < c->n; i++) {
        answer_compare(c, &c->list[i]);
    }
    if (status == EMBED_OK && c->report->errors == 0) {
        (void)printf("%zu declarations agree with %s\n", n, c->opts->against);
    }
    return status;
}

embed_status
eg_cmd_check_api(const eg_opts *opts, eg_report *report)
{
    checker c = {.opts = opts, .report = report};
    ec_err err = EC_ERR_INIT;
    embed_status status = declared_load(&c);
    if (status == EMBED_OK) {
        (void)real_load(&c, &err);
        if (err.status == EMBED_OK) {
            (void)check(&c, &err);
        }
        status = eg_report_take(report, &err);
    }
    eg_facts_fini(&c.facts);
    free(c.list);
    eg_text_fini(&c.include);
    if (c.real != NULL) {
        ec_scope_destroy(c.real);
    }
    if (c.types != NULL) {
        ec_types_destroy(c.types);
    }
    eg_spec_fini(&c.spec);
    return status == EMBED_OK && report->errors > 0 ? EMBED_E_INVALID : status;
}
