/* cffitype.c - how libffi sees the types: what can be passed by value.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/ccall_int.h"

/* Most members of a struct, those of arrays counted one by one: libffi wants
 * each to be told. */
#define FFI_MEMBERS_MAX 65536
/* Deepest nesting of structs. */
#define FFI_DEPTH_MAX 64

static embed_status struct_type(ec_types *types, ec_type *type, int depth,
                                ffi_type **out, ec_err *err);

static embed_status
fail_by_value(const ec_type *type, const char *why, ec_err *err)
{
    return ec_fail(err, EMBED_E_INVALID,
                   "'%s' cannot be passed or returned by value: %s", type->name,
                   why);
}

static ffi_type *
integer_type(const ec_type *type)
{
    bool is_signed = ec_type_is_signed(type);
    switch (type->size) {
    case 1:
        return is_signed ? &ffi_type_sint8 : &ffi_type_uint8;
    case 2:
        return is_signed ? &ffi_type_sint16 : &ffi_type_uint16;
    case 4:
        return is_signed ? &ffi_type_sint32 : &ffi_type_uint32;
    case 8:
        return is_signed ? &ffi_type_sint64 : &ffi_type_uint64;
    default:
        return NULL;
    }
}

/* Returns the libffi type of anything but structs; NULL when it has none. */
static ffi_type *
plain_type(const ec_type *type)
{
    switch (type->kind) {
    case EC_KIND_VOID:
        return &ffi_type_void;
    case EC_KIND_BOOL:
    case EC_KIND_CHAR:
    case EC_KIND_WCHAR:
    case EC_KIND_INT:
    case EC_KIND_UINT:
    case EC_KIND_ENUM:
        return integer_type(type);
    case EC_KIND_FLOAT:
        return type->prim == EC_PRIM_FLOAT    ? &ffi_type_float
               : type->prim == EC_PRIM_DOUBLE ? &ffi_type_double
                                              : &ffi_type_longdouble;
    case EC_KIND_COMPLEX:
#ifdef FFI_TARGET_HAS_COMPLEX_TYPE
        return type->prim == EC_PRIM_FLOATCOMPLEX ? &ffi_type_complex_float
                                                  : &ffi_type_complex_double;
#else
        return NULL;
#endif
    case EC_KIND_POINTER:
        return &ffi_type_pointer;
    case EC_KIND_ARRAY:
    case EC_KIND_STRUCT:
    case EC_KIND_UNION:
    case EC_KIND_FUNCTION:
        break;
    }
    return NULL;
}

/* Returns what an array of arrays is made of, and how many in *out_n. */
static ec_type *
member_base(ec_type *type, size_t *out_n)
{
    *out_n = 1;
    while (type->kind == EC_KIND_ARRAY) {
        /* An open array at the end of a struct is not passed. */
        size_t n = type->length < 0 ? 0 : (size_t)type->length;
        if (__builtin_mul_overflow(*out_n, n, out_n)) {
            *out_n = SIZE_MAX;
        }
        type = type->item;
    }
    return type;
}

/* Counts the members of a struct as libffi sees them. */
static embed_status
members_count(const ec_type *type, size_t *out, ec_err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < type->n_fields; i++) {
        size_t n;
        (void)member_base(type->fields[i].type, &n);
        if (n > FFI_MEMBERS_MAX - total) {
            return fail_by_value(type, "it has too many members", err);
        }
        total += n;
    }
    *out = total;
    return EMBED_OK;
}

/* Says why libffi cannot pass a struct or union; EMBED_OK when it can. */
static embed_status
check_record(const ec_type *type, ec_err *err)
{
    if (type->size < 0 || (type->flags & EC_TYPE_INCOMPLETE) != 0) {
        return fail_by_value(type, "its size is not known", err);
    }
    if (type->kind == EC_KIND_UNION) {
        return fail_by_value(type, "it is a union", err);
    }
    if ((type->flags & EC_TYPE_HAS_BITFIELD) != 0) {
        return fail_by_value(type, "it has bit-fields", err);
    }
    if ((type->flags & EC_TYPE_CUSTOM_LAYOUT) != 0) {
        return fail_by_value(type,
                             "it is packed, aligned by an attribute or "
                             "not declared in full",
                             err);
    }
    if (type->size == 0) {
        return fail_by_value(type, "it is empty", err);
    }
    return EMBED_OK;
}

// NOLINTBEGIN(misc-no-recursion): depth-limited

/* Fills the NULL-terminated list of a struct's members. */
static embed_status
members_fill(ec_types *types, const ec_type *type, int depth,
             ffi_type **members, ec_err *err)
{
    size_t at = 0;
    for (size_t i = 0; i < type->n_fields; i++) {
        size_t n;
        ec_type *base = member_base(type->fields[i].type, &n);
        ffi_type *member = plain_type(base);
        if (member == NULL) {
            embed_status status =
                struct_type(types, base, depth - 1, &member, err);
            if (status != EMBED_OK) {
                return status;
            }
        }
        while (n-- > 0) {
            members[at++] = member;
        }
    }
    members[at] = NULL;
    return EMBED_OK;
}

/* Makes the libffi type of a struct whose members are known. */
static embed_status
struct_make(ec_types *types, ec_type *type, int depth, ffi_type **out,
            ec_err *err)
{
    size_t n = 0;
    embed_status status = members_count(type, &n, err);
    if (status != EMBED_OK) {
        return status;
    }
    ffi_type *made = ec_types_alloc(types, sizeof *made);
    ffi_type **members = ec_types_alloc(types, (n + 1) * sizeof(ffi_type *));
    if (made == NULL || members == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    status = members_fill(types, type, depth, members, err);
    if (status != EMBED_OK) {
        return status;
    }
    made->type = FFI_TYPE_STRUCT;
    made->elements = members;
    /* Computes size and alignment: those of the C compiler, or we would pass
     * something else than it expects. */
    if (ffi_get_struct_offsets(FFI_DEFAULT_ABI, made, NULL) != FFI_OK ||
        made->size != (size_t)type->size ||
        made->alignment != (unsigned)type->align) {
        return fail_by_value(type, "libffi lays it out in another way", err);
    }
    *out = made;
    return EMBED_OK;
}

/* Returns the libffi type of a struct, kept in type->ffi. */
static embed_status
struct_type(ec_types *types, ec_type *type, int depth, ffi_type **out,
            ec_err *err)
{
    if (type->kind != EC_KIND_STRUCT && type->kind != EC_KIND_UNION) {
        return fail_by_value(type, "libffi does not know the type", err);
    }
    if (depth <= 0) {
        return fail_by_value(type, "it is nested too deeply", err);
    }
    embed_status status = ec_type_complete(types, type, err);
    if (status == EMBED_OK && type->ffi == NULL) {
        ffi_type *made = NULL;
        status = check_record(type, err);
        if (status == EMBED_OK) {
            status = struct_make(types, type, depth, &made, err);
        }
        if (status == EMBED_OK) {
            type->ffi = made;
        }
    }
    if (status == EMBED_OK) {
        *out = type->ffi;
    }
    return status;
}

// NOLINTEND(misc-no-recursion)

embed_status
ec_ffi_type(ec_types *types, ec_type *type, ffi_type **out, ec_err *err)
{
    ffi_type *plain = plain_type(type);
    if (plain != NULL) {
        *out = plain;
        return EMBED_OK;
    }
    return struct_type(types, type, FFI_DEPTH_MAX, out, err);
}
