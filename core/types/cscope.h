/* cscope.h - the names that a parse knows: what the parser needs of an
 * ec_scope beyond cparse.h.
 *
 * One hash table holds both name spaces of C: a tag's key is "struct x",
 * which no ordinary name can be.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CSCOPE_H
#define EMBED_CORE_TYPES_CSCOPE_H

#include "core/types/cparse.h"

/** A declaration with what only the parser needs. */
typedef struct ec_entry {
    ec_decl decl; /* first: what ec_scope_at() returns */
    int align;    /* typedef: its `aligned` attribute in bytes, 0: none */
    bool has_no_prototype; /* function declared with empty parentheses */
    size_t hash;
} ec_entry;

/** Finds an entry by its key ("x", "struct x"); NULL when there is none. */
ec_entry *ec_scope_lookup(const ec_scope *scope, const char *key, size_t len);

/** Adds a copy of `entry`, whose key is not in the scope yet.  The strings of
 *  `entry` are kept.  Returns EMBED_OK or EMBED_E_NOMEM. */
embed_status
ec_scope_add(ec_scope *scope, const ec_entry *entry, ec_entry **out);

/** Returns the one copy of a file's name; NULL when out of memory. */
const char *ec_scope_file(ec_scope *scope, const char *name, size_t len);

/** Returns a fresh number for an unnamed struct, union or enum. */
unsigned ec_scope_number(ec_scope *scope);

/** What a typedef name stands for. */
typedef struct ec_typedef {
    ec_type *type;
    int align; /* as in ec_entry */
    bool is_const;
} ec_typedef;

/** Finds a typedef: declared, the resolver's, or built in.  out->type is NULL
 *  when the name is none. */
embed_status ec_scope_typedef(ec_scope *scope, const char *name, size_t len,
                              ec_typedef *out, ec_err *err);

/** Finds a tag as ec_scope_typedef() finds a typedef. */
embed_status
ec_scope_tag(ec_scope *scope, ec_name_space space, const char *name, size_t len,
             ec_type **out, ec_err *err);

/** Finds a typedef that is known without declaration; *out is NULL for other
 *  names. */
embed_status ec_scope_builtin(ec_scope *scope, const char *name, size_t len,
                              ec_type **out, ec_err *err);

/** Returns an opaque type of known size, such as `__int128`. */
embed_status
ec_scope_blob(ec_scope *scope, const char *name, ec_type **out, ec_err *err);

/** Asks the resolver for a constant; false when it knows none. */
bool ec_scope_resolve_constant(const ec_scope *scope, const char *name,
                               size_t len, int64_t *out);

#endif /* EMBED_CORE_TYPES_CSCOPE_H */
