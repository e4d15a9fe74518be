/* ctable_int.h - what the files of ctable share.
 *
 * Fields are private to ctable*.c.  Everything that is read of a table is
 * checked first: a malformed table gives EMBED_E_ABI, never a crash.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CTABLE_INT_H
#define EMBED_CORE_TYPES_CTABLE_INT_H

#include "core/types/ctable.h"

/* Deepest chain of table entries for one type: only a table that refers to
 * itself is deeper. */
#define EC_TABLE_DEPTH_MAX 200

struct ec_table {
    ec_types *types;
    const struct embed_context *context;
    ec_scope *scope;
    ec_resolver included; /* functions NULL: nothing is */
    ec_type **realised;   /* realised[num_types], NULL until asked for */
    ec_type **records;    /* records[num_struct_unions] */
    ec_type **enums;      /* enums[num_enums] */
};

/** Returns the operation of a table word. */
int ec_op_code(embed_opcode word);
/** Returns the signed argument of a table word. */
intptr_t ec_op_arg(embed_opcode word);

/** Realises the type at an index, at most `depth` entries deep. */
embed_status ec_table_type_at(ec_table *table, intptr_t index, int depth,
                              ec_type **out, ec_err *err);

/** Realises a struct or union by its index in the table, without its fields
 *  (EC_TYPE_LAZY). */
embed_status
ec_table_record(ec_table *table, intptr_t index, ec_type **out, ec_err *err);

/** Realises the opaque type FILE: the one that type expressions know, too. */
embed_status ec_table_file(ec_table *table, ec_type **out, ec_err *err);

/** Writes the spelling of a tag in the table to out[cap]: "struct point"; the
 *  typedef's name for "$point".  Sets *out_tag to the tag, NULL for an
 *  anonymous type. */
embed_status ec_table_spell(const char *keyword, const char *name, char *out,
                            size_t cap, const char **out_tag, ec_err *err);

#endif /* EMBED_CORE_TYPES_CTABLE_INT_H */
