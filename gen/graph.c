/* graph.c - the types that a set of declarations reaches, and their places in
 * the `types` array.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/cscope.h"
#include "embed/plugin.h"

void
eg_graph_init(eg_graph *graph, const eg_spec *spec, const eg_speller *speller)
{
    ec_err err = EC_ERR_INIT;
    ec_type *file = NULL;

    /* Without memory it stays NULL; what comes next then fails, too. */
    (void)ec_scope_blob(spec->scope, "FILE", &file, &err);
    *graph = (eg_graph){
        .spec = spec,
        .types = spec->types,
        .speller = *speller,
        .file = file,
    };
    ec_places_init(&graph->places);
}

void
eg_graph_fini(eg_graph *graph)
{
    ec_places_clear(&graph->places);
}

/* Returns the formatted text in the memory of the types; NULL when there is
 * none left. */
static char *graph_format(const eg_graph *graph, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static char *
graph_format(const eg_graph *graph, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        return NULL;
    }
    char *copy = ec_types_strndup(graph->types, text, (size_t)n);
    free(text);
    return copy;
}

/* Finds the names of a struct or union; `prefix` is its parent's when it is an
 * unnamed member.  False when out of memory. */
static bool
record_name(const eg_graph *graph, eg_node *node, const char *prefix)
{
    if (eg_is_spellable(&graph->speller, node->place.type)) {
        eg_text name = EG_TEXT_INIT;
        eg_spell(&graph->speller, node->place.type, "", &name);
        node->c_name = name.failed
                           ? NULL
                           : ec_types_strndup(graph->types,
                                              eg_text_string(&name), name.len);
        eg_text_fini(&name);
    } else if (node->expr != NULL) {
        node->c_name = graph_format(graph, "__typeof__(%s)", node->expr);
    } else {
        node->prefix = prefix;
        return true;
    }
    if (node->c_name != NULL) {
        node->prefix = graph_format(graph, "((%s *)0)->", node->c_name);
    }
    return node->prefix != NULL;
}

static embed_status
graph_reach(eg_graph *graph, ec_type *type, const char *expr,
            const char *prefix)
{
    if (type->user != NULL) {
        return EMBED_OK;
    }
    eg_node *node = ec_types_alloc(graph->types, sizeof *node);
    if (node == NULL) {
        return EMBED_E_NOMEM;
    }
    node->expr = expr;
    node->place.type = type;
    if (ec_type_is_record(type) && !record_name(graph, node, prefix)) {
        return EMBED_E_NOMEM;
    }
    ec_places_add(&graph->places, &node->place, type);
    return EMBED_OK;
}

embed_status
eg_graph_add(eg_graph *graph, ec_type *type, const char *expr)
{
    return graph_reach(graph, type, expr, NULL);
}

/* --- what a type is made of -----------------------------------------------*/

/* Reaches what a pointer points to, or the items of an array. */
static embed_status
close_derived(eg_graph *graph, const eg_node *node)
{
    const char *expr = NULL;
    if (node->expr != NULL) {
        bool points = node->place.type->kind == EC_KIND_POINTER;
        expr = graph_format(graph, points ? "*(%s)" : "(%s)[0]", node->expr);
        if (expr == NULL) {
            return EMBED_E_NOMEM;
        }
    }
    return graph_reach(graph, node->place.type->item, expr, NULL);
}

embed_status
eg_graph_field(const eg_graph *graph, const eg_node *node,
               const ec_field *field, const char **out)
{
    *out = NULL;
    if (field->name[0] == '\0' || node->prefix == NULL ||
        eg_spec_is_macro(graph->spec, field->name)) {
        return EMBED_OK;
    }
    *out = graph_format(graph, "%s%s", node->prefix, field->name);
    return *out == NULL ? EMBED_E_NOMEM : EMBED_OK;
}

static embed_status
close_record(eg_graph *graph, const eg_node *node)
{
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < node->place.type->n_declared && status == EMBED_OK;
         i++) {
        const ec_field *field = &node->place.type->declared[i];
        const char *expr = NULL;
        if (field->bit_size < 0) {
            status = eg_graph_field(graph, node, field, &expr);
        }
        if (status == EMBED_OK) {
            status = graph_reach(graph, field->type, expr, node->prefix);
        }
    }
    return status;
}

static embed_status
close_function(eg_graph *graph, const eg_node *node)
{
    embed_status status =
        graph_reach(graph, node->place.type->result, NULL, NULL);
    for (size_t i = 0; i < node->place.type->n_args && status == EMBED_OK;
         i++) {
        status = graph_reach(graph, node->place.type->args[i], NULL, NULL);
    }
    return status;
}

static embed_status
close_node(eg_graph *graph, const eg_node *node)
{
    switch (node->place.type->kind) {
    case EC_KIND_POINTER:
    case EC_KIND_ARRAY:
        return close_derived(graph, node);
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return node->place.type == graph->file ||
                       eg_spec_is_elsewhere(graph->spec, node->place.type)
                   ? EMBED_OK
                   : close_record(graph, node);
    case EC_KIND_FUNCTION:
        return close_function(graph, node);
    case EC_KIND_VOID:
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
    case EC_KIND_ENUM:
        break;
    }
    return EMBED_OK;
}

embed_status
eg_graph_close(eg_graph *graph)
{
    embed_status status = EMBED_OK;
    /* The list grows while it is walked: no recursion over the types. */
    for (const ec_place *at = graph->places.first;
         at != NULL && status == EMBED_OK; at = at->next) {
        status = close_node(graph, (const eg_node *)at);
    }
    return status;
}

/* --- the types array ------------------------------------------------------*/

/* Adds the types of variables whose length C knows, such as "int[...]". */
static void
counted_words(eg_plan *plan, size_t at)
{
    for (size_t i = 0; i < plan->n_globals; i++) {
        eg_global *global = &plan->globals[i];
        if (global->is_counted) {
            global->type_index = (int)at;
            plan->words[at++] =
                (ec_word){EMBED_OP_ARRAY, ec_place_index(global->type->item),
                          NULL, global->type};
            plan->words[at++] = (ec_word){0, 0, global->name, NULL};
        }
    }
}

embed_status
eg_graph_words(eg_graph *graph, eg_plan *plan)
{
    size_t n = (size_t)ec_places_assign(&graph->places);
    size_t counted = n;
    for (size_t i = 0; i < plan->n_globals; i++) {
        n += plan->globals[i].is_counted ? 2 : 0;
    }
    ec_word *words = ec_types_alloc(graph->types, (n + 1) * sizeof *words);
    if (words == NULL) {
        return EMBED_E_NOMEM;
    }
    ec_places_words(&graph->places, graph->file, words);
    plan->words = words;
    plan->n_words = n;
    counted_words(plan, counted);
    return EMBED_OK;
}
