/* plan.c - what will be done: everything that generated C says, decided.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed/plugin.h"
#include "gen/graph.h"
#include "gen/plan_check.h"

/* What every step needs. */
typedef struct planner {
    eg_spec *spec;
    eg_plan *plan;
    eg_graph graph;
} planner;

static void *
plan_alloc(const planner *p, size_t n, size_t size)
{
    return ec_types_alloc(p->spec->types, (n + 1) * size);
}

/* An eg_spell_name_fn. */
static const char *
typedef_name(void *arg, const ec_type *type)
{
    return ec_place_typedef(arg, type);
}

/* --- what a declaration becomes -------------------------------------------*/

/* True for a constant that Python sees as an int. */
static bool
is_plain_integer(const ec_type *type)
{
    return type->kind == EC_KIND_INT || type->kind == EC_KIND_UINT ||
           type->kind == EC_KIND_BOOL;
}

static eg_global_kind
function_kind(const ec_decl *decl, const eg_header *header)
{
    const unsigned python = EC_DECL_EXTERN_PYTHON | EC_DECL_EXTERN_PYTHON_C;
    const unsigned local = EC_DECL_STATIC | EC_DECL_INLINE | EC_DECL_HAS_BODY;
    if ((decl->flags & python) != 0 ||
        (header->is_api && (decl->flags & local) == 0)) {
        return EG_GLOBAL_EXPORT;
    }
    return (decl->type->flags & EC_TYPE_VARIADIC) != 0 ? EG_GLOBAL_VALUE
                                                       : EG_GLOBAL_FUNCTION;
}

/* Returns true, and what the declaration becomes in `lib`, when it has a place
 * there. */
static bool
global_kind(const ec_decl *decl, const eg_header *header, eg_global_kind *out)
{
    switch (decl->kind) {
    case EC_DECL_FUNCTION:
        *out = function_kind(decl, header);
        return true;
    case EC_DECL_CONSTANT:
        *out = is_plain_integer(decl->type) || decl->type->kind == EC_KIND_ENUM
                   ? EG_GLOBAL_INT
                   : EG_GLOBAL_VALUE;
        return true;
    case EC_DECL_VARIABLE:
        if ((decl->flags & EC_DECL_CONST) == 0 ||
            ec_type_is_record(decl->type) ||
            decl->type->kind == EC_KIND_ARRAY) {
            *out = EG_GLOBAL_VARIABLE;
        } else {
            *out =
                is_plain_integer(decl->type) ? EG_GLOBAL_INT : EG_GLOBAL_VALUE;
        }
        return true;
    case EC_DECL_TYPEDEF:
    case EC_DECL_TAG:
        break;
    }
    return false;
}

/* A constant in a text that C never sees is compared with C's. */
static bool
is_checked(const ec_decl *decl, const eg_header *header)
{
    return decl->kind == EC_DECL_CONSTANT && header->is_cdef_text &&
           (decl->flags & EC_DECL_UNKNOWN_VALUE) == 0;
}

/* True for what embed/plugin.h gives C a name for. */
static bool
is_primitive_declared(const ec_type *type)
{
    return type->kind != EC_KIND_FUNCTION &&
           (type->flags & EC_TYPE_PARTIAL) == 0 &&
           type->prim != EC_PRIM_SSIZE && type->prim != EC_PRIM_CHAR16 &&
           type->prim != EC_PRIM_CHAR32;
}

/* True when a header of C declares the type that `type` is derived from: it can
 * be written before the sources. */
static bool
is_declared_early(const eg_spec *spec, const ec_type *type)
{
    while (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) {
        type = type->item;
    }
    if (!ec_type_is_record(type) && type->kind != EC_KIND_ENUM) {
        return is_primitive_declared(type);
    }
    const ec_decl *decl =
        ec_scope_find(spec->scope, EC_DECL_TAG, type->name, strlen(type->name));
    if (decl == NULL) {
        decl = ec_scope_find(spec->scope, EC_DECL_TYPEDEF, type->name,
                             strlen(type->name));
    }
    const eg_header *header =
        decl == NULL ? NULL : eg_spec_header(spec, &decl->pos);
    return decl != NULL && (header == NULL || !header->is_cdef_text);
}

/* True when a function that only a cdef text declares can be declared before
 * the sources, so that they may call it as they are. */
static bool
is_announced(const eg_spec *spec, const ec_type *fn)
{
    bool good = is_declared_early(spec, fn->result);
    for (size_t i = 0; i < fn->n_args; i++) {
        good = good && is_declared_early(spec, fn->args[i]);
    }
    return good;
}

static embed_status
global_add(planner *p, const ec_decl *decl, const eg_header *header)
{
    eg_global global = {
        .name = decl->name,
        .order = p->plan->n_globals,
        .decl = decl,
        .type_index = -1,
    };
    if (!global_kind(decl, header, &global.kind)) {
        return EMBED_OK;
    }
    /* An inline function of API.h may be meant for C alone. */
    if (global.kind == EG_GLOBAL_FUNCTION &&
        (header->is_api
             ? !eg_plan_can_call(p->plan, decl->type)
             : !header->is_cdef_text && eg_plan_takes_va_list(decl->type))) {
        return EMBED_OK;
    }
    bool is_array = decl->type->kind == EC_KIND_ARRAY;
    global.type = decl->type;
    global.value = decl->value;
    global.is_checked =
        global.kind == EG_GLOBAL_INT && is_checked(decl, header);
    global.is_enumerator = global.kind == EG_GLOBAL_INT && decl->type != NULL &&
                           decl->type->kind == EC_KIND_ENUM;
    global.is_static =
        !header->is_api && (decl->flags & EC_DECL_EXTERN_PYTHON) != 0;
    global.is_undeclared = header->is_cdef_text;
    /* Build scripts declare in their sources what these call. */
    global.is_announced = global.kind == EG_GLOBAL_EXPORT &&
                          global.is_undeclared && !p->spec->opts->is_script &&
                          is_announced(p->spec, decl->type);
    global.is_counted =
        global.kind == EG_GLOBAL_VARIABLE && is_array &&
        ((decl->flags & EC_DECL_PARTIAL_ARRAY) != 0 ||
         ((decl->flags & EC_DECL_INITIALISED) != 0 && decl->type->length < 0));
    if (global.kind == EG_GLOBAL_VALUE &&
        decl->type->kind == EC_KIND_FUNCTION) {
        ec_type *pointer = ec_type_pointer(p->spec->types, decl->type, NULL);
        if (pointer == NULL) {
            return EMBED_E_NOMEM;
        }
        global.type = pointer;
    }
    p->plan->globals[p->plan->n_globals++] = global;
    return EMBED_OK;
}

/* --- collecting -----------------------------------------------------------*/

/* Calls `step` for each declaration in a header of ours. */
static embed_status
declarations_walk(planner *p, embed_status (*step)(planner *, const ec_decl *,
                                                   const eg_header *))
{
    ec_scope *scope = p->spec->scope;
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < ec_scope_count(scope) && status == EMBED_OK; i++) {
        const ec_decl *decl = ec_scope_at(scope, i);
        const eg_header *header = eg_spec_header(p->spec, &decl->pos);
        if (header != NULL && !header->is_included) {
            status = step(p, decl, header);
        }
    }
    return status;
}

/* Reaches the type of a typedef or a variable, by an expression of it. */
static embed_status
type_reach_named(planner *p, const ec_decl *decl)
{
    eg_text expr = EG_TEXT_INIT;
    eg_text_printf(&expr, decl->kind == EC_DECL_TYPEDEF ? "*(%s *)0" : "%s",
                   decl->name);
    char *copy =
        expr.failed
            ? NULL
            : ec_types_strndup(p->spec->types, eg_text_string(&expr), expr.len);
    eg_text_fini(&expr);
    return copy == NULL ? EMBED_E_NOMEM
                        : eg_graph_add(&p->graph, decl->type, copy);
}

static embed_status
type_reach(planner *p, const ec_decl *decl, const eg_header *header)
{
    switch (decl->kind) {
    case EC_DECL_TYPEDEF:
    case EC_DECL_VARIABLE:
        return type_reach_named(p, decl);
    case EC_DECL_TAG:
        return eg_graph_add(&p->graph, decl->type, NULL);
    case EC_DECL_CONSTANT:
        return decl->type->kind == EC_KIND_ENUM || is_plain_integer(decl->type)
                   ? EMBED_OK
                   : eg_graph_add(&p->graph, decl->type, NULL);
    case EC_DECL_FUNCTION:
        break;
    }
    embed_status status = eg_graph_add(&p->graph, decl->type, NULL);
    if (status == EMBED_OK &&
        function_kind(decl, header) != EG_GLOBAL_FUNCTION) {
        ec_type *pointer = ec_type_pointer(p->spec->types, decl->type, NULL);
        status = pointer == NULL ? EMBED_E_NOMEM
                                 : eg_graph_add(&p->graph, pointer, NULL);
    }
    return status;
}

/* Makes the list of globals, each name once: a declaration comes before an
 * enumerator of another file and a macro. */
static embed_status
globals_collect(planner *p)
{
    eg_plan *plan = p->plan;
    const eg_macros *macros = &p->spec->macros;
    size_t n = ec_scope_count(p->spec->scope) + macros->n;
    for (size_t i = 0; i < plan->n_enums; i++) {
        n += plan->enums[i].type->n_enumerators;
    }
    plan->globals = plan_alloc(p, n, sizeof *plan->globals);
    if (plan->globals == NULL) {
        return EMBED_E_NOMEM;
    }
    embed_status status = declarations_walk(p, global_add);
    for (size_t i = 0; i < plan->n_enums; i++) {
        const ec_type *type = plan->enums[i].type;
        for (size_t j = 0; j < type->n_enumerators; j++) {
            plan->globals[plan->n_globals++] =
                (eg_global){.kind = EG_GLOBAL_INT,
                            .name = type->enumerators[j].name,
                            .type_index = -1,
                            .is_enumerator = true};
        }
    }
    for (size_t i = 0; i < macros->n; i++) {
        if (macros->items[i].has_value) {
            plan->globals[plan->n_globals++] =
                (eg_global){.kind = EG_GLOBAL_INT,
                            .name = macros->items[i].name,
                            .type_index = -1};
        }
    }
    return status;
}

/* --- sorting --------------------------------------------------------------*/

/* Order by name; of one name, what has a declaration comes first. */
static int
global_compare(const void *a, const void *b)
{
    const eg_global *x = a;
    const eg_global *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->decl == NULL) - (y->decl == NULL);
}

static int
record_compare(const void *a, const void *b)
{
    const eg_record *x = a;
    const eg_record *y = b;
    return strcmp(x->name, y->name);
}

static int
enum_compare(const void *a, const void *b)
{
    const eg_enum *x = a;
    const eg_enum *y = b;
    return strcmp(x->name, y->name);
}

static int
typename_compare(const void *a, const void *b)
{
    const eg_typename *x = a;
    const eg_typename *y = b;
    return strcmp(x->name, y->name);
}

static int
export_compare(const void *a, const void *b)
{
    const eg_global *x = *(const eg_global *const *)a;
    const eg_global *y = *(const eg_global *const *)b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void
globals_sort(eg_plan *plan)
{
    qsort(plan->globals, plan->n_globals, sizeof *plan->globals,
          global_compare);
    size_t kept = 0;
    for (size_t i = 0; i < plan->n_globals; i++) {
        if (kept == 0 ||
            strcmp(plan->globals[kept - 1].name, plan->globals[i].name) != 0) {
            plan->globals[kept++] = plan->globals[i];
        }
    }
    plan->n_globals = kept;
}

static embed_status
exports_collect(planner *p)
{
    eg_plan *plan = p->plan;
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    plan->exports = plan_alloc(p, plan->n_globals, sizeof *plan->exports);
    if (plan->exports == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        if (global->kind == EG_GLOBAL_EXPORT) {
            plan->exports[plan->n_exports++] = global;
        }
        plan->has_functions |= global->kind == EG_GLOBAL_FUNCTION;
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    qsort((void *)plan->exports, plan->n_exports, sizeof *plan->exports,
          export_compare);
    return EMBED_OK;
}

/* --- structs, enums, names ------------------------------------------------*/

static int
record_flags(const eg_spec *spec, const ec_type *type)
{
    return eg_spec_is_elsewhere(spec, type)
               ? (type->kind == EC_KIND_UNION ? EMBED_SF_UNION : 0) |
                     EMBED_SF_EXTERNAL
               : ec_place_flags(type);
}

static embed_status
record_add(planner *p, const eg_node *node, size_t *counter)
{
    const ec_type *type = node->place.type;
    unsigned flags = (unsigned)record_flags(p->spec, type);
    eg_record *record = &p->plan->records[p->plan->n_records++];
    *record = (eg_record){
        .type = type,
        .name = ec_place_name(p->spec->scope, type, type->tag, counter),
        .c_name = node->c_name,
        .flags = flags,
        .n_fields = (flags & EMBED_SF_EXTERNAL) != 0 ? 0 : type->n_declared,
        .fields = plan_alloc(p, type->n_declared, sizeof *record->fields),
    };
    if (record->name == NULL || record->fields == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < record->n_fields; i++) {
        eg_field *field = &record->fields[i];
        field->field = &type->declared[i];
        if (eg_graph_field(&p->graph, node, field->field, &field->path) !=
            EMBED_OK) {
            return EMBED_E_NOMEM;
        }
    }
    return EMBED_OK;
}

static embed_status
enum_add(planner *p, const eg_node *node, size_t *counter)
{
    eg_enum *entry = &p->plan->enums[p->plan->n_enums++];
    *entry = (eg_enum){
        .type = node->place.type,
        .name = ec_place_name(p->spec->scope, node->place.type,
                              node->place.type->enum_tag, counter),
    };
    return entry->name == NULL ? EMBED_E_NOMEM : EMBED_OK;
}

static embed_status
typename_add(planner *p, const ec_decl *decl, const eg_header *header)
{
    (void)header;
    if (decl->kind == EC_DECL_TYPEDEF) {
        p->plan->typenames[p->plan->n_typenames++].name = decl->name;
    }
    return EMBED_OK;
}

static embed_status
tables_alloc(planner *p)
{
    eg_plan *plan = p->plan;
    size_t n = p->graph.places.n;
    plan->records = plan_alloc(p, n, sizeof *plan->records);
    plan->enums = plan_alloc(p, n, sizeof *plan->enums);
    plan->typenames =
        plan_alloc(p, ec_scope_count(p->spec->scope), sizeof *plan->typenames);
    bool failed =
        plan->records == NULL || plan->enums == NULL || plan->typenames == NULL;
    return failed ? EMBED_E_NOMEM : EMBED_OK;
}

/* Sorts the tables and tells the types their rows. */
static void
tables_sort(eg_plan *plan)
{
    qsort(plan->records, plan->n_records, sizeof *plan->records,
          record_compare);
    qsort(plan->enums, plan->n_enums, sizeof *plan->enums, enum_compare);
    qsort(plan->typenames, plan->n_typenames, sizeof *plan->typenames,
          typename_compare);
    for (size_t i = 0; i < plan->n_records; i++) {
        eg_record *record = &plan->records[i];
        bool is_bare =
            (record->flags & (EMBED_SF_OPAQUE | EMBED_SF_EXTERNAL)) != 0;
        ec_place_of(record->type)->row = (int)i;
        record->first_field = is_bare ? -1 : (int)plan->n_fields;
        plan->n_fields += record->n_fields;
    }
    for (size_t i = 0; i < plan->n_enums; i++) {
        ec_place_of(plan->enums[i].type)->row = (int)i;
    }
}

static embed_status
tables_collect(planner *p)
{
    size_t records = 0;
    size_t enums = 0;
    embed_status status = tables_alloc(p);
    for (const ec_place *at = p->graph.places.first;
         at != NULL && status == EMBED_OK; at = at->next) {
        const eg_node *node = (const eg_node *)at;
        const ec_type *type = node->place.type;
        if (ec_type_is_record(type) && type != p->graph.file) {
            status = record_add(p, node, &records);
        } else if (type->kind == EC_KIND_ENUM) {
            status = enum_add(p, node, &enums);
        }
        p->plan->has_bool |= type->kind == EC_KIND_BOOL;
        if (type->prim == EC_PRIM_CHAR16 || type->prim == EC_PRIM_CHAR32) {
            p->plan->context_version = 0x2801;
        }
    }
    if (status == EMBED_OK) {
        status = declarations_walk(p, typename_add);
    }
    if (status == EMBED_OK) {
        tables_sort(p->plan);
    }
    return status;
}

/* --- operations and indexes -----------------------------------------------*/

static int
function_op(const ec_type *type)
{
    return type->n_args == 0   ? EMBED_OP_CPYTHON_BLTN_N
           : type->n_args == 1 ? EMBED_OP_CPYTHON_BLTN_O
                               : EMBED_OP_CPYTHON_BLTN_V;
}

static void
global_resolve(planner *p, eg_global *global)
{
    const ec_type *type = global->type;
    switch (global->kind) {
    case EG_GLOBAL_EXPORT:
        global->op = EMBED_OP_EXTERN_PYTHON;
        /* As CFFI has it; reached, so it is there. */
        type = ec_type_pointer(p->spec->types, global->decl->type, NULL);
        break;
    case EG_GLOBAL_FUNCTION:
        global->op = function_op(global->type);
        break;
    case EG_GLOBAL_INT:
        global->op =
            global->is_enumerator ? EMBED_OP_ENUM : EMBED_OP_CONSTANT_INT;
        return;
    case EG_GLOBAL_VALUE:
        global->op = EMBED_OP_CONSTANT;
        break;
    case EG_GLOBAL_VARIABLE:
        global->op = EMBED_OP_GLOBAL_VAR_F;
        break;
    }
    if (!global->is_counted) {
        global->type_index = ec_place_index(type);
    }
}

static void
indexes_resolve(planner *p)
{
    eg_plan *plan = p->plan;
    for (size_t i = 0; i < plan->n_globals; i++) {
        global_resolve(p, &plan->globals[i]);
    }
    for (size_t i = 0; i < plan->n_records; i++) {
        eg_record *record = &plan->records[i];
        record->type_index = ec_place_index(record->type);
        for (size_t j = 0; j < record->n_fields; j++) {
            const ec_field *field = record->fields[j].field;
            record->fields[j].type_index = ec_place_index(field->type);
        }
    }
    for (size_t i = 0; i < plan->n_enums; i++) {
        plan->enums[i].type_index = ec_place_index(plan->enums[i].type);
    }
    for (size_t i = 0; i < plan->n_typenames; i++) {
        eg_typename *name = &plan->typenames[i];
        const ec_decl *decl = ec_scope_find(p->spec->scope, EC_DECL_TYPEDEF,
                                            name->name, strlen(name->name));
        name->type_index = ec_place_index(decl->type);
    }
}

static embed_status
plan_steps(planner *p)
{
    embed_status status = declarations_walk(p, type_reach);
    if (status == EMBED_OK) {
        status = eg_graph_close(&p->graph);
    }
    if (status == EMBED_OK) {
        status = tables_collect(p);
    }
    if (status == EMBED_OK) {
        status = globals_collect(p);
    }
    if (status == EMBED_OK) {
        globals_sort(p->plan);
        status = eg_graph_words(&p->graph, p->plan);
    }
    if (status == EMBED_OK) {
        indexes_resolve(p);
        status = exports_collect(p);
    }
    return status;
}

embed_status
eg_plan_build(eg_spec *spec, eg_plan *out, eg_report *report)
{
    *out = (eg_plan){
        .spec = spec,
        .speller = {typedef_name, spec->scope},
        .context_version = 0x2701,
    };
    planner p = {.spec = spec, .plan = out};
    eg_graph_init(&p.graph, spec, &out->speller);
    embed_status status = plan_steps(&p);
    eg_graph_fini(&p.graph);
    if (status != EMBED_OK) {
        eg_report_error(report, "out of memory");
        return status;
    }
    return eg_plan_check(out, report) ? EMBED_OK : EMBED_E_INVALID;
}
