/* ctype.h - the C type model: one graph of types for parser, generator and
 * run time.
 *
 * An ec_types holds all types of one interpreter (or of one run of the
 * generator).  Types live as long as it does and are never changed once
 * complete, so plain pointers compare: primitive, pointer, array and function
 * types are unique in their ec_types; structs, unions and enums are made once
 * for each declaration.
 *
 * Threads: an ec_types and its types have no lock.  The caller serialises (at
 * run time with the interpreter's GIL).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CTYPE_H
#define EMBED_CORE_TYPES_CTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

typedef enum ec_kind {
    EC_KIND_VOID,
    EC_KIND_BOOL,    /* _Bool */
    EC_KIND_CHAR,    /* plain char: bytes of length 1 in Python */
    EC_KIND_WCHAR,   /* wchar_t, char16_t, char32_t */
    EC_KIND_INT,     /* signed integers (signed char too) */
    EC_KIND_UINT,    /* unsigned integers */
    EC_KIND_FLOAT,   /* float, double, long double */
    EC_KIND_COMPLEX, /* float _Complex, double _Complex */
    EC_KIND_ENUM,
    EC_KIND_POINTER, /* object and function pointers */
    EC_KIND_ARRAY,
    EC_KIND_STRUCT,
    EC_KIND_UNION,
    EC_KIND_FUNCTION, /* never a value: only behind a pointer */
} ec_kind;

/* Primitive numbers of the table format (plug-in ABI, section 1). */
enum ec_prim {
    EC_PRIM_VOID = 0,
    EC_PRIM_BOOL = 1,
    EC_PRIM_CHAR = 2,
    EC_PRIM_SCHAR = 3,
    EC_PRIM_UCHAR = 4,
    EC_PRIM_SHORT = 5,
    EC_PRIM_USHORT = 6,
    EC_PRIM_INT = 7,
    EC_PRIM_UINT = 8,
    EC_PRIM_LONG = 9,
    EC_PRIM_ULONG = 10,
    EC_PRIM_LLONG = 11,
    EC_PRIM_ULLONG = 12,
    EC_PRIM_FLOAT = 13,
    EC_PRIM_DOUBLE = 14,
    EC_PRIM_LDOUBLE = 15,
    EC_PRIM_WCHAR = 16,
    EC_PRIM_INT8 = 17, /* int8, uint8, int16 ... uint64: 17-24 */
    EC_PRIM_UINT64 = 24,
    EC_PRIM_INTPTR = 25,
    EC_PRIM_UINTPTR = 26,
    EC_PRIM_PTRDIFF = 27,
    EC_PRIM_SIZE = 28,
    EC_PRIM_SSIZE = 29,
    EC_PRIM_INT_LEAST8 = 30, /* 30-37 */
    EC_PRIM_INT_FAST8 = 38,  /* 38-45 */
    EC_PRIM_INTMAX = 46,
    EC_PRIM_UINTMAX = 47,
    EC_PRIM_FLOATCOMPLEX = 48,
    EC_PRIM_DOUBLECOMPLEX = 49,
    EC_PRIM_CHAR16 = 50,
    EC_PRIM_CHAR32 = 51,
    EC_PRIM_COUNT = 52,
};

typedef struct ec_type ec_type;
typedef struct ec_types ec_types;

typedef struct ec_field {
    const char *name; /* "" for an anonymous struct/union member */
    ec_type *type;
    size_t offset; /* bytes from the start of the struct; of the storage
                          unit for a bit-field */
    int bit_shift; /* -1: not a bit-field */
    int bit_size;  /* -1: not a bit-field; 0 only while parsing */
} ec_field; /* bit-fields are read and written with ec_bits_load/store() of
               clayout.h: packed ones may reach beyond their storage unit */

typedef struct ec_enumerator {
    const char *name;
    int64_t value; /* bit pattern; unsigned when the enum's base is */
} ec_enumerator;

/* Flags of ec_type. */
enum {
    EC_TYPE_INCOMPLETE = 1 << 0, /* opaque so far: no size, no fields */
    EC_TYPE_PACKED = 1 << 1,
    EC_TYPE_PARTIAL = 1 << 2,  /* declared with `...`: layout from C */
    EC_TYPE_VARIADIC = 1 << 3, /* function */
    EC_TYPE_FLEXIBLE = 1 << 4, /* struct ending in an open array */
    EC_TYPE_HAS_BITFIELD = 1 << 5,
    EC_TYPE_ANONYMOUS = 1 << 6,     /* no tag */
    EC_TYPE_LAZY = 1 << 7,          /* fields not realised yet: call
                                    ec_type_complete() before using them */
    EC_TYPE_CUSTOM_LAYOUT = 1 << 8, /* attributes or tables gave a layout other
                                    than the ABI's standard one: libffi cannot
                                    pass it by value */
};

struct ec_type {
    ec_kind kind;
    unsigned flags;
    int prim;         /* enum ec_prim for primitives; base for enums */
    int align;        /* bytes; -1 unknown */
    ptrdiff_t size;   /* bytes; -1 unknown (void, opaque, open array,
                          function) */
    const char *name; /* C spelling as `ffi` shows it: "int *", "int(*)()",
                          "int[5]", "struct point", "point_t" */
    size_t name_pos;  /* where a declarator goes in `name` */
    ec_type *pointer; /* the type `T *`, NULL until asked for */
    void *user;       /* the backend's object for this type, or NULL */
    void *ffi;        /* ec_call's prepared libffi type, or NULL */
    union {
        struct { /* POINTER, ARRAY */
            ec_type *item;
            ptrdiff_t length; /* ARRAY: elements, -1 open */
        };
        struct {              /* STRUCT, UNION */
            const char *tag;  /* NULL when anonymous */
            ec_field *fields; /* declaration order */
            size_t n_fields;
            const ec_field *declared; /* the same, with unnamed bit-fields: what
                                         a table needs for the layout */
            size_t n_declared;
            void *lazy; /* the ec_lazy while EC_TYPE_LAZY */
        };
        struct { /* ENUM */
            const char *enum_tag;
            ec_enumerator *enumerators;
            size_t n_enumerators;
        };
        struct { /* FUNCTION */
            ec_type *result;
            ec_type **args; /* arrays decayed, functions as pointers */
            size_t n_args;  /* the fixed ones */
            void *plan;     /* ec_call's prepared ffi_cif, or NULL */
        };
    };
};

/**
 * Who gives a lazy struct or union its fields.  Lives as long as the type and
 * is the start of what `realise` needs to know.  `realise` clears EC_TYPE_LAZY
 * when it succeeds.
 */
typedef struct ec_lazy {
    embed_status (*realise)(ec_types *types, ec_type *type, ec_err *err);
} ec_lazy;

/** Makes an empty set of types. Returns NULL when out of memory. */
ec_types *ec_types_create(void);

/** Frees all types.  The caller has dropped all `user` objects. */
void ec_types_destroy(ec_types *types);

/** Allocates `size` zeroed bytes that live as long as `types`; NULL when out
 *  of memory. */
void *ec_types_alloc(ec_types *types, size_t size);

/** Copies `len` bytes and a NUL into memory that lives as long as `types`. */
char *ec_types_strndup(ec_types *types, const char *text, size_t len);

/* How many types cscope.c keeps in ec_types_special(). */
#define EC_TYPES_SPECIAL 8

/** The place of type `which` of those that are unique though they are structs,
 *  such as FILE; NULL is in it until somebody makes the type. */
ec_type **ec_types_special(ec_types *types, size_t which);

/* Each of the following returns the unique type, or NULL with *err set
 * (EMBED_E_NOMEM, or EMBED_E_INVALID with the reason). */

/** @param prim  enum ec_prim, EC_PRIM_VOID included. */
ec_type *ec_type_prim(ec_types *types, int prim, ec_err *err);
ec_type *ec_type_pointer(ec_types *types, ec_type *target, ec_err *err);
/** @param length  elements, -1 for an open array. */
ec_type *
ec_type_array(ec_types *types, ec_type *item, ptrdiff_t length, ec_err *err);
/** @param args  args[n_args]; copied. Arrays must have decayed already. */
ec_type *
ec_type_function(ec_types *types, ec_type *result, ec_type *const *args,
                 size_t n_args, bool variadic, ec_err *err);

/** Makes a new struct or union without fields (EC_TYPE_INCOMPLETE).
 *  @param kind  EC_KIND_STRUCT or EC_KIND_UNION
 *  @param tag   NULL for an anonymous one
 *  @param name  spelling such as "struct point"; copied */
ec_type *ec_type_record(ec_types *types, ec_kind kind, const char *tag,
                        const char *name, ec_err *err);

/** Makes a new enum with base type `prim`; enumerators are copied. */
ec_type *
ec_type_enum(ec_types *types, const char *tag, const char *name, int prim,
             const ec_enumerator *list, size_t n, ec_err *err);

/** Changes the spelling of an anonymous struct, union or enum to that of the
 *  typedef that names it. */
embed_status
ec_type_rename(ec_types *types, ec_type *type, const char *name, ec_err *err);

/** Realises a lazy struct or union (from type tables); no-op otherwise. */
embed_status ec_type_complete(ec_types *types, ec_type *type, ec_err *err);

/** Writes the C spelling of `type` with `extra` where a declarator goes, as
 *  ffi.getctype() does, to out[cap].  Returns its length, which may be >= cap
 *  (then cut). */
size_t
ec_type_spell(const ec_type *type, const char *extra, char *out, size_t cap);

/** True for structs and unions. */
static inline bool
ec_type_is_record(const ec_type *type)
{
    return type->kind == EC_KIND_STRUCT || type->kind == EC_KIND_UNION;
}

/** Bytes of a slot of a call: embed_call_fn in embed/plugin.h. */
#define EC_SLOT_SIZE 8

/** True when a value of the type takes its slot by pointer: structs, unions
 *  and what is larger than a slot. */
static inline bool
ec_type_is_by_pointer(const ec_type *type)
{
    return ec_type_is_record(type) || type->size > EC_SLOT_SIZE;
}

/** True for types whose values are integers in C: _Bool, char, wide chars,
 *  ints, enums. */
bool ec_type_is_integer(const ec_type *type);

/** True when the values of an integer or enum type are signed. */
bool ec_type_is_signed(const ec_type *type);

/** Finds a field by name, through anonymous members.
 *  @param out_offset  byte offset from the start of `type`
 *  Returns NULL when there is none.  `type` must be complete. */
const ec_field *ec_type_field(const ec_type *type, const char *name,
                              size_t name_len, size_t *out_offset);

#endif /* EMBED_CORE_TYPES_CTYPE_H */
