/* emit_function.c - C functions as Python calls them: with arguments unpacked
 * from 8-byte slots, or with structs by pointer.
 *
 * Nothing here spells a pointer's target: what is `const` in it is not known,
 * and a call may go to a macro.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit_parts.h"

/* Appends a type; every pointer is a `void *`. */
static void
emit_plain(const eg_emitter *em, const ec_type *type, const char *name,
           eg_text *out)
{
    if (type->kind == EC_KIND_POINTER) {
        eg_text_printf(out, "void *%s", name);
    } else {
        eg_spell(&em->plan->speller, type, name, out);
    }
}

/* Appends "(int a0, void *a1)"; what eg_is_indirect() is written with `star`. */
static void
emit_plain_parameters(const eg_emitter *em, const ec_type *fn,
                      const char *first, const char *star, eg_text *out)
{
    eg_text_printf(out, "(%s", first);
    for (size_t i = 0; i < fn->n_args; i++) {
        eg_text name = EG_TEXT_INIT;
        eg_text_printf(&name, "%sa%zu", eg_is_indirect(fn->args[i]) ? star : "",
                       i);
        eg_text_puts(out, i > 0 || *first != '\0' ? ", " : "");
        emit_plain(em, fn->args[i], eg_text_string(&name), out);
        eg_text_fini(&name);
    }
    eg_text_puts(out, fn->n_args == 0 && *first == '\0' ? "void)" : ")");
}

/* Starts a definition with such types. */
static void
emit_plain_head(const eg_emitter *em, const ec_type *result, const char *rest)
{
    if (result->kind == EC_KIND_POINTER) {
        eg_text_printf(em->out, "\nstatic void *\n%s\n", rest);
    } else {
        eg_emit_head(em, "static ", result, rest);
    }
}

/* embed_d_NAME: has the declared type; an address for whoever calls C. */
static void
emit_direct(const eg_emitter *em, const eg_global *global)
{
    const ec_type *fn = global->type;
    const ec_type *result = fn->result;
    eg_text *out = em->out;
    eg_text head = EG_TEXT_INIT;
    eg_text_printf(&head, "embed_d_%s", global->name);
    emit_plain_parameters(em, fn, "", "", &head);
    emit_plain_head(em, result, eg_text_string(&head));
    eg_text_fini(&head);
    /* In parentheses a name is no macro that stands for the function; what C
     * never saw declared may be one only. */
    eg_text_printf(
        out, global->is_undeclared ? "{\n    %s%s%s(" : "{\n    %s%s(%s)(",
        result->kind == EC_KIND_VOID ? "" : "return ",
        result->kind == EC_KIND_POINTER ? "(void *)" : "", global->name);
    for (size_t i = 0; i < fn->n_args; i++) {
        bool points = fn->args[i]->kind == EC_KIND_POINTER;
        eg_text_printf(out, points ? "%sembed_any(a%zu)" : "%sa%zu",
                       i > 0 ? ", " : "", i);
    }
    eg_text_puts(out, ");\n}\n");
}

/* Appends "embed_d_NAME(a0, *a1)". */
static void
emit_direct_call(const eg_global *global, const char *star, eg_text *out)
{
    const ec_type *fn = global->type;
    eg_text_printf(out, "embed_d_%s(", global->name);
    for (size_t i = 0; i < fn->n_args; i++) {
        eg_text_printf(out, "%s%sa%zu", i > 0 ? ", " : "",
                       eg_is_indirect(fn->args[i]) ? star : "", i);
    }
    eg_text_puts(out, ")");
}

/* embed_i_NAME: structs and complex numbers by pointer, the result as a first
 * parameter.  Source: what PyPy's cffi calls (pypy-notes.md). */
static void
emit_indirect(const eg_emitter *em, const eg_global *global)
{
    const ec_type *fn = global->type;
    bool has_result = eg_is_indirect(fn->result);
    eg_text *out = em->out;
    eg_text head = EG_TEXT_INIT;
    eg_text first = EG_TEXT_INIT;
    if (has_result) {
        emit_plain(em, fn->result, "*result", &first);
    }
    eg_text_printf(&head, "embed_i_%s", global->name);
    emit_plain_parameters(em, fn, eg_text_string(&first), "*", &head);
    if (has_result) {
        eg_text_printf(out, "\nstatic void\n%s\n", eg_text_string(&head));
    } else {
        emit_plain_head(em, fn->result, eg_text_string(&head));
    }
    eg_text_printf(out, "{\n    %s",
                   has_result                         ? "*result = "
                   : fn->result->kind == EC_KIND_VOID ? ""
                                                      : "return ");
    emit_direct_call(global, "*", out);
    eg_text_puts(out, ";\n}\n");
    eg_text_fini(&first);
    eg_text_fini(&head);
}

/* One argument out of its slot. */
static void
emit_unpack(const eg_emitter *em, const ec_type *type, size_t i)
{
    eg_text name = EG_TEXT_INIT;
    eg_text_printf(&name, "a%zu", i);
    eg_text_puts(em->out, "    ");
    emit_plain(em, type, eg_text_string(&name), em->out);
    eg_text_fini(&name);
    if (ec_type_is_by_pointer(type)) {
        eg_text_printf(em->out,
                       ";\n"
                       "    const void *p%zu;\n"
                       "    memcpy(&p%zu, buffer + %zu, sizeof p%zu);\n"
                       "    memcpy(&a%zu, p%zu, sizeof a%zu);\n",
                       i, i, i * 8, i, i, i, i);
    } else {
        eg_text_printf(em->out,
                       ";\n    memcpy(&a%zu, buffer + %zu, sizeof a%zu);\n", i,
                       i * 8, i);
    }
}

/* embed_t_NAME: the trampoline. */
static void
emit_trampoline(const eg_emitter *em, const eg_global *global)
{
    const ec_type *fn = global->type;
    bool returns = fn->result->kind != EC_KIND_VOID;
    eg_text *out = em->out;
    eg_text_printf(out, "\nstatic void\nembed_t_%s(char *buffer)\n{\n",
                   global->name);
    for (size_t i = 0; i < fn->n_args; i++) {
        emit_unpack(em, fn->args[i], i);
    }
    eg_text_puts(out, "    ");
    if (returns) {
        emit_plain(em, fn->result, "result", out);
        eg_text_puts(out, " = ");
    }
    emit_direct_call(global, "", out);
    eg_text_puts(out, ";\n");
    if (returns) {
        eg_text_puts(out, "    memcpy(buffer, &result, sizeof result);\n");
    } else if (fn->n_args == 0) {
        eg_text_puts(out, "    (void)buffer;\n");
    }
    eg_text_puts(out, "}\n");
}

/* C turns a `void *` into any pointer, C++ has to be told. */
static void
emit_any(const eg_emitter *em)
{
    eg_text_puts(em->out, "\n"
                          "#ifdef __cplusplus\n"
                          "namespace {\n"
                          "struct embed_any {\n"
                          "    void *pointer;\n"
                          "    explicit embed_any(void *p) : pointer(p) {}\n"
                          "    template <typename T> operator T *() const\n"
                          "    {\n"
                          "        return (T *)pointer;\n"
                          "    }\n"
                          "};\n"
                          "} // namespace\n"
                          "#else\n"
                          "# define embed_any(pointer) (pointer)\n"
                          "#endif\n");
}

/* The trampolines, one for each global. */
static void
emit_list(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    eg_text_puts(
        em->out,
        "\nstatic embed_trampoline_fn *const embed_trampolines[] = {\n");
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        if (global->kind == EG_GLOBAL_FUNCTION) {
            eg_text_printf(em->out, "    embed_t_%s,\n", global->name);
        } else {
            eg_text_printf(em->out, "    NULL, /* %s */\n", global->name);
        }
    }
    eg_text_puts(em->out, "    NULL,\n};\n");
}

void
eg_emit_functions(const eg_emitter *em)
{
    const eg_plan *plan = em->plan;
    if (plan->has_functions) {
        eg_emit_heading(em, "C functions");
        emit_any(em);
    }
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        if (global->kind == EG_GLOBAL_FUNCTION) {
            emit_direct(em, global);
            if (eg_is_indirect_call(global->type)) {
                emit_indirect(em, global);
            }
            emit_trampoline(em, global);
        }
    }
    emit_list(em);
}
