/* value.c - C values as a user writes and reads them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/value.h"

#include <ctype.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deepest nesting of structs and arrays. */
#define DEPTH_MAX 32

/* --- reading --------------------------------------------------------------*/

typedef struct reader {
    ec_scope *scope;
    const char *at;
    int depth; /* of braces */
    ec_err *err;
} reader;

static void
skip_space(reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

static embed_status
fail(const reader *r, const ec_type *type, const char *text)
{
    return ec_fail(r->err, EMBED_E_INVALID, "'%.200s' is no %s", text,
                   type->name);
}

static embed_status
no_memory(const reader *r)
{
    return ec_fail(r->err, EMBED_E_NOMEM, "out of memory");
}

/* Takes a quoted text, or what is up to the next comma or brace; without
 * braces around it: all that is left.  NULL: out of memory. */
static char *
word_take(reader *r)
{
    char *word = ec_types_alloc(ec_scope_types(r->scope), strlen(r->at) + 1);
    char *to = word;
    if (word == NULL) {
        return NULL;
    }
    if (r->depth > 0 && *r->at == '"') {
        for (r->at++; *r->at != '\0' && *r->at != '"'; r->at++) {
            if (*r->at == '\\' && r->at[1] != '\0') {
                r->at++;
                *to++ = (char)(*r->at == 'n' ? '\n' : *r->at);
            } else {
                *to++ = *r->at;
            }
        }
        r->at += *r->at == '"';
        return word;
    }
    size_t n = r->depth > 0 ? strcspn(r->at, ",}") : strlen(r->at);
    memcpy(word, r->at, n);
    r->at += n;
    while (r->depth > 0 && n > 0 && isspace((unsigned char)word[n - 1])) {
        word[--n] = '\0';
    }
    return word;
}

/* Is the number one that the type has? */
static bool
fits(const ec_type *type, int64_t value, bool is_unsigned)
{
    if (type->kind == EC_KIND_BOOL) {
        return value == 0 || value == 1;
    }
    if (type->size >= (ptrdiff_t)sizeof value) {
        return ec_type_is_signed(type) ? !is_unsigned || value >= 0
                                       : is_unsigned || value >= 0;
    }
    int bits = (int)type->size * 8;
    int64_t low = ec_type_is_signed(type) ? -((int64_t)1 << (bits - 1)) : 0;
    int64_t high =
        ec_type_is_signed(type) ? -low - 1 : ((int64_t)1 << bits) - 1;
    return value >= low && value <= high;
}

static embed_status
integer_read(reader *r, const ec_type *type, const char *word, void *out)
{
    int64_t value = 0;
    bool is_unsigned = false;
    ec_diag diag;
    size_t len = strlen(word);
    if (type->kind == EC_KIND_BOOL &&
        (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)) {
        value = word[0] == 't';
    } else if (type->kind == EC_KIND_CHAR && len == 1 &&
               !isdigit((unsigned char)word[0])) {
        value = (unsigned char)word[0];
    } else if (ec_parse_const(r->scope, word, len, &value, &is_unsigned,
                              &diag) != EMBED_OK ||
               !fits(type, value, is_unsigned)) {
        return fail(r, type, word);
    }
    memcpy(out, &value, (size_t)type->size); /* the low bytes come first */
    return EMBED_OK;
}

static embed_status
float_read(reader *r, const ec_type *type, const char *word, void *out)
{
    char *end = NULL;
    long double value = strtold(word, &end);
    double normal = (double)value;
    float small = (float)value;
    if (end == word || *end != '\0') {
        return fail(r, type, word);
    }
    const void *from = type->size == sizeof small    ? (void *)&small
                       : type->size == sizeof normal ? (void *)&normal
                                                     : (void *)&value;
    memcpy(out, from, (size_t)type->size);
    return EMBED_OK;
}

// NOLINTBEGIN(misc-no-recursion): depth-limited

static embed_status value_read(reader *r, ec_type *type, void *out);

/* Counts the items of the braces that begin here. */
static size_t
items_count(const char *at)
{
    size_t n = 0;
    int depth = 0;
    bool in_text = false;
    for (; *at != '\0'; at++) {
        in_text = in_text != (*at == '"' && at[-1] != '\\' && depth > 0);
        if (in_text) {
            continue;
        }
        depth += (*at == '{') - (*at == '}');
        n += (*at == ',' && depth == 1) || (*at == '{' && depth == 1);
        if (depth == 0) {
            break;
        }
    }
    return n;
}

static embed_status
field_read(reader *r, const ec_type *type, const ec_field *field, char *out)
{
    if (field->bit_size >= 0) {
        return ec_fail(r->err, EMBED_E_INVALID,
                       "%s has bit-fields, which cannot be written here",
                       type->name);
    }
    return value_read(r, field->type, out + field->offset);
}

/* Reads `{...}` of up to n values. */
static embed_status
braces_read(reader *r, const ec_type *type, char *out, size_t n)
{
    bool is_array = type->kind == EC_KIND_ARRAY;
    embed_status status = EMBED_OK;
    if (*r->at != '{') {
        return ec_fail(r->err, EMBED_E_INVALID, "%s is written {..., ...}",
                       type->name);
    }
    if (++r->depth > DEPTH_MAX) {
        return ec_fail(r->err, EMBED_E_INVALID, "too deeply nested");
    }
    r->at++;
    skip_space(r);
    for (size_t i = 0; *r->at != '}' && status == EMBED_OK; i++) {
        if (i >= n) {
            return ec_fail(r->err, EMBED_E_INVALID, "too many values for %s",
                           type->name);
        }
        status = is_array ? value_read(r, type->item,
                                       out + i * (size_t)type->item->size)
                          : field_read(r, type, &type->fields[i], out);
        skip_space(r);
        if (status == EMBED_OK && *r->at == ',') {
            r->at++;
            skip_space(r);
        } else if (status == EMBED_OK && *r->at != '}') {
            return ec_fail(r->err, EMBED_E_INVALID, "'}' is missing");
        }
    }
    if (status == EMBED_OK) {
        r->at++;
        r->depth--;
    }
    return status;
}

/* Is `{...}` one struct, not an array of them?  It begins with as many braces as
 * its first members are nested, or fewer. */
static bool
is_one_record(const ec_type *item, const char *text)
{
    size_t braces = 0;
    size_t nested = 0;
    for (; *text == '{' || *text == ' '; text++) {
        braces += *text == '{';
    }
    /* One that is realised later counts, but says no more. */
    for (const ec_type *at = item; at != NULL; nested++) {
        if (at->kind == EC_KIND_ARRAY && at->item->kind != EC_KIND_CHAR) {
            at = at->item;
        } else if (ec_type_is_record(at)) {
            at = at->n_fields == 0 ? NULL : at->fields[0].type;
        } else {
            break;
        }
    }
    return ec_type_is_record(item) && braces <= nested;
}

size_t
eg_value_targets(const ec_type *pointer, const char *text)
{
    return is_one_record(pointer->item, text) ? 1 : items_count(text);
}

/* Reads what a pointer is to point to: one struct, or an array. */
static embed_status
target_read(reader *r, const ec_type *type, void *out)
{
    ec_types *types = ec_scope_types(r->scope);
    ec_type *item = type->item;
    if (item->size <= 0) {
        return ec_fail(r->err, EMBED_E_INVALID, "the size of %s is not known",
                       item->name);
    }
    if (ec_type_complete(types, item, r->err) != EMBED_OK) {
        return r->err->status;
    }
    bool is_one = is_one_record(item, r->at);
    size_t n = is_one ? 1 : items_count(r->at);
    char *memory = ec_types_alloc(types, (n + 1) * (size_t)item->size);
    if (memory == NULL) {
        return no_memory(r);
    }
    memcpy(out, &memory, sizeof memory);
    if (is_one) {
        return value_read(r, item, memory);
    }
    ec_type *array = ec_type_array(types, item, (ptrdiff_t)n, r->err);
    return array == NULL ? r->err->status : value_read(r, array, memory);
}

static embed_status
pointer_read(reader *r, const ec_type *type, void *out)
{
    ec_kind item = type->item->kind;
    void *address = NULL;
    if (*r->at == '{' && item != EC_KIND_VOID) {
        return target_read(r, type, out);
    }
    char *word = word_take(r);
    if (word == NULL) {
        return no_memory(r);
    }
    char *end = NULL;
    unsigned long long number = strtoull(word, &end, 0);
    bool is_number = strncmp(word, "0x", 2) == 0 && *end == '\0';
    if (is_number) {
        address =
            (void *)(uintptr_t)number; // NOLINT(performance-no-int-to-ptr)
    } else if (strcmp(word, "NULL") != 0) {
        if (item != EC_KIND_CHAR && item != EC_KIND_VOID) {
            return fail(r, type, word);
        }
        address = word;
    }
    memcpy(out, &address, sizeof address);
    return EMBED_OK;
}

/* Text for an array of characters. */
static embed_status
text_read(reader *r, const ec_type *type, void *out)
{
    const char *word = word_take(r);
    if (word == NULL) {
        return no_memory(r);
    }
    if ((ptrdiff_t)strlen(word) > type->length) {
        return fail(r, type, word);
    }
    memcpy(out, word, strlen(word));
    return EMBED_OK;
}

static embed_status
record_read(reader *r, ec_type *type, void *out)
{
    /* Tables give a struct its fields when they are asked for. */
    embed_status status =
        ec_type_complete(ec_scope_types(r->scope), type, r->err);
    size_t n = type->kind == EC_KIND_UNION ? 1 : type->n_fields;
    return status == EMBED_OK ? braces_read(r, type, out, n) : status;
}

static embed_status
value_read(reader *r, ec_type *type, void *out)
{
    const char *word = NULL;
    switch (type->kind) {
    case EC_KIND_POINTER:
        return pointer_read(r, type, out);
    case EC_KIND_ARRAY:
        return type->item->kind == EC_KIND_CHAR && *r->at != '{'
                   ? text_read(r, type, out)
                   : braces_read(r, type, out, (size_t)type->length);
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
        return record_read(r, type, out);
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        word = word_take(r);
        return word == NULL ? no_memory(r) : integer_read(r, type, word, out);
    case EC_KIND_FLOAT:
        word = word_take(r);
        return word == NULL ? no_memory(r) : float_read(r, type, word, out);
    case EC_KIND_VOID:
    case EC_KIND_COMPLEX:
    case EC_KIND_FUNCTION:
        break;
    }
    return ec_fail(r->err, EMBED_E_INVALID, "no %s can be written here",
                   type->name);
}

embed_status
eg_value_read(ec_scope *scope, ec_type *type, const char *text, void *out,
              ec_err *err)
{
    reader r = {scope, text, 0, err};
    embed_status status = value_read(&r, type, out);
    skip_space(&r);
    return status == EMBED_OK && *r.at != '\0' ? fail(&r, type, text) : status;
}

/* --- printing -------------------------------------------------------------*/

static void
text_print(const char *text, size_t len, eg_text *out)
{
    eg_text_puts(out, "\"");
    for (size_t i = 0; i < len && text[i] != '\0'; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            eg_text_printf(out, "\\%c", c);
        } else if (c == '\n') {
            eg_text_puts(out, "\\n");
        } else if (c < ' ' || c == 0x7f) {
            eg_text_printf(out, "\\x%02x", c);
        } else {
            eg_text_add(out, &text[i], 1);
        }
    }
    eg_text_puts(out, "\"");
}

/* The integer at `value`, whose low bytes come first. */
static int64_t
integer_at(const ec_type *type, const void *value)
{
    int64_t number = 0;
    memcpy(&number, value, (size_t)type->size);
    if (ec_type_is_signed(type) && type->size < (ptrdiff_t)sizeof number) {
        int shift = 64 - (int)type->size * 8;
        number = (int64_t)((uint64_t)number << shift) >> shift;
    }
    return number;
}

static void
integer_print(const ec_type *type, const void *value, eg_text *out)
{
    int64_t number = integer_at(type, value);
    if (type->kind == EC_KIND_BOOL) {
        eg_text_puts(out, number != 0 ? "true" : "false");
        return;
    }
    for (size_t i = 0; type->kind == EC_KIND_ENUM && i < type->n_enumerators;
         i++) {
        if (type->enumerators[i].value == number) {
            eg_text_puts(out, type->enumerators[i].name);
            return;
        }
    }
    if (type->kind == EC_KIND_CHAR && number > ' ' && number < 0x7f) {
        eg_text_printf(out, "'%c'", (int)number);
    } else if (ec_type_is_signed(type)) {
        eg_text_printf(out, "%lld", (long long)number);
    } else {
        eg_text_printf(out, "%llu", (unsigned long long)number);
    }
}

/* With as many digits as tell it from its neighbours. */
static void
float_print(const ec_type *type, const void *value, eg_text *out)
{
    float small = 0;
    double normal = 0;
    long double large = 0;
    char text[64];
    if (type->size == sizeof small) {
        memcpy(&small, value, sizeof small);
        int digits = 1;
        do {
            (void)snprintf(text, sizeof text, "%.*g", digits, (double)small);
        } while (strtof(text, NULL) != small && ++digits <= FLT_DECIMAL_DIG);
    } else if (type->size == sizeof normal) {
        memcpy(&normal, value, sizeof normal);
        int digits = 1;
        do {
            (void)snprintf(text, sizeof text, "%.*g", digits, normal);
        } while (strtod(text, NULL) != normal && ++digits <= DBL_DECIMAL_DIG);
    } else {
        memcpy(&large, value, sizeof large);
        (void)snprintf(text, sizeof text, "%.*Lg", LDBL_DIG, large);
    }
    eg_text_puts(out, text);
}

static void
pointer_print(const ec_type *type, const void *value, eg_text *out)
{
    void *address = NULL;
    memcpy(&address, value, sizeof address);
    if (address == NULL) {
        eg_text_puts(out, "NULL");
    } else if (type->item->kind == EC_KIND_CHAR) {
        text_print(address, strlen(address), out);
    } else {
        eg_text_printf(out, "%p", address);
    }
}

static void
value_print(const ec_type *type, const char *value, int depth, eg_text *out);

static void
record_print(const ec_type *type, const char *value, int depth, eg_text *out)
{
    eg_text_puts(out, "{");
    for (size_t i = 0; i < type->n_fields; i++) {
        const ec_field *field = &type->fields[i];
        eg_text_printf(out, "%s.%s = ", i == 0 ? "" : ", ", field->name);
        if (field->bit_size >= 0) {
            eg_text_puts(out, "?");
        } else {
            value_print(field->type, value + field->offset, depth + 1, out);
        }
    }
    eg_text_puts(out, "}");
}

static void
array_print(const ec_type *type, const char *value, int depth, eg_text *out)
{
    if (type->item->kind == EC_KIND_CHAR) {
        text_print(value, (size_t)type->length, out);
        return;
    }
    eg_text_puts(out, "{");
    for (ptrdiff_t i = 0; i < type->length; i++) {
        eg_text_puts(out, i == 0 ? "" : ", ");
        value_print(type->item, value + i * type->item->size, depth + 1, out);
    }
    eg_text_puts(out, "}");
}

static void
value_print(const ec_type *type, const char *value, int depth, eg_text *out)
{
    if (depth > DEPTH_MAX) {
        eg_text_puts(out, "...");
    } else if (ec_type_is_integer(type)) {
        integer_print(type, value, out);
    } else if (type->kind == EC_KIND_FLOAT) {
        float_print(type, value, out);
    } else if (type->kind == EC_KIND_POINTER) {
        pointer_print(type, value, out);
    } else if (ec_type_is_record(type)) {
        record_print(type, value, depth, out);
    } else if (type->kind == EC_KIND_ARRAY && type->length >= 0) {
        array_print(type, value, depth, out);
    } else {
        eg_text_puts(out, "?");
    }
}
// NOLINTEND(misc-no-recursion)

void
eg_value_print(const ec_type *type, const void *value, eg_text *out)
{
    value_print(type, value, 0, out);
}
