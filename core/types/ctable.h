/* ctable.h - types and names out of a plug-in's type tables.
 *
 * Realises the tables of embed/plugin.h (CFFI's compiled-module format) into
 * ec_types.  The tables are constant: one ec_table per interpreter holds what
 * was realised of them.  Structs are realised lazily (EC_TYPE_LAZY).
 *
 * Threads: as ec_types.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CTABLE_H
#define EMBED_CORE_TYPES_CTABLE_H

#include "core/types/cparse.h"
#include "embed/plugin.h"

typedef struct ec_table ec_table;

/** Opens tables over `types`. `context` must outlive both.
 *  @param version  of the tables; unknown ones: EMBED_E_ABI */
embed_status ec_table_open(ec_types *types, const struct embed_context *context,
                           uint32_t version, ec_table **out, ec_err *err);
void ec_table_close(ec_table *table);

/** The scope to parse type expressions in: knows all names of the tables. */
ec_scope *ec_table_scope(ec_table *table);

/** Names that the tables do not have are asked of `resolver` from now on, and
 *  what they say is defined elsewhere.  Copied; NULL: of nobody. */
void ec_table_include(ec_table *table, const ec_resolver *resolver);

/** Realises the type at an index of the `types` array. */
embed_status
ec_table_type(ec_table *table, int index, ec_type **out, ec_err *err);

/** Finds a name of `lib`; -1 when there is none. */
int ec_table_global(const ec_table *table, const char *name, size_t len);

/** Calls an integer constant's getter.
 *  @param out_negative  set when *out is to be read as signed
 *  Returns EMBED_E_INVALID when the value declared differs from C's. */
embed_status ec_table_const_int(const ec_table *table, int global,
                                uint64_t *out, bool *out_negative, ec_err *err);

#endif /* EMBED_CORE_TYPES_CTABLE_H */
