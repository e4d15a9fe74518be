/* ctable_make.h - type tables made at run time out of declarations.
 *
 * What `embed build` writes as C, for plug-ins that no compiler has seen: the
 * same tables, so that all that reads tables (our own code, PyPy's) takes both.
 *
 * Threads: as ec_types.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CTABLE_MAKE_H
#define EMBED_CORE_TYPES_CTABLE_MAKE_H

#include "core/types/cparse.h"
#include "embed/plugin.h"

/** Tables, in the memory of the scope's types. */
typedef struct ec_made {
    struct embed_context context;
    uint32_t version;             /* of the tables */
    struct embed_global *globals; /* context.globals: `address` and
                                     `size_or_direct_fn` are for the caller to
                                     fill */
    const ec_decl **decls;        /* decls[i] declares globals[i] */
} ec_made;

/**
 * Makes the tables of all that a scope declares: its functions are exports, its
 * constants integers.  Variables have no place.
 *
 * Uses `user` of the types meanwhile.
 *
 * Returns:  EMBED_OK, EMBED_E_NOMEM.
 */
embed_status ec_table_make(ec_scope *scope, ec_made *out, ec_err *err);

#endif /* EMBED_CORE_TYPES_CTABLE_MAKE_H */
