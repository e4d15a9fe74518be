/* cmd_generated.c - `embed build GENERATED.c`: what CFFI has generated, compiled
 * with our headers in place of Python's, and with an entry for import.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_generated.h"

#include <string.h>
#include <unistd.h>

#include "core/name.h"
#include "gen/file.h"
#include "gen/library.h"
#include "gen/paths.h"

/* Appends what stands between `before` and the next '"'; false when `before` is
 * not in the text. */
static bool
quoted_find(const char *text, const char *before, eg_text *out)
{
    const char *at = strstr(text, before);
    if (at == NULL) {
        return false;
    }
    at += strlen(before);
    eg_text_add(out, at, strcspn(at, "\""));
    return true;
}

/* Appends the name of the module that the code is of; false when CFFI has not
 * generated it. */
static bool
module_find(const char *text, eg_text *out, bool *out_embeds)
{
    *out_embeds = strstr(text, "\n#define _CFFI_USE_EMBEDDING") != NULL ||
                  strncmp(text, "#define _CFFI_USE_EMBEDDING", 27) == 0;
    return strstr(text, "_cffi_pypyinit_") != NULL &&
           quoted_find(text, "_cffi_init(\"", out);
}

/* Appends the C code of the entry for import. */
static void
glue_make(const char *name, bool embeds, eg_text *out)
{
    const char *dot = strrchr(name, '.');
    const char *last = dot == NULL ? name : dot + 1;
    eg_text_printf(out,
                   "#include \"embed/plugin.h\"\n"
                   "\n"
                   "#ifdef __cplusplus\n"
                   "extern \"C\" {\n"
                   "#endif\n"
                   "void *_cffi_pypyinit_%s(const void *p[]);\n"
                   "EMBED_PLUGIN_EXPORT void *PyInit_%s(void);\n"
                   "#ifdef __cplusplus\n"
                   "}\n"
                   "#endif\n"
                   "\n"
                   "void *\n"
                   "PyInit_%s(void)\n"
                   "{\n"
                   "    static const struct embed_cffi_module module = {\n"
                   "        \"%s\", _cffi_pypyinit_%s, %s};\n"
                   "    return embed_cffi_import(&module);\n"
                   "}\n",
                   last, last, last, name, last, embeds ? "\"\"" : "NULL");
}

/* Writes the glue to a temporary directory and compiles both files. */
static embed_status
compile(const eg_opts *opts, const char *include, const char *name,
        const eg_text *glue, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text dir = EG_TEXT_INIT;
    eg_text path = EG_TEXT_INIT;
    eg_text output = EG_TEXT_INIT;
    const char *dot = strrchr(name, '.');
    eg_text_printf(&output, "%s.so", dot == NULL ? name : dot + 1);
    if (eg_file_temp_dir(&dir, &err) == EMBED_OK) {
        /* The language is that of the generated file. */
        eg_text_printf(&path, "%s/import%s", eg_text_string(&dir),
                       strrchr(opts->api, '.'));
        (void)eg_file_write(eg_text_string(&path), eg_text_string(glue),
                            glue->len, &err);
    }
    embed_status status = eg_report_take(report, &err);
    if (status == EMBED_OK) {
        eg_library library = {.opts = opts,
                              .sources = {opts->api, eg_text_string(&path)},
                              .output = opts->output != NULL
                                            ? opts->output
                                            : eg_text_string(&output)};
        eg_library_dir_of(&library.dirs, opts->api);
        eg_text shim = EG_TEXT_INIT;
        eg_text_printf(&shim, "%s/embed/cffi", include);
        eg_cmd_add2(&library.dirs, "-I", eg_text_string(&shim));
        eg_cmd_add2(&library.dirs, "-I", include);
        status = eg_library_make(&library, report);
        eg_text_fini(&shim);
    }
    (void)unlink(eg_text_string(&path));
    (void)rmdir(eg_text_string(&dir));
    eg_text_fini(&output);
    eg_text_fini(&path);
    eg_text_fini(&dir);
    return status;
}

embed_status
eg_cmd_generated(const eg_opts *opts, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text text = EG_TEXT_INIT;
    eg_text name = EG_TEXT_INIT;
    eg_text glue = EG_TEXT_INIT;
    eg_text include = EG_TEXT_INIT;
    bool embeds = false;
    embed_status status = eg_file_read(opts->api, &text, &err);
    if (status == EMBED_OK) {
        status = eg_paths_include(&include, &err);
    }
    if (status == EMBED_OK &&
        !module_find(eg_text_string(&text), &name, &embeds)) {
        status = ec_fail(&err, EMBED_E_INVALID,
                         "%s: this is not C code that CFFI's emit_c_code() "
                         "has written; to compile C code in, use --source",
                         opts->api);
    }
    if (status == EMBED_OK) {
        status = ec_name_check(eg_text_string(&name), &err);
    }
    if (status == EMBED_OK) {
        glue_make(eg_text_string(&name), embeds, &glue);
        status = compile(opts, eg_text_string(&include), eg_text_string(&name),
                         &glue, report);
    } else {
        status = eg_report_take(report, &err);
    }
    eg_text_fini(&include);
    eg_text_fini(&glue);
    eg_text_fini(&name);
    eg_text_fini(&text);
    return status;
}
