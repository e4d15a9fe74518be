/* cmd_build.c - `embed build`: spec, plan, text; then the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_build.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/emit.h"
#include "gen/file.h"
#include "gen/library.h"
#include "gen/paths.h"
#include "gen/plan.h"
#include "gen/spec.h"

/* Appends the C code to `out`. */
static embed_status
code_make(eg_spec *spec, const char *file, eg_text *out, eg_report *report)
{
    eg_plan plan;
    embed_status status = eg_plan_build(spec, &plan, report);
    if (status != EMBED_OK) {
        return status;
    }
    eg_emit(&plan, file, out);
    if (out->failed) {
        eg_report_error(report, "out of memory");
        return EMBED_E_NOMEM;
    }
    return EMBED_OK;
}

/* Where the C code finds what it includes. */
static void
dirs_add(const eg_spec *spec, const char *include, eg_cmd *dirs)
{
    for (size_t i = 0; i < spec->n_headers; i++) {
        eg_library_dir_of(dirs, spec->headers[i].path);
    }
    for (size_t i = 0; i < spec->n_sources; i++) {
        eg_library_dir_of(dirs, spec->sources[i].path);
    }
    eg_cmd_add2(dirs, "-I", include);
}

/* Writes the C code to `path` and compiles it. */
static embed_status
code_compile(const eg_spec *spec, const char *include, const eg_text *code,
             const char *path, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text output = EG_TEXT_INIT;
    if (spec->opts->output != NULL) {
        eg_text_puts(&output, spec->opts->output);
    } else {
        eg_text_printf(&output, "lib%s.so", spec->name);
    }
    (void)eg_file_write(path, eg_text_string(code), code->len, &err);
    embed_status status = eg_report_take(report, &err);
    if (status == EMBED_OK) {
        eg_library library = {.opts = spec->opts,
                              .sources = {path},
                              .output = eg_text_string(&output)};
        dirs_add(spec, include, &library.dirs);
        status = eg_library_make(&library, report);
    }
    eg_text_fini(&output);
    return status;
}

/* Compiles in a temporary directory. */
static embed_status
compile_apart(const eg_spec *spec, const char *include, const eg_text *code,
              const char *file, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text dir = EG_TEXT_INIT;
    eg_text path = EG_TEXT_INIT;
    (void)eg_file_temp_dir(&dir, &err);
    embed_status status = eg_report_take(report, &err);
    if (status == EMBED_OK) {
        eg_text_printf(&path, "%s/%s", eg_text_string(&dir), file);
        status =
            code_compile(spec, include, code, eg_text_string(&path), report);
        (void)unlink(eg_text_string(&path));
        (void)rmdir(eg_text_string(&dir));
    }
    eg_text_fini(&path);
    eg_text_fini(&dir);
    return status;
}

/* From the parsed inputs to the output files. */
static embed_status
build(eg_spec *spec, const char *include, eg_report *report)
{
    const char *emit_c = spec->opts->emit_c;
    eg_text file = EG_TEXT_INIT;
    eg_text code = EG_TEXT_INIT;
    if (emit_c != NULL) {
        eg_text_puts(&file, eg_file_base(emit_c));
    } else {
        eg_text_printf(&file, "%s.embed.c", spec->name);
    }
    const char *name = eg_text_string(&file);
    embed_status status = code_make(spec, name, &code, report);
    if (status == EMBED_OK && emit_c == NULL) {
        status = compile_apart(spec, include, &code, name, report);
    } else if (status == EMBED_OK && spec->opts->output != NULL) {
        status = code_compile(spec, include, &code, emit_c, report);
    } else if (status == EMBED_OK) {
        ec_err err = EC_ERR_INIT;
        (void)eg_file_write(emit_c, eg_text_string(&code), code.len, &err);
        status = eg_report_take(report, &err);
    }
    eg_text_fini(&code);
    eg_text_fini(&file);
    return status;
}

embed_status
eg_cmd_build(const eg_opts *opts, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text include = EG_TEXT_INIT;
    eg_spec spec = {.opts = NULL};
    (void)eg_paths_include(&include, &err);
    embed_status status = eg_report_take(report, &err);
    if (status == EMBED_OK) {
        const char *dir = eg_text_string(&include);
        status = eg_spec_load(opts, dir, &spec, report);
        if (status == EMBED_OK) {
            status = build(&spec, dir, report);
        }
        eg_spec_fini(&spec);
    }
    eg_text_fini(&include);
    return status;
}
