/* test_ctable_make.c - tables made out of declarations say what those said.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/types/cplugin.h"
#include "core/types/ctable.h"
#include "core/types/ctable_make.h"

static const char declarations[] =
    "typedef struct node node;\n"
    "struct node { node *next; int value; };\n"
    "typedef struct { double x, y; } point;\n"
    "struct nested { point a[2]; struct { short in; union { int i; float f; }; "
    "} inner; char tail[]; };\n"
    "struct bits { unsigned a : 3; int : 2; int b : 7; unsigned long c : 40; "
    "};\n"
    "#pragma pack(push, 1)\n"
    "struct tight { char c; int i; };\n"
    "#pragma pack(pop)\n"
    "struct packed { char c; double d; } __attribute__((packed));\n"
    "struct aligned { char c; } __attribute__((aligned(32)));\n"
    "union both { int i; double d; struct node *n; };\n"
    "enum small { ZERO, ONE, BIG = 300 };\n"
    "enum { ANONYMOUS = -7 };\n"
    "typedef enum { RED = 1, BLUE = 0xffffffffu } colour;\n"
    "struct opaque;\n"
    "typedef struct opaque *handle;\n"
    "typedef int (*compare)(const void *, const void *);\n"
    "typedef int grid[3][5];\n"
    "typedef unsigned char byte;\n"
    "#define LIMIT 17\n"
    "static const long long LOW = -9000000000;\n"
    "int sort(void *base, size_t n, compare f);\n"
    "point middle(point a, point *b, grid *g, colour c);\n"
    "void nothing(void);\n"
    "handle open_it(const char *name, FILE *log, wchar_t c, _Bool b);\n"
    "long double wide(long double x, float _Complex z);\n";

/* Names that both know, and must mean the same. */
static const char *const names[] = {
    "node",        "struct node",    "point",         "struct nested",
    "struct bits", "struct tight",   "struct packed", "struct aligned",
    "union both",  "enum small",     "colour",        "struct opaque",
    "handle",      "compare",        "grid",          "byte",
    "grid *",      "struct node[4]", "point **",
};

static ec_type *
parse(ec_scope *scope, const char *text)
{
    ec_type *type = NULL;
    ec_diag diag;
    if (ec_parse_type(scope, text, strlen(text), &type, &diag) != EMBED_OK) {
        fail_msg("%s: %s", text, diag.message);
    }
    return type;
}

/* Compares two types of different ec_types, structs with their fields. */
static void
compare_types(ec_types *ta, ec_type *a, ec_types *tb, ec_type *b, int depth)
{
    ec_err err = EC_ERR_INIT;
    assert_int_equal(ec_type_complete(ta, a, &err), EMBED_OK);
    assert_int_equal(ec_type_complete(tb, b, &err), EMBED_OK);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->size, b->size);
    if (a->kind != EC_KIND_FUNCTION) {
        assert_int_equal(a->align, b->align);
    }
    if (depth == 0) {
        return;
    }
    if (a->kind == EC_KIND_STRUCT || a->kind == EC_KIND_UNION) {
        assert_int_equal(a->n_fields, b->n_fields);
        assert_int_equal(a->flags & EC_TYPE_INCOMPLETE,
                         b->flags & EC_TYPE_INCOMPLETE);
        for (size_t i = 0; i < a->n_fields; i++) {
            const ec_field *f = &a->fields[i];
            const ec_field *g = &b->fields[i];
            assert_string_equal(f->name, g->name);
            assert_int_equal(f->offset, g->offset);
            assert_int_equal(f->bit_size, g->bit_size);
            assert_int_equal(f->bit_shift, g->bit_shift);
            compare_types(ta, f->type, tb, g->type, depth - 1);
        }
    } else if (a->kind == EC_KIND_POINTER || a->kind == EC_KIND_ARRAY) {
        compare_types(ta, a->item, tb, b->item, depth - 1);
    } else if (a->kind == EC_KIND_ENUM) {
        assert_int_equal(a->n_enumerators, b->n_enumerators);
        for (size_t i = 0; i < a->n_enumerators; i++) {
            assert_string_equal(a->enumerators[i].name, b->enumerators[i].name);
            assert_true(a->enumerators[i].value == b->enumerators[i].value);
        }
    } else if (a->kind == EC_KIND_FUNCTION) {
        assert_string_equal(a->name, b->name);
    }
}

static void
tables_say_what_was_declared(void **state)
{
    const ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_RUN_TIME};
    ec_err err = EC_ERR_INIT;
    ec_diag diag;
    ec_types *from = ec_types_create();
    ec_types *to = ec_types_create();
    ec_scope *scope = ec_scope_create(from, NULL);
    struct embed_plugin *plugin = NULL;
    ec_table *table = NULL;
    (void)state;
    if (ec_parse_decls(scope, declarations, strlen(declarations), "test", &opts,
                       &diag) != EMBED_OK) {
        fail_msg("%d: %s", diag.pos.line, diag.message);
    }
    if (ec_plugin_make("p", declarations, "test", &plugin, &err) != EMBED_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(ec_table_open(to, plugin->context, plugin->context_version,
                                   &table, &err),
                     EMBED_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        compare_types(from, parse(scope, names[i]), to,
                      parse(ec_table_scope(table), names[i]), 4);
    }
    for (int i = 0; i < plugin->context->num_globals; i++) {
        const struct embed_global *global = &plugin->context->globals[i];
        const char *name = global->name;
        const ec_decl *decl =
            ec_scope_find(scope, EC_DECL_FUNCTION, name, strlen(name));
        ec_type *type = NULL;
        uint64_t value = 0;
        bool negative = false;
        if (decl == NULL) {
            decl = ec_scope_find(scope, EC_DECL_CONSTANT, name, strlen(name));
            assert_non_null(decl);
            assert_int_equal(
                ec_table_const_int(table, i, &value, &negative, &err),
                EMBED_OK);
            assert_true(value == (uint64_t)decl->value);
            continue;
        }
        assert_int_equal(ec_table_type(table,
                                       (int)((uintptr_t)global->type_op >> 8),
                                       &type, &err),
                         EMBED_OK);
        compare_types(from, decl->type, to, type->item, 4);
    }
    assert_int_equal(plugin->num_exports, 5);
    assert_string_equal(plugin->exports[0]->externpy.name, "p.sort");
    assert_string_equal(plugin->exports[4]->externpy.name, "p.wide");
    ec_table_close(table);
    ec_plugin_free(plugin);
    ec_scope_destroy(scope);
    ec_types_destroy(from);
    ec_types_destroy(to);
}

/* Names sort as the tables are searched. */
static void
tables_are_sorted(void **state)
{
    struct embed_plugin *plugin = NULL;
    ec_err err = EC_ERR_INIT;
    (void)state;
    assert_int_equal(ec_plugin_make("p", declarations, "test", &plugin, &err),
                     EMBED_OK);
    const struct embed_context *c = plugin->context;
    for (int i = 1; i < c->num_globals; i++) {
        assert_true(strcmp(c->globals[i - 1].name, c->globals[i].name) < 0);
    }
    for (int i = 1; i < c->num_struct_unions; i++) {
        assert_true(
            strcmp(c->struct_unions[i - 1].name, c->struct_unions[i].name) < 0);
    }
    for (int i = 1; i < c->num_typenames; i++) {
        assert_true(strcmp(c->typenames[i - 1].name, c->typenames[i].name) < 0);
    }
    ec_plugin_free(plugin);
}

static void
nothing_declared_is_a_plugin_without_exports(void **state)
{
    struct embed_plugin *plugin = NULL;
    ec_err err = EC_ERR_INIT;
    (void)state;
    assert_int_equal(ec_plugin_make("p", "", "test", &plugin, &err), EMBED_OK);
    assert_int_equal(plugin->num_exports, 0);
    ec_plugin_free(plugin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_say_what_was_declared),
        cmocka_unit_test(tables_are_sorted),
        cmocka_unit_test(nothing_declared_is_a_plugin_without_exports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
