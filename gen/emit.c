/* emit.c - the frame of the generated C file: banner, included headers,
 * sources, init code and descriptor.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit.h"

#include <string.h>

#include "gen/emit_parts.h"
#include "gen/file.h"

void
eg_emit_heading(const eg_emitter *em, const char *title)
{
    eg_text_printf(em->out, "\n/* --- %s --- */\n", title);
}

void
eg_emit_line(const eg_emitter *em, int line, const char *file)
{
    if (file == NULL) {
        /* The directive speaks of the line behind it. */
        line = (int)em->out->lines + 2;
        file = em->file;
    }
    eg_text_printf(em->out, "#line %d ", line);
    eg_text_literal(em->out, file, strlen(file));
    eg_text_puts(em->out, "\n");
}

/* True when a declarator stands around the name: a pointer to a function or to
 * an array. */
static bool
wraps_name(const ec_type *type)
{
    while (type->kind == EC_KIND_POINTER) {
        type = type->item;
    }
    return type->kind == EC_KIND_FUNCTION || type->kind == EC_KIND_ARRAY;
}

void
eg_emit_head(const eg_emitter *em, const char *before, const ec_type *result,
             const char *rest)
{
    const eg_speller *speller = &em->plan->speller;
    eg_text_printf(em->out, "\n%s", before);
    if (wraps_name(result)) {
        eg_spell(speller, result, rest, em->out);
        eg_text_puts(em->out, "\n");
    } else {
        eg_spell(speller, result, "", em->out);
        eg_text_printf(em->out, "\n%s\n", rest);
    }
}

/* Returns how a path is written in output that must not depend on where it was
 * made. */
static const char *
shown_path(const char *path)
{
    return path[0] == '/' ? eg_file_base(path) : path;
}

/* Appends a word as a shell reads it, in a comment: nothing in it can end that,
 * or begin another one. */
static void
shell_word(eg_text *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=.,:/@%";
    bool is_plain = *word != '\0' && word[strspn(word, plain)] == '\0';
    eg_text_puts(out, is_plain ? " " : " '");
    for (const char *c = word; *c != '\0'; c++) {
        bool marks = c > word && ((*c == '/' && c[-1] == '*') ||
                                  (*c == '*' && c[-1] == '/'));
        eg_text_puts(out, marks ? "''" : "");
        eg_text_add(out, *c == '\'' ? "'\\''" : c, *c == '\'' ? 4 : 1);
    }
    eg_text_puts(out, is_plain ? "" : "'");
}

/* The command line that makes the same text from files of the same names. */
static void
emit_banner(const eg_emitter *em)
{
    const eg_opts *opts = em->plan->spec->opts;
    eg_text *out = em->out;
    eg_text_printf(out,
                   "/* Made by embed %d.%d.%d; do not edit.  Made again by:\n"
                   " *\n"
                   " *     embed build",
                   EMBED_VERSION_MAJOR, EMBED_VERSION_MINOR,
                   EMBED_VERSION_PATCH);
    if (opts->emit_c == NULL) {
        eg_text_puts(out, " --emit-c");
        shell_word(out, em->file);
    }
    for (size_t i = 0; i < opts->n_given; i++) {
        const eg_given *given = &opts->given[i];
        const char *value = given->value;
        if (value != NULL && value == opts->output) {
            continue; /* where the library goes is not in the text */
        }
        if (given->option != NULL) {
            shell_word(out, given->option);
        }
        if (value != NULL) {
            shell_word(out, given->is_file ? eg_file_base(value) : value);
        }
    }
    eg_text_puts(out, "\n */\n");
}

static void
emit_include(eg_text *out, const char *name)
{
    eg_text_puts(out, "#include \"");
    eg_text_puts(out, name);
    eg_text_puts(out, "\"\n");
}

/* What API.h declares is seen outside of the plug-in. */
static void
emit_api(const eg_emitter *em)
{
    eg_text_puts(em->out, "#pragma GCC visibility push(default)\n");
    emit_include(em->out, eg_file_base(em->plan->spec->opts->api));
    eg_text_puts(em->out, "#pragma GCC visibility pop\n");
}

/* C and C++ agree on what the headers declare. */
static void
emit_headers(const eg_emitter *em)
{
    const eg_spec *spec = em->plan->spec;
    eg_text *out = em->out;
    emit_include(out, "embed/plugin.h");
    if (spec->opts->is_script) {
        emit_include(out, "embed/cffi.h");
        return;
    }
    eg_text_puts(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    if (spec->is_api_first) {
        emit_api(em);
    }
    for (size_t i = 0; i < spec->n_headers; i++) {
        const eg_header *header = &spec->headers[i];
        if (!header->is_api && !header->is_cdef_text) {
            emit_include(out, header->base);
        }
    }
    if (!spec->is_api_first) {
        emit_api(em);
    }
    eg_text_puts(out, "#ifdef __cplusplus\n}\n#endif\n");
}

static void
emit_sources(const eg_emitter *em)
{
    const eg_spec *spec = em->plan->spec;
    for (size_t i = 0; i < spec->n_sources; i++) {
        const eg_source *source = &spec->sources[i];
        const char *text = eg_text_string(&source->text);
        eg_text_puts(em->out, "\n");
        eg_emit_line(em, 1, shown_path(source->path));
        eg_text_add(em->out, text, source->text.len);
        if (source->text.len > 0 && text[source->text.len - 1] != '\n') {
            eg_text_puts(em->out, "\n");
        }
        eg_emit_line(em, 0, NULL);
    }
}

/* What the rest needs first: the descriptor's address (it is defined at the
 * end, and C++ has no other way to say so), and a name for _Bool that C++ has
 * too. */
static void
emit_prelude(const eg_emitter *em)
{
    eg_text_puts(em->out, "\n"
                          "static struct embed_plugin *embed_this(void);\n");
    if (em->plan->spec->opts->is_script) {
        eg_text_puts(em->out, "\n"
                              "static EMBED_PLUGIN_UNUSED int\n"
                              "cffi_start_python(void)\n"
                              "{\n"
                              "    return embed_plugin_ensure(embed_this());\n"
                              "}\n");
    }
    if (em->plan->has_bool) {
        eg_text_puts(em->out, "\n"
                              "#ifdef __cplusplus\n"
                              "typedef bool embed_bool;\n"
                              "#else\n"
                              "typedef _Bool embed_bool;\n"
                              "#endif\n");
    }
}

/* ISO C leaves open what this needs: functions as `void *`, long strings. */
static void
emit_pragmas(const eg_emitter *em)
{
    eg_text_puts(em->out,
                 "\n"
                 "#pragma GCC diagnostic push\n"
                 "#pragma GCC diagnostic ignored \"-Wpedantic\"\n"
                 "#pragma GCC diagnostic ignored \"-Wsizeof-array-argument\"\n"
                 "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
                 "#pragma GCC diagnostic ignored "
                 "\"-Wdeprecated-declarations\"\n");
}

static void
emit_python(const eg_emitter *em, const char *name, const eg_text *code)
{
    const char *at = eg_text_string(code);
    const char *stop = at + code->len;
    eg_text *out = em->out;
    eg_text_printf(out, "\nstatic const char %s[] =\n", name);
    while (at < stop) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        end = end == NULL ? stop : end + 1;
        eg_text_puts(out, "    ");
        eg_text_literal(out, at, (size_t)(end - at));
        eg_text_puts(out, end == stop ? ";\n" : "\n");
        at = end;
    }
    if (code->len == 0) {
        eg_text_puts(out, "    \"\";\n");
    }
}

/* What the extension's Python has around it. */
static void
emit_settings(const eg_emitter *em)
{
    const eg_list *settings = &em->plan->spec->opts->settings;
    eg_text *out = em->out;
    if (settings->n == 0) {
        return;
    }
    if (em->plan->spec->preload.len > 0) {
        emit_python(em, "embed_preload", &em->plan->spec->preload);
    }
    eg_text_puts(out, "\nstatic const char *const embed_options[] = {\n");
    for (size_t i = 0; i < settings->n; i += 2) {
        const char *value = settings->items[i + 1];
        eg_text_printf(out, "    \"%s\", ", settings->items[i]);
        if (strcmp(settings->items[i], "preload") == 0) {
            eg_text_puts(out, em->plan->spec->preload.len > 0 ? "embed_preload"
                                                              : "\"\"");
        } else {
            eg_text_literal(out, value, strlen(value));
        }
        eg_text_puts(out, ",\n");
    }
    eg_text_puts(out, "    NULL,\n};\n");
}

static void
emit_descriptor(const eg_emitter *em)
{
    const eg_spec *spec = em->plan->spec;
    const char *init_file =
        spec->opts->init == NULL ? "" : eg_file_base(spec->opts->init);
    eg_text *out = em->out;
    eg_text_puts(out,
                 "\n"
                 "static void\n"
                 "embed_first_entry(struct embed_externpy *fn, char *buffer)\n"
                 "{\n"
                 "    embed_plugin_start(embed_this(), fn, buffer);\n"
                 "}\n");
    eg_text_printf(out,
                   "\n"
                   "static struct embed_plugin_file embed_file = {\n"
                   "    EMBED_PLUGIN_MARK, {\n"
                   "    EMBED_PLUGIN_ABI,\n"
                   "    (uint32_t)sizeof(struct embed_plugin),\n"
                   "    \"%s\",\n"
                   "    embed_first_entry,\n"
                   "    NULL,\n"
                   "    &embed_tables,\n"
                   "    0x%xu, /* version of the tables */\n"
                   "    %uu, /* isolation */\n"
                   "    embed_exports,\n"
                   "    %zu,\n"
                   "    embed_trampolines,\n"
                   "    embed_init_code,\n"
                   "    sizeof embed_init_code - 1,\n"
                   "    ",
                   spec->name, em->plan->context_version,
                   (unsigned)spec->opts->isolation, em->plan->n_exports);
    eg_text_literal(out, init_file, strlen(init_file));
    eg_text_printf(out, ",\n    %s%s,\n    %s,\n    %zu,\n    %s,\n",
                   spec->opts->is_module ? "EMBED_PLUGIN_MODULE" : "0",
                   spec->opts->is_strict ? " | EMBED_PLUGIN_STRICT" : "",
                   spec->bundle.n > 0 ? "embed_bundle" : "NULL", spec->bundle.n,
                   spec->opts->settings.n > 0 ? "embed_options" : "NULL");
    eg_text_puts(out, "}};\n"
                      "\n"
                      "static struct embed_plugin *\n"
                      "embed_this(void)\n"
                      "{\n"
                      "    return &embed_file.plugin;\n"
                      "}\n"
                      "\n"
                      "static EMBED_PLUGIN_CONSTRUCTOR void\n"
                      "embed_register(void)\n"
                      "{\n"
                      "    embed_plugin_register(&embed_file.plugin);\n"
                      "}\n");
}

/* The last component of a dotted name is what Python looks for. */
static void
emit_import(const eg_emitter *em)
{
    const char *dot = strrchr(em->plan->spec->name, '.');
    const char *name = dot == NULL ? em->plan->spec->name : dot + 1;
    eg_text_printf(em->out,
                   "\n"
                   "#ifdef __cplusplus\n"
                   "extern \"C\" {\n"
                   "#endif\n"
                   "EMBED_PLUGIN_EXPORT void *PyInit_%s(void);\n"
                   "#ifdef __cplusplus\n"
                   "}\n"
                   "#endif\n"
                   "\n"
                   "void *\n"
                   "PyInit_%s(void)\n"
                   "{\n"
                   "    return embed_plugin_module(&embed_file.plugin);\n"
                   "}\n"
                   "\n"
                   "#pragma GCC diagnostic pop\n",
                   name, name);
}

void
eg_emit(const eg_plan *plan, const char *file, eg_text *out)
{
    eg_emitter em = {plan, file, out};
    emit_banner(&em);
    emit_headers(&em);
    emit_prelude(&em);
    eg_emit_declarations(&em);
    emit_sources(&em);
    emit_pragmas(&em);
    eg_emit_exports(&em);
    eg_emit_functions(&em);
    eg_emit_getters(&em);
    eg_emit_tables(&em);
    emit_python(&em, "embed_init_code", &plan->spec->init_code);
    emit_settings(&em);
    eg_emit_bundle(&em);
    emit_descriptor(&em);
    emit_import(&em);
}
