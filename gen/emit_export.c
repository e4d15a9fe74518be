/* emit_export.c - the exported functions: C outside, Python inside.
 *
 * Types have lost their qualifiers on the way, so a function cannot be defined
 * under the name that a header has declared.  It is defined under a name of
 * ours, and an assembler label gives it the symbol.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit_parts.h"

#include <stdio.h>
#include <string.h>

#include "gen/file.h"

/* Appends "name(int a0, char *a1)". */
static void
signature(const eg_emitter *em, const ec_type *fn, const char *name,
          eg_text *out)
{
    eg_text_printf(out, "%s(", name);
    for (size_t i = 0; i < fn->n_args; i++) {
        char arg[24];
        (void)snprintf(arg, sizeof arg, "a%zu", i);
        eg_text_puts(out, i > 0 ? ", " : "");
        eg_spell(&em->plan->speller, fn->args[i], arg, out);
    }
    eg_text_puts(out, fn->n_args == 0 ? "void)" : ")");
}

/* Appends the declaration of an exported function, without its end. */
static void
emit_declaration(const eg_emitter *em, const ec_type *fn, const char *name)
{
    eg_text head = EG_TEXT_INIT;
    signature(em, fn, name, &head);
    eg_spell(&em->plan->speller, fn->result, eg_text_string(&head), em->out);
    eg_text_fini(&head);
}

/* The name an exported function is defined under. */
static void
definition_name(const eg_global *global, eg_text *out)
{
    eg_text_printf(out, global->is_undeclared ? "%s" : "embed_f_%s",
                   global->name);
}

/* What comes before the type of a function without a header. */
static const char *
storage(const eg_global *global)
{
    return global->is_static ? "static EMBED_PLUGIN_UNUSED "
                             : "EMBED_PLUGIN_EXPORT ";
}

void
eg_emit_declarations(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    bool any = false;
    for (size_t i = 0; i < plan->n_exports; i++) {
        const eg_global *global = plan->exports[i];
        if (!global->is_announced) {
            continue;
        }
        if (!any) {
            eg_emit_heading(em, "functions in Python");
            eg_text_puts(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
            any = true;
        }
        eg_text_puts(out, storage(global));
        emit_declaration(em, global->type, global->name);
        eg_text_puts(out, ";\n");
    }
    if (any) {
        eg_text_puts(out, "#ifdef __cplusplus\n}\n#endif\n");
    }
}

/* The failure value, checked by the compiler at the place where it was
 * written. */
static void
emit_failure(const eg_emitter *em, const eg_global *global)
{
    const ec_decl *decl = global->decl;
    const ec_type *type = global->type->result;
    eg_text name = EG_TEXT_INIT;
    if (decl->on_failure == NULL) {
        return;
    }
    eg_text_printf(&name, "const embed_failure_%s", global->name);
    eg_emit_line(em, decl->on_failure_pos.line,
                 eg_file_base(decl->on_failure_pos.file));
    eg_text_puts(em->out, "static ");
    eg_spell(&em->plan->speller, type, eg_text_string(&name), em->out);
    eg_text_puts(em->out, " = ");
    if (type->kind == EC_KIND_POINTER) {
        eg_text_puts(em->out, "(");
        eg_spell(&em->plan->speller, type, "", em->out);
        eg_text_puts(em->out, ")");
    }
    bool is_braced = decl->on_failure[0] == '{';
    eg_text_printf(em->out, is_braced ? "%s;\n" : "(%s);\n", decl->on_failure);
    eg_emit_line(em, 0, NULL);
    eg_text_fini(&name);
}

static void
emit_record(const eg_emitter *em, const eg_global *global)
{
    const ec_decl *decl = global->decl;
    const ec_type *result = global->type->result;
    const char *file = eg_file_base(decl->pos.file);
    const ec_pos pos = eg_spec_pos(em->plan->spec, decl);
    eg_text *out = em->out;
    eg_text_printf(out,
                   "static struct embed_export embed_e_%s = {\n"
                   "    {\"%s.%s\", ",
                   global->name, em->plan->spec->name, global->name);
    if (result->kind == EC_KIND_VOID) {
        eg_text_puts(out, "0");
    } else {
        eg_text_puts(out, "sizeof(");
        eg_spell(&em->plan->speller, result, "", out);
        eg_text_puts(out, ")");
    }
    eg_text_puts(out, ", NULL, NULL},\n    ");
    if (decl->on_failure == NULL) {
        eg_text_puts(out, "NULL");
    } else {
        eg_text_printf(out, "(const void *)&embed_failure_%s", global->name);
    }
    eg_text_puts(out, ",\n    ");
    eg_text_literal(out, file, strlen(file));
    eg_text_printf(out, ",\n    %d,\n    %d,\n};\n", pos.line, pos.column);
}

/* One argument goes to its slot: itself, or a pointer to it. */
static void
emit_pack(const eg_emitter *em, const ec_type *type, size_t i)
{
    if (ec_type_is_by_pointer(type)) {
        eg_text_printf(em->out,
                       "    const void *p%zu = &a%zu;\n"
                       "    memcpy(&call.slot[%zu], &p%zu, sizeof p%zu);\n",
                       i, i, i, i, i);
    } else {
        eg_text_printf(em->out,
                       "    memcpy(&call.slot[%zu], &a%zu, sizeof a%zu);\n", i,
                       i, i);
    }
}

static void
emit_body(const eg_emitter *em, const eg_global *global)
{
    const ec_type *fn = global->type;
    bool returns = fn->result->kind != EC_KIND_VOID;
    eg_text *out = em->out;
    eg_text_printf(out,
                   "{\n"
                   "    union {\n"
                   "        uint64_t slot[%zu];\n",
                   fn->n_args == 0 ? (size_t)1 : fn->n_args);
    if (returns) {
        eg_text_puts(out, "        ");
        eg_spell(&em->plan->speller, fn->result, "result", out);
        eg_text_puts(out, ";\n");
    }
    eg_text_puts(out, "    } call;\n");
    for (size_t i = 0; i < fn->n_args; i++) {
        emit_pack(em, fn->args[i], i);
    }
    eg_text_printf(out,
                   "    embed_plugin_entry(embed_this())(&embed_e_%s.externpy,"
                   "\n"
                   "                                     (char *)&call);\n",
                   global->name);
    if ((global->decl->flags & EC_DECL_NORETURN) != 0) {
        eg_text_printf(out,
                       "    embed_plugin_returned(&embed_e_%s.externpy);\n",
                       global->name);
    } else if (returns) {
        eg_text_puts(out, "    return call.result;\n");
    }
    eg_text_puts(out, "}\n");
}

static void
emit_function(const eg_emitter *em, const eg_global *global)
{
    eg_text name = EG_TEXT_INIT;
    definition_name(global, &name);
    const char *string = eg_text_string(&name);
    if (!global->is_undeclared) {
        eg_text_puts(em->out, "\nEMBED_PLUGIN_EXPORT ");
        emit_declaration(em, global->type, string);
        eg_text_printf(em->out, "\n    __asm__(\"%s\");\n", global->name);
    }
    if (global->is_undeclared && !global->is_announced) {
        /* The sources may have declared it, with qualifiers. */
        eg_text_printf(em->out, "\n%s%s\n", storage(global),
                       global->decl->signature);
    } else {
        eg_text head = EG_TEXT_INIT;
        signature(em, global->type, string, &head);
        eg_emit_head(em, global->is_undeclared ? storage(global) : "",
                     global->type->result, eg_text_string(&head));
        eg_text_fini(&head);
    }
    emit_body(em, global);
    eg_text_fini(&name);
}

void
eg_emit_exports(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text *out = em->out;
    eg_emit_heading(em, "exports");
    for (size_t i = 0; i < plan->n_exports; i++) {
        eg_text_puts(out, "\n");
        emit_failure(em, plan->exports[i]);
        emit_record(em, plan->exports[i]);
        emit_function(em, plan->exports[i]);
    }
    eg_text_puts(out,
                 "\nstatic struct embed_export *const embed_exports[] = {\n");
    for (size_t i = 0; i < plan->n_exports; i++) {
        eg_text_printf(out, "    &embed_e_%s,\n", plan->exports[i]->name);
    }
    eg_text_puts(out, "    NULL,\n};\n");
}
