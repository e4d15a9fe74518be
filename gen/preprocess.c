/* preprocess.c - headers as the C compiler sees them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/preprocess.h"

#include <string.h>

#include "gen/cc.h"
#include "gen/file.h"

static void
command_make(const eg_spec *spec, const char *include, const char *mode,
             const char *input, eg_cmd *cmd)
{
    eg_cmd_compiler(cmd);
    eg_cmd_add(cmd, "-E");
    eg_cmd_add(cmd, mode);
    eg_cmd_add(cmd, "-DEMBED_ON_FAILURE(...)="
                    "__embed_on_failure__(__VA_ARGS__)");
    eg_cmd_add_list(cmd, spec->opts->cpp.items, spec->opts->cpp.n);
    for (size_t i = 0; i < spec->n_headers; i++) {
        if (!spec->headers[i].is_cdef_text) {
            eg_text dir = EG_TEXT_INIT;
            eg_file_dir(spec->headers[i].path, &dir);
            eg_cmd_add2(cmd, "-I", eg_text_string(&dir));
            eg_text_fini(&dir);
        }
    }
    eg_cmd_add2(cmd, "-I", include);
    /* As included files: they may say `#pragma once`. */
    for (size_t i = 0; i < spec->n_headers; i++) {
        if (!spec->headers[i].is_cdef_text) {
            eg_cmd_add(cmd, "-include");
            eg_cmd_add(cmd, spec->headers[i].path);
        }
    }
    eg_cmd_add(cmd, "-x");
    eg_cmd_add(cmd, "c");
    eg_cmd_add(cmd, input);
}

/* Returns what follows `"./` in a line marker that names a header of ours in
 * this way; else NULL. */
static const char *
marked_header(const eg_spec *spec, const char *line, const char *end)
{
    const char *quote = memchr(line, '"', (size_t)(end - line));
    if (quote == NULL || end - quote < 3 || strncmp(quote, "\"./", 3) != 0) {
        return NULL;
    }
    const char *name = quote + 3;
    for (size_t i = 0; i < spec->n_headers; i++) {
        const char *path = spec->headers[i].path;
        size_t len = strlen(path);
        if ((size_t)(end - name) > len && name[len] == '"' &&
            strncmp(name, path, len) == 0) {
            return name;
        }
    }
    return NULL;
}

/* Appends `text`; compilers put "./" before the names of files they are told
 * to include, and it is taken away from ours. */
static void
markers_clean(const eg_spec *spec, const eg_text *text, eg_text *out)
{
    const char *line = eg_text_string(text);
    const char *stop = line + text->len;
    while (line < stop) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        end = end == NULL ? stop : end + 1;
        const char *name = *line == '#' ? marked_header(spec, line, end) : NULL;
        if (name != NULL) {
            eg_text_add(out, line, (size_t)(name - line) - 2);
            line = name;
        }
        eg_text_add(out, line, (size_t)(end - line));
        line = end;
    }
}

embed_status
eg_preprocess(const eg_spec *spec, const char *include, const char *mode,
              const char *input, eg_text *out, ec_err *err)
{
    eg_cmd cmd = EG_CMD_INIT;
    eg_text text = EG_TEXT_INIT;
    command_make(spec, include, mode, input, &cmd);
    embed_status status = eg_cmd_run(&cmd, &text, err);
    if (status == EMBED_OK) {
        markers_clean(spec, &text, out);
    }
    if (status == EMBED_OK && out->failed) {
        status = ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    eg_text_fini(&text);
    eg_cmd_fini(&cmd);
    return status;
}

bool
eg_preprocess_is_nested(const eg_text *text, const char *path)
{
    const char *line = eg_text_string(text);
    const char *outer = "<";
    size_t len = strlen(path);
    while (line != NULL && *line != '\0') {
        size_t line_len = strcspn(line, "\n");
        const char *quote = memchr(line, '"', line_len);
        if (strncmp(line, "# ", 2) == 0 && quote != NULL) {
            if (strncmp(quote + 1, path, len) == 0 && quote[len + 1] == '"') {
                return outer[0] != '<';
            }
            outer = quote + 1;
        }
        line += line_len + (line[line_len] == '\n');
    }
    return false;
}
