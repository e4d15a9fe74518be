/* clayout.h - size, alignment and offsets of structs and unions.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CLAYOUT_H
#define EMBED_CORE_TYPES_CLAYOUT_H

#include "core/types/ctype.h"

typedef struct ec_layout_opts {
    int pack;  /* #pragma pack(n) value; 0: none */
    int align; /* __attribute__((aligned(n))) on the type; 0: none */
} ec_layout_opts;

/**
 * Gives an incomplete struct or union its fields and computes its layout as
 * the platform's C compiler does.  The caller sets two flags of `type` before:
 * EC_TYPE_PACKED for __attribute__((packed)), EC_TYPE_PARTIAL when not all
 * fields are known.  A partial type, or one with a member of partial type,
 * keeps unknown size and alignment (-1), and its offsets mean nothing.
 *
 * @param fields  fields[n]: name, type and bit_size are set (bit_size -1: no
 *                bit-field); a field's own alignment attribute is in
 *                `field_align[i]` (0: none; -n: packed and aligned(n), so -1
 *                is just packed; the array may be NULL).  An
 *                unnamed bit-field (padding) has name "" and bit_size >= 0 and
 *                is dropped from the result.  Copied.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID (field of unknown size, bit-field wider
 *           than its type, too large); EMBED_E_NOMEM.
 * Source:   System V AMD64 ABI 1.0, 3.1.2; GCC's bit-field rules
 *           (PCC_BITFIELD_TYPE_MATTERS).
 */
embed_status
ec_layout_record(ec_types *types, ec_type *type, const ec_field *fields,
                 const int *field_align, size_t n, const ec_layout_opts *opts,
                 ec_err *err);

/**
 * Gives a struct or union fields that the C compiler laid out: type->size and
 * type->align are what it said, and so is the offset of each field, SIZE_MAX
 * where it could not say (bit-fields).  Those are computed.  EC_TYPE_PACKED is
 * as for ec_layout_record().
 *
 * @param must_match  the declaration claims to be complete: offsets and sizes
 *                    that differ from those computed are an error
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID (does not match, a field of unknown size
 *           or outside the type); EMBED_E_NOMEM.
 */
embed_status
ec_layout_known(ec_types *types, ec_type *type, const ec_field *fields,
                size_t n, bool must_match, ec_err *err);

/** Reads a bit-field of the struct at `record`, sign-extended when its type is
 *  signed.  Touches only the bytes that hold it. */
int64_t ec_bits_load(const ec_field *field, const void *record);

/** Writes the low bits of `value` to a bit-field of the struct at `record`.
 *  Touches only the bytes that hold it, and in them only its bits. */
void ec_bits_store(const ec_field *field, void *record, uint64_t value);

#endif /* EMBED_CORE_TYPES_CLAYOUT_H */
