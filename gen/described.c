/* described.c - the extensions of a library, read out of its file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/described.h"

#include <limits.h>
#include <string.h>

#include "gen/elf.h"

/* The mark is in no file but those that are looked for: so not here in one
 * piece. */
#define MARK_FIRST '\177'
static const char mark_rest[] = "libembed:file";

/* Most settings of an extension. */
#define SETTINGS_MAX 64

typedef struct reader {
    const eg_elf *elf;
    ec_arena *arena;
    size_t budget; /* bytes of strings: one that is named often is not in the
                      file as often */
    ec_err *err;
} reader;

/* --- values ---------------------------------------------------------------*/

/* The functions return false with *err set. */

static bool
damaged(const reader *r, const char *what)
{
    (void)ec_fail(r->err, EMBED_E_INVALID, "the file is damaged: %s", what);
    return false;
}

static bool
fetch(const reader *r, uint64_t at, const char *what, void *out, size_t size)
{
    const void *bytes = eg_elf_bytes(r->elf, at, size);
    if (bytes == NULL) {
        return damaged(r, what);
    }
    memcpy(out, bytes, size);
    return true;
}

/* Reads the pointer at `at`; 0: it is NULL. */
static bool
pointer(const reader *r, uint64_t at, const char *what, uint64_t *out)
{
    return eg_elf_pointer(r->elf, at, out) || damaged(r, what);
}

/* Reads a pointer to a string; NULL where it is NULL. */
static bool
string_or_null(reader *r, uint64_t at, const char *what, const char **out)
{
    uint64_t to = 0;
    size_t len = 0;
    *out = NULL;
    if (!pointer(r, at, what, &to) || to == 0) {
        return r->err->status == EMBED_OK;
    }
    *out = eg_elf_string(r->elf, to, &len);
    if (*out == NULL || len >= r->budget) {
        return damaged(r, what);
    }
    r->budget -= len + 1;
    return true;
}

static bool
string(reader *r, uint64_t at, const char *what, const char **out)
{
    return string_or_null(r, at, what, out) &&
           (*out != NULL || damaged(r, what));
}

/* Reads a pointer to n records of `stride` bytes, which are in the file; 0 where
 * there are none. */
static bool
array(const reader *r, uint64_t at, const char *what, uint64_t n, size_t stride,
      uint64_t *out)
{
    *out = 0;
    if (n == 0) {
        return true;
    }
    return pointer(r, at, what, out) &&
           ((n <= SIZE_MAX / stride &&
             eg_elf_bytes(r->elf, *out, (size_t)n * stride) != NULL) ||
            damaged(r, what));
}

/* Room for n records of a copy; n has been checked. */
static void *
room(const reader *r, size_t n, size_t stride)
{
    void *memory = ec_arena_alloc(r->arena, n * stride);
    if (memory == NULL) {
        (void)ec_fail(r->err, EMBED_E_NOMEM, "out of memory");
    }
    return memory;
}

/* --- type tables ----------------------------------------------------------*/

/* Copies the words. */
static bool
types_read(reader *r, uint64_t at, struct embed_context *out)
{
    size_t n = (size_t)out->num_types;
    uint64_t words = 0;
    if (!array(r, at + offsetof(struct embed_context, types), "its types", n,
               sizeof(embed_opcode), &words)) {
        return false;
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): words in pointers' places
    out->types = room(r, n, sizeof(embed_opcode));
    return out->types != NULL &&
           (n == 0 ||
            fetch(r, words, "its types", out->types, n * sizeof(embed_opcode)));
}

/* Copies the names with their types, without functions. */
static bool
globals_read(reader *r, uint64_t at, struct embed_context *out)
{
    const char *what = "its names";
    size_t n = (size_t)out->num_globals;
    uint64_t from = 0;
    struct embed_global *copy = room(r, n, sizeof *copy);
    bool ok =
        copy != NULL && array(r, at + offsetof(struct embed_context, globals),
                              what, n, sizeof *copy, &from);
    for (size_t i = 0; ok && i < n; i++, from += sizeof *copy) {
        ok = fetch(r, from, what, &copy[i], sizeof *copy) &&
             string(r, from, what, &copy[i].name);
        copy[i].address = NULL;
        copy[i].size_or_direct_fn = NULL;
    }
    out->globals = copy;
    return ok;
}

/* Copies structs and unions, without fields: their names are what matters. */
static bool
records_read(reader *r, uint64_t at, struct embed_context *out)
{
    const char *what = "its structs";
    size_t n = (size_t)out->num_struct_unions;
    uint64_t from = 0;
    struct embed_struct_union *copy = room(r, n, sizeof *copy);
    bool ok = copy != NULL &&
              array(r, at + offsetof(struct embed_context, struct_unions), what,
                    n, sizeof *copy, &from);
    for (size_t i = 0; ok && i < n; i++, from += sizeof *copy) {
        ok = fetch(r, from, what, &copy[i], sizeof *copy) &&
             string(r, from, what, &copy[i].name);
        copy[i].flags &= EMBED_SF_UNION | EMBED_SF_OPAQUE;
        copy[i].first_field_index = 0;
        copy[i].num_fields = 0;
    }
    out->struct_unions = copy;
    return ok;
}

/* Copies enums without their values, which are known to functions only. */
static bool
enums_read(reader *r, uint64_t at, struct embed_context *out)
{
    const char *what = "its enums";
    size_t n = (size_t)out->num_enums;
    uint64_t from = 0;
    struct embed_enum *copy = room(r, n, sizeof *copy);
    bool ok =
        copy != NULL && array(r, at + offsetof(struct embed_context, enums),
                              what, n, sizeof *copy, &from);
    for (size_t i = 0; ok && i < n; i++, from += sizeof *copy) {
        ok = fetch(r, from, what, &copy[i], sizeof *copy) &&
             string(r, from, what, &copy[i].name);
        copy[i].enumerators = "";
    }
    out->enums = copy;
    return ok;
}

static bool
typenames_read(reader *r, uint64_t at, struct embed_context *out)
{
    const char *what = "its typedefs";
    size_t n = (size_t)out->num_typenames;
    uint64_t from = 0;
    struct embed_typename *copy = room(r, n, sizeof *copy);
    bool ok =
        copy != NULL && array(r, at + offsetof(struct embed_context, typenames),
                              what, n, sizeof *copy, &from);
    for (size_t i = 0; ok && i < n; i++, from += sizeof *copy) {
        ok = fetch(r, from, what, &copy[i], sizeof *copy) &&
             string(r, from, what, &copy[i].name);
    }
    out->typenames = copy;
    return ok;
}

/* Does the file have room for a table of n records? */
static bool
is_count(const reader *r, int n)
{
    return n >= 0 && (size_t)n <= r->budget;
}

static bool
context_read(reader *r, uint64_t at, const struct embed_context **out)
{
    const char *what = "its type tables";
    struct embed_context *copy = room(r, 1, sizeof *copy);
    struct embed_context raw;
    if (copy == NULL || !fetch(r, at, what, &raw, sizeof raw)) {
        return false;
    }
    if (!is_count(r, raw.num_types) || !is_count(r, raw.num_globals) ||
        !is_count(r, raw.num_struct_unions) || !is_count(r, raw.num_enums) ||
        !is_count(r, raw.num_typenames)) {
        return damaged(r, what);
    }
    *copy = (struct embed_context){
        .num_types = raw.num_types,
        .num_globals = raw.num_globals,
        .num_struct_unions = raw.num_struct_unions,
        .num_enums = raw.num_enums,
        .num_typenames = raw.num_typenames,
        .flags = raw.flags,
    };
    *out = copy;
    return types_read(r, at, copy) && globals_read(r, at, copy) &&
           records_read(r, at, copy) && enums_read(r, at, copy) &&
           typenames_read(r, at, copy);
}

/* --- the descriptor -------------------------------------------------------*/

static bool
export_read(reader *r, uint64_t at, struct embed_export **out)
{
    const char *what = "an export";
    static const char there = 0;
    struct embed_export *copy = room(r, 1, sizeof *copy);
    uint64_t failure = 0;
    *out = copy;
    if (copy == NULL || !fetch(r, at, what, copy, sizeof *copy) ||
        !string(r, at + offsetof(struct embed_export, externpy.name), what,
                &copy->externpy.name) ||
        !pointer(r, at + offsetof(struct embed_export, failure), what,
                 &failure) ||
        !string_or_null(r, at + offsetof(struct embed_export, file), what,
                        &copy->file)) {
        return false;
    }
    copy->failure = failure == 0 ? NULL : &there;
    return true;
}

static bool
exports_read(reader *r, uint64_t at, struct embed_plugin *out)
{
    const char *what = "its exports";
    size_t n = out->num_exports;
    uint64_t from = 0;
    if (!array(r, at + offsetof(struct embed_plugin, exports), what, n,
               sizeof(void *), &from)) {
        return false;
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    struct embed_export **list = room(r, n, sizeof *list);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        uint64_t record = 0;
        ok = pointer(r, from + i * sizeof(void *), what, &record) &&
             export_read(r, record, &list[i]);
    }
    out->exports = list;
    return ok;
}

static bool
bundle_read(reader *r, uint64_t at, struct embed_plugin *out)
{
    const char *what = "a bundled file";
    size_t n = out->num_bundled;
    uint64_t from = 0;
    if (!array(r, at + offsetof(struct embed_plugin, bundled), what, n,
               sizeof(struct embed_bundled), &from)) {
        return false;
    }
    struct embed_bundled *list = room(r, n, sizeof *list);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < n; i++, from += sizeof *list) {
        uint64_t data = 0;
        ok = fetch(r, from, what, &list[i], sizeof *list) &&
             string(r, from, what, &list[i].path) &&
             array(r, from + offsetof(struct embed_bundled, data), what,
                   list[i].size, 1, &data);
        list[i].data = NULL;
    }
    out->bundled = list;
    return ok;
}

/* Reads the pairs of options, which end with NULL. */
static bool
options_read(reader *r, uint64_t at, struct embed_plugin *out)
{
    const char *what = "its settings";
    uint64_t from = 0;
    out->options = NULL;
    if (!pointer(r, at + offsetof(struct embed_plugin, options), what, &from) ||
        from == 0) {
        return r->err->status == EMBED_OK;
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    const char **list = room(r, 2 * SETTINGS_MAX + 1, sizeof *list);
    bool ok = list != NULL;
    size_t n = 0;
    while (ok) {
        ok = string_or_null(r, from + n * sizeof(void *), what, &list[n]);
        if (!ok || (list[n] == NULL && n % 2 == 0)) {
            break;
        }
        ok = (list[n] != NULL && ++n < 2 * (size_t)SETTINGS_MAX) ||
             damaged(r, what);
    }
    out->options = list;
    return ok;
}

static bool
code_read(reader *r, uint64_t at, struct embed_plugin *out)
{
    uint64_t code = 0;
    if (!array(r, at + offsetof(struct embed_plugin, init_code),
               "its init code", out->init_code_size, 1, &code)) {
        return false;
    }
    out->init_code = out->init_code_size == 0
                         ? ""
                         : eg_elf_bytes(r->elf, code, out->init_code_size);
    return string_or_null(r, at + offsetof(struct embed_plugin, init_file),
                          "its file", &out->init_file);
}

/* Reads a descriptor.  What is a pointer in *out is a copy's then, or NULL. */
static bool
plugin_read(reader *r, uint64_t at, struct embed_plugin *out)
{
    uint64_t context = 0;
    /* These members are first in every version. */
    if (!fetch(r, at, "its descriptor", out,
               offsetof(struct embed_plugin, entry)) ||
        !string(r, at + offsetof(struct embed_plugin, name), "its name",
                &out->name)) {
        return false;
    }
    if (out->abi != EMBED_PLUGIN_ABI || out->size != sizeof *out) {
        (void)ec_fail(r->err, EMBED_E_ABI,
                      "%.200s: made for ABI %u, this is %u", out->name,
                      (unsigned)out->abi, EMBED_PLUGIN_ABI);
        return false;
    }
    const char *name = out->name;
    if (!fetch(r, at, "its descriptor", out, sizeof *out)) {
        return false;
    }
    out->name = name;
    out->entry = NULL;
    out->runtime = NULL;
    out->trampolines = NULL;
    return pointer(r, at + offsetof(struct embed_plugin, context),
                   "its type tables", &context) &&
           context_read(r, context, &out->context) &&
           exports_read(r, at, out) && bundle_read(r, at, out) &&
           options_read(r, at, out) && code_read(r, at, out);
}

/* --- the file -------------------------------------------------------------*/

/* Says why there is no descriptor. */
static embed_status
none_found(const eg_elf *elf, ec_err *err)
{
    if (eg_elf_imports(elf, "embed_plugin_register")) {
        return ec_fail(err, EMBED_E_INVALID,
                       "it was made by an older libembed, whose files do not "
                       "say what is in them: build it again");
    }
    if (eg_elf_imports(elf, "embed_cffi_init") ||
        eg_elf_imports(elf, "embed_cffi_import")) {
        return ec_fail(err, EMBED_E_INVALID,
                       "its C code is CFFI's own, which says what it is only "
                       "when it is run");
    }
    return ec_fail(err, EMBED_E_INVALID, "no extension of libembed is in it");
}

static embed_status
plugins_read(reader *r, eg_described *out)
{
    char mark[sizeof(((struct embed_plugin_file *)0)->mark)] = {MARK_FIRST};
    uint64_t from = 0;
    uint64_t at = 0;
    memcpy(mark + 1, mark_rest, sizeof mark_rest);
    while (eg_elf_find(r->elf, mark, sizeof mark, &from, &at)) {
        if (out->n == EG_DESCRIBED_MAX) {
            return ec_fail(r->err, EMBED_E_INVALID,
                           "there are more than %d extensions in it",
                           EG_DESCRIBED_MAX);
        }
        if (!plugin_read(r, at + offsetof(struct embed_plugin_file, plugin),
                         &out->plugins[out->n])) {
            return r->err->status;
        }
        out->n++;
    }
    return out->n == 0 ? none_found(r->elf, r->err) : EMBED_OK;
}

embed_status
eg_described_read(const void *data, size_t size, eg_described *out, ec_err *err)
{
    eg_elf *elf = NULL;
    *out = (eg_described){.n = 0};
    embed_status status = eg_elf_open(data, size, &elf, err);
    if (status == EMBED_OK) {
        /* Linkers merge equal strings; that is at most a few times. */
        reader r = {elf, &out->arena, size * 8, err};
        status = plugins_read(&r, out);
    }
    eg_elf_close(elf);
    return status;
}

void
eg_described_fini(eg_described *described)
{
    ec_arena_fini(&described->arena);
    described->n = 0;
}
