/* cparse_fixture.h - a scope to parse into, and what tests ask of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_UNIT_CPARSE_FIXTURE_H
#define EMBED_TESTS_UNIT_CPARSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/cparse.h"

typedef struct fixture {
    ec_types *types;
    ec_scope *scope;
    ec_diag diag;
    int n_skipped;
    char skipped[EC_ERR_TEXT_SIZE]; /* the last message */
} fixture;

static inline int
setup(void **state)
{
    fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->types = ec_types_create();
    f->scope = ec_scope_create(f->types, NULL);
    *state = f;
    return 0;
}

static inline int
teardown(void **state)
{
    fixture *f = *state;

    ec_scope_destroy(f->scope);
    ec_types_destroy(f->types);
    free(f);
    return 0;
}

static inline void
note_skip(void *arg, const ec_diag *why)
{
    fixture *f = arg;

    f->n_skipped++;
    (void)snprintf(f->skipped, sizeof(f->skipped), "%s", why->message);
}

static inline embed_status
parse_as(void **state, const char *text, unsigned flags)
{
    static const char *const own_files[] = {"own.h", NULL};
    fixture *f = *state;
    ec_parse_opts opts = {.flags = flags,
                          .main_file = "main.h",
                          .own_files = own_files,
                          .on_skip = note_skip,
                          .arg = f};

    return ec_parse_decls(f->scope, text, strlen(text), "main.h", &opts,
                          &f->diag);
}

/* Parses header text that must be right. */
static inline void
parse(void **state, const char *text)
{
    fixture *f = *state;

    if (parse_as(state, text, 0) != EMBED_OK) {
        fail_msg("%d:%d: %s", f->diag.pos.line, f->diag.pos.column,
                 f->diag.message);
    }
}

/* Parses cdef text that must be right. */
static inline void
parse_cdef(void **state, const char *text)
{
    fixture *f = *state;

    if (parse_as(state, text, EC_PARSE_CDEF) != EMBED_OK) {
        fail_msg("%d:%d: %s", f->diag.pos.line, f->diag.pos.column,
                 f->diag.message);
    }
}

static inline const ec_decl *
decl(void **state, ec_decl_kind kind, const char *name)
{
    fixture *f = *state;
    const ec_decl *found = ec_scope_find(f->scope, kind, name, strlen(name));

    if (found == NULL) {
        fail_msg("%s is not declared", name);
    }
    return found;
}

static inline void
assert_type(void **state, ec_decl_kind kind, const char *name,
            const char *spelling)
{
    assert_string_equal(decl(state, kind, name)->type->name, spelling);
}

static inline void
assert_constant(void **state, const char *name, int64_t value)
{
    const ec_decl *found = decl(state, EC_DECL_CONSTANT, name);

    assert_int_equal(found->flags & EC_DECL_UNKNOWN_VALUE, 0);
    assert_int_equal(found->value, value);
}

/* Checks that text is refused at this place with this message. */
static inline void
assert_error_as(void **state, const char *text, unsigned flags, int line,
                int column, const char *message)
{
    fixture *f = *state;

    assert_int_equal(parse_as(state, text, flags), EMBED_E_INVALID);
    assert_string_equal(f->diag.message, message);
    assert_int_equal(f->diag.pos.line, line);
    assert_int_equal(f->diag.pos.column, column);
}

static inline void
assert_error(void **state, const char *text, int line, int column,
             const char *message)
{
    assert_error_as(state, text, 0, line, column, message);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* EMBED_TESTS_UNIT_CPARSE_FIXTURE_H */
