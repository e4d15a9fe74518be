/* ctable_make.c - type tables made at run time out of declarations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ctable_make.h"

#include <stdlib.h>
#include <string.h>

#include "core/types/cplace.h"
#include "core/types/cscope.h"

typedef struct maker {
    ec_scope *scope;
    ec_types *types;
    const ec_type *file; /* the type FILE, or NULL */
    ec_places places;
    size_t n_fields; /* of all structs and unions */
    ec_made *out;
} maker;

/* --- reaching -------------------------------------------------------------*/

static embed_status
reach(maker *m, ec_type *type)
{
    if (type == NULL) {
        return EMBED_E_NOMEM; /* it could not be made */
    }
    if (type->user != NULL) {
        return EMBED_OK;
    }
    ec_place *fresh = ec_types_alloc(m->types, sizeof *fresh);
    if (fresh == NULL) {
        return EMBED_E_NOMEM;
    }
    ec_places_add(&m->places, fresh, type);
    return EMBED_OK;
}

/* Reaches what a type is made of. */
static embed_status
reach_parts(maker *m, const ec_type *type)
{
    embed_status status = EMBED_OK;
    if (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) {
        return reach(m, type->item);
    }
    if (type->kind == EC_KIND_FUNCTION) {
        status = reach(m, type->result);
        for (size_t i = 0; i < type->n_args && status == EMBED_OK; i++) {
            status = reach(m, type->args[i]);
        }
    }
    if (ec_type_is_record(type) && type != m->file) {
        m->n_fields += type->n_declared;
        for (size_t i = 0; i < type->n_declared && status == EMBED_OK; i++) {
            status = reach(m, type->declared[i].type);
        }
    }
    return status;
}

static embed_status
reach_all(maker *m)
{
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < ec_scope_count(m->scope) && status == EMBED_OK;
         i++) {
        const ec_decl *decl = ec_scope_at(m->scope, i);
        if (decl->kind == EC_DECL_TYPEDEF || decl->kind == EC_DECL_TAG) {
            status = reach(m, decl->type);
        } else if (decl->kind == EC_DECL_FUNCTION) {
            /* CFFI's tables have pointers to them. */
            status = reach(m, ec_type_pointer(m->types, decl->type, NULL));
        }
    }
    /* The list grows while it is walked: no recursion over the types. */
    for (const ec_place *at = m->places.first; at != NULL && status == EMBED_OK;
         at = at->next) {
        status = reach_parts(m, at->type);
    }
    return status;
}

/* --- structs, unions, enums -----------------------------------------------*/

/* What a table of names is sorted with: a row and its type. */
typedef struct row {
    const char *name;
    const ec_type *type;
} row;

static int
row_compare(const void *a, const void *b)
{
    return strcmp(((const row *)a)->name, ((const row *)b)->name);
}

/* Makes the sorted rows of all structs and unions, or of all enums; NULL: out
 * of memory. */
static row *
rows_make(maker *m, bool is_enum, size_t *out_n)
{
    row *rows = ec_types_alloc(m->types, (m->places.n + 1) * sizeof *rows);
    size_t counter = 0;
    size_t n = 0;
    for (const ec_place *at = m->places.first; rows != NULL && at != NULL;
         at = at->next) {
        const ec_type *type = at->type;
        if (is_enum ? type->kind == EC_KIND_ENUM
                    : ec_type_is_record(type) && type != m->file) {
            rows[n].type = type;
            rows[n].name = ec_place_name(
                m->scope, type, is_enum ? type->enum_tag : type->tag, &counter);
            if (rows[n++].name == NULL) {
                return NULL;
            }
        }
    }
    if (rows != NULL) {
        qsort(rows, n, sizeof *rows, row_compare);
        for (size_t i = 0; i < n; i++) {
            ec_place_of(rows[i].type)->row = (int)i;
        }
    }
    *out_n = n;
    return rows;
}

static void
field_fill(const ec_field *from, struct embed_field *to)
{
    bool has_bits = from->bit_size >= 0;
    bool is_open = from->type->kind == EC_KIND_ARRAY && from->type->length < 0;
    int op = has_bits ? EMBED_OP_BITFIELD : EMBED_OP_NOOP;
    to->name = from->name;
    to->field_offset = has_bits ? (size_t)-1 : from->offset;
    to->field_size = has_bits  ? (size_t)from->bit_size
                     : is_open ? (size_t)-1
                               : (size_t)from->type->size;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the format of the tables
    to->field_type_op = EMBED_OP(op, ec_place_index(from->type));
}

/* The tables of structs and their fields; the types have their places. */
static embed_status
records_fill(maker *m, const row *rows, size_t n)
{
    struct embed_struct_union *records =
        ec_types_alloc(m->types, (n + 1) * sizeof *records);
    struct embed_field *fields =
        ec_types_alloc(m->types, (m->n_fields + 1) * sizeof *fields);
    int next = 0;
    if (records == NULL || fields == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const ec_type *type = rows[i].type;
        struct embed_struct_union *to = &records[i];
        to->name = rows[i].name;
        to->type_index = ec_place_index(type);
        to->flags = ec_place_flags(type);
        if ((to->flags & EMBED_SF_OPAQUE) != 0) {
            to->size = (size_t)-1;
            to->alignment = -1;
            to->first_field_index = -1;
            continue;
        }
        to->size = (size_t)type->size;
        to->alignment = type->align;
        to->first_field_index = next;
        to->num_fields = (int)type->n_declared;
        for (size_t j = 0; j < type->n_declared; j++) {
            field_fill(&type->declared[j], &fields[next++]);
        }
    }
    m->out->context.struct_unions = records;
    m->out->context.num_struct_unions = (int)n;
    m->out->context.fields = fields;
    return EMBED_OK;
}

/* The names of an enum's constants, by commas; NULL: out of memory. */
static const char *
enumerators_join(const maker *m, const ec_type *type)
{
    size_t size = 1;
    for (size_t i = 0; i < type->n_enumerators; i++) {
        size += strlen(type->enumerators[i].name) + 1;
    }
    char *text = ec_types_alloc(m->types, size);
    char *at = text;
    for (size_t i = 0; text != NULL && i < type->n_enumerators; i++) {
        if (i > 0) {
            *at++ = ',';
        }
        size_t len = strlen(type->enumerators[i].name);
        memcpy(at, type->enumerators[i].name, len);
        at += len;
    }
    return text;
}

static embed_status
enums_fill(maker *m, const row *rows, size_t n)
{
    struct embed_enum *enums =
        ec_types_alloc(m->types, (n + 1) * sizeof *enums);
    if (enums == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const ec_type *type = rows[i].type;
        enums[i] = (struct embed_enum){rows[i].name, ec_place_index(type),
                                       type->prim, enumerators_join(m, type)};
        if (enums[i].enumerators == NULL) {
            return EMBED_E_NOMEM;
        }
    }
    m->out->context.enums = enums;
    m->out->context.num_enums = (int)n;
    return EMBED_OK;
}

static int
typename_compare(const void *a, const void *b)
{
    return strcmp(((const struct embed_typename *)a)->name,
                  ((const struct embed_typename *)b)->name);
}

static embed_status
typenames_fill(maker *m)
{
    size_t count = ec_scope_count(m->scope);
    size_t n = 0;
    struct embed_typename *names =
        ec_types_alloc(m->types, (count + 1) * sizeof *names);
    if (names == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const ec_decl *decl = ec_scope_at(m->scope, i);
        if (decl->kind == EC_DECL_TYPEDEF) {
            names[n++] =
                (struct embed_typename){decl->name, ec_place_index(decl->type)};
        }
    }
    qsort(names, n, sizeof *names, typename_compare);
    m->out->context.typenames = names;
    m->out->context.num_typenames = (int)n;
    return EMBED_OK;
}

/* --- the types array ------------------------------------------------------*/

static embed_status
types_fill(maker *m)
{
    size_t n = (size_t)ec_places_assign(&m->places);
    embed_opcode *types =
        ec_types_alloc(m->types, (n + 1) * sizeof(embed_opcode));
    ec_word *words = calloc(n + 1, sizeof *words);
    if (types == NULL || words == NULL) {
        free(words);
        return EMBED_E_NOMEM;
    }
    ec_places_words(&m->places, m->file, words);
    m->out->version = 0x2701;
    for (size_t i = 0; i < n; i++) {
        const ec_word *word = &words[i];
        int prim = word->op == EMBED_OP_PRIMITIVE ? word->type->prim : -1;
        // NOLINTBEGIN(performance-no-int-to-ptr): the format of the tables
        types[i] = word->op != 0 ? EMBED_OP(word->op, word->arg)
                                 : (embed_opcode)word->arg;
        // NOLINTEND(performance-no-int-to-ptr)
        if (prim == EC_PRIM_CHAR16 || prim == EC_PRIM_CHAR32) {
            m->out->version = 0x2801;
        }
    }
    free(words);
    m->out->context.types = types;
    m->out->context.num_types = (int)n;
    return EMBED_OK;
}

/* --- globals --------------------------------------------------------------*/

static int
decl_compare(const void *a, const void *b)
{
    return strcmp((*(const ec_decl *const *)a)->name,
                  (*(const ec_decl *const *)b)->name);
}

// NOLINTBEGIN(performance-no-int-to-ptr): the format of the tables
static embed_opcode
global_op(const maker *m, const ec_decl *decl)
{
    if (decl->kind == EC_DECL_FUNCTION) {
        const ec_type *pointer = ec_type_pointer(m->types, decl->type, NULL);
        return EMBED_OP(EMBED_OP_EXTERN_PYTHON, ec_place_index(pointer));
    }
    return decl->type->kind == EC_KIND_ENUM
               ? EMBED_OP(EMBED_OP_ENUM, (ptrdiff_t)-1)
               : EMBED_OP(EMBED_OP_CONSTANT_INT, (ptrdiff_t)-1);
}
// NOLINTEND(performance-no-int-to-ptr)

static embed_status
globals_fill(maker *m)
{
    size_t count = ec_scope_count(m->scope);
    size_t n = 0;
    const ec_decl **decls =
        // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
        ec_types_alloc(m->types, (count + 1) * sizeof *decls);
    struct embed_global *globals =
        ec_types_alloc(m->types, (count + 1) * sizeof *globals);
    if (decls == NULL || globals == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const ec_decl *decl = ec_scope_at(m->scope, i);
        if (decl->kind == EC_DECL_FUNCTION || decl->kind == EC_DECL_CONSTANT) {
            decls[n++] = decl;
        }
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    qsort((void *)decls, n, sizeof *decls, decl_compare);
    for (size_t i = 0; i < n; i++) {
        globals[i].name = decls[i]->name;
        globals[i].type_op = global_op(m, decls[i]);
    }
    m->out->decls = decls;
    m->out->globals = globals;
    m->out->context.globals = globals;
    m->out->context.num_globals = (int)n;
    return EMBED_OK;
}

/* --- the whole ------------------------------------------------------------*/

static embed_status
make(maker *m)
{
    size_t n_records = 0;
    size_t n_enums = 0;
    embed_status status = reach_all(m);
    if (status != EMBED_OK) {
        return status;
    }
    const row *records = rows_make(m, false, &n_records);
    const row *enums = rows_make(m, true, &n_enums);
    status = records == NULL || enums == NULL ? EMBED_E_NOMEM : types_fill(m);
    if (status == EMBED_OK) {
        status = records_fill(m, records, n_records);
    }
    if (status == EMBED_OK) {
        status = enums_fill(m, enums, n_enums);
    }
    if (status == EMBED_OK) {
        status = typenames_fill(m);
    }
    return status == EMBED_OK ? globals_fill(m) : status;
}

embed_status
ec_table_make(ec_scope *scope, ec_made *out, ec_err *err)
{
    maker m = {.scope = scope, .types = ec_scope_types(scope), .out = out};
    ec_type *file = NULL;
    ec_places_init(&m.places);
    *out = (ec_made){.version = 0};
    embed_status status = ec_scope_blob(scope, "FILE", &file, err);
    if (status == EMBED_OK) {
        m.file = file;
        status = make(&m);
    }
    ec_places_clear(&m.places);
    return status == EMBED_OK ? status : ec_fail(err, status, "out of memory");
}
