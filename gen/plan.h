/* plan.h - what will be done: everything that generated C says, decided.
 *
 * The second of the generator's three phases.  All of it lives in the memory
 * of the spec's types.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_PLAN_H
#define EMBED_GEN_PLAN_H

#include "core/types/cplace.h"
#include "gen/spec.h"
#include "gen/spell.h"

typedef enum eg_global_kind {
    EG_GLOBAL_EXPORT,   /* implemented in Python */
    EG_GLOBAL_FUNCTION, /* a C function */
    EG_GLOBAL_INT,      /* an integer constant */
    EG_GLOBAL_VALUE,    /* another constant */
    EG_GLOBAL_VARIABLE,
} eg_global_kind;

/** A name of `lib`. */
typedef struct eg_global {
    eg_global_kind kind;
    const char *name;
    size_t order;        /* of declaration */
    const ec_decl *decl; /* NULL: a macro, or an enumerator of another file */
    const ec_type *type; /* EXPORT, FUNCTION: FUNCTION type; INT: NULL */
    int op;              /* EMBED_OP_*: of its table entry */
    int type_index;      /* argument of `op`; -1 for INT */
    bool is_checked;     /* INT: C's value must be `value` */
    int64_t value;
    bool is_static;     /* EXPORT: not seen outside of the plug-in */
    bool is_undeclared; /* EXPORT: no header of C declares it */
    bool is_announced;  /* EXPORT: declared before the sources; else they
                           declare it, as its types are theirs */
    bool is_counted;    /* VARIABLE: an array whose length C knows */
    bool is_enumerator; /* INT: of an enum; PyPy wants to know */
} eg_global;

typedef struct eg_field {
    const ec_field *field;
    int type_index;
    const char *path; /* the field as an expression; NULL: none can name it */
} eg_field;

/** A struct or union. */
typedef struct eg_record {
    const ec_type *type;
    const char *name;   /* in the tables: the tag, "$typedef" or "$N" */
    const char *c_name; /* the type in C; NULL: no C expression can name it */
    int type_index;
    unsigned flags;   /* EMBED_SF_* */
    int first_field;  /* -1: opaque */
    eg_field *fields; /* fields[n_fields] */
    size_t n_fields;  /* 0: another module has them */
} eg_record;

typedef struct eg_enum {
    const ec_type *type;
    const char *name; /* as in eg_record */
    int type_index;
} eg_enum;

typedef struct eg_typename {
    const char *name;
    int type_index;
} eg_typename;

typedef struct eg_plan {
    const eg_spec *spec;
    eg_speller speller;
    eg_global *globals; /* globals[n_globals], sorted by name */
    size_t n_globals;
    const eg_global **exports; /* exports[n_exports], in order of declaration */
    size_t n_exports;
    eg_record *records; /* records[n_records], sorted by name; likewise all */
    size_t n_records;
    size_t n_fields;
    eg_enum *enums;
    size_t n_enums;
    eg_typename *typenames;
    size_t n_typenames;
    ec_word *words; /* words[n_words] */
    size_t n_words;
    unsigned context_version;
    bool has_functions; /* C functions among the globals */
    bool has_bool;      /* _Bool among the types */
} eg_plan;

/**
 * Decides what to generate for `spec`.
 *
 * @param spec  outlives `out`, which lives in its memory
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID, the reasons being in `report`;
 *           EMBED_E_NOMEM.
 */
embed_status eg_plan_build(eg_spec *spec, eg_plan *out, eg_report *report);

#endif /* EMBED_GEN_PLAN_H */
