/* ctable_type.c - realises the entries of the `types` array and the enums.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ctable_int.h"

#include <stdlib.h>
#include <string.h>

/* Most arguments of a function. */
#define TABLE_ARGS_MAX 4096
#define TABLE_NAME_MAX 512

static embed_status
fail_table(ec_err *err, const char *what, intptr_t number)
{
    return ec_fail(err, EMBED_E_ABI, "malformed type tables: %s %td", what,
                   (ptrdiff_t)number);
}

/* Turns "the type or NULL with *err set" into a status.  What the type model
 * refuses is the table's fault. */
static embed_status
made(ec_type *type, ec_type **out, ec_err *err)
{
    if (type == NULL) {
        if (err->status == EMBED_E_INVALID) {
            err->status = EMBED_E_ABI;
        }
        return err->status;
    }
    *out = type;
    return EMBED_OK;
}

/* --- enums ----------------------------------------------------------------*/

/* Gets the value of the enumerator name[len]. */
static embed_status
enumerator_read(ec_table *table, const char *name, size_t len,
                ec_enumerator *out, ec_err *err)
{
    int global = ec_table_global(table, name, len);
    if (global < 0) {
        return ec_fail(err, EMBED_E_ABI,
                       "malformed type tables: no enumerator '%.*s'",
                       (int)(len < 100 ? len : 100), name);
    }
    uint64_t value;
    bool negative;
    embed_status status =
        ec_table_const_int(table, global, &value, &negative, err);
    if (status == EMBED_OK) {
        out->name = table->context->globals[global].name;
        out->value = (int64_t)value;
    }
    return status;
}

/* Returns how many names a comma-separated list has. */
static size_t
list_count(const char *list)
{
    size_t n = list[0] != '\0';
    for (; *list != '\0'; list++) {
        n += *list == ',';
    }
    return n;
}

/* Makes the enum of an entry with its enumerators. */
static embed_status
enum_make(ec_table *table, const struct embed_enum *entry, ec_type **out,
          ec_err *err)
{
    char name[TABLE_NAME_MAX];
    const char *tag;
    const char *at = entry->enumerators == NULL ? "" : entry->enumerators;
    size_t n = list_count(at);
    embed_status status =
        ec_table_spell("enum", entry->name, name, sizeof name, &tag, err);
    if (status != EMBED_OK) {
        return status;
    }
    ec_enumerator *list = calloc(n + 1, sizeof *list);
    if (list == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n && status == EMBED_OK; i++) {
        size_t len = strcspn(at, ",");
        status = enumerator_read(table, at, len, &list[i], err);
        at += len + 1;
    }
    if (status == EMBED_OK) {
        status = made(ec_type_enum(table->types, tag, name, entry->type_prim,
                                   list, n, err),
                      out, err);
    }
    free(list);
    return status;
}

static embed_status
table_enum(ec_table *table, intptr_t index, ec_type **out, ec_err *err)
{
    if (index < 0 || index >= table->context->num_enums) {
        return fail_table(err, "no enum", index);
    }
    ec_type **slot = &table->enums[index];
    if (*slot == NULL) {
        embed_status status =
            enum_make(table, &table->context->enums[index], slot, err);
        if (status != EMBED_OK) {
            return status;
        }
    }
    *out = *slot;
    return EMBED_OK;
}

// NOLINTBEGIN(misc-no-recursion): depth-limited

/* --- functions ------------------------------------------------------------*/

/* Counts the arguments of the function at `index` and finds its end. */
static embed_status
args_count(const ec_table *table, intptr_t index, size_t *out, ec_err *err)
{
    const struct embed_context *context = table->context;
    for (size_t n = 0; n <= TABLE_ARGS_MAX; n++) {
        intptr_t at = index + 1 + (intptr_t)n;
        if (at >= context->num_types) {
            break;
        }
        if (ec_op_code(context->types[at]) == EMBED_OP_FUNCTION_END) {
            *out = n;
            return EMBED_OK;
        }
    }
    return fail_table(err, "no end of the function at", index);
}

/* Realises one argument type as C passes it: arrays and functions as
 * pointers. */
static embed_status
table_arg(ec_table *table, intptr_t index, int depth, ec_type **out,
          ec_err *err)
{
    ec_type *type = NULL;
    embed_status status = ec_table_type_at(table, index, depth, &type, err);
    if (status != EMBED_OK) {
        return status;
    }
    if (type->kind == EC_KIND_ARRAY) {
        return made(ec_type_pointer(table->types, type->item, err), out, err);
    }
    if (type->kind == EC_KIND_FUNCTION) {
        return made(ec_type_pointer(table->types, type, err), out, err);
    }
    *out = type;
    return EMBED_OK;
}

static embed_status
table_function(ec_table *table, intptr_t index, int depth, ec_type **out,
               ec_err *err)
{
    size_t n = 0;
    ec_type *result = NULL;
    embed_opcode *words = table->context->types;
    embed_status status = args_count(table, index, &n, err);
    if (status == EMBED_OK) {
        status = ec_table_type_at(table, ec_op_arg(words[index]), depth,
                                  &result, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    ec_type **args = calloc(n + 1, sizeof(ec_type *));
    if (args == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n && status == EMBED_OK; i++) {
        status =
            table_arg(table, index + 1 + (intptr_t)i, depth, &args[i], err);
    }
    if (status == EMBED_OK) {
        intptr_t flags = ec_op_arg(words[index + 1 + (intptr_t)n]);
        status = made(ec_type_function(table->types, result, args, n,
                                       (flags & 1) != 0, err),
                      out, err);
    }
    free(args);
    return status;
}

/* --- all types ------------------------------------------------------------*/

/* Realises an array; the word behind it is its length. */
static embed_status
table_array(ec_table *table, intptr_t index, int depth, ec_type **out,
            ec_err *err)
{
    embed_opcode *words = table->context->types;
    ptrdiff_t length = -1;
    if (ec_op_code(words[index]) == EMBED_OP_ARRAY) {
        if (index + 1 >= table->context->num_types) {
            return fail_table(err, "no length of the array at", index);
        }
        length = (ptrdiff_t)(intptr_t)words[index + 1];
        if (length < 0) {
            return fail_table(err, "length of the array at", index);
        }
    }
    ec_type *item = NULL;
    embed_status status =
        ec_table_type_at(table, ec_op_arg(words[index]), depth, &item, err);
    return status != EMBED_OK
               ? status
               : made(ec_type_array(table->types, item, length, err), out, err);
}

static embed_status
table_pointer(ec_table *table, intptr_t target, int depth, ec_type **out,
              ec_err *err)
{
    ec_type *type = NULL;
    embed_status status = ec_table_type_at(table, target, depth, &type, err);
    return status != EMBED_OK
               ? status
               : made(ec_type_pointer(table->types, type, err), out, err);
}

/* Realises the entry at `index`, which is in the table. */
static embed_status
table_entry(ec_table *table, intptr_t index, int depth, ec_type **out,
            ec_err *err)
{
    const struct embed_context *context = table->context;
    intptr_t arg = ec_op_arg(context->types[index]);
    switch (ec_op_code(context->types[index])) {
    case EMBED_OP_PRIMITIVE:
        if (arg < 0 || arg >= EC_PRIM_COUNT) {
            return fail_table(err, "no primitive", arg);
        }
        return made(ec_type_prim(table->types, (int)arg, err), out, err);
    case EMBED_OP_POINTER:
        return table_pointer(table, arg, depth, out, err);
    case EMBED_OP_ARRAY:
    case EMBED_OP_OPEN_ARRAY:
        return table_array(table, index, depth, out, err);
    case EMBED_OP_STRUCT_UNION:
        return arg == -1 ? ec_table_file(table, out, err)
                         : ec_table_record(table, arg, out, err);
    case EMBED_OP_ENUM:
        return table_enum(table, arg, out, err);
    case EMBED_OP_FUNCTION:
        return table_function(table, index, depth, out, err);
    case EMBED_OP_NOOP:
        return ec_table_type_at(table, arg, depth, out, err);
    case EMBED_OP_TYPENAME:
        if (arg < 0 || arg >= context->num_typenames) {
            return fail_table(err, "no typedef", arg);
        }
        return ec_table_type_at(table, context->typenames[arg].type_index,
                                depth, out, err);
    default:
        return fail_table(err, "no type at", index);
    }
}

embed_status
ec_table_type_at(ec_table *table, intptr_t index, int depth, ec_type **out,
                 ec_err *err)
{
    if (index < 0 || index >= table->context->num_types) {
        return fail_table(err, "no type", index);
    }
    if (depth <= 0) {
        return fail_table(err, "endless type", index);
    }
    ec_type **slot = &table->realised[index];
    if (*slot == NULL) {
        embed_status status = table_entry(table, index, depth - 1, slot, err);
        if (status != EMBED_OK) {
            return status;
        }
    }
    *out = *slot;
    return EMBED_OK;
}

// NOLINTEND(misc-no-recursion)

embed_status
ec_table_type(ec_table *table, int index, ec_type **out, ec_err *err)
{
    ec_err local = EC_ERR_INIT;
    embed_status status =
        ec_table_type_at(table, index, EC_TABLE_DEPTH_MAX, out, &local);
    if (status != EMBED_OK) {
        (void)ec_err_copy(err, &local);
    }
    return status;
}
