/* spec.h - what was written: the inputs of one build, read and parsed.
 *
 * The first of the generator's three phases.  Headers are seen as the C
 * compiler sees them: all of them together go through its preprocessor.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_SPEC_H
#define EMBED_GEN_SPEC_H

#include "gen/bundle.h"
#include "gen/macros.h"
#include "gen/opts.h"
#include "gen/report.h"

/** API.h or a --cdef file. */
typedef struct eg_header {
    const char *path; /* as it was given: the file name in positions */
    const char *base; /* its base name: what generated C includes */
    eg_text text;     /* as it is written */
    bool is_api;
    bool is_included;  /* another module has what it declares */
    bool overrides;    /* declares again what was declared before */
    bool is_cdef_text; /* has what only cdef() understands, such as `...`:
                          parsed as it is, and C never sees it */
} eg_header;

/** A --source file. */
typedef struct eg_source {
    const char *path;
    eg_text text;
} eg_source;

typedef struct eg_spec {
    const eg_opts *opts;
    const char *name; /* of the extension */
    ec_types *types;  /* owns the strings */
    ec_scope *scope;
    eg_header *headers; /* headers[n_headers]: --cdef files, then API.h */
    size_t n_headers;
    bool is_api_first; /* a --cdef file includes API.h: C reads it first, as
                          what it declares is seen from outside */
    eg_source *sources;
    size_t n_sources;
    eg_text text;     /* the headers C sees, preprocessed with -dD */
    eg_macros macros; /* of these headers */
    eg_text init_code;
    eg_text preload; /* the code of --preload */
    eg_bundle bundle;
} eg_spec;

/**
 * Reads everything that `opts` names.
 *
 * @param include  directory of libembed's headers
 * @param opts     outlives `out`
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID or EMBED_E_IO, the reasons being in
 *           `report`; EMBED_E_NOMEM.
 *           `out` is to be freed with eg_spec_fini() in any case.
 */
embed_status eg_spec_load(const eg_opts *opts, const char *include,
                          eg_spec *out, eg_report *report);
void eg_spec_fini(eg_spec *spec);

/** Returns the header that `pos` is in, or NULL. */
const eg_header *eg_spec_header(const eg_spec *spec, const ec_pos *pos);

/** Returns the header that declares a struct, union or enum, or NULL. */
const eg_header *eg_spec_type_header(const eg_spec *spec, const ec_type *type);

/** True when another module has the struct or union. */
bool eg_spec_is_elsewhere(const eg_spec *spec, const ec_type *type);

/** Returns where a declaration's name is written: its column before macros were
 *  expanded, which is the same with every compiler. */
ec_pos eg_spec_pos(const eg_spec *spec, const ec_decl *decl);

/** True when C code cannot write `name`, as an object-like macro has it. */
bool eg_spec_is_macro(const eg_spec *spec, const char *name);

#endif /* EMBED_GEN_SPEC_H */
