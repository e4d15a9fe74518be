/* ctable_record.c - realises structs and unions of the tables, their fields
 * only when they are needed: that is what lets types refer to themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/clayout.h"
#include "core/types/cscope.h"
#include "core/types/ctable_int.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_NAME_MAX 512

/* The tag that the C library gives FILE. */
#define C_LIBRARY_FILE "_IO_FILE"

/* Special values of embed_struct_union.size. */
#define SIZE_OPAQUE   ((size_t)-1)
#define SIZE_COMPUTED ((size_t)-2)

/* What is needed to realise the fields of a type. */
struct lazy_record {
    ec_lazy lazy; /* first: what ctype.c sees */
    ec_table *table;
    const struct embed_struct_union *entry;
    bool is_busy; /* its fields are being realised */
};

/* --- fields ---------------------------------------------------------------*/

/* Gives the open array of a field the length that its size says. */
static embed_status
field_bound(ec_table *table, const struct embed_field *entry, ec_field *out,
            ec_err *err)
{
    ec_type *type = out->type;
    if (type->kind != EC_KIND_ARRAY || type->length >= 0 ||
        entry->field_size == (size_t)-1 || entry->field_size == 0 ||
        type->item->size <= 0) {
        return EMBED_OK;
    }
    ptrdiff_t n = (ptrdiff_t)entry->field_size / type->item->size;
    out->type = ec_type_array(table->types, type->item, n, err);
    return out->type == NULL ? err->status : EMBED_OK;
}

/* Checks the size of a field that is no bit-field. */
static embed_status
field_check(const struct embed_field *entry, const ec_type *type, ec_err *err)
{
    if (entry->field_size == (size_t)-1 || type->size < 0 ||
        entry->field_size == (size_t)type->size) {
        return EMBED_OK;
    }
    return ec_fail(err, EMBED_E_INVALID,
                   "wrong size for field '%s' (cdef says %td, but C compiler "
                   "says %zu)",
                   entry->name, type->size, entry->field_size);
}

/* Realises one field. */
static embed_status
field_read(ec_table *table, const struct embed_field *entry, ec_field *out,
           ec_err *err)
{
    int op = ec_op_code(entry->field_type_op);
    if (entry->name == NULL ||
        (op != EMBED_OP_NOOP && op != EMBED_OP_BITFIELD)) {
        return ec_fail(err, EMBED_E_ABI,
                       "malformed type tables: field with operation %d", op);
    }
    *out = (ec_field){entry->name, NULL, entry->field_offset, -1, -1};
    embed_status status =
        ec_table_type_at(table, ec_op_arg(entry->field_type_op),
                         EC_TABLE_DEPTH_MAX, &out->type, err);
    if (status != EMBED_OK) {
        return status;
    }
    if (op == EMBED_OP_BITFIELD) {
        if (entry->field_size > 64) {
            return ec_fail(err, EMBED_E_ABI,
                           "malformed type tables: bit-field of %zu bits",
                           entry->field_size);
        }
        out->bit_size = (int)entry->field_size;
        return EMBED_OK;
    }
    if (entry->name[0] == '\0' && out->type->kind != EC_KIND_STRUCT &&
        out->type->kind != EC_KIND_UNION) {
        return ec_fail(err, EMBED_E_ABI,
                       "malformed type tables: field without name");
    }
    /* A field whose size only its fields tell, and an anonymous member, whose
     * fields are found through it. */
    if (out->type->size < 0 || entry->name[0] == '\0') {
        status = ec_type_complete(table->types, out->type, err);
    }
    if (status == EMBED_OK) {
        status = field_bound(table, entry, out, err);
    }
    return status == EMBED_OK ? field_check(entry, out->type, err) : status;
}

/* Realises all fields of an entry into fields[num_fields]. */
static embed_status
fields_read(ec_table *table, const struct embed_struct_union *entry,
            ec_field *fields, ec_err *err)
{
    embed_status status = EMBED_OK;
    for (int i = 0; i < entry->num_fields && status == EMBED_OK; i++) {
        const struct embed_field *field =
            &table->context->fields[entry->first_field_index + i];
        status = field_read(table, field, &fields[i], err);
    }
    return status;
}

/* --- laziness -------------------------------------------------------------*/

/* Gives `type` the fields of its entry. */
static embed_status
record_fill(struct lazy_record *lazy, ec_type *type, ec_err *err)
{
    const struct embed_struct_union *entry = lazy->entry;
    ec_types *types = lazy->table->types;
    size_t n = (size_t)entry->num_fields;
    ec_field *fields = calloc(n + 1, sizeof *fields);
    if (fields == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = fields_read(lazy->table, entry, fields, err);
    if (status != EMBED_OK) {
        ec_err_prefix(err, "%s: ", type->name);
    } else if (entry->size == SIZE_COMPUTED) {
        type->flags |= EC_TYPE_INCOMPLETE;
        status = ec_layout_record(types, type, fields, NULL, n, NULL, err);
        type->flags &= ~(unsigned)EC_TYPE_INCOMPLETE;
    } else {
        bool must_match = (entry->flags & EMBED_SF_CHECK_FIELDS) != 0;
        status = ec_layout_known(types, type, fields, n, must_match, err);
    }
    free(fields);
    return status;
}

/* The ec_lazy.realise of structs and unions in tables. */
static embed_status
record_realise(ec_types *types, ec_type *type, ec_err *err)
{
    (void)types;
    struct lazy_record *lazy = type->lazy;
    if (lazy->is_busy) {
        return ec_fail(err, EMBED_E_ABI,
                       "malformed type tables: %s contains itself", type->name);
    }
    ec_err local = EC_ERR_INIT;
    lazy->is_busy = true;
    embed_status status = record_fill(lazy, type, &local);
    lazy->is_busy = false;
    if (status == EMBED_OK) {
        type->flags &= ~(unsigned)EC_TYPE_LAZY;
        type->lazy = NULL;
    } else {
        (void)ec_err_copy(err, &local);
    }
    return status;
}

/* Makes `type`, which has no fields so far, realise them when asked to. */
static embed_status
record_make_lazy(ec_table *table, const struct embed_struct_union *entry,
                 ec_type *type, ec_err *err)
{
    struct lazy_record *lazy = ec_types_alloc(table->types, sizeof *lazy);
    if (lazy == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *lazy = (struct lazy_record){{record_realise}, table, entry, false};
    type->lazy = lazy;
    type->flags &= ~(unsigned)EC_TYPE_INCOMPLETE;
    type->flags |= EC_TYPE_LAZY;
    if ((entry->flags & EMBED_SF_PACKED) != 0) {
        type->flags |= EC_TYPE_PACKED;
    }
    if (entry->size != SIZE_COMPUTED) {
        type->size = (ptrdiff_t)entry->size;
        type->align = entry->alignment;
    }
    return EMBED_OK;
}

/* --- the type -------------------------------------------------------------*/

static bool
is_opaque(const struct embed_struct_union *entry)
{
    return (entry->flags & EMBED_SF_OPAQUE) != 0 || entry->size == SIZE_OPAQUE;
}

/* Checks the numbers of an entry that is not opaque. */
static embed_status
entry_check(const ec_table *table, const struct embed_struct_union *entry,
            ec_err *err)
{
    bool has_size = entry->size <= PTRDIFF_MAX && entry->alignment > 0 &&
                    (entry->alignment & (entry->alignment - 1)) == 0;
    if ((!has_size && entry->size != SIZE_COMPUTED) || entry->num_fields < 0 ||
        (entry->num_fields > 0 &&
         (entry->first_field_index < 0 || table->context->fields == NULL))) {
        return ec_fail(err, EMBED_E_ABI,
                       "malformed type tables: struct '%.40s' (size %zd, "
                       "alignment %d, fields %d + %d)",
                       entry->name, (ssize_t)entry->size, entry->alignment,
                       entry->first_field_index, entry->num_fields);
    }
    return EMBED_OK;
}

/* Finds the type of an entry that other tables define. */
static embed_status
record_elsewhere(ec_table *table, const struct embed_struct_union *entry,
                 ec_type **out, ec_err *err)
{
    const ec_resolver *others = &table->included;
    bool is_union = (entry->flags & EMBED_SF_UNION) != 0;
    ec_name_space space = entry->name[0] == '$' ? EC_NS_TYPEDEF
                          : is_union            ? EC_NS_UNION
                                                : EC_NS_STRUCT;
    const char *name = entry->name + (entry->name[0] == '$');
    ec_type *type = NULL;
    embed_status status =
        others->type == NULL
            ? EMBED_OK
            : others->type(others->arg, space, name, strlen(name), &type, err);
    if (status == EMBED_OK && type == NULL) {
        status = ec_fail(err, EMBED_E_INVALID,
                         "'%s' should come from an included module, but none "
                         "has it",
                         entry->name);
    }
    if (status == EMBED_OK) {
        *out = type;
    }
    return status;
}

embed_status
ec_table_file(ec_table *table, ec_type **out, ec_err *err)
{
    return ec_scope_builtin(table->scope, "FILE", 4, out, err);
}

/* Makes the type of an entry, without fields. */
static embed_status
record_make(ec_table *table, const struct embed_struct_union *entry,
            ec_type **out, ec_err *err)
{
    char name[TABLE_NAME_MAX];
    const char *tag;
    bool is_union = (entry->flags & EMBED_SF_UNION) != 0;
    if ((entry->flags & EMBED_SF_EXTERNAL) != 0) {
        return record_elsewhere(table, entry, out, err);
    }
    if (is_opaque(entry) && strcmp(entry->name, C_LIBRARY_FILE) == 0) {
        return ec_table_file(table, out, err);
    }
    embed_status status =
        ec_table_spell(is_union ? "union" : "struct", entry->name, name,
                       sizeof name, &tag, err);
    if (status == EMBED_OK && !is_opaque(entry)) {
        status = entry_check(table, entry, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    ec_type *type =
        ec_type_record(table->types, is_union ? EC_KIND_UNION : EC_KIND_STRUCT,
                       tag, name, err);
    if (type == NULL) {
        return EMBED_E_NOMEM;
    }
    if (!is_opaque(entry)) {
        status = record_make_lazy(table, entry, type, err);
    }
    if (status == EMBED_OK) {
        *out = type;
    }
    return status;
}

embed_status
ec_table_record(ec_table *table, intptr_t index, ec_type **out, ec_err *err)
{
    if (index < 0 || index >= table->context->num_struct_unions) {
        return ec_fail(err, EMBED_E_ABI, "malformed type tables: no struct %td",
                       (ptrdiff_t)index);
    }
    ec_type **slot = &table->records[index];
    if (*slot == NULL) {
        embed_status status = record_make(
            table, &table->context->struct_unions[index], slot, err);
        if (status != EMBED_OK) {
            return status;
        }
    }
    *out = *slot;
    return EMBED_OK;
}
