/* clayout.c - size, alignment and offsets of structs and unions.
 *
 * Positions are counted in bits from the start of the record.  The rules are
 * those that gcc and clang share on ELF platforms with little-endian byte
 * order:
 *   - a bit-field starts at the next free bit, unless it would then span more
 *     units of its type than one: then at the next unit;
 *   - under a packing pragma or when packed it may span units;
 *   - a bit-field of width 0 moves on to the next unit, packed or not, and
 *     does not align the record; other unnamed ones do not align it either;
 *   - a packing pragma limits also what `aligned` on a member asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/clayout.h"

#include <limits.h>
#include <string.h>

/* Largest record: its length in bits must be a number. */
#define LAYOUT_SIZE_MAX ((uint64_t)PTRDIFF_MAX / 16)

/* What is laid out, and by which rules. */
struct layout_rules {
    const ec_field *fields; /* fields[n], unnamed bit-fields included */
    const int *field_align; /* field_align[n] or NULL */
    size_t n;
    int pack;       /* 0: none */
    int align;      /* 0: none */
    bool is_packed; /* __attribute__((packed)) */
    bool is_union;
    bool keep_offsets; /* where the field has one */
};

/* Where the layout has got to. */
struct layout_state {
    uint64_t bits;  /* end of what is placed */
    uint64_t align; /* bytes, of the record */
};

static uint64_t
round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static uint64_t
max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t
min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Returns the bytes a field of this type takes; unknown ones count as 0. */
static uint64_t
type_size(const ec_type *type)
{
    return type->size < 0 ? 0 : (uint64_t)type->size;
}

static uint64_t
type_align(const ec_type *type)
{
    return type->align < 1 ? 1 : (uint64_t)type->align;
}

/* Returns the alignment attribute of field `i` in bytes (0: none), and whether
 * the field is packed. */
static uint64_t
attribute_align(const struct layout_rules *rules, size_t i, bool *out_packed)
{
    int align = rules->field_align == NULL ? 0 : rules->field_align[i];
    *out_packed = rules->is_packed || align < 0;
    if (align == -1) {
        return 0; /* just packed */
    }
    return (uint64_t)(align < 0 ? -align : align);
}

/* Places field `i`, which is not a bit-field. */
static void
place_plain(const struct layout_rules *rules, size_t i,
            struct layout_state *state, ec_field *out)
{
    bool packed;
    uint64_t align = attribute_align(rules, i, &packed);
    align = max_u64(align, packed ? 1 : type_align(out->type));
    if (rules->pack > 0) {
        align = min_u64(align, (uint64_t)rules->pack);
    }
    state->align = max_u64(state->align, align);
    uint64_t start = rules->is_union ? 0 : round_up(state->bits, align * 8);
    if (rules->keep_offsets && out->offset != SIZE_MAX) {
        start = (uint64_t)out->offset * 8;
    }
    out->offset = (size_t)(start / 8);
    out->bit_shift = -1;
    state->bits = max_u64(state->bits, start + type_size(out->type) * 8);
}

/* Sets offset and shift of a bit-field that starts at bit `start`. */
static void
bits_locate(ec_field *field, uint64_t start)
{
    uint64_t unit = type_size(field->type) * 8;
    uint64_t shift = start % unit;
    if (shift + (uint64_t)field->bit_size > unit) {
        shift = start % 8;
    }
    field->offset = (size_t)((start - shift) / 8);
    field->bit_shift = (int)shift;
}

/* Places field `i`, a bit-field. */
static void
place_bits(const struct layout_rules *rules, size_t i,
           struct layout_state *state, ec_field *out)
{
    bool packed;
    uint64_t own = attribute_align(rules, i, &packed);
    uint64_t unit = type_align(out->type);
    uint64_t width = (uint64_t)out->bit_size;
    uint64_t cap = rules->pack > 0 ? (uint64_t)rules->pack : UINT64_MAX;
    uint64_t start = rules->is_union ? 0 : state->bits;

    if (width == 0) {
        start = round_up(start, max_u64(own, unit) * 8);
    } else {
        if (own > 0) {
            start = round_up(start, min_u64(own, cap) * 8);
        }
        bool spans = start / (unit * 8) != (start + width - 1) / (unit * 8);
        if (spans && !packed && rules->pack == 0) {
            start = round_up(start, unit * 8);
        }
    }
    if (out->name[0] != '\0') {
        /* A packing pragma replaces what `packed` does to the record. */
        uint64_t align = rules->pack > 0 || !packed ? unit : 1;
        align = min_u64(max_u64(align, own), cap);
        state->align = max_u64(state->align, align);
    }
    bits_locate(out, start);
    if (!rules->is_union || width > 0) {
        state->bits = max_u64(state->bits, start + width);
    }
}

/* Lays the record out: fills out[rules->n], *out_size and *out_align. */
static embed_status
layout_run(const struct layout_rules *rules, ec_field *out, size_t *out_size,
           int *out_align, ec_err *err)
{
    struct layout_state state = {0, 1};
    for (size_t i = 0; i < rules->n; i++) {
        out[i] = rules->fields[i];
        if (type_size(out[i].type) > LAYOUT_SIZE_MAX ||
            (rules->keep_offsets && out[i].offset != SIZE_MAX &&
             out[i].offset > LAYOUT_SIZE_MAX)) {
            return ec_fail(err, EMBED_E_INVALID, "field '%s' is too large",
                           out[i].name);
        }
        if (out[i].bit_size >= 0) {
            place_bits(rules, i, &state, &out[i]);
        } else {
            place_plain(rules, i, &state, &out[i]);
        }
        if (state.bits / 8 > LAYOUT_SIZE_MAX) {
            return ec_fail(err, EMBED_E_INVALID, "too large at its field '%s'",
                           out[i].name);
        }
    }
    state.align = max_u64(state.align, (uint64_t)rules->align);
    *out_align = (int)state.align;
    *out_size = (size_t)(round_up(state.bits, state.align * 8) / 8);
    return EMBED_OK;
}

/* --- checks ---------------------------------------------------------------*/

/* True when the size of `type` is for the C compiler to say. */
static bool
is_partial(const ec_type *type)
{
    while (type->kind == EC_KIND_ARRAY) {
        type = type->item;
    }
    return (type->flags & EC_TYPE_PARTIAL) != 0;
}

static embed_status
check_bits(const ec_field *field, ec_err *err)
{
    if (!ec_type_is_integer(field->type)) {
        return ec_fail(err, EMBED_E_INVALID, "bit-field '%s' has type '%s'",
                       field->name, field->type->name);
    }
    ptrdiff_t width =
        field->type->kind == EC_KIND_BOOL ? 1 : field->type->size * 8;
    if (field->bit_size > width) {
        return ec_fail(err, EMBED_E_INVALID,
                       "bit-field '%s' is wider than its type '%s'",
                       field->name, field->type->name);
    }
    if (field->bit_size == 0 && field->name[0] != '\0') {
        return ec_fail(err, EMBED_E_INVALID,
                       "bit-field '%s' has a name but no width", field->name);
    }
    return EMBED_OK;
}

/* Checks one field, and learns from its type what `type` is. */
static embed_status
check_field(ec_types *types, ec_type *type, const ec_field *field, bool is_last,
            ec_err *err)
{
    if (field->bit_size >= 0) {
        type->flags |= EC_TYPE_HAS_BITFIELD;
        return check_bits(field, err);
    }
    if (field->type->size < 0) {
        embed_status status = ec_type_complete(types, field->type, err);
        if (status != EMBED_OK) {
            return status;
        }
    }
    if (is_partial(field->type)) {
        type->flags |= EC_TYPE_PARTIAL;
    }
    bool is_open = field->type->kind == EC_KIND_ARRAY &&
                   field->type->length < 0 && is_last &&
                   type->kind == EC_KIND_STRUCT;
    if (is_open || (is_last && (field->type->flags & EC_TYPE_FLEXIBLE) != 0)) {
        type->flags |= EC_TYPE_FLEXIBLE;
    } else if (field->type->size < 0 && (type->flags & EC_TYPE_PARTIAL) == 0) {
        return ec_fail(err, EMBED_E_INVALID,
                       "field '%s' has a type of unknown size: '%s'",
                       field->name, field->type->name);
    }
    return EMBED_OK;
}

static bool
is_power_of_two(int value)
{
    return value > 0 && (value & (value - 1)) == 0;
}

/* Checks the alignments the caller gave. */
static embed_status
check_aligns(const struct layout_rules *rules, ec_err *err)
{
    if ((rules->pack != 0 && !is_power_of_two(rules->pack)) ||
        (rules->align != 0 && !is_power_of_two(rules->align))) {
        return ec_fail(err, EMBED_E_INVALID, "alignment is not a power of two");
    }
    for (size_t i = 0; i < rules->n && rules->field_align != NULL; i++) {
        int align = rules->field_align[i];
        if (align == INT_MIN ||
            (align != 0 && !is_power_of_two(align < 0 ? -align : align))) {
            return ec_fail(err, EMBED_E_INVALID,
                           "alignment of field '%s' is not a power of two",
                           rules->fields[i].name);
        }
    }
    return EMBED_OK;
}

/* Checks all fields. */
static embed_status
check_fields(ec_types *types, ec_type *type, const struct layout_rules *rules,
             ec_err *err)
{
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < rules->n && status == EMBED_OK; i++) {
        status =
            check_field(types, type, &rules->fields[i], i + 1 == rules->n, err);
    }
    return status;
}

/* --- the record -----------------------------------------------------------*/

/* Sets EC_TYPE_CUSTOM_LAYOUT when the layout without attributes would be
 * another one.  `scratch` has room for all fields. */
static embed_status
mark_custom(ec_type *type, const struct layout_rules *rules,
            const ec_field *laid, ec_field *scratch, ec_err *err)
{
    struct layout_rules plain = {
        .fields = rules->fields, .n = rules->n, .is_union = rules->is_union};
    size_t size;
    int align;
    embed_status status = layout_run(&plain, scratch, &size, &align, err);
    if (status != EMBED_OK) {
        return status;
    }
    bool differs = size != (size_t)type->size || align != type->align;
    for (size_t i = 0; i < rules->n && !differs; i++) {
        differs = laid[i].offset != scratch[i].offset ||
                  laid[i].bit_shift != scratch[i].bit_shift;
    }
    if (differs) {
        type->flags |= EC_TYPE_CUSTOM_LAYOUT;
    }
    return EMBED_OK;
}

/* Drops unnamed bit-fields and copies the names of the others. */
static embed_status
fields_keep(ec_types *types, ec_field *fields, size_t n, size_t *out_n,
            ec_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (fields[i].bit_size >= 0 && fields[i].name[0] == '\0') {
            continue;
        }
        fields[kept] = fields[i];
        fields[kept].name =
            ec_types_strndup(types, fields[i].name, strlen(fields[i].name));
        if (fields[kept].name == NULL) {
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
        kept++;
    }
    *out_n = kept;
    return EMBED_OK;
}

/* All fields as they were declared: fields[n] are those that were kept.
 *  @param out  room for all */
static const ec_field *
fields_declared(const struct layout_rules *rules, const ec_field *fields,
                size_t n, ec_field *out)
{
    if (n == rules->n) {
        return fields;
    }
    for (size_t i = 0, kept = 0; i < rules->n; i++) {
        const ec_field *field = &rules->fields[i];
        bool is_padding = field->bit_size >= 0 && field->name[0] == '\0';
        out[i] = is_padding ? *field : fields[kept++];
        out[i].name = is_padding ? "" : out[i].name;
    }
    return out;
}

/* Makes room for all fields twice. */
static embed_status
fields_alloc(ec_types *types, size_t n, ec_field **out_fields,
             ec_field **out_scratch, ec_err *err)
{
    *out_fields = ec_types_alloc(types, n * sizeof **out_fields);
    *out_scratch = ec_types_alloc(types, n * sizeof **out_scratch);
    if (*out_fields == NULL || *out_scratch == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    return EMBED_OK;
}

/* Gives the fields of a finished layout to `type`. */
static embed_status
fields_give(ec_types *types, ec_type *type, const struct layout_rules *rules,
            ec_field *fields, ec_field *scratch, ec_err *err)
{
    size_t n = 0;
    embed_status status = mark_custom(type, rules, fields, scratch, err);
    if (status == EMBED_OK) {
        status = fields_keep(types, fields, rules->n, &n, err);
    }
    if (status == EMBED_OK) {
        type->fields = fields;
        type->n_fields = n;
        type->declared = fields_declared(rules, fields, n, scratch);
        type->n_declared = rules->n;
        type->flags &= ~(unsigned)EC_TYPE_INCOMPLETE;
    }
    return status;
}

/* Computes the layout and gives it to `type`. */
static embed_status
record_fill(ec_types *types, ec_type *type, const struct layout_rules *rules,
            ec_err *err)
{
    ec_field *fields;
    ec_field *scratch;
    embed_status status = fields_alloc(types, rules->n, &fields, &scratch, err);
    size_t size = 0;
    if (status == EMBED_OK) {
        status = layout_run(rules, fields, &size, &type->align, err);
    }
    if (status == EMBED_OK) {
        type->size = (ptrdiff_t)size;
        status = fields_give(types, type, rules, fields, scratch, err);
    }
    if (status != EMBED_OK || (type->flags & EC_TYPE_PARTIAL) != 0) {
        type->size = -1;
        type->align = -1;
    }
    return status;
}

embed_status
// NOLINTNEXTLINE(readability-function-size): seven facts, no struct for them
ec_layout_record(ec_types *types, ec_type *type, const ec_field *fields,
                 const int *field_align, size_t n, const ec_layout_opts *opts,
                 ec_err *err)
{
    const struct layout_rules rules = {
        .fields = fields,
        .field_align = field_align,
        .n = n,
        .pack = opts == NULL ? 0 : opts->pack,
        .align = opts == NULL ? 0 : opts->align,
        .is_packed = (type->flags & EC_TYPE_PACKED) != 0,
        .is_union = type->kind == EC_KIND_UNION,
    };
    if ((type->flags & EC_TYPE_INCOMPLETE) == 0) {
        return ec_fail(err, EMBED_E_INVALID, "%s: has its fields already",
                       type->name);
    }
    const unsigned flags = type->flags;
    embed_status status = check_aligns(&rules, err);
    if (status == EMBED_OK) {
        status = check_fields(types, type, &rules, err);
    }
    if (status == EMBED_OK) {
        status = record_fill(types, type, &rules, err);
    }
    if (status != EMBED_OK) {
        type->flags = flags;
        ec_err_prefix(err, "%s: ", type->name);
    }
    return status;
}

/* --- layouts of the C compiler --------------------------------------------*/

static embed_status
fail_mismatch(const ec_type *type, const char *what, const char *field,
              size_t ours, size_t theirs, ec_err *err)
{
    return ec_fail(err, EMBED_E_INVALID,
                   "wrong %s%s%s%s (cdef says %zu, but C compiler says %zu); "
                   "a last member \"...;\" makes %s flexible",
                   what, field[0] == '\0' ? "" : " for field '", field,
                   field[0] == '\0' ? "" : "'", ours, theirs, type->name);
}

/* Compares the compiler's layout with the one computed from the declaration.
 * `scratch` has room for all fields. */
static embed_status
compare_known(const ec_type *type, const struct layout_rules *rules,
              const ec_field *laid, ec_field *scratch, ec_err *err)
{
    struct layout_rules own = *rules;
    own.keep_offsets = false;
    size_t size;
    int align;
    embed_status status = layout_run(&own, scratch, &size, &align, err);
    if (status != EMBED_OK) {
        return status;
    }
    for (size_t i = 0; i < rules->n; i++) {
        if (scratch[i].offset != laid[i].offset) {
            return fail_mismatch(type, "offset", laid[i].name,
                                 scratch[i].offset, laid[i].offset, err);
        }
    }
    if (size != (size_t)type->size) {
        return fail_mismatch(type, "total size", "", size, (size_t)type->size,
                             err);
    }
    if (align != type->align) {
        return fail_mismatch(type, "total alignment", "", (size_t)align,
                             (size_t)type->align, err);
    }
    return EMBED_OK;
}

/* Checks that every field lies inside the type. */
static embed_status
check_inside(const ec_type *type, const ec_field *fields, size_t n, ec_err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t size = (size_t)type_size(fields[i].type);
        if (fields[i].bit_size >= 0) {
            size = (size_t)(fields[i].bit_shift + fields[i].bit_size + 7) / 8;
        }
        if (fields[i].offset + size > (size_t)type->size) {
            return ec_fail(err, EMBED_E_INVALID,
                           "field '%s' lies outside (%zu + %zu > %td)",
                           fields[i].name, fields[i].offset, size, type->size);
        }
    }
    return EMBED_OK;
}

/* Completes the layout from what the compiler said and gives it to `type`. */
static embed_status
known_fill(ec_types *types, ec_type *type, const struct layout_rules *rules,
           bool must_match, ec_err *err)
{
    ec_field *fields;
    ec_field *scratch;
    embed_status status = fields_alloc(types, rules->n, &fields, &scratch, err);
    size_t size;
    int align;
    if (status == EMBED_OK) {
        status = layout_run(rules, fields, &size, &align, err);
    }
    if (status == EMBED_OK && must_match) {
        status = compare_known(type, rules, fields, scratch, err);
    }
    if (status == EMBED_OK) {
        status = check_inside(type, fields, rules->n, err);
    }
    if (status == EMBED_OK) {
        status = fields_give(types, type, rules, fields, scratch, err);
    }
    return status;
}

embed_status
ec_layout_known(ec_types *types, ec_type *type, const ec_field *fields,
                size_t n, bool must_match, ec_err *err)
{
    const struct layout_rules rules = {
        .fields = fields,
        .n = n,
        .is_packed = (type->flags & EC_TYPE_PACKED) != 0,
        .is_union = type->kind == EC_KIND_UNION,
        .keep_offsets = true,
    };
    const unsigned flags = type->flags;
    embed_status status = check_fields(types, type, &rules, err);
    if (status == EMBED_OK) {
        status = known_fill(types, type, &rules, must_match, err);
    }
    if (status != EMBED_OK) {
        type->flags = flags;
        ec_err_prefix(err, "%s: ", type->name);
    }
    return status;
}

/* --- bit-fields -----------------------------------------------------------*/

int64_t
ec_bits_load(const ec_field *field, const void *record)
{
    const unsigned char *bytes = (const unsigned char *)record + field->offset;
    uint64_t value = 0;
    for (int done = 0; done < field->bit_size;) {
        int bit = field->bit_shift + done;
        value |= (uint64_t)(bytes[bit / 8] >> (bit % 8)) << done;
        done += 8 - bit % 8;
    }
    int unused = 64 - field->bit_size;
    if (!ec_type_is_signed(field->type)) {
        return (int64_t)(value << unused >> unused);
    }
    return (int64_t)(value << unused) >> unused;
}

void
ec_bits_store(const ec_field *field, void *record, uint64_t value)
{
    unsigned char *bytes = (unsigned char *)record + field->offset;
    for (int done = 0; done < field->bit_size;) {
        int bit = field->bit_shift + done;
        int take = 8 - bit % 8;
        if (take > field->bit_size - done) {
            take = field->bit_size - done;
        }
        unsigned mask = ((1u << take) - 1u) << (bit % 8);
        unsigned part = (unsigned)(value >> done) << (bit % 8);
        bytes[bit / 8] =
            (unsigned char)((bytes[bit / 8] & ~mask) | (part & mask));
        done += take;
    }
}
