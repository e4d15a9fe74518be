/* ctable.c - types and names out of a plug-in's type tables: opening, names,
 * constants.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ctable.h"

#include "core/types/ctable_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Versions of the table format, first and last. */
#define TABLE_VERSION_FIRST 0x2601u
#define TABLE_VERSION_LAST  0x28FFu

/* What a constant's getter says with its result. */
#define CONST_NOT_POSITIVE 1
#define CONST_DIFFERS      2

int
ec_op_code(embed_opcode word)
{
    return (int)((uintptr_t)word & 0xff);
}

intptr_t
ec_op_arg(embed_opcode word)
{
    return (intptr_t)word >> 8;
}

/* --- names ----------------------------------------------------------------*/

/* Compares name[len] with a name of a table as strcmp() would. */
static int
name_compare(const char *name, size_t len, const char *entry)
{
    int order = strncmp(name, entry, len);
    return order != 0 || entry[len] == '\0' ? order : -1;
}

/* Finds name[len] among `n` records of `stride` bytes, sorted by name, that
 * start with a `const char *`; -1 when there is none. */
static int
name_find(const void *records, size_t stride, int n, const char *name,
          size_t len)
{
    int low = 0;
    int high = n - 1;
    while (low <= high) {
        int middle = low + (high - low) / 2;
        const char *entry;
        memcpy(&entry, (const char *)records + (size_t)middle * stride,
               sizeof entry);
        int order = name_compare(name, len, entry);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            high = middle - 1;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

int
ec_table_global(const ec_table *table, const char *name, size_t len)
{
    return name_find(table->context->globals, sizeof(struct embed_global),
                     table->context->num_globals, name, len);
}

embed_status
ec_table_spell(const char *keyword, const char *name, char *out, size_t cap,
               const char **out_tag, ec_err *err)
{
    bool is_typedef =
        name[0] == '$' && name[1] != '$' && (name[1] < '0' || name[1] > '9');
    int n = is_typedef ? snprintf(out, cap, "%s", name + 1)
                       : snprintf(out, cap, "%s %s", keyword, name);
    if (n < 0 || (size_t)n >= cap) {
        return ec_fail(err, EMBED_E_ABI, "name is too long: '%.40s...'", name);
    }
    *out_tag = name[0] == '$' ? NULL : name;
    return EMBED_OK;
}

/* --- constants ------------------------------------------------------------*/

embed_status
ec_table_const_int(const ec_table *table, int global, uint64_t *out,
                   bool *out_negative, ec_err *err)
{
    typedef int getter_fn(unsigned long long *value);

    if (global < 0 || global >= table->context->num_globals) {
        return ec_fail(err, EMBED_E_ABI, "table has no global %d", global);
    }
    const struct embed_global *entry = &table->context->globals[global];
    int op = ec_op_code(entry->type_op);
    if ((op != EMBED_OP_CONSTANT_INT && op != EMBED_OP_ENUM) ||
        entry->address == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "'%s' is not an integer constant",
                       entry->name);
    }
    getter_fn *getter;
    memcpy(&getter, &entry->address, sizeof getter);
    unsigned long long value = 0;
    int flags = getter(&value);
    bool negative = (flags & CONST_NOT_POSITIVE) != 0;
    if ((flags & CONST_DIFFERS) != 0) {
        return negative ? ec_fail(err, EMBED_E_INVALID,
                                  "the C compiler says '%s' is equal to %lld, "
                                  "but the cdef disagrees",
                                  entry->name, (long long)value)
                        : ec_fail(err, EMBED_E_INVALID,
                                  "the C compiler says '%s' is equal to %llu "
                                  "(0x%llx), but the cdef disagrees",
                                  entry->name, value, value);
    }
    *out = value;
    *out_negative = negative;
    return EMBED_OK;
}

/* --- what the scope asks --------------------------------------------------*/

/* Finds a struct or union; the other keyword is an error. */
static embed_status
resolve_record(ec_table *table, bool is_union, int index, ec_type **out,
               ec_err *err)
{
    int flags = table->context->struct_unions[index].flags;
    if (((flags & EMBED_SF_UNION) != 0) != is_union) {
        return ec_fail(err, EMBED_E_INVALID,
                       "wrong kind of tag: struct vs union");
    }
    return ec_table_record(table, index, out, err);
}

static embed_status
resolve_type(void *arg, ec_name_space space, const char *name, size_t len,
             ec_type **out, ec_err *err)
{
    ec_table *table = arg;
    const struct embed_context *c = table->context;
    int index = -1;
    *out = NULL;
    switch (space) {
    case EC_NS_TYPEDEF:
        index = name_find(c->typenames, sizeof(struct embed_typename),
                          c->num_typenames, name, len);
        if (index >= 0) {
            return ec_table_type(table, c->typenames[index].type_index, out,
                                 err);
        }
        break;
    case EC_NS_STRUCT:
    case EC_NS_UNION:
        index = name_find(c->struct_unions, sizeof(struct embed_struct_union),
                          c->num_struct_unions, name, len);
        if (index >= 0) {
            return resolve_record(table, space == EC_NS_UNION, index, out, err);
        }
        break;
    case EC_NS_ENUM:
        index = name_find(c->enums, sizeof(struct embed_enum), c->num_enums,
                          name, len);
        if (index >= 0) {
            return ec_table_type(table, c->enums[index].type_index, out, err);
        }
        break;
    }
    return table->included.type == NULL
               ? EMBED_OK
               : table->included.type(table->included.arg, space, name, len,
                                      out, err);
}

static bool
resolve_constant(void *arg, const char *name, size_t len, int64_t *out)
{
    const ec_table *table = arg;
    uint64_t value = 0;
    bool negative = false;
    int index = ec_table_global(table, name, len);
    if (index < 0) {
        return table->included.constant != NULL &&
               table->included.constant(table->included.arg, name, len, out);
    }
    if (ec_table_const_int(table, index, &value, &negative, NULL) != EMBED_OK) {
        return false;
    }
    *out = (int64_t)value;
    return true;
}

void
ec_table_include(ec_table *table, const ec_resolver *resolver)
{
    table->included = resolver != NULL ? *resolver : (ec_resolver){.arg = NULL};
}

/* --- opening --------------------------------------------------------------*/

/* Checks that an array of the tables is there, with all its names. */
static embed_status
check_names(const char *what, const void *records, size_t stride, int n,
            ec_err *err)
{
    if (n < 0 || (n > 0 && records == NULL)) {
        return ec_fail(err, EMBED_E_ABI, "malformed type tables: %d %s", n,
                       what);
    }
    for (int i = 0; i < n; i++) {
        const char *name;
        memcpy(&name, (const char *)records + (size_t)i * stride, sizeof name);
        if (name == NULL) {
            return ec_fail(err, EMBED_E_ABI,
                           "malformed type tables: %s without name", what);
        }
    }
    return EMBED_OK;
}

static embed_status
check_context(const struct embed_context *context, uint32_t version,
              ec_err *err)
{
    if (version < TABLE_VERSION_FIRST || version > TABLE_VERSION_LAST) {
        return ec_fail(err, EMBED_E_ABI,
                       "type tables have version 0x%" PRIx32
                       ", known are 0x%x to 0x%x",
                       version, TABLE_VERSION_FIRST, TABLE_VERSION_LAST);
    }
    if (context == NULL || context->num_types < 0 ||
        (context->num_types > 0 && context->types == NULL)) {
        return ec_fail(err, EMBED_E_ABI, "malformed type tables: no types");
    }
    embed_status status =
        check_names("globals", context->globals, sizeof(struct embed_global),
                    context->num_globals, err);
    if (status == EMBED_OK) {
        status = check_names("structs", context->struct_unions,
                             sizeof(struct embed_struct_union),
                             context->num_struct_unions, err);
    }
    if (status == EMBED_OK) {
        status = check_names("enums", context->enums, sizeof(struct embed_enum),
                             context->num_enums, err);
    }
    if (status == EMBED_OK) {
        status = check_names("typedefs", context->typenames,
                             sizeof(struct embed_typename),
                             context->num_typenames, err);
    }
    return status;
}

/* Returns room for `n` types that lives as long as `types`. */
static ec_type **
slots_alloc(ec_types *types, int n)
{
    return ec_types_alloc(types, (size_t)n * sizeof(ec_type *));
}

embed_status
ec_table_open(ec_types *types, const struct embed_context *context,
              uint32_t version, ec_table **out, ec_err *err)
{
    embed_status status = check_context(context, version, err);
    if (status != EMBED_OK) {
        return status;
    }
    /* Lazy structs refer to the table, so it lives as long as they. */
    ec_table *table = ec_types_alloc(types, sizeof *table);
    if (table == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    const ec_resolver resolver = {
        .arg = table, .type = resolve_type, .constant = resolve_constant};
    table->types = types;
    table->context = context;
    table->included = (ec_resolver){.arg = NULL};
    table->realised = slots_alloc(types, context->num_types);
    table->records = slots_alloc(types, context->num_struct_unions);
    table->enums = slots_alloc(types, context->num_enums);
    if (table->realised == NULL || table->records == NULL ||
        table->enums == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    table->scope = ec_scope_create(types, &resolver);
    if (table->scope == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *out = table;
    return EMBED_OK;
}

void
ec_table_close(ec_table *table)
{
    if (table != NULL) {
        ec_scope_destroy(table->scope);
        table->scope = NULL;
    }
}

ec_scope *
ec_table_scope(ec_table *table)
{
    return table->scope;
}
