/* cprim.c - what is known of the primitive types without any declaration.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cprim.h"

#include <limits.h>
#include <sys/types.h>
#include <uchar.h>
#include <wchar.h>

#define PRIM(kind, name, type, is_signed)                                 \
 {                                                                        \
  name, EC_KIND_##kind, (int)sizeof(type), (int)_Alignof(type), is_signed \
 }
#define PRIM_INT(name, type)  PRIM(INT, name, type, true)
#define PRIM_UINT(name, type) PRIM(UINT, name, type, false)

/* ORDER(prim): the numbers of enum ec_prim. */
static const ec_prim_info prim_infos[] = {
    {"void", EC_KIND_VOID, -1, -1, false},
    PRIM(BOOL, "_Bool", bool, false),
    PRIM(CHAR, "char", char, CHAR_MIN < 0),
    PRIM_INT("signed char", signed char),
    PRIM_UINT("unsigned char", unsigned char),
    PRIM_INT("short", short),
    PRIM_UINT("unsigned short", unsigned short),
    PRIM_INT("int", int),
    PRIM_UINT("unsigned int", unsigned int),
    PRIM_INT("long", long),
    PRIM_UINT("unsigned long", unsigned long),
    PRIM_INT("long long", long long),
    PRIM_UINT("unsigned long long", unsigned long long),
    PRIM(FLOAT, "float", float, true),
    PRIM(FLOAT, "double", double, true),
    PRIM(FLOAT, "long double", long double, true),
    PRIM(WCHAR, "wchar_t", wchar_t, WCHAR_MIN < 0),
    PRIM_INT("int8_t", int8_t),
    PRIM_UINT("uint8_t", uint8_t),
    PRIM_INT("int16_t", int16_t),
    PRIM_UINT("uint16_t", uint16_t),
    PRIM_INT("int32_t", int32_t),
    PRIM_UINT("uint32_t", uint32_t),
    PRIM_INT("int64_t", int64_t),
    PRIM_UINT("uint64_t", uint64_t),
    PRIM_INT("intptr_t", intptr_t),
    PRIM_UINT("uintptr_t", uintptr_t),
    PRIM_INT("ptrdiff_t", ptrdiff_t),
    PRIM_UINT("size_t", size_t),
    PRIM_INT("ssize_t", ssize_t),
    PRIM_INT("int_least8_t", int_least8_t),
    PRIM_UINT("uint_least8_t", uint_least8_t),
    PRIM_INT("int_least16_t", int_least16_t),
    PRIM_UINT("uint_least16_t", uint_least16_t),
    PRIM_INT("int_least32_t", int_least32_t),
    PRIM_UINT("uint_least32_t", uint_least32_t),
    PRIM_INT("int_least64_t", int_least64_t),
    PRIM_UINT("uint_least64_t", uint_least64_t),
    PRIM_INT("int_fast8_t", int_fast8_t),
    PRIM_UINT("uint_fast8_t", uint_fast8_t),
    PRIM_INT("int_fast16_t", int_fast16_t),
    PRIM_UINT("uint_fast16_t", uint_fast16_t),
    PRIM_INT("int_fast32_t", int_fast32_t),
    PRIM_UINT("uint_fast32_t", uint_fast32_t),
    PRIM_INT("int_fast64_t", int_fast64_t),
    PRIM_UINT("uint_fast64_t", uint_fast64_t),
    PRIM_INT("intmax_t", intmax_t),
    PRIM_UINT("uintmax_t", uintmax_t),
    PRIM(COMPLEX, "_cffi_float_complex_t", float _Complex, true),
    PRIM(COMPLEX, "_cffi_double_complex_t", double _Complex, true),
    PRIM(WCHAR, "char16_t", char16_t, false),
    PRIM(WCHAR, "char32_t", char32_t, false),
};

_Static_assert(sizeof prim_infos / sizeof prim_infos[0] == EC_PRIM_COUNT,
               "one entry for each number of enum ec_prim");

const ec_prim_info *
ec_prim_find(int prim)
{
    return prim >= 0 && prim < EC_PRIM_COUNT ? &prim_infos[prim] : NULL;
}
