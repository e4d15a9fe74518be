/* ccall_int.h - what calls and closures share: prepared libffi signatures.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CCALL_INT_H
#define EMBED_CORE_TYPES_CCALL_INT_H

#include <ffi.h>

#include "core/types/ccall.h"

/* Fields are private to ccall.c and cclosure.c; constant once prepared. */
struct ec_call {
    ffi_cif cif;
    size_t result_size; /* bytes, 0 for void */
    bool is_widened;    /* libffi hands the result over as an ffi_arg */
    bool is_signed;     /* of a widened result */
    ffi_type *args[];   /* of cif */
};

/** Returns the libffi type of `type`, made once and kept in type->ffi.
 *  EMBED_E_INVALID when it cannot be passed by value; the text says why. */
embed_status
ec_ffi_type(ec_types *types, ec_type *type, ffi_type **out, ec_err *err);

#endif /* EMBED_CORE_TYPES_CCALL_INT_H */
