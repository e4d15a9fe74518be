/* emit_table.c - the type tables.
 *
 * Offsets and sizes are left to the C compiler wherever an expression can name
 * what they belong to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit_parts.h"

#include "embed/plugin.h"

/* Returns the name of an operation: what follows EMBED_OP_. */
static const char *
op_name(int op)
{
    switch (op) {
    case EMBED_OP_PRIMITIVE:
        return "PRIMITIVE";
    case EMBED_OP_POINTER:
        return "POINTER";
    case EMBED_OP_ARRAY:
        return "ARRAY";
    case EMBED_OP_OPEN_ARRAY:
        return "OPEN_ARRAY";
    case EMBED_OP_STRUCT_UNION:
        return "STRUCT_UNION";
    case EMBED_OP_ENUM:
        return "ENUM";
    case EMBED_OP_FUNCTION:
        return "FUNCTION";
    case EMBED_OP_FUNCTION_END:
        return "FUNCTION_END";
    case EMBED_OP_NOOP:
        return "NOOP";
    case EMBED_OP_BITFIELD:
        return "BITFIELD";
    case EMBED_OP_CPYTHON_BLTN_V:
        return "CPYTHON_BLTN_V";
    case EMBED_OP_CPYTHON_BLTN_N:
        return "CPYTHON_BLTN_N";
    case EMBED_OP_CPYTHON_BLTN_O:
        return "CPYTHON_BLTN_O";
    case EMBED_OP_CONSTANT:
        return "CONSTANT";
    case EMBED_OP_CONSTANT_INT:
        return "CONSTANT_INT";
    case EMBED_OP_GLOBAL_VAR_F:
        return "GLOBAL_VAR_F";
    default:
        return "EXTERN_PYTHON";
    }
}

static void
emit_op(eg_text *out, int op, ptrdiff_t arg)
{
    eg_text_printf(out, "EMBED_OP(EMBED_OP_%s, %td)", op_name(op), arg);
}

/* A primitive: by its number, or by asking the compiler when a cdef text left
 * it open. */
static void
emit_primitive(eg_text *out, const ec_word *word)
{
    if (word->arg >= 0) {
        emit_op(out, word->op, word->arg);
        return;
    }
    const char *kind = word->arg == -1 ? "embed_prim_int" : "embed_prim_float";
    eg_text_printf(out, "EMBED_OP(EMBED_OP_PRIMITIVE, %s(%s))", kind,
                   word->type->name);
}

/* The numbers of primitives by size and sign. */
static void
emit_open_primitives(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    for (size_t i = 0; i < plan->n_words; i++) {
        if (plan->words[i].op == EMBED_OP_PRIMITIVE && plan->words[i].arg < 0) {
            eg_text_puts(em->out,
                         "\n"
                         "#define embed_prim_int(type) \\\n"
                         "    ((sizeof(type) == 1   ? 17 \\\n"
                         "      : sizeof(type) == 2 ? 19 \\\n"
                         "      : sizeof(type) == 4 ? 21 \\\n"
                         "                          : 23) + \\\n"
                         "     ((type)-1 > (type)1))\n"
                         "#define embed_prim_float(type) \\\n"
                         "    (sizeof(type) == sizeof(float)    ? 13 \\\n"
                         "     : sizeof(type) == sizeof(double) ? 14 \\\n"
                         "                                      : 15)\n");
            return;
        }
    }
}

static void
emit_types(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(out, "\nstatic embed_opcode embed_types[] = {\n");
    for (size_t i = 0; i < plan->n_words; i++) {
        const ec_word *word = &plan->words[i];
        eg_text_printf(out, "    /* %zu */ ", i);
        if (word->op == EMBED_OP_PRIMITIVE) {
            emit_primitive(out, word);
        } else if (word->op != 0) {
            emit_op(out, word->op, word->arg);
        } else if (word->counted != NULL) {
            eg_text_printf(out, "(embed_opcode)(sizeof %s / sizeof %s[0])",
                           word->counted, word->counted);
        } else {
            eg_text_printf(out, "(embed_opcode)(uintptr_t)%td", word->arg);
        }
        if (word->type != NULL && eg_is_spellable(&plan->speller, word->type)) {
            eg_text_printf(out, ", /* %s */\n", word->type->name);
        } else {
            eg_text_puts(out, ",\n");
        }
    }
    eg_text_puts(out, "    NULL,\n};\n");
}

/* Appends the two addresses of a global's entry. */
static void
global_addresses(const eg_global *global, const char **out_address,
                 const char **out_direct)
{
    static const char *const formats[][2] = {
        [EG_GLOBAL_EXPORT] = {"&embed_e_", "embed_f_"},
        [EG_GLOBAL_FUNCTION] = {"embed_d_", "embed_d_"},
        [EG_GLOBAL_INT] = {"embed_c_", NULL},
        [EG_GLOBAL_VALUE] = {"embed_k_", NULL},
        [EG_GLOBAL_VARIABLE] = {"embed_g_", NULL},
    };
    *out_address = formats[global->kind][0];
    *out_direct = formats[global->kind][1];
    if (global->kind == EG_GLOBAL_EXPORT && global->is_undeclared) {
        *out_direct = "";
    }
    if (global->kind == EG_GLOBAL_FUNCTION &&
        eg_is_indirect_call(global->type)) {
        *out_address = "embed_i_";
    }
}

static void
emit_globals(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(out,
                 "\nstatic const struct embed_global embed_globals[] = {\n");
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        const char *address = NULL;
        const char *direct = NULL;
        global_addresses(global, &address, &direct);
        eg_text_printf(out, "    {\"%s\",\n     (void *)%s%s%s,\n     ",
                       global->name, address, global->name,
                       global->kind == EG_GLOBAL_EXPORT ? ".externpy" : "");
        emit_op(out, global->op, global->type_index);
        if (direct == NULL) {
            eg_text_puts(out, ",\n     NULL},\n");
        } else {
            eg_text_printf(out, ",\n     (void *)%s%s},\n", direct,
                           global->name);
        }
    }
    eg_text_puts(out, "    {NULL, NULL, NULL, NULL},\n};\n");
}

/* Appends the offset and the size of a field. */
static void
emit_extent(const eg_emitter *em, const eg_record *record,
            const eg_field *field)
{
    const ec_field *info = field->field;
    bool is_open = info->type->kind == EC_KIND_ARRAY && info->type->length < 0;
    eg_text *out = em->out;
    if (info->bit_size >= 0) {
        eg_text_printf(out, "(size_t)-1,\n     %d", info->bit_size);
        return;
    }
    if (record->c_name != NULL && field->path != NULL) {
        eg_text_printf(out, "offsetof(%s, %s),\n     ", record->c_name,
                       info->name);
    } else {
        eg_text_printf(out, "%zu,\n     ", info->offset);
    }
    if (is_open) {
        eg_text_puts(out, "(size_t)-1");
    } else if (field->path != NULL) {
        eg_text_printf(out, "sizeof(%s)", field->path);
    } else {
        eg_text_printf(out, "%td", info->type->size);
    }
}

static void
emit_fields(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(out, "\nstatic const struct embed_field embed_fields[] = {\n");
    for (size_t i = 0; i < plan->n_records; i++) {
        const eg_record *record = &plan->records[i];
        for (size_t j = 0; j < record->n_fields; j++) {
            const eg_field *field = &record->fields[j];
            bool has_bits = field->field->bit_size >= 0;
            eg_text_printf(out, "    {\"%s\", /* of %s */\n     ",
                           field->field->name, record->name);
            emit_extent(em, record, field);
            eg_text_puts(out, ",\n     ");
            emit_op(out, has_bits ? EMBED_OP_BITFIELD : EMBED_OP_NOOP,
                    field->type_index);
            eg_text_puts(out, "},\n");
        }
    }
    eg_text_puts(out, "    {NULL, 0, 0, NULL},\n};\n");
}

static void
emit_flags(eg_text *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        {EMBED_SF_UNION, "EMBED_SF_UNION"},
        {EMBED_SF_CHECK_FIELDS, "EMBED_SF_CHECK_FIELDS"},
        {EMBED_SF_PACKED, "EMBED_SF_PACKED"},
        {EMBED_SF_EXTERNAL, "EMBED_SF_EXTERNAL"},
        {EMBED_SF_OPAQUE, "EMBED_SF_OPAQUE"},
    };
    const char *before = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].flag) != 0) {
            eg_text_printf(out, "%s%s", before, names[i].name);
            before = " | ";
        }
    }
    eg_text_puts(out, *before == '\0' ? "0" : "");
}

static void
emit_records(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(out, "\nstatic const struct embed_struct_union "
                      "embed_struct_unions[] = {\n");
    for (size_t i = 0; i < plan->n_records; i++) {
        const eg_record *record = &plan->records[i];
        eg_text_printf(out, "    {\"%s\", %d, ", record->name,
                       record->type_index);
        emit_flags(out, record->flags);
        if (record->first_field < 0) {
            eg_text_puts(out, ", (size_t)-1, -1, -1, 0},\n");
            continue;
        }
        if (record->c_name != NULL) {
            eg_text_printf(
                out, ",\n     sizeof(%s),\n     (int)__alignof__(%s),\n     ",
                record->c_name, record->c_name);
        } else {
            eg_text_printf(out, ",\n     %td,\n     %d,\n     ",
                           record->type->size, record->type->align);
        }
        eg_text_printf(out, "%d, %zu},\n", record->first_field,
                       record->n_fields);
    }
    eg_text_puts(out, "    {NULL, 0, 0, 0, 0, 0, 0},\n};\n");
}

static void
emit_enums(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(out, "\nstatic const struct embed_enum embed_enums[] = {\n");
    for (size_t i = 0; i < plan->n_enums; i++) {
        const eg_enum *entry = &plan->enums[i];
        eg_text_printf(out, "    {\"%s\", %d, %d,\n     \"", entry->name,
                       entry->type_index, entry->type->prim);
        for (size_t j = 0; j < entry->type->n_enumerators; j++) {
            eg_text_printf(out, "%s%s", j > 0 ? "," : "",
                           entry->type->enumerators[j].name);
        }
        eg_text_puts(out, "\"},\n");
    }
    eg_text_puts(out, "    {NULL, 0, 0, NULL},\n};\n");
}

static void
emit_typenames(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_text_puts(
        out, "\nstatic const struct embed_typename embed_typenames[] = {\n");
    for (size_t i = 0; i < plan->n_typenames; i++) {
        eg_text_printf(out, "    {\"%s\", %d},\n", plan->typenames[i].name,
                       plan->typenames[i].type_index);
    }
    eg_text_puts(out, "    {NULL, 0},\n};\n");
}

/* The modules whose names this one knows, too. */
static void
emit_includes(const eg_emitter *em)
{
    const eg_list *modules = &em->plan->spec->opts->modules;
    if (modules->n == 0) {
        return;
    }
    eg_text_puts(em->out, "\nstatic const char *const embed_includes[] = {\n");
    for (size_t i = 0; i < modules->n; i++) {
        eg_text_puts(em->out, "    ");
        eg_text_literal(em->out, modules->items[i], strlen(modules->items[i]));
        eg_text_puts(em->out, ",\n");
    }
    eg_text_puts(em->out, "    NULL,\n};\n");
}

void
eg_emit_tables(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    bool has_includes = plan->spec->opts->modules.n > 0;
    eg_emit_heading(em, "type tables");
    emit_open_primitives(em);
    emit_types(em);
    emit_globals(em);
    emit_fields(em);
    emit_records(em);
    emit_enums(em);
    emit_typenames(em);
    emit_includes(em);
    eg_text_printf(em->out,
                   "\n"
                   "static const struct embed_context embed_tables = {\n"
                   "    embed_types,\n"
                   "    embed_globals,\n"
                   "    embed_fields,\n"
                   "    embed_struct_unions,\n"
                   "    embed_enums,\n"
                   "    embed_typenames,\n"
                   "    %zu,\n"
                   "    %zu,\n"
                   "    %zu,\n"
                   "    %zu,\n"
                   "    %s,\n"
                   "    %zu,\n"
                   "    0,\n"
                   "};\n",
                   plan->n_globals, plan->n_records, plan->n_enums,
                   plan->n_typenames, has_includes ? "embed_includes" : "NULL",
                   plan->n_words);
}
