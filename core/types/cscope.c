/* cscope.c - the names that a parse knows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cscope.h"

#include "core/types/clayout.h"
#include "core/types/cprim.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCOPE_FIRST_SLOTS 64
/* Longest name for which the other kinds of tags are tried. */
#define SCOPE_TAG_MAX 512

/* Types that are known without declaration but are no primitives. */
typedef struct blob {
    const char *name;
    int size;  /* bytes; 0: opaque */
    int align; /* bytes */
} blob;

static const blob blobs[] = {
    {"FILE", 0, 0},
    {"va_list", 0, 0},
    {"__int128", 16, 16},
    {"unsigned __int128", 16, 16},
    {"__float128", 16, 16},
    {"_Float16", 2, 2},
    {"__bf16", 2, 2},
    {"long double _Complex", 2 * sizeof(long double), _Alignof(long double)},
};

#define N_BLOBS (sizeof(blobs) / sizeof(blobs[0]))

_Static_assert(N_BLOBS <= EC_TYPES_SPECIAL, "one place for each");

struct ec_scope {
    ec_types *types;
    ec_resolver resolver; /* without functions when there is none */
    ec_entry **entries;   /* entries[n_entries], in source order */
    size_t n_entries;
    size_t entries_cap;
    ec_entry **slots;   /* hash table, open addressing; slots[n_slots] */
    size_t n_slots;     /* a power of two, or 0 */
    const char **files; /* files[n_files], the newest last */
    size_t n_files;
    size_t files_cap;
    unsigned n_unnamed;
};

/* --- the scope -----------------------------------------------------------*/

ec_scope *
ec_scope_create(ec_types *types, const ec_resolver *resolver)
{
    ec_scope *scope = calloc(1, sizeof(*scope));

    if (scope != NULL) {
        scope->types = types;
        if (resolver != NULL) {
            scope->resolver = *resolver;
        }
    }
    return scope;
}

void
ec_scope_destroy(ec_scope *scope)
{
    if (scope == NULL) {
        return;
    }
    free(scope->entries);
    free(scope->slots);
    free(scope->files);
    free(scope);
}

ec_types *
ec_scope_types(ec_scope *scope)
{
    return scope->types;
}

size_t
ec_scope_count(const ec_scope *scope)
{
    return scope->n_entries;
}

const ec_decl *
ec_scope_at(const ec_scope *scope, size_t index)
{
    return index < scope->n_entries ? &scope->entries[index]->decl : NULL;
}

const ec_decl *
ec_scope_find(const ec_scope *scope, ec_decl_kind kind, const char *name,
              size_t len)
{
    const ec_entry *entry = ec_scope_lookup(scope, name, len);

    return entry != NULL && entry->decl.kind == kind ? &entry->decl : NULL;
}

unsigned
ec_scope_number(ec_scope *scope)
{
    return ++scope->n_unnamed;
}

/* --- hash table ----------------------------------------------------------*/

/* FNV-1a. */
static size_t
hash_name(const char *name, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
    }
    return (size_t)(hash ^ hash >> 32);
}

/* Returns the slot of a key: its entry's, or the empty one where it goes. */
static ec_entry **
slot_find(ec_entry **slots, size_t n_slots, size_t hash, const char *key,
          size_t len)
{
    size_t at = hash & (n_slots - 1);

    while (slots[at] != NULL) {
        const ec_entry *entry = slots[at];
        if (entry->hash == hash && strncmp(entry->decl.name, key, len) == 0 &&
            entry->decl.name[len] == '\0') {
            break;
        }
        at = (at + 1) & (n_slots - 1);
    }
    return &slots[at];
}

ec_entry *
ec_scope_lookup(const ec_scope *scope, const char *key, size_t len)
{
    if (scope->n_slots == 0) {
        return NULL;
    }
    return *slot_find(scope->slots, scope->n_slots, hash_name(key, len), key,
                      len);
}

/* Makes the table twice as large, so that it is at most half full. */
static embed_status
slots_grow(ec_scope *scope)
{
    size_t n = scope->n_slots == 0 ? SCOPE_FIRST_SLOTS : scope->n_slots * 2;
    ec_entry **slots = calloc(n, sizeof(ec_entry *));

    if (slots == NULL) {
        return EMBED_E_NOMEM;
    }
    for (size_t i = 0; i < scope->n_entries; i++) {
        ec_entry *entry = scope->entries[i];
        *slot_find(slots, n, entry->hash, entry->decl.name,
                   strlen(entry->decl.name)) = entry;
    }
    free(scope->slots);
    scope->slots = slots;
    scope->n_slots = n;
    return EMBED_OK;
}

/* Makes room for one more in list[n] of pointers. */
static embed_status
list_reserve(void **list, size_t n, size_t *cap)
{
    size_t larger = *cap == 0 ? 32 : *cap * 2;
    void *grown = NULL;

    if (n < *cap) {
        return EMBED_OK;
    }
    grown = realloc(*list, larger * sizeof(void *));
    if (grown == NULL) {
        return EMBED_E_NOMEM;
    }
    *list = grown;
    *cap = larger;
    return EMBED_OK;
}

embed_status
ec_scope_add(ec_scope *scope, const ec_entry *entry, ec_entry **out)
{
    size_t len = strlen(entry->decl.name);
    ec_entry *copy = NULL;
    void *list = scope->entries;

    if (scope->n_entries * 2 >= scope->n_slots &&
        slots_grow(scope) != EMBED_OK) {
        return EMBED_E_NOMEM;
    }
    if (list_reserve(&list, scope->n_entries, &scope->entries_cap) !=
        EMBED_OK) {
        return EMBED_E_NOMEM;
    }
    scope->entries = list;
    copy = ec_types_alloc(scope->types, sizeof(*copy));
    if (copy == NULL) {
        return EMBED_E_NOMEM;
    }
    *copy = *entry;
    copy->hash = hash_name(entry->decl.name, len);
    *slot_find(scope->slots, scope->n_slots, copy->hash, copy->decl.name, len) =
        copy;
    scope->entries[scope->n_entries++] = copy;
    *out = copy;
    return EMBED_OK;
}

const char *
ec_scope_file(ec_scope *scope, const char *name, size_t len)
{
    void *list = scope->files;
    char *copy = NULL;

    /* The newest first: line markers come back to where they were. */
    for (size_t i = scope->n_files; i-- > 0;) {
        if (strncmp(scope->files[i], name, len) == 0 &&
            scope->files[i][len] == '\0') {
            return scope->files[i];
        }
    }
    if (list_reserve(&list, scope->n_files, &scope->files_cap) != EMBED_OK) {
        return NULL;
    }
    scope->files = list;
    copy = ec_types_strndup(scope->types, name, len);
    if (copy != NULL) {
        scope->files[scope->n_files++] = copy;
    }
    return copy;
}

/* --- built-in types ------------------------------------------------------*/

/* Names of primitives beside those of ec_prim_find() from EC_PRIM_WCHAR on. */
static const struct {
    const char *name;
    int prim;
} aliases[] = {
    {"bool", EC_PRIM_BOOL},         {"_Float32", EC_PRIM_FLOAT},
    {"_Float32x", EC_PRIM_DOUBLE},  {"_Float64", EC_PRIM_DOUBLE},
    {"_Float64x", EC_PRIM_LDOUBLE},
};

/* Names of blobs beside those of their table. */
static const struct {
    const char *name;
    const char *blob;
} blob_aliases[] = {
    {"__builtin_va_list", "va_list"}, {"__gnuc_va_list", "va_list"},
    {"__int128_t", "__int128"},       {"__uint128_t", "unsigned __int128"},
    {"_Float128", "__float128"},
};

static bool
is_name(const char *known, const char *name, size_t len)
{
    return strncmp(known, name, len) == 0 && known[len] == '\0';
}

/* Returns the primitive of a well-known typedef, -1 for other names. */
static int
alias_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (is_name(aliases[i].name, name, len)) {
            return aliases[i].prim;
        }
    }
    for (int prim = EC_PRIM_WCHAR; prim < EC_PRIM_COUNT; prim++) {
        if (is_name(ec_prim_find(prim)->name, name, len)) {
            return prim;
        }
    }
    return -1;
}

/* Gives an opaque type its size: one array of bytes that has no C name. */
static embed_status
blob_layout(ec_types *types, ec_type *type, const blob *info, ec_err *err)
{
    ec_type *byte = ec_type_prim(types, EC_PRIM_UCHAR, err);
    ec_field field = {.name = "$bytes", .bit_shift = -1, .bit_size = -1};
    ec_layout_opts opts = {.align = info->align};

    if (byte == NULL) {
        return EMBED_E_NOMEM;
    }
    field.type = ec_type_array(types, byte, info->size, err);
    if (field.type == NULL) {
        return EMBED_E_NOMEM;
    }
    return ec_layout_record(types, type, &field, NULL, 1, &opts, err);
}

/* Makes the blob of number `i` when it is not there yet. */
static embed_status
blob_make(ec_scope *scope, size_t i, ec_type **out, ec_err *err)
{
    const blob *info = &blobs[i];
    ec_type **slot = ec_types_special(scope->types, i);
    ec_type *type = *slot;
    embed_status status = EMBED_OK;

    if (type == NULL) {
        type =
            ec_type_record(scope->types, EC_KIND_STRUCT, NULL, info->name, err);
        if (type == NULL) {
            return EMBED_E_NOMEM;
        }
        if (info->size > 0) {
            status = blob_layout(scope->types, type, info, err);
            type->flags |= EC_TYPE_CUSTOM_LAYOUT;
        }
        if (status == EMBED_OK) {
            *slot = type;
        }
    }
    *out = type;
    return status;
}

embed_status
ec_scope_blob(ec_scope *scope, const char *name, ec_type **out, ec_err *err)
{
    for (size_t i = 0; i < N_BLOBS; i++) {
        if (strcmp(blobs[i].name, name) == 0) {
            return blob_make(scope, i, out, err);
        }
    }
    *out = NULL;
    return EMBED_OK;
}

embed_status
ec_scope_builtin(ec_scope *scope, const char *name, size_t len, ec_type **out,
                 ec_err *err)
{
    int prim = alias_find(name, len);

    *out = NULL;
    if (prim >= 0) {
        *out = ec_type_prim(scope->types, prim, err);
        return *out == NULL ? EMBED_E_NOMEM : EMBED_OK;
    }
    for (size_t i = 0; i < sizeof(blob_aliases) / sizeof(blob_aliases[0]);
         i++) {
        if (is_name(blob_aliases[i].name, name, len)) {
            return ec_scope_blob(scope, blob_aliases[i].blob, out, err);
        }
    }
    for (size_t i = 0; i < N_BLOBS; i++) {
        if (is_name(blobs[i].name, name, len)) {
            return blob_make(scope, i, out, err);
        }
    }
    return EMBED_OK;
}

/* --- finding -------------------------------------------------------------*/

/* Asks the resolver; *out is NULL when it does not know or there is none. */
static embed_status
resolve(const ec_scope *scope, ec_name_space space, const char *name,
        size_t len, ec_type **out, ec_err *err)
{
    *out = NULL;
    if (scope->resolver.type == NULL) {
        return EMBED_OK;
    }
    return scope->resolver.type(scope->resolver.arg, space, name, len, out,
                                err);
}

embed_status
ec_scope_typedef(ec_scope *scope, const char *name, size_t len, ec_typedef *out,
                 ec_err *err)
{
    const ec_entry *entry = ec_scope_lookup(scope, name, len);
    embed_status status = EMBED_OK;

    *out = (ec_typedef){NULL, 0, false};
    if (entry != NULL) {
        if (entry->decl.kind == EC_DECL_TYPEDEF) {
            out->type = entry->decl.type;
            out->align = entry->align;
            out->is_const = (entry->decl.flags & EC_DECL_CONST) != 0;
        }
        return EMBED_OK;
    }
    status = resolve(scope, EC_NS_TYPEDEF, name, len, &out->type, err);
    if (status == EMBED_OK && out->type == NULL) {
        status = ec_scope_builtin(scope, name, len, &out->type, err);
    }
    return status;
}

embed_status
ec_scope_tag(ec_scope *scope, ec_name_space space, const char *name, size_t len,
             ec_type **out, ec_err *err)
{
    static const char *const words[] = {
        [EC_NS_TYPEDEF] = "",
        [EC_NS_STRUCT] = "struct ",
        [EC_NS_UNION] = "union ",
        [EC_NS_ENUM] = "enum ",
    };
    char key[SCOPE_TAG_MAX + sizeof("struct ")];
    size_t key_len = strlen(words[space]) + len;
    const ec_entry *entry = NULL;

    *out = NULL;
    if (len > SCOPE_TAG_MAX) {
        return ec_fail(err, EMBED_E_INVALID, "tag is too long");
    }
    memcpy(key, words[space], strlen(words[space]));
    memcpy(key + strlen(words[space]), name, len);
    entry = ec_scope_lookup(scope, key, key_len);
    if (entry != NULL) {
        *out = entry->decl.type;
        return EMBED_OK;
    }
    return resolve(scope, space, name, len, out, err);
}

bool
ec_scope_resolve_constant(const ec_scope *scope, const char *name, size_t len,
                          int64_t *out)
{
    return scope->resolver.constant != NULL &&
           scope->resolver.constant(scope->resolver.arg, name, len, out);
}

embed_status
ec_scope_type(ec_scope *scope, ec_name_space space, const char *name,
              size_t len, ec_type **out, ec_err *err)
{
    ec_typedef found;

    if (space != EC_NS_TYPEDEF) {
        return ec_scope_tag(scope, space, name, len, out, err);
    }
    embed_status status = ec_scope_typedef(scope, name, len, &found, err);
    *out = found.type;
    return status;
}

bool
ec_scope_constant(const ec_scope *scope, const char *name, size_t len,
                  int64_t *out)
{
    const ec_decl *decl = ec_scope_find(scope, EC_DECL_CONSTANT, name, len);

    if (decl == NULL) {
        return ec_scope_resolve_constant(scope, name, len, out);
    }
    *out = decl->value;
    return (decl->flags & EC_DECL_UNKNOWN_VALUE) == 0;
}
