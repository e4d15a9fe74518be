/* spec.c - what was written: the inputs of one build, read and parsed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/name.h"
#include "gen/file.h"
#include "gen/initcode.h"
#include "gen/preprocess.h"

/* What every step needs. */
typedef struct loader {
    eg_spec *spec;
    const char *include;
    eg_report *report;
} loader;

static embed_status
loader_nomem(loader *ld)
{
    eg_report_error(ld->report, "out of memory");
    return EMBED_E_NOMEM;
}

static embed_status
file_load(loader *ld, const char *path, eg_text *out)
{
    ec_err err = EC_ERR_INIT;
    (void)eg_file_read(path, out, &err);
    return eg_report_take(ld->report, &err);
}

/* --- name and init code ---------------------------------------------------*/

static embed_status
name_load(loader *ld)
{
    eg_spec *spec = ld->spec;
    const char *given = spec->opts->name;
    eg_text name = EG_TEXT_INIT;
    if (given != NULL) {
        eg_text_puts(&name, given);
    } else {
        eg_file_stem(spec->opts->init, &name);
    }
    spec->name = ec_types_strndup(spec->types, eg_text_string(&name), name.len);
    eg_text_fini(&name);
    if (spec->name == NULL) {
        return loader_nomem(ld);
    }
    ec_err err = EC_ERR_INIT;
    if (ec_name_check(spec->name, &err) != EMBED_OK) {
        eg_report_error(ld->report, "%s%s", err.text,
                        given != NULL ? "" : "; give one with --name");
        return EMBED_E_INVALID;
    }
    return EMBED_OK;
}

static embed_status
python_load(loader *ld, const char *path, eg_text *out)
{
    eg_text raw = EG_TEXT_INIT;
    embed_status status = file_load(ld, path, &raw);
    if (status == EMBED_OK &&
        !eg_initcode_normalise(path, eg_text_string(&raw), raw.len, out,
                               ld->report)) {
        status = EMBED_E_INVALID;
    }
    eg_text_fini(&raw);
    return status;
}

static embed_status
init_code_load(loader *ld)
{
    const char *path = ld->spec->opts->init;
    return path == NULL ? EMBED_OK
                        : python_load(ld, path, &ld->spec->init_code);
}

static embed_status
preload_load(loader *ld)
{
    const eg_list *settings = &ld->spec->opts->settings;
    for (size_t i = 0; i < settings->n; i += 2) {
        if (strcmp(settings->items[i], "preload") == 0) {
            return python_load(ld, settings->items[i + 1], &ld->spec->preload);
        }
    }
    return EMBED_OK;
}

static embed_status
bundles_load(loader *ld)
{
    const eg_list *list = &ld->spec->opts->bundles;
    for (size_t i = 0; i < list->n; i++) {
        ec_err err = EC_ERR_INIT;
        if (eg_bundle_add(&ld->spec->bundle, list->items[i], &err) !=
            EMBED_OK) {
            return eg_report_take(ld->report, &err);
        }
    }
    eg_bundle_sort(&ld->spec->bundle);
    return EMBED_OK;
}

static embed_status
sources_load(loader *ld)
{
    eg_spec *spec = ld->spec;
    const eg_list *list = &spec->opts->sources;
    spec->sources =
        ec_types_alloc(spec->types, (list->n + 1) * sizeof *spec->sources);
    if (spec->sources == NULL) {
        return loader_nomem(ld);
    }
    for (size_t i = 0; i < list->n; i++) {
        eg_source *source = &spec->sources[spec->n_sources++];
        source->path = list->items[i];
        embed_status status = file_load(ld, source->path, &source->text);
        if (status != EMBED_OK) {
            return status;
        }
    }
    return EMBED_OK;
}

/* --- headers --------------------------------------------------------------*/

/* Returns what follows a comment or a literal that starts at `c`, or `c` when
 * neither does. */
static const char *
skip_opaque(const char *c)
{
    if (strncmp(c, "/*", 2) == 0) {
        const char *end = strstr(c + 2, "*/");
        return end == NULL ? c + strlen(c) : end + 2;
    }
    if (strncmp(c, "//", 2) == 0) {
        return c + strcspn(c, "\n");
    }
    if (*c != '"' && *c != '\'') {
        return c;
    }
    const char *end = c + 1;
    while (*end != '\0' && *end != '\n' && *end != *c) {
        end += *end == '\\' && end[1] != '\0' ? 2 : 1;
    }
    return *end == *c ? end + 1 : end;
}

/* True when `c` is at extern "Python", extern "Python+C", extern "C+Python". */
static bool
is_extern_python(const char *c)
{
    static const char word[] = "extern";
    if (strncmp(c, word, sizeof word - 1) != 0) {
        return false;
    }
    c += sizeof word - 1;
    c += strspn(c, " \t\r\n");
    return strncmp(c, "\"Python\"", 8) == 0 ||
           strncmp(c, "\"Python+C\"", 10) == 0 ||
           strncmp(c, "\"C+Python\"", 10) == 0;
}

/* True when `text` uses what only cdef() understands: extern "Python", or
 * `...` anywhere but among parameters. */
static bool
has_cdef_syntax(const char *text)
{
    int depth = 0;
    for (const char *c = text; *c != '\0';) {
        if (is_extern_python(c) || (depth <= 0 && strncmp(c, "...", 3) == 0)) {
            return true;
        }
        const char *after = skip_opaque(c);
        if (after == c) {
            depth += (*c == '(') - (*c == ')');
            after = c + 1;
        }
        c = after;
    }
    return false;
}

/* True when the very string is in the list. */
static bool
list_has(const eg_list *list, const char *item)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i] == item) {
            return true;
        }
    }
    return false;
}

static embed_status
header_add(loader *ld, const char *path, bool is_api, bool is_included)
{
    eg_spec *spec = ld->spec;
    eg_header *header = &spec->headers[spec->n_headers];
    *header = (eg_header){.path = path,
                          .base = eg_file_base(path),
                          .is_api = is_api,
                          .is_included = is_included,
                          .overrides = list_has(&spec->opts->overrides, path)};
    embed_status status = file_load(ld, path, &header->text);
    header->is_cdef_text =
        spec->opts->is_script ||
        (!is_api && has_cdef_syntax(eg_text_string(&header->text)));
    for (size_t i = 0; i < spec->n_headers && status == EMBED_OK; i++) {
        if (strcmp(spec->headers[i].base, header->base) == 0) {
            eg_report_error(ld->report,
                            "%s: there is another input called '%s'", path,
                            header->base);
            status = EMBED_E_INVALID;
        }
    }
    spec->n_headers++;
    return status;
}

static embed_status
headers_find(loader *ld)
{
    eg_spec *spec = ld->spec;
    const eg_opts *opts = spec->opts;
    const eg_list *lists[] = {&opts->included, &opts->cdefs};
    embed_status status = EMBED_OK;
    size_t n = opts->included.n + opts->cdefs.n + 1;
    spec->headers = ec_types_alloc(spec->types, n * sizeof *spec->headers);
    if (spec->headers == NULL) {
        return loader_nomem(ld);
    }
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (size_t i = 0; i < lists[k]->n && status == EMBED_OK; i++) {
            const char *path = lists[k]->items[i];
            status = header_add(ld, path, list_has(&opts->apis, path),
                                lists[k] == &opts->included);
        }
    }
    return status == EMBED_OK && opts->api != NULL
               ? header_add(ld, opts->api, true, false)
               : status;
}

static embed_status
preprocess(loader *ld, const char *mode, const char *input, eg_text *out)
{
    ec_err err = EC_ERR_INIT;
    (void)eg_preprocess(ld->spec, ld->include, mode, input, out, &err);
    return eg_report_take(ld->report, &err);
}

/* What was skipped in a header of ours is an error; elsewhere it is a type
 * that cannot be used, and said where it is used. */
static void
declaration_skipped(void *arg, const ec_diag *why)
{
    loader *ld = arg;
    if (eg_spec_header(ld->spec, &why->pos) != NULL) {
        eg_report_diag(ld->report, why);
    }
}

/* What --pack says of a file; 0: nothing. */
static int
pack_of(const eg_list *packed, const char *path)
{
    for (size_t i = 0; i + 1 < packed->n; i += 2) {
        if (packed->items[i] == path) {
            return (int)strtol(packed->items[i + 1], NULL, 10);
        }
    }
    return 0;
}

static embed_status
text_parse(loader *ld, const char *text, size_t len, const char *file,
           unsigned flags)
{
    ec_parse_opts opts = {
        .flags = flags,
        .pack = pack_of(&ld->spec->opts->packed, file),
        .main_file = file,
        .own_files = (const char *const *)ld->spec->opts->cdefs.items,
        .on_skip = declaration_skipped,
        .arg = ld,
    };
    ec_diag diag;
    embed_status status =
        ec_parse_decls(ld->spec->scope, text, len, file, &opts, &diag);
    if (status == EMBED_E_INVALID) {
        eg_report_diag(ld->report, &diag);
    } else if (status != EMBED_OK) {
        return loader_nomem(ld);
    }
    return ld->report->errors > 0 ? EMBED_E_INVALID : EMBED_OK;
}

/* Expands the macros by a second run over the headers. */
static embed_status
macros_evaluate(loader *ld, const char *dir)
{
    eg_macros *macros = &ld->spec->macros;
    eg_text path = EG_TEXT_INIT;
    eg_text question = EG_TEXT_INIT;
    eg_text answer = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    eg_text_printf(&path, "%s/macros.c", dir);
    eg_macros_question(macros, &question);
    const char *file = eg_text_string(&path);
    (void)eg_file_write(file, eg_text_string(&question), question.len, &err);
    embed_status status = eg_report_take(ld->report, &err);
    if (status == EMBED_OK) {
        status = preprocess(ld, "-P", file, &answer);
    }
    if (status == EMBED_OK) {
        eg_macros_evaluate(macros, eg_text_string(&answer), ld->spec->scope);
    }
    (void)unlink(file);
    eg_text_fini(&answer);
    eg_text_fini(&question);
    eg_text_fini(&path);
    return status;
}

static embed_status
macros_load(loader *ld, const eg_text *text)
{
    eg_spec *spec = ld->spec;
    ec_err err = EC_ERR_INIT;
    const char **files = calloc(spec->n_headers + 1, sizeof *files);
    if (files == NULL) {
        return loader_nomem(ld);
    }
    size_t n = 0;
    for (size_t i = 0; i < spec->n_headers; i++) {
        if (!spec->headers[i].is_cdef_text) {
            files[n++] = spec->headers[i].path;
        }
    }
    (void)eg_macros_collect(spec->types, text, files, n, &spec->macros, &err);
    free(files);
    embed_status status = eg_report_take(ld->report, &err);
    if (status != EMBED_OK || spec->macros.n == 0) {
        return status;
    }
    eg_text dir = EG_TEXT_INIT;
    (void)eg_file_temp_dir(&dir, &err);
    status = eg_report_take(ld->report, &err);
    if (status == EMBED_OK) {
        status = macros_evaluate(ld, eg_text_string(&dir));
        (void)rmdir(eg_text_string(&dir));
    }
    eg_text_fini(&dir);
    return status;
}

static embed_status
headers_load(loader *ld)
{
    eg_text *text = &ld->spec->text;
    const char *api = ld->spec->opts->api;
    if (api == NULL) {
        return EMBED_OK; /* C never sees the declarations of build scripts */
    }
    embed_status status = preprocess(ld, "-dD", "/dev/null", text);
    if (status == EMBED_OK) {
        ld->spec->is_api_first = eg_preprocess_is_nested(text, api);
        status =
            text_parse(ld, eg_text_string(text), text->len, api, EC_PARSE_SKIP);
    }
    return status == EMBED_OK ? macros_load(ld, text) : status;
}

/* How a cdef text is parsed: build scripts declare a function once. */
static unsigned
cdef_flags(const eg_spec *spec, const eg_header *header)
{
    return header->overrides       ? EC_PARSE_CDEF | EC_PARSE_OVERRIDE
           : spec->opts->is_script ? EC_PARSE_CDEF | EC_PARSE_UNIQUE
                                   : EC_PARSE_CDEF;
}

static embed_status
cdef_texts_load(loader *ld)
{
    const eg_spec *spec = ld->spec;
    for (size_t i = 0; i < spec->n_headers; i++) {
        const eg_header *header = &spec->headers[i];
        if (!header->is_cdef_text) {
            continue;
        }
        embed_status status =
            text_parse(ld, eg_text_string(&header->text), header->text.len,
                       header->path, cdef_flags(spec, header));
        if (status != EMBED_OK) {
            return status;
        }
    }
    return EMBED_OK;
}

/* --- the whole ------------------------------------------------------------*/

const eg_header *
eg_spec_header(const eg_spec *spec, const ec_pos *pos)
{
    for (size_t i = 0; pos->file != NULL && i < spec->n_headers; i++) {
        if (strcmp(spec->headers[i].path, pos->file) == 0) {
            return &spec->headers[i];
        }
    }
    return NULL;
}

const eg_header *
eg_spec_type_header(const eg_spec *spec, const ec_type *type)
{
    size_t len = strlen(type->name);
    const ec_decl *decl =
        ec_scope_find(spec->scope, EC_DECL_TAG, type->name, len);
    if (decl == NULL) {
        decl = ec_scope_find(spec->scope, EC_DECL_TYPEDEF, type->name, len);
    }
    return decl == NULL ? NULL : eg_spec_header(spec, &decl->pos);
}

bool
eg_spec_is_elsewhere(const eg_spec *spec, const ec_type *type)
{
    const eg_header *header = eg_spec_type_header(spec, type);
    return header != NULL && header->is_included;
}

ec_pos
eg_spec_pos(const eg_spec *spec, const ec_decl *decl)
{
    const eg_header *header = eg_spec_header(spec, &decl->pos);
    ec_pos pos = decl->pos;
    char line[1024];
    if (header != NULL) {
        eg_line_find(&header->text, pos.line, line, sizeof line);
        int column = eg_line_column(line, decl->name);
        pos.column = column > 0 ? column : pos.column;
    }
    return pos;
}

bool
eg_spec_is_macro(const eg_spec *spec, const char *name)
{
    char line[256];
    int n = snprintf(line, sizeof line, "\n#define %s ", name);
    return n > 0 && (size_t)n < sizeof line &&
           strstr(eg_text_string(&spec->text), line) != NULL;
}

embed_status
eg_spec_load(const eg_opts *opts, const char *include, eg_spec *out,
             eg_report *report)
{
    static embed_status (*const steps[])(loader *) = {
        bundles_load, name_load,    init_code_load, preload_load,
        sources_load, headers_find, headers_load,   cdef_texts_load,
    };
    loader ld = {out, include, report};
    *out = (eg_spec){.opts = opts};
    out->types = ec_types_create();
    out->scope = out->types == NULL ? NULL : ec_scope_create(out->types, NULL);
    if (out->scope == NULL) {
        return loader_nomem(&ld);
    }
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        status = steps[i](&ld);
        if (status != EMBED_OK) {
            break;
        }
    }
    return status;
}

void
eg_spec_fini(eg_spec *spec)
{
    for (size_t i = 0; i < spec->n_sources; i++) {
        eg_text_fini(&spec->sources[i].text);
    }
    for (size_t i = 0; i < spec->n_headers; i++) {
        eg_text_fini(&spec->headers[i].text);
    }
    eg_macros_fini(&spec->macros);
    eg_text_fini(&spec->text);
    eg_text_fini(&spec->init_code);
    eg_text_fini(&spec->preload);
    eg_bundle_fini(&spec->bundle);
    if (spec->scope != NULL) {
        ec_scope_destroy(spec->scope);
    }
    if (spec->types != NULL) {
        ec_types_destroy(spec->types);
    }
    *spec = (eg_spec){.opts = NULL};
}
