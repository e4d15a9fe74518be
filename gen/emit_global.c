/* emit_global.c - the getters of constants and variables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit_parts.h"

#include <inttypes.h>

/* The compiler has the last word on the value: it is asked for it. */
static void
emit_integer(const eg_emitter *em, const eg_global *global)
{
    const char *name = global->name;
    eg_text_printf(em->out,
                   "\n"
                   "static int\n"
                   "embed_c_%s(unsigned long long *value)\n"
                   "{\n"
                   "    int flags = (%s) <= 0;\n"
                   "    *value = (unsigned long long)((%s) | 0);\n",
                   name, name, name);
    if (global->is_checked) {
        eg_text_printf(em->out,
                       "    if (flags != %d || *value != 0x%" PRIx64 "ULL) {\n"
                       "        flags |= 2;\n"
                       "    }\n",
                       global->value <= 0, (uint64_t)global->value);
    }
    eg_text_puts(em->out, "    return flags;\n}\n");
}

static void
emit_value(const eg_emitter *em, const eg_global *global)
{
    eg_text *out = em->out;
    eg_text_printf(out,
                   "\n"
                   "static void\n"
                   "embed_k_%s(char *where)\n"
                   "{\n"
                   "    ",
                   global->name);
    if (global->type->kind == EC_KIND_POINTER) {
        eg_text_puts(out, "void *value = (void *)");
    } else {
        eg_spell(&em->plan->speller, global->type, "value", out);
        eg_text_puts(out, " = ");
    }
    eg_text_printf(out,
                   "(%s);\n"
                   "    memcpy(where, &value, sizeof value);\n"
                   "}\n",
                   global->name);
}

static void
emit_variable(const eg_emitter *em, const eg_global *global)
{
    eg_text_printf(em->out,
                   "\n"
                   "static void *\n"
                   "embed_g_%s(void)\n"
                   "{\n"
                   "    return (void *)&%s;\n"
                   "}\n",
                   global->name, global->name);
}

void
eg_emit_getters(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    bool any = false;
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        bool has_getter = global->kind != EG_GLOBAL_EXPORT &&
                          global->kind != EG_GLOBAL_FUNCTION;
        if (has_getter && !any) {
            eg_emit_heading(em, "constants and variables");
            any = true;
        }
        switch (global->kind) {
        case EG_GLOBAL_EXPORT:
        case EG_GLOBAL_FUNCTION:
            break;
        case EG_GLOBAL_INT:
            emit_integer(em, global);
            break;
        case EG_GLOBAL_VALUE:
            emit_value(em, global);
            break;
        case EG_GLOBAL_VARIABLE:
            emit_variable(em, global);
            break;
        }
    }
}
