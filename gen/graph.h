/* graph.h - the types that a set of declarations reaches, and their places in
 * the `types` array.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_GRAPH_H
#define EMBED_GEN_GRAPH_H

#include "core/types/cplace.h"
#include "gen/plan.h"

/** A type that is reached. */
typedef struct eg_node {
    ec_place place;     /* first */
    const char *expr;   /* a C expression of the type; NULL: none known */
    const char *c_name; /* struct, union: the type in C; NULL: none */
    const char *prefix; /* struct, union: what comes before a field's name in
                           an expression; NULL: none */
} eg_node;

typedef struct eg_graph {
    const eg_spec *spec;
    ec_types *types;
    eg_speller speller;
    const ec_type *file; /* the type FILE, or NULL */
    ec_places places;    /* of eg_nodes */
} eg_graph;

/** Makes an empty graph over the types of `spec`, which outlives it. */
void
eg_graph_init(eg_graph *graph, const eg_spec *spec, const eg_speller *speller);
void eg_graph_fini(eg_graph *graph);

/**
 * Adds a type.
 *
 * @param expr  a C expression of that type, which gives names to the types
 *              without one that it is made of; NULL: none
 *
 * Returns:  EMBED_OK, EMBED_E_NOMEM.
 */
embed_status eg_graph_add(eg_graph *graph, ec_type *type, const char *expr);

/** Adds all that the types added so far are made of. */
embed_status eg_graph_close(eg_graph *graph);

/**
 * Sets *out to a C expression of a field, to NULL when there is none: in an
 * unnamed struct, or when a macro has the field's name.
 *
 * Returns:  EMBED_OK, EMBED_E_NOMEM.
 */
embed_status eg_graph_field(const eg_graph *graph, const eg_node *node,
                            const ec_field *field, const char **out);

/** Gives each type its place and fills plan->words; the rows of structs and
 *  enums are set by then. */
embed_status eg_graph_words(eg_graph *graph, eg_plan *plan);

#endif /* EMBED_GEN_GRAPH_H */
