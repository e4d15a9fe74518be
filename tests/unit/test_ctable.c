/* test_ctable.c - type tables become types, whatever is in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/types/ctable.h"

/* --- a table as the generator makes it ------------------------------------*/

enum color {
    COLOR_RED = -1,
    COLOR_BLUE = 5
};

struct node {
    struct node *next;
    int value;
};

struct bits {
    int a : 3;
    unsigned b : 7;
};

/* Has a member the declaration does not tell. */
struct partial {
    long hidden;
    int seen;
};

struct packed {
    char c;
    int i;
} __attribute__((packed));

union number {
    int i;
    double d;
};

struct outer {
    int kind;
    union {
        int i;
        double d;
    };
};

enum type_index {
    T_INT,
    T_NODE,
    T_NODE_PTR,
    T_FUNCTION, /* int(struct node *, ...) */
    T_FUNCTION_ARG,
    T_FUNCTION_END,
    T_FUNCTION_PTR,
    T_ARRAY, /* int[12] */
    T_ARRAY_LENGTH,
    T_OPEN,
    T_COLOR,
    T_BITS,
    T_UINT,
    T_PARTIAL,
    T_OPAQUE,
    T_NAMED, /* the typedef point_t */
    T_FILE,
    T_SAME, /* as T_NODE_PTR */
    T_WRONG,
    T_PACKED,
    T_CHAR,
    T_NUMBER,
    T_DOUBLE,
    T_OUTER,
    T_UNNAMED,
    T_TYPENAME,
    T_COUNT,
};

static embed_opcode type_words[] = {
    [T_INT] = EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_INT),
    [T_NODE] = EMBED_OP(EMBED_OP_STRUCT_UNION, 3),
    [T_NODE_PTR] = EMBED_OP(EMBED_OP_POINTER, T_NODE),
    [T_FUNCTION] = EMBED_OP(EMBED_OP_FUNCTION, T_INT),
    [T_FUNCTION_ARG] = EMBED_OP(EMBED_OP_NOOP, T_NODE_PTR),
    [T_FUNCTION_END] = EMBED_OP(EMBED_OP_FUNCTION_END, 1),
    [T_FUNCTION_PTR] = EMBED_OP(EMBED_OP_POINTER, T_FUNCTION),
    [T_ARRAY] = EMBED_OP(EMBED_OP_ARRAY, T_INT),
    [T_ARRAY_LENGTH] = (embed_opcode)12,
    [T_OPEN] = EMBED_OP(EMBED_OP_OPEN_ARRAY, T_INT),
    [T_COLOR] = EMBED_OP(EMBED_OP_ENUM, 0),
    [T_BITS] = EMBED_OP(EMBED_OP_STRUCT_UNION, 2),
    [T_UINT] = EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_UINT),
    [T_PARTIAL] = EMBED_OP(EMBED_OP_STRUCT_UNION, 8),
    [T_OPAQUE] = EMBED_OP(EMBED_OP_STRUCT_UNION, 5),
    [T_NAMED] = EMBED_OP(EMBED_OP_STRUCT_UNION, 1),
    [T_FILE] = EMBED_OP(EMBED_OP_STRUCT_UNION, -1),
    [T_SAME] = EMBED_OP(EMBED_OP_NOOP, T_NODE_PTR),
    [T_WRONG] = EMBED_OP(EMBED_OP_STRUCT_UNION, 9),
    [T_PACKED] = EMBED_OP(EMBED_OP_STRUCT_UNION, 7),
    [T_CHAR] = EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_CHAR),
    [T_NUMBER] = EMBED_OP(EMBED_OP_STRUCT_UNION, 4),
    [T_DOUBLE] = EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_DOUBLE),
    [T_OUTER] = EMBED_OP(EMBED_OP_STRUCT_UNION, 6),
    [T_UNNAMED] = EMBED_OP(EMBED_OP_STRUCT_UNION, 0),
    [T_TYPENAME] = EMBED_OP(EMBED_OP_TYPENAME, 0),
};

#define FIELD(type, name, index)                          \
 {                                                        \
#  name, offsetof(type, name), sizeof(((type *)0)->name), \
      EMBED_OP(EMBED_OP_NOOP, index)                      \
 }
#define BIT_FIELD(name, bits, index)                          \
 {                                                            \
#  name, (size_t)-1, bits, EMBED_OP(EMBED_OP_BITFIELD, index) \
 }

static const struct embed_field fields[] = {
    FIELD(struct node, next, T_NODE_PTR), /* 0 */
    FIELD(struct node, value, T_INT),
    BIT_FIELD(a, 3, T_INT), /* 2 */
    BIT_FIELD(b, 7, T_UINT),
    FIELD(struct partial, seen, T_INT),          /* 4 */
    {"x", 0, 8, EMBED_OP(EMBED_OP_NOOP, T_INT)}, /* 5: wrong size */
    FIELD(struct packed, c, T_CHAR),             /* 6 */
    FIELD(struct packed, i, T_INT),
    FIELD(union number, i, T_INT), /* 8 */
    FIELD(union number, d, T_DOUBLE),
    FIELD(struct outer, kind, T_INT), /* 10 */
    {"", offsetof(struct outer, i), sizeof(double),
     EMBED_OP(EMBED_OP_NOOP, T_UNNAMED)},
    {"i", (size_t)-1, (size_t)-1, EMBED_OP(EMBED_OP_NOOP, T_INT)}, /* 12 */
    {"d", (size_t)-1, (size_t)-1, EMBED_OP(EMBED_OP_NOOP, T_DOUBLE)},
};

#define SIZES(type) sizeof(type), (int)_Alignof(type)

static const struct embed_struct_union structs[] = {
    {"$1", T_UNNAMED, EMBED_SF_UNION, (size_t)-2, -2, 12, 2},
    {"$point_t", T_NAMED, EMBED_SF_CHECK_FIELDS, SIZES(struct node), 0, 2},
    {"bits", T_BITS, EMBED_SF_CHECK_FIELDS, SIZES(struct bits), 2, 2},
    {"node", T_NODE, EMBED_SF_CHECK_FIELDS, SIZES(struct node), 0, 2},
    {"number", T_NUMBER, EMBED_SF_UNION | EMBED_SF_CHECK_FIELDS,
     SIZES(union number), 8, 2},
    {"opaque", T_OPAQUE, EMBED_SF_OPAQUE, (size_t)-1, -1, -1, 0},
    {"outer", T_OUTER, 0, SIZES(struct outer), 10, 2},
    {"packed", T_PACKED, EMBED_SF_PACKED | EMBED_SF_CHECK_FIELDS,
     SIZES(struct packed), 6, 2},
    {"partial", T_PARTIAL, 0, SIZES(struct partial), 4, 1},
    {"wrong", T_WRONG, EMBED_SF_CHECK_FIELDS, 8, 4, 5, 1},
};

static int
get_blue(unsigned long long *value)
{
    *value = (unsigned long long)COLOR_BLUE;
    return 0;
}

static int
get_red(unsigned long long *value)
{
    *value = (unsigned long long)COLOR_RED;
    return 1;
}

static int
get_limit(unsigned long long *value)
{
    *value = UINT64_MAX;
    return 0;
}

static int
get_changed(unsigned long long *value)
{
    *value = 7;
    return 2;
}

#define GETTER(fn) ((void *)(uintptr_t)(fn))

static const struct embed_global globals[] = {
    {"COLOR_BLUE", GETTER(get_blue), EMBED_OP(EMBED_OP_ENUM, -1), NULL},
    {"COLOR_RED", GETTER(get_red), EMBED_OP(EMBED_OP_ENUM, -1), NULL},
    {"LIMIT", GETTER(get_limit), EMBED_OP(EMBED_OP_CONSTANT_INT, -1), NULL},
    {"LIMIT_CHANGED", GETTER(get_changed), EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"walk", NULL, EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, T_FUNCTION), NULL},
};

static const struct embed_enum enums[] = {
    {"color", T_COLOR, EC_PRIM_INT, "COLOR_RED,COLOR_BLUE"},
};

static const struct embed_typename typenames[] = {
    {"node_ptr", T_SAME},
    {"point_t", T_NAMED},
};

static const struct embed_context good = {
    .types = type_words,
    .globals = globals,
    .fields = fields,
    .struct_unions = structs,
    .enums = enums,
    .typenames = typenames,
    .num_globals = 5,
    .num_struct_unions = 10,
    .num_enums = 1,
    .num_typenames = 2,
    .num_types = T_COUNT,
};

#define VERSION 0x2701u

/* --- the tests ------------------------------------------------------------*/

static ec_types *types;
static ec_table *table;

static int
setup(void **state)
{
    (void)state;
    types = ec_types_create();
    return types == NULL
               ? -1
               : (int)ec_table_open(types, &good, VERSION, &table, NULL);
}

static int
teardown(void **state)
{
    (void)state;
    ec_table_close(table);
    ec_types_destroy(types);
    return 0;
}

/* Returns the type at an index, complete. */
static ec_type *
type_at(int index)
{
    ec_err err = EC_ERR_INIT;
    ec_type *type = NULL;
    if (ec_table_type(table, index, &type, &err) != EMBED_OK ||
        ec_type_complete(types, type, &err) != EMBED_OK) {
        fail_msg("%s", err.text);
    }
    return type;
}

/* Parses a type expression in the table's scope; NULL when it is refused. */
static ec_type *
parse(const char *text)
{
    ec_diag diag = {.message = ""};
    ec_type *type = NULL;
    embed_status status =
        ec_parse_type(ec_table_scope(table), text, strlen(text), &type, &diag);
    return status == EMBED_OK ? type : NULL;
}

static void
every_entry_is_spelled_as_in_c(void **state)
{
    (void)state;
    static const struct {
        int index;
        const char *name;
    } cases[] = {
        {T_INT, "int"},
        {T_NODE, "struct node"},
        {T_NODE_PTR, "struct node *"},
        {T_FUNCTION, "int(struct node *, ...)"},
        {T_FUNCTION_PTR, "int(*)(struct node *, ...)"},
        {T_ARRAY, "int[12]"},
        {T_OPEN, "int[]"},
        {T_COLOR, "enum color"},
        {T_OPAQUE, "struct opaque"},
        {T_NAMED, "point_t"},
        {T_FILE, "FILE"},
        {T_SAME, "struct node *"},
        {T_NUMBER, "union number"},
        {T_UNNAMED, "union $1"},
        {T_TYPENAME, "struct node *"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(type_at(cases[i].index)->name, cases[i].name);
    }
    assert_ptr_equal(type_at(T_SAME), type_at(T_NODE_PTR));
}

static void
structs_that_point_to_themselves_are_realised(void **state)
{
    (void)state;
    ec_type *node = NULL;
    assert_int_equal(ec_table_type(table, T_NODE, &node, NULL), EMBED_OK);
    assert_true((node->flags & EC_TYPE_LAZY) != 0);
    assert_int_equal(node->size, sizeof(struct node));
    assert_int_equal(ec_type_complete(types, node, NULL), EMBED_OK);
    assert_false((node->flags & EC_TYPE_LAZY) != 0);
    assert_int_equal(node->n_fields, 2);
    assert_ptr_equal(node->fields[0].type->item, node);
    assert_false((node->flags & EC_TYPE_CUSTOM_LAYOUT) != 0);
}

static void
bit_fields_are_placed(void **state)
{
    (void)state;
    const ec_type *type = type_at(T_BITS);
    assert_true((type->flags & EC_TYPE_HAS_BITFIELD) != 0);
    assert_int_equal(type->fields[1].bit_shift, 3);
    assert_int_equal(type->fields[1].bit_size, 7);
    assert_int_equal(type->fields[1].offset, 0);
}

static void
the_compilers_offsets_count(void **state)
{
    (void)state;
    const ec_type *type = type_at(T_PARTIAL);
    assert_int_equal(type->size, sizeof(struct partial));
    assert_int_equal(type->fields[0].offset, offsetof(struct partial, seen));
    assert_true((type->flags & EC_TYPE_CUSTOM_LAYOUT) != 0);
    type = type_at(T_PACKED);
    assert_int_equal(type->fields[1].offset, 1);
    assert_true((type->flags & EC_TYPE_CUSTOM_LAYOUT) != 0);
}

static void
anonymous_members_are_complete_with_their_struct(void **state)
{
    (void)state;
    size_t offset = 0;
    const ec_type *outer = type_at(T_OUTER);
    const ec_field *field = ec_type_field(outer, "d", 1, &offset);
    assert_non_null(field);
    assert_int_equal(offset, offsetof(struct outer, d));
    assert_int_equal(type_at(T_UNNAMED)->size, sizeof(double));
    assert_int_equal(type_at(T_UNNAMED)->align, _Alignof(double));
}

static void
opaque_types_have_no_size(void **state)
{
    (void)state;
    const ec_type *type = type_at(T_OPAQUE);
    assert_int_equal(type->size, -1);
    assert_true((type->flags & EC_TYPE_INCOMPLETE) != 0);
    assert_true((type_at(T_FILE)->flags & EC_TYPE_INCOMPLETE) != 0);
    assert_ptr_equal(type_at(T_FILE), parse("FILE"));
}

static void
a_declaration_that_differs_from_c_is_reported(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    ec_type *type = NULL;
    assert_int_equal(ec_table_type(table, T_WRONG, &type, &err), EMBED_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ec_type_complete(types, type, &err), EMBED_E_INVALID);
        assert_string_equal(err.text,
                            "struct wrong: wrong size for field 'x' (cdef "
                            "says 4, but C compiler says 8)");
    }
}

static void
enums_have_the_values_of_c(void **state)
{
    (void)state;
    const ec_type *type = type_at(T_COLOR);
    assert_int_equal(type->n_enumerators, 2);
    assert_string_equal(type->enumerators[0].name, "COLOR_RED");
    assert_int_equal(type->enumerators[0].value, COLOR_RED);
    assert_int_equal(type->enumerators[1].value, COLOR_BLUE);
}

static void
constants_are_read(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    uint64_t value = 0;
    bool negative = false;
    int limit = ec_table_global(table, "LIMIT_CHANGED", 5);
    assert_int_equal(limit, 2);
    assert_int_equal(ec_table_const_int(table, limit, &value, &negative, &err),
                     EMBED_OK);
    assert_true(value == UINT64_MAX && !negative);
    assert_int_equal(ec_table_const_int(table, 1, &value, &negative, &err),
                     EMBED_OK);
    assert_true((int64_t)value == COLOR_RED && negative);

    assert_int_equal(ec_table_const_int(table, 3, &value, &negative, &err),
                     EMBED_E_INVALID);
    assert_string_equal(err.text, "the C compiler says 'LIMIT_CHANGED' is "
                                  "equal to 7 (0x7), but the cdef disagrees");
    assert_int_equal(ec_table_const_int(table, 4, &value, &negative, &err),
                     EMBED_E_INVALID);
    assert_int_equal(ec_table_const_int(table, 5, &value, &negative, &err),
                     EMBED_E_ABI);
    assert_int_equal(ec_table_global(table, "LIMI", 4), -1);
    assert_int_equal(ec_table_global(table, "", 0), -1);
    assert_int_equal(ec_table_global(table, "zzz", 3), -1);
}

static void
type_expressions_know_the_names_of_the_table(void **state)
{
    (void)state;
    assert_ptr_equal(parse("struct node"), type_at(T_NODE));
    assert_ptr_equal(parse("node_ptr"), type_at(T_NODE_PTR));
    assert_ptr_equal(parse("union number"), type_at(T_NUMBER));
    assert_ptr_equal(parse("enum color"), type_at(T_COLOR));
    assert_ptr_equal(parse("point_t"), type_at(T_NAMED));
    ec_type *array = parse("point_t *[COLOR_BLUE]");
    assert_non_null(array);
    assert_string_equal(array->name, "point_t *[5]");
    assert_null(parse("union node"));
    assert_null(parse("struct nothing"));
    assert_null(parse("nothing"));
}

/* --- malformed tables -----------------------------------------------------*/

/* Opens `words` as a table of `n` types and asks for the first. */
static void
assert_malformed(embed_opcode *words, int n)
{
    struct embed_context context = good;
    ec_table *bad = NULL;
    ec_type *type = NULL;
    ec_err err = EC_ERR_INIT;
    context.types = words;
    context.num_types = n;
    assert_int_equal(ec_table_open(types, &context, VERSION, &bad, &err),
                     EMBED_OK);
    assert_int_equal(ec_table_type(bad, 0, &type, &err), EMBED_E_ABI);
    assert_true(err.text[0] != '\0');
    assert_null(type);
    ec_table_close(bad);
}

static void
malformed_types_are_refused(void **state)
{
    (void)state;
    embed_opcode word = NULL;
    assert_malformed(&word, 0);
    assert_malformed(&word, 1); /* an even word */
    static const struct {
        int op;
        int arg;
    } single[] = {
        {EMBED_OP_PRIMITIVE, -1},
        {EMBED_OP_PRIMITIVE, EC_PRIM_COUNT},
        {EMBED_OP_POINTER, 1},
        {EMBED_OP_POINTER, -1},
        {EMBED_OP_POINTER, 0},
        {EMBED_OP_NOOP, 0},
        {EMBED_OP_ARRAY, 0},
        {EMBED_OP_OPEN_ARRAY, 0},
        {EMBED_OP_STRUCT_UNION, 99},
        {EMBED_OP_STRUCT_UNION, -2},
        {EMBED_OP_ENUM, 1},
        {EMBED_OP_ENUM, -1},
        {EMBED_OP_FUNCTION, 0},
        {EMBED_OP_FUNCTION_END, 0},
        {EMBED_OP_TYPENAME, 2},
        {EMBED_OP_TYPENAME, -1},
        {EMBED_OP_BITFIELD, 0},
        {EMBED_OP_GLOBAL_VAR, 0},
        {255, 0},
    };
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        word = EMBED_OP(single[i].op, single[i].arg);
        assert_malformed(&word, 1);
    }
    embed_opcode void_array[] = {EMBED_OP(EMBED_OP_OPEN_ARRAY, 1),
                                 EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_VOID)};
    assert_malformed(void_array, 2);
    embed_opcode endless[] = {EMBED_OP(EMBED_OP_FUNCTION, 0),
                              EMBED_OP(EMBED_OP_NOOP, 0),
                              EMBED_OP(EMBED_OP_FUNCTION_END, 0)};
    assert_malformed(endless, 3);
    embed_opcode negative[] = {EMBED_OP(EMBED_OP_ARRAY, 2), (embed_opcode)-5,
                               EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_INT)};
    assert_malformed(negative, 3);
}

/* Opens a table with one struct of one field and completes the struct. */
static embed_status
complete_struct(const struct embed_struct_union *entry,
                const struct embed_field *field, ec_err *err)
{
    embed_opcode words[] = {EMBED_OP(EMBED_OP_STRUCT_UNION, 0),
                            EMBED_OP(EMBED_OP_PRIMITIVE, EC_PRIM_INT)};
    struct embed_context context = {.types = words,
                                    .struct_unions = entry,
                                    .fields = field,
                                    .num_types = 2,
                                    .num_struct_unions = 1};
    ec_table *one = NULL;
    ec_type *type = NULL;
    assert_int_equal(ec_table_open(types, &context, VERSION, &one, err),
                     EMBED_OK);
    embed_status status = ec_table_type(one, 0, &type, err);
    if (status == EMBED_OK) {
        status = ec_type_complete(types, type, err);
    }
    ec_table_close(one);
    return status;
}

static void
malformed_structs_are_refused(void **state)
{
    (void)state;
    const struct embed_struct_union one = {"s", 0, 0, 4, 4, 0, 1};
    const struct embed_field plain = {"f", 0, 4, EMBED_OP(EMBED_OP_NOOP, 1)};
    ec_err err = EC_ERR_INIT;
    assert_int_equal(complete_struct(&one, &plain, &err), EMBED_OK);

    const struct embed_struct_union bad_structs[] = {
        {"s", 0, 0, 4, 3, 0, 1},          {"s", 0, 0, 4, 0, 0, 1},
        {"s", 0, 0, (size_t)-3, 4, 0, 1}, {"s", 0, 0, 4, 4, -1, 1},
        {"s", 0, 0, 4, 4, 0, -1},
    };
    for (size_t i = 0; i < sizeof bad_structs / sizeof bad_structs[0]; i++) {
        assert_int_equal(complete_struct(&bad_structs[i], &plain, &err),
                         EMBED_E_ABI);
    }
    const struct embed_field bad_fields[] = {
        {NULL, 0, 4, EMBED_OP(EMBED_OP_NOOP, 1)},
        {"", 0, 4, EMBED_OP(EMBED_OP_NOOP, 1)},
        {"f", 0, 4, EMBED_OP(EMBED_OP_POINTER, 1)},
        {"f", 0, 4, EMBED_OP(EMBED_OP_NOOP, 7)},
        {"f", (size_t)-1, 65, EMBED_OP(EMBED_OP_BITFIELD, 1)},
        {"", 0, 4, EMBED_OP(EMBED_OP_NOOP, 0)}, /* contains itself */
    };
    for (size_t i = 0; i < sizeof bad_fields / sizeof bad_fields[0]; i++) {
        assert_int_equal(complete_struct(&one, &bad_fields[i], &err),
                         EMBED_E_ABI);
    }
}

/* The other tables that ask_others() knows. */
static ec_type *elsewhere;

static embed_status
ask_others(void *arg, ec_name_space space, const char *name, size_t len,
           ec_type **out, ec_err *err)
{
    (void)arg;
    (void)err;
    *out = (space == EC_NS_STRUCT && len == 1 && name[0] == 's') ||
                   (space == EC_NS_TYPEDEF && strncmp(name, "t", len) == 0)
               ? elsewhere
               : NULL;
    return EMBED_OK;
}

static bool
ask_constant(void *arg, const char *name, size_t len, int64_t *out)
{
    (void)arg;
    *out = 42;
    return strncmp(name, "N", len) == 0;
}

static void
what_other_tables_define_is_asked_of_them(void **state)
{
    (void)state;
    embed_opcode words[] = {EMBED_OP(EMBED_OP_STRUCT_UNION, 1),
                            EMBED_OP(EMBED_OP_STRUCT_UNION, 0),
                            EMBED_OP(EMBED_OP_STRUCT_UNION, 2)};
    const struct embed_struct_union entries[] = {
        {"$t", 1, EMBED_SF_EXTERNAL, (size_t)-1, -1, -1, 0},
        {"s", 0, EMBED_SF_EXTERNAL, (size_t)-1, -1, -1, 0},
        {"z", 2, EMBED_SF_EXTERNAL, (size_t)-1, -1, -1, 0},
    };
    struct embed_context context = {.types = words,
                                    .struct_unions = entries,
                                    .num_types = 3,
                                    .num_struct_unions = 3};
    const ec_resolver others = {.type = ask_others, .constant = ask_constant};
    ec_table *one = NULL;
    ec_type *type = NULL;
    ec_err err = EC_ERR_INIT;
    int64_t value = 0;
    elsewhere = ec_type_record(types, EC_KIND_STRUCT, "s", "struct s", &err);
    assert_int_equal(ec_table_open(types, &context, VERSION, &one, &err),
                     EMBED_OK);
    /* Nobody to ask. */
    assert_int_equal(ec_table_type(one, 0, &type, &err), EMBED_E_INVALID);
    assert_non_null(strstr(err.text, "'s' should come from an included"));
    ec_table_include(one, &others);
    assert_int_equal(ec_table_type(one, 0, &type, &err), EMBED_OK);
    assert_ptr_equal(type, elsewhere);
    assert_int_equal(ec_table_type(one, 1, &type, &err), EMBED_OK);
    assert_ptr_equal(type, elsewhere);
    assert_int_equal(ec_table_type(one, 2, &type, &err), EMBED_E_INVALID);
    assert_true(ec_scope_constant(ec_table_scope(one), "N", 1, &value));
    assert_int_equal(value, 42);
    ec_table_include(one, NULL);
    assert_false(ec_scope_constant(ec_table_scope(one), "N", 1, &value));
    ec_table_close(one);
}

/* Opens `context`, which must be refused with `text`. */
static void
assert_not_opened(const struct embed_context *context, uint32_t version,
                  const char *text)
{
    ec_table *bad = NULL;
    ec_err err = EC_ERR_INIT;
    assert_int_equal(ec_table_open(types, context, version, &bad, &err),
                     EMBED_E_ABI);
    if (strstr(err.text, text) == NULL) {
        fail_msg("'%s' is not in '%s'", text, err.text);
    }
    assert_null(bad);
}

static void
tables_that_do_not_fit_are_not_opened(void **state)
{
    (void)state;
    assert_not_opened(&good, 0x2600, "version 0x2600");
    assert_not_opened(&good, 0x2900, "version 0x2900");
    assert_not_opened(NULL, VERSION, "malformed");
    struct embed_context context = good;
    context.types = NULL;
    assert_not_opened(&context, VERSION, "malformed");
    context = good;
    context.globals = NULL;
    assert_not_opened(&context, VERSION, "globals");
    context = good;
    context.num_enums = -1;
    assert_not_opened(&context, VERSION, "enums");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_entry_is_spelled_as_in_c),
        TEST(structs_that_point_to_themselves_are_realised),
        TEST(bit_fields_are_placed),
        TEST(the_compilers_offsets_count),
        TEST(anonymous_members_are_complete_with_their_struct),
        TEST(opaque_types_have_no_size),
        TEST(a_declaration_that_differs_from_c_is_reported),
        TEST(enums_have_the_values_of_c),
        TEST(constants_are_read),
        TEST(type_expressions_know_the_names_of_the_table),
        TEST(malformed_types_are_refused),
        TEST(malformed_structs_are_refused),
        TEST(tables_that_do_not_fit_are_not_opened),
        TEST(what_other_tables_define_is_asked_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
