/* ctype.c - the C type model: one graph of types for parser, generator and
 * run time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ctype.h"

#include "core/types/carena.h"
#include "core/types/cprim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest spelling: function types that mention each other double it at every
 * step. */
#define TYPE_NAME_MAX 65536
/* Deepest nesting of anonymous members that is searched for a field. */
#define TYPE_DEPTH_MAX     64
#define TYPE_FIRST_BUCKETS 64

/* A type as this file keeps it. */
struct type_node {
    ec_type type;                /* first, so that an ec_type is its node */
    struct type_node *next_made; /* in the order of creation */
    struct type_node *next_same; /* same bucket */
    size_t hash;
    unsigned renamed; /* ec_types.renames when the spelling last changed */
};

struct ec_types {
    ec_arena arena;
    struct type_node *first; /* in the order of creation */
    struct type_node *last;
    struct type_node **buckets; /* arrays and functions */
    size_t n_buckets;           /* a power of two, or 0 */
    size_t n_hashed;
    unsigned renames;
    ec_type *prims[EC_PRIM_COUNT];
    ec_type *specials[EC_TYPES_SPECIAL];
};

static struct type_node *
type_node(ec_type *type)
{
    return (struct type_node *)(void *)type;
}

static ec_type *
fail_nomem(ec_err *err)
{
    (void)ec_fail(err, EMBED_E_NOMEM, "out of memory");
    return NULL;
}

/* --- the set --------------------------------------------------------------*/

ec_types *
ec_types_create(void)
{
    return calloc(1, sizeof(ec_types));
}

void
ec_types_destroy(ec_types *types)
{
    if (types == NULL) {
        return;
    }
    ec_arena_fini(&types->arena);
    free(types->buckets);
    free(types);
}

void *
ec_types_alloc(ec_types *types, size_t size)
{
    return ec_arena_alloc(&types->arena, size);
}

char *
ec_types_strndup(ec_types *types, const char *text, size_t len)
{
    char *copy = ec_arena_alloc(&types->arena, len + 1);
    if (copy != NULL && len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

ec_type **
ec_types_special(ec_types *types, size_t which)
{
    return &types->specials[which];
}

/* Returns a new type of unknown size that is not in the set yet. */
static struct type_node *
node_create(ec_types *types, ec_kind kind)
{
    struct type_node *node = ec_types_alloc(types, sizeof *node);
    if (node != NULL) {
        node->type.kind = kind;
        node->type.prim = -1;
        node->type.size = -1;
        node->type.align = -1;
    }
    return node;
}

/* Puts a finished type at the end of the list of all types. */
static ec_type *
node_link(ec_types *types, struct type_node *node)
{
    if (types->last == NULL) {
        types->first = node;
    } else {
        types->last->next_made = node;
    }
    types->last = node;
    return &node->type;
}

/* --- hashing --------------------------------------------------------------*/

static size_t
hash_add(size_t hash, uintptr_t value)
{
    uint64_t mixed = ((uint64_t)hash ^ (uint64_t)value) * 0x9E3779B97F4A7C15u;
    return (size_t)(mixed ^ (mixed >> 29));
}

/* Hashes what makes an array or function type the same as another. */
static size_t
hash_type(const ec_type *type)
{
    size_t hash = hash_add((size_t)type->kind, type->flags);
    if (type->kind == EC_KIND_ARRAY) {
        hash = hash_add(hash, (uintptr_t)type->item);
        return hash_add(hash, (uintptr_t)type->length);
    }
    hash = hash_add(hash, (uintptr_t)type->result);
    for (size_t i = 0; i < type->n_args; i++) {
        hash = hash_add(hash, (uintptr_t)type->args[i]);
    }
    return hash;
}

static bool
types_equal(const ec_type *a, const ec_type *b)
{
    if (a->kind != b->kind || a->flags != b->flags) {
        return false;
    }
    if (a->kind == EC_KIND_ARRAY) {
        return a->item == b->item && a->length == b->length;
    }
    return a->result == b->result && a->n_args == b->n_args &&
           (a->n_args == 0 ||
            memcmp(a->args, b->args, a->n_args * sizeof(ec_type *)) == 0);
}

/* Finds the type that `like` describes; NULL when it is not in the set. */
static ec_type *
hash_find(const ec_types *types, const ec_type *like, size_t hash)
{
    if (types->n_buckets == 0) {
        return NULL;
    }
    struct type_node *node = types->buckets[hash & (types->n_buckets - 1)];
    while (node != NULL) {
        if (node->hash == hash && types_equal(&node->type, like)) {
            return &node->type;
        }
        node = node->next_same;
    }
    return NULL;
}

static void
bucket_push(struct type_node **buckets, size_t n_buckets,
            struct type_node *node)
{
    struct type_node **head = &buckets[node->hash & (n_buckets - 1)];
    node->next_same = *head;
    *head = node;
}

/* Makes room for one more hashed type; false when out of memory. */
static bool
hash_reserve(ec_types *types)
{
    if (types->n_hashed < types->n_buckets) {
        return true;
    }
    size_t n =
        types->n_buckets == 0 ? TYPE_FIRST_BUCKETS : types->n_buckets * 2;
    struct type_node **buckets = calloc(n, sizeof(struct type_node *));
    if (buckets == NULL) {
        return false;
    }
    for (size_t i = 0; i < types->n_buckets; i++) {
        struct type_node *node = types->buckets[i];
        while (node != NULL) {
            struct type_node *next = node->next_same;
            bucket_push(buckets, n, node);
            node = next;
        }
    }
    free(types->buckets);
    types->buckets = buckets;
    types->n_buckets = n;
    return true;
}

/* --- spelling -------------------------------------------------------------*/

static char *
text_put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

/* Returns the bytes of a function's argument list, parentheses included. */
static size_t
args_len(const ec_type *fn)
{
    size_t len = 2;
    for (size_t i = 0; i < fn->n_args; i++) {
        len += strlen(fn->args[i]->name) + (i > 0 ? 2 : 0);
    }
    if ((fn->flags & EC_TYPE_VARIADIC) != 0) {
        len += fn->n_args > 0 ? 5 : 3;
    }
    return len;
}

static char *
args_put(char *at, const ec_type *fn)
{
    *at++ = '(';
    for (size_t i = 0; i < fn->n_args; i++) {
        if (i > 0) {
            at = text_put(at, ", ", 2);
        }
        at = text_put(at, fn->args[i]->name, strlen(fn->args[i]->name));
    }
    if ((fn->flags & EC_TYPE_VARIADIC) != 0) {
        at = fn->n_args > 0 ? text_put(at, ", ...", 5) : text_put(at, "...", 3);
    }
    *at++ = ')';
    return at;
}

/* Writes what a pointer or array adds to the spelling of its item; returns its
 * length and, in *out_name_pos, where in it a declarator goes. */
static size_t
suffix_write(const ec_type *type, char *out, size_t cap, size_t *out_name_pos)
{
    int n;
    *out_name_pos = 0;
    if (type->kind == EC_KIND_POINTER) {
        bool wrap = type->item->kind == EC_KIND_ARRAY ||
                    type->item->kind == EC_KIND_FUNCTION;
        *out_name_pos = 2;
        n = snprintf(out, cap, "%s", wrap ? "(*)" : " *");
    } else if (type->length < 0) {
        n = snprintf(out, cap, "[]");
    } else {
        n = snprintf(out, cap, "[%td]", type->length);
    }
    return n < 0 ? 0 : (size_t)n;
}

/* Sets the name of a pointer, array or function type from its parts. */
static embed_status
derived_spell(ec_types *types, ec_type *type, ec_err *err)
{
    const ec_type *base =
        type->kind == EC_KIND_FUNCTION ? type->result : type->item;
    char suffix[32];
    size_t name_pos = 0;
    size_t add = type->kind == EC_KIND_FUNCTION
                     ? args_len(type)
                     : suffix_write(type, suffix, sizeof suffix, &name_pos);
    size_t base_len = strlen(base->name);
    if (base_len + add > TYPE_NAME_MAX) {
        return ec_fail(err, EMBED_E_INVALID, "type is too complex");
    }
    char *name = ec_types_alloc(types, base_len + add + 1);
    if (name == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    char *at = text_put(name, base->name, base->name_pos);
    at = type->kind == EC_KIND_FUNCTION ? args_put(at, type)
                                        : text_put(at, suffix, add);
    (void)text_put(at, base->name + base->name_pos, base_len - base->name_pos);
    type->name = name;
    type->name_pos = base->name_pos + name_pos;
    return EMBED_OK;
}

size_t
ec_type_spell(const ec_type *type, const char *extra, char *out, size_t cap)
{
    static const char blanks[] = " \t\n\v\f\r";
    extra += strspn(extra, blanks);
    size_t len = strlen(extra);
    while (len > 0 && strchr(blanks, extra[len - 1]) != NULL) {
        len--;
    }
    const char *before = "";
    const char *after = "";
    if (extra[0] == '*' &&
        (type->kind == EC_KIND_ARRAY || type->kind == EC_KIND_FUNCTION)) {
        before = "(";
        after = ")";
    } else if (len > 0 && extra[0] != '[' && extra[0] != '(') {
        before = " ";
    }
    int n =
        snprintf(out, cap, "%.*s%s%.*s%s%s", (int)type->name_pos, type->name,
                 before, (int)len, extra, after, type->name + type->name_pos);
    return n < 0 ? 0 : (size_t)n;
}

/* --- making types ---------------------------------------------------------*/

ec_type *
ec_type_prim(ec_types *types, int prim, ec_err *err)
{
    const ec_prim_info *info = ec_prim_find(prim);
    if (info == NULL) {
        (void)ec_fail(err, EMBED_E_INVALID, "no primitive type has number %d",
                      prim);
        return NULL;
    }
    if (types->prims[prim] != NULL) {
        return types->prims[prim];
    }
    struct type_node *node = node_create(types, info->kind);
    if (node == NULL) {
        return fail_nomem(err);
    }
    node->type.prim = prim;
    node->type.size = info->size;
    node->type.align = info->align;
    node->type.name = info->name;
    node->type.name_pos = strlen(info->name);
    types->prims[prim] = &node->type;
    return node_link(types, node);
}

ec_type *
ec_type_pointer(ec_types *types, ec_type *target, ec_err *err)
{
    if (target->pointer != NULL) {
        return target->pointer;
    }
    struct type_node *node = node_create(types, EC_KIND_POINTER);
    if (node == NULL) {
        return fail_nomem(err);
    }
    node->type.size = (ptrdiff_t)sizeof(void *);
    node->type.align = (int)_Alignof(void *);
    node->type.item = target;
    if (derived_spell(types, &node->type, err) != EMBED_OK) {
        return NULL;
    }
    target->pointer = &node->type;
    return node_link(types, node);
}

/* Copies `like` into the set under its hash. */
static ec_type *
hashed_create(ec_types *types, const ec_type *like, size_t hash, ec_err *err)
{
    struct type_node *node = node_create(types, like->kind);
    if (node == NULL || !hash_reserve(types)) {
        return fail_nomem(err);
    }
    node->type = *like;
    node->hash = hash;
    if (like->kind == EC_KIND_FUNCTION && like->n_args > 0) {
        size_t size = like->n_args * sizeof(ec_type *);
        node->type.args = ec_types_alloc(types, size);
        if (node->type.args == NULL) {
            return fail_nomem(err);
        }
        memcpy(node->type.args, like->args, size);
    }
    if (derived_spell(types, &node->type, err) != EMBED_OK) {
        return NULL;
    }
    bucket_push(types->buckets, types->n_buckets, node);
    types->n_hashed++;
    return node_link(types, node);
}

/* Sets *out to the bytes of an array, -1 when they are not known. */
static embed_status
array_size(const ec_type *item, ptrdiff_t length, ptrdiff_t *out, ec_err *err)
{
    if (item->size < 0) {
        const ec_type *base = item;
        while (base->kind == EC_KIND_ARRAY) {
            base = base->item;
        }
        if ((base->flags & EC_TYPE_PARTIAL) == 0) {
            return ec_fail(err, EMBED_E_INVALID,
                           "array item of unknown size: '%s'", item->name);
        }
        *out = -1;
    } else if (length < 0) {
        *out = -1;
    } else if (__builtin_mul_overflow(length, item->size, out)) {
        return ec_fail(err, EMBED_E_INVALID, "array is too large: '%s' x %td",
                       item->name, length);
    }
    return EMBED_OK;
}

ec_type *
ec_type_array(ec_types *types, ec_type *item, ptrdiff_t length, ec_err *err)
{
    if (item->size < 0 && ec_type_complete(types, item, err) != EMBED_OK) {
        return NULL;
    }
    ec_type like = {.kind = EC_KIND_ARRAY,
                    .prim = -1,
                    .align = item->align,
                    .item = item,
                    .length = length < 0 ? -1 : length};
    if (array_size(item, length, &like.size, err) != EMBED_OK) {
        return NULL;
    }
    size_t hash = hash_type(&like);
    ec_type *found = hash_find(types, &like, hash);
    return found != NULL ? found : hashed_create(types, &like, hash, err);
}

ec_type *
ec_type_function(ec_types *types, ec_type *result, ec_type *const *args,
                 size_t n_args, bool variadic, ec_err *err)
{
    if (result->kind == EC_KIND_ARRAY || result->kind == EC_KIND_FUNCTION) {
        (void)ec_fail(err, EMBED_E_INVALID, "invalid result type: '%s'",
                      result->name);
        return NULL;
    }
    for (size_t i = 0; i < n_args; i++) {
        if (args[i]->kind == EC_KIND_ARRAY || args[i]->kind == EC_KIND_VOID ||
            args[i]->kind == EC_KIND_FUNCTION) {
            (void)ec_fail(err, EMBED_E_INVALID, "invalid argument type: '%s'",
                          args[i]->name);
            return NULL;
        }
    }
    ec_type like = {.kind = EC_KIND_FUNCTION,
                    .flags = variadic ? EC_TYPE_VARIADIC : 0,
                    .prim = -1,
                    .align = -1,
                    .size = -1,
                    .result = result,
                    .args = (ec_type **)args, /* only read */
                    .n_args = n_args};
    size_t hash = hash_type(&like);
    ec_type *found = hash_find(types, &like, hash);
    return found != NULL ? found : hashed_create(types, &like, hash, err);
}

/* Sets name and tag of a struct, union or enum, both copied. */
static bool
tagged_name(ec_types *types, ec_type *type, const char *tag, const char *name,
            const char **out_tag)
{
    type->name_pos = strlen(name);
    type->name = ec_types_strndup(types, name, type->name_pos);
    *out_tag = NULL;
    if (tag == NULL) {
        type->flags |= EC_TYPE_ANONYMOUS;
        return type->name != NULL;
    }
    *out_tag = ec_types_strndup(types, tag, strlen(tag));
    return type->name != NULL && *out_tag != NULL;
}

ec_type *
ec_type_record(ec_types *types, ec_kind kind, const char *tag, const char *name,
               ec_err *err)
{
    struct type_node *node = node_create(types, kind);
    if (node == NULL ||
        !tagged_name(types, &node->type, tag, name, &node->type.tag)) {
        return fail_nomem(err);
    }
    node->type.flags |= EC_TYPE_INCOMPLETE;
    return node_link(types, node);
}

/* Copies enumerators with their names; NULL when out of memory. */
static ec_enumerator *
enumerators_copy(ec_types *types, const ec_enumerator *list, size_t n)
{
    ec_enumerator *copy = ec_types_alloc(types, n * sizeof *copy);
    for (size_t i = 0; i < n && copy != NULL; i++) {
        copy[i].value = list[i].value;
        copy[i].name =
            ec_types_strndup(types, list[i].name, strlen(list[i].name));
        if (copy[i].name == NULL) {
            return NULL;
        }
    }
    return copy;
}

ec_type *
// NOLINTNEXTLINE(readability-function-size): seven facts, no struct for them
ec_type_enum(ec_types *types, const char *tag, const char *name, int prim,
             const ec_enumerator *list, size_t n, ec_err *err)
{
    const ec_prim_info *base = ec_prim_find(prim);
    if (base == NULL ||
        (base->kind != EC_KIND_INT && base->kind != EC_KIND_UINT)) {
        (void)ec_fail(err, EMBED_E_INVALID,
                      "'%s' has a base type that is no integer (%d)", name,
                      prim);
        return NULL;
    }
    struct type_node *node = node_create(types, EC_KIND_ENUM);
    if (node == NULL ||
        !tagged_name(types, &node->type, tag, name, &node->type.enum_tag)) {
        return fail_nomem(err);
    }
    node->type.prim = prim;
    node->type.size = base->size;
    node->type.align = base->align;
    node->type.n_enumerators = n;
    node->type.enumerators = enumerators_copy(types, list, n);
    if (node->type.enumerators == NULL) {
        return fail_nomem(err);
    }
    return node_link(types, node);
}

/* True when a part of a pointer, array or function type got a new spelling in
 * the renaming `mark`. */
static bool
has_renamed_part(ec_type *type, unsigned mark)
{
    if (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) {
        return type_node(type->item)->renamed == mark;
    }
    if (type->kind != EC_KIND_FUNCTION) {
        return false;
    }
    for (size_t i = 0; i < type->n_args; i++) {
        if (type_node(type->args[i])->renamed == mark) {
            return true;
        }
    }
    return type_node(type->result)->renamed == mark;
}

embed_status
ec_type_rename(ec_types *types, ec_type *type, const char *name, ec_err *err)
{
    char *copy = ec_types_strndup(types, name, strlen(name));
    if (copy == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    type->name = copy;
    type->name_pos = strlen(name);
    unsigned mark = ++types->renames;
    type_node(type)->renamed = mark;
    /* What is made of a type is made after it, so one pass is enough. */
    struct type_node *node = type_node(type)->next_made;
    for (; node != NULL; node = node->next_made) {
        if (has_renamed_part(&node->type, mark)) {
            embed_status status = derived_spell(types, &node->type, err);
            if (status != EMBED_OK) {
                return status;
            }
            node->renamed = mark;
        }
    }
    return EMBED_OK;
}

embed_status
ec_type_complete(ec_types *types, ec_type *type, ec_err *err)
{
    if ((type->flags & EC_TYPE_LAZY) == 0) {
        return EMBED_OK;
    }
    const ec_lazy *lazy = type->lazy;
    return lazy->realise(types, type, err);
}

/* --- questions ------------------------------------------------------------*/

bool
ec_type_is_integer(const ec_type *type)
{
    switch (type->kind) {
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        return true;
    case EC_KIND_VOID:
    case EC_KIND_FLOAT:
    case EC_KIND_COMPLEX:
    case EC_KIND_POINTER:
    case EC_KIND_ARRAY:
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
    case EC_KIND_FUNCTION:
        break;
    }
    return false;
}

bool
ec_type_is_signed(const ec_type *type)
{
    const ec_prim_info *info = ec_prim_find(type->prim);
    return ec_type_is_integer(type) && info != NULL && info->is_signed;
}

// NOLINTBEGIN(misc-no-recursion): depth-limited

/* Finds a field as ec_type_field() does, at most `depth` members deep. */
static const ec_field *
field_find(const ec_type *type, const char *name, size_t len, int depth,
           size_t *out_offset)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const ec_field *field = &type->fields[i];
        if (field->name[0] != '\0') {
            if (strncmp(field->name, name, len) == 0 &&
                field->name[len] == '\0') {
                *out_offset = field->offset;
                return field;
            }
            continue;
        }
        size_t inner = 0;
        const ec_field *found =
            depth > 0 ? field_find(field->type, name, len, depth - 1, &inner)
                      : NULL;
        if (found != NULL) {
            *out_offset = field->offset + inner;
            return found;
        }
    }
    return NULL;
}

// NOLINTEND(misc-no-recursion)

const ec_field *
ec_type_field(const ec_type *type, const char *name, size_t name_len,
              size_t *out_offset)
{
    if ((type->kind != EC_KIND_STRUCT && type->kind != EC_KIND_UNION) ||
        name_len == 0) {
        return NULL;
    }
    return field_find(type, name, name_len, TYPE_DEPTH_MAX, out_offset);
}
