/* preprocess.c - headers as the C compiler sees them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/preprocess.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

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

/* Do two paths lead to one file? */
static bool
is_same_file(const char *a, const char *b)
{
    struct stat x;
    struct stat y;
    return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 &&
                                 x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* The header of ours that a line marker names, between *out_name and *out_end,
 * in the compiler's words: "./api.h", or "sub/../sub/../api.h" where it was
 * found in a directory of -I.  NULL: none. */
static const eg_header *
marked_header(const eg_spec *spec, const char *line, const char *end,
              const char **out_name, const char **out_end)
{
    char path[PATH_MAX];
    const char *name = memchr(line, '"', (size_t)(end - line));
    const char *stop =
        name == NULL ? NULL : memchr(name + 1, '"', (size_t)(end - name - 1));
    if (stop == NULL || (size_t)(stop - name) > sizeof path) {
        return NULL;
    }
    *out_name = ++name;
    *out_end = stop;
    memcpy(path, name, (size_t)(stop - name));
    path[stop - name] = '\0';
    for (size_t i = 0; i < spec->n_headers; i++) {
        const eg_header *header = &spec->headers[i];
        if (strcmp(eg_file_base(path), header->base) == 0 &&
            is_same_file(path, header->path)) {
            return header;
        }
    }
    return NULL;
}

/* Appends `text`, in which our headers are named as they were given. */
static void
markers_clean(const eg_spec *spec, const eg_text *text, eg_text *out)
{
    const char *line = eg_text_string(text);
    const char *stop = line + text->len;
    while (line < stop) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        end = end == NULL ? stop : end + 1;
        const char *name = NULL;
        const char *name_end = NULL;
        const eg_header *header =
            *line == '#' ? marked_header(spec, line, end, &name, &name_end)
                         : NULL;
        if (header != NULL) {
            eg_text_add(out, line, (size_t)(name - line));
            eg_text_puts(out, header->path);
            line = name_end;
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
