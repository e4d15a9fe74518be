/* Made by embed 0.1.0; do not edit.  Made again by:
 *
 *     embed build types.h types.py --emit-c types.c --name types_
 */
#include "embed/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#include "types.h"
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

static struct embed_plugin *embed_this(void);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsizeof-array-argument"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* --- exports --- */

static struct embed_export embed_e_shift = {
    {"types_.shift", sizeof(point_t), NULL, NULL},
    NULL,
    "types.h",
    55,
    9,
};

EMBED_PLUGIN_EXPORT point_t embed_f_shift(point_t a0, struct node *a1, union number a2)
    __asm__("shift");

point_t
embed_f_shift(point_t a0, struct node *a1, union number a2)
{
    union {
        uint64_t slot[3];
        point_t result;
    } call;
    const void *p0 = &a0;
    memcpy(&call.slot[0], &p0, sizeof p0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    const void *p2 = &a2;
    memcpy(&call.slot[2], &p2, sizeof p2);
    embed_plugin_entry(embed_this())(&embed_e_shift.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_pick = {
    {"types_.pick", sizeof(union number *), NULL, NULL},
    NULL,
    "types.h",
    56,
    9,
};

EMBED_PLUGIN_EXPORT union number *embed_f_pick(struct wire *a0, union number (*a1)[4])
    __asm__("pick");

union number *
embed_f_pick(struct wire *a0, union number (*a1)[4])
{
    union {
        uint64_t slot[2];
        union number *result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_pick.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_mix = {
    {"types_.mix", sizeof(enum color), NULL, NULL},
    NULL,
    "types.h",
    57,
    12,
};

EMBED_PLUGIN_EXPORT enum color embed_f_mix(enum color a0, level_t a1, void *a2)
    __asm__("mix");

enum color
embed_f_mix(enum color a0, level_t a1, void *a2)
{
    union {
        uint64_t slot[3];
        enum color result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    embed_plugin_entry(embed_this())(&embed_e_mix.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_print = {
    {"types_.print", sizeof(int), NULL, NULL},
    NULL,
    "types.h",
    58,
    5,
};

EMBED_PLUGIN_EXPORT int embed_f_print(FILE *a0, struct opaque *a1, char **a2)
    __asm__("print");

int
embed_f_print(FILE *a0, struct opaque *a1, char **a2)
{
    union {
        uint64_t slot[3];
        int result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    embed_plugin_entry(embed_this())(&embed_e_print.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_chain = {
    {"types_.chain", sizeof(int (*)(int)), NULL, NULL},
    NULL,
    "types.h",
    59,
    7,
};

EMBED_PLUGIN_EXPORT int (*embed_f_chain(int (*a0)(char **, void *), void *a1))(int)
    __asm__("chain");

int (*embed_f_chain(int (*a0)(char **, void *), void *a1))(int)
{
    union {
        uint64_t slot[2];
        int (*result)(int);
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_chain.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_total = {
    {"types_.total", sizeof(double), NULL, NULL},
    NULL,
    "types.h",
    60,
    8,
};

EMBED_PLUGIN_EXPORT double embed_f_total(int (*a0)[4], struct tail *a1)
    __asm__("total");

double
embed_f_total(int (*a0)[4], struct tail *a1)
{
    union {
        uint64_t slot[2];
        double result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_total.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export *const embed_exports[] = {
    &embed_e_shift,
    &embed_e_pick,
    &embed_e_mix,
    &embed_e_print,
    &embed_e_chain,
    &embed_e_total,
    NULL,
};

static embed_trampoline_fn *const embed_trampolines[] = {
    NULL, /* BLUE */
    NULL, /* GREEN */
    NULL, /* HIGH */
    NULL, /* LOW */
    NULL, /* RED */
    NULL, /* chain */
    NULL, /* mix */
    NULL, /* pick */
    NULL, /* print */
    NULL, /* shift */
    NULL, /* total */
    NULL,
};

/* --- constants and variables --- */

static int
embed_c_BLUE(unsigned long long *value)
{
    int flags = (BLUE) <= 0;
    *value = (unsigned long long)((BLUE) | 0);
    return flags;
}

static int
embed_c_GREEN(unsigned long long *value)
{
    int flags = (GREEN) <= 0;
    *value = (unsigned long long)((GREEN) | 0);
    return flags;
}

static int
embed_c_HIGH(unsigned long long *value)
{
    int flags = (HIGH) <= 0;
    *value = (unsigned long long)((HIGH) | 0);
    return flags;
}

static int
embed_c_LOW(unsigned long long *value)
{
    int flags = (LOW) <= 0;
    *value = (unsigned long long)((LOW) | 0);
    return flags;
}

static int
embed_c_RED(unsigned long long *value)
{
    int flags = (RED) <= 0;
    *value = (unsigned long long)((RED) | 0);
    return flags;
}

/* --- type tables --- */

static embed_opcode embed_types[] = {
    /* 0 */ EMBED_OP(EMBED_OP_FUNCTION, 1), /* point_t(point_t, struct node *, union number) */
    /* 1 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 5), /* point_t */
    /* 2 */ EMBED_OP(EMBED_OP_POINTER, 39), /* struct node * */
    /* 3 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 7), /* union number */
    /* 4 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 5 */ EMBED_OP(EMBED_OP_FUNCTION, 67), /* union number *(struct wire *, union number(*)[4]) */
    /* 6 */ EMBED_OP(EMBED_OP_POINTER, 40), /* struct wire * */
    /* 7 */ EMBED_OP(EMBED_OP_POINTER, 72), /* union number(*)[4] */
    /* 8 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 9 */ EMBED_OP(EMBED_OP_FUNCTION, 10), /* enum color(enum color, level_t, struct $10 *) */
    /* 10 */ EMBED_OP(EMBED_OP_ENUM, 1), /* enum color */
    /* 11 */ EMBED_OP(EMBED_OP_ENUM, 0), /* level_t */
    /* 12 */ EMBED_OP(EMBED_OP_POINTER, 66),
    /* 13 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 14 */ EMBED_OP(EMBED_OP_FUNCTION, 32), /* int(FILE *, struct opaque *, char * *) */
    /* 15 */ EMBED_OP(EMBED_OP_POINTER, 74), /* FILE * */
    /* 16 */ EMBED_OP(EMBED_OP_POINTER, 38), /* struct opaque * */
    /* 17 */ EMBED_OP(EMBED_OP_POINTER, 50), /* char * * */
    /* 18 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 19 */ EMBED_OP(EMBED_OP_FUNCTION, 68), /* int(*(int(*)(char * *, void *), void *))(int) */
    /* 20 */ EMBED_OP(EMBED_OP_POINTER, 34), /* int(*)(char * *, void *) */
    /* 21 */ EMBED_OP(EMBED_OP_POINTER, 75), /* void * */
    /* 22 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 23 */ EMBED_OP(EMBED_OP_FUNCTION, 61), /* double(int(*)[4], struct tail *) */
    /* 24 */ EMBED_OP(EMBED_OP_POINTER, 64), /* int(*)[4] */
    /* 25 */ EMBED_OP(EMBED_OP_POINTER, 41), /* struct tail * */
    /* 26 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 27 */ EMBED_OP(EMBED_OP_FUNCTION, 32), /* int(void *, void *) */
    /* 28 */ EMBED_OP(EMBED_OP_NOOP, 21), /* void * */
    /* 29 */ EMBED_OP(EMBED_OP_NOOP, 21), /* void * */
    /* 30 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 31 */ EMBED_OP(EMBED_OP_FUNCTION, 32), /* int(int) */
    /* 32 */ EMBED_OP(EMBED_OP_PRIMITIVE, 7), /* int */
    /* 33 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 34 */ EMBED_OP(EMBED_OP_FUNCTION, 32), /* int(char * *, void *) */
    /* 35 */ EMBED_OP(EMBED_OP_NOOP, 17), /* char * * */
    /* 36 */ EMBED_OP(EMBED_OP_NOOP, 21), /* void * */
    /* 37 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 38 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 8), /* struct opaque */
    /* 39 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 6), /* struct node */
    /* 40 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 10), /* struct wire */
    /* 41 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 9), /* struct tail */
    /* 42 */ EMBED_OP(EMBED_OP_ARRAY, 64), /* int[3][4] */
    /* 43 */ (embed_opcode)(uintptr_t)3,
    /* 44 */ EMBED_OP(EMBED_OP_POINTER, 0), /* point_t(*)(point_t, struct node *, union number) */
    /* 45 */ EMBED_OP(EMBED_OP_POINTER, 5), /* union number *(*)(struct wire *, union number(*)[4]) */
    /* 46 */ EMBED_OP(EMBED_OP_POINTER, 9), /* enum color(*)(enum color, level_t, struct $10 *) */
    /* 47 */ EMBED_OP(EMBED_OP_POINTER, 14), /* int(*)(FILE *, struct opaque *, char * *) */
    /* 48 */ EMBED_OP(EMBED_OP_POINTER, 19), /* int(*(*)(int(*)(char * *, void *), void *))(int) */
    /* 49 */ EMBED_OP(EMBED_OP_POINTER, 23), /* double(*)(int(*)[4], struct tail *) */
    /* 50 */ EMBED_OP(EMBED_OP_POINTER, 62), /* char * */
    /* 51 */ EMBED_OP(EMBED_OP_ARRAY, 62), /* char[8] */
    /* 52 */ (embed_opcode)(uintptr_t)8,
    /* 53 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 0),
    /* 54 */ EMBED_OP(EMBED_OP_ARRAY, 70),
    /* 55 */ (embed_opcode)(uintptr_t)2,
    /* 56 */ EMBED_OP(EMBED_OP_POINTER, 70),
    /* 57 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 1),
    /* 58 */ EMBED_OP(EMBED_OP_PRIMITIVE, 8), /* unsigned int */
    /* 59 */ EMBED_OP(EMBED_OP_POINTER, 27), /* int(*)(void *, void *) */
    /* 60 */ EMBED_OP(EMBED_OP_PRIMITIVE, 9), /* long */
    /* 61 */ EMBED_OP(EMBED_OP_PRIMITIVE, 14), /* double */
    /* 62 */ EMBED_OP(EMBED_OP_PRIMITIVE, 2), /* char */
    /* 63 */ EMBED_OP(EMBED_OP_OPEN_ARRAY, 61), /* double[] */
    /* 64 */ EMBED_OP(EMBED_OP_ARRAY, 32), /* int[4] */
    /* 65 */ (embed_opcode)(uintptr_t)4,
    /* 66 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 2),
    /* 67 */ EMBED_OP(EMBED_OP_POINTER, 3), /* union number * */
    /* 68 */ EMBED_OP(EMBED_OP_POINTER, 31), /* int(*)(int) */
    /* 69 */ EMBED_OP(EMBED_OP_PRIMITIVE, 5), /* short */
    /* 70 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 3),
    /* 71 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 4),
    /* 72 */ EMBED_OP(EMBED_OP_ARRAY, 3), /* union number[4] */
    /* 73 */ (embed_opcode)(uintptr_t)4,
    /* 74 */ EMBED_OP(EMBED_OP_STRUCT_UNION, -1), /* FILE */
    /* 75 */ EMBED_OP(EMBED_OP_PRIMITIVE, 0), /* void */
    NULL,
};

static const struct embed_global embed_globals[] = {
    {"BLUE",
     (void *)embed_c_BLUE,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"GREEN",
     (void *)embed_c_GREEN,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"HIGH",
     (void *)embed_c_HIGH,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"LOW",
     (void *)embed_c_LOW,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"RED",
     (void *)embed_c_RED,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"chain",
     (void *)&embed_e_chain.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 48),
     (void *)embed_f_chain},
    {"mix",
     (void *)&embed_e_mix.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 46),
     (void *)embed_f_mix},
    {"pick",
     (void *)&embed_e_pick.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 45),
     (void *)embed_f_pick},
    {"print",
     (void *)&embed_e_print.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 47),
     (void *)embed_f_print},
    {"shift",
     (void *)&embed_e_shift.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 44),
     (void *)embed_f_shift},
    {"total",
     (void *)&embed_e_total.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 49),
     (void *)embed_f_total},
    {NULL, NULL, NULL, NULL},
};

static const struct embed_field embed_fields[] = {
    {"low", /* of $1 */
     offsetof(__typeof__(((struct node *)0)->pair), low),
     sizeof(((__typeof__(((struct node *)0)->pair) *)0)->low),
     EMBED_OP(EMBED_OP_NOOP, 69)},
    {"high", /* of $1 */
     offsetof(__typeof__(((struct node *)0)->pair), high),
     sizeof(((__typeof__(((struct node *)0)->pair) *)0)->high),
     EMBED_OP(EMBED_OP_NOOP, 69)},
    {"i", /* of $2 */
     0,
     sizeof(((struct node *)0)->i),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"d", /* of $2 */
     0,
     sizeof(((struct node *)0)->d),
     EMBED_OP(EMBED_OP_NOOP, 61)},
    {"", /* of $2 */
     0,
     2,
     EMBED_OP(EMBED_OP_NOOP, 71)},
    {"hidden", /* of $3 */
     offsetof(__typeof__(*(*(handle_t *)0)), hidden),
     sizeof(((__typeof__(*(*(handle_t *)0)) *)0)->hidden),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"n", /* of $4 */
     offsetof(__typeof__((((struct node *)0)->list)[0]), n),
     sizeof(((__typeof__((((struct node *)0)->list)[0]) *)0)->n),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"a", /* of $5 */
     0,
     sizeof(((struct node *)0)->a),
     EMBED_OP(EMBED_OP_NOOP, 62)},
    {"b", /* of $5 */
     1,
     sizeof(((struct node *)0)->b),
     EMBED_OP(EMBED_OP_NOOP, 62)},
    {"x", /* of $point_t */
     offsetof(point_t, x),
     sizeof(((point_t *)0)->x),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"y", /* of $point_t */
     offsetof(point_t, y),
     sizeof(((point_t *)0)->y),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"next", /* of node */
     offsetof(struct node, next),
     sizeof(((struct node *)0)->next),
     EMBED_OP(EMBED_OP_NOOP, 2)},
    {"name", /* of node */
     offsetof(struct node, name),
     sizeof(((struct node *)0)->name),
     EMBED_OP(EMBED_OP_NOOP, 50)},
    {"text", /* of node */
     offsetof(struct node, text),
     sizeof(((struct node *)0)->text),
     EMBED_OP(EMBED_OP_NOOP, 51)},
    {"pair", /* of node */
     offsetof(struct node, pair),
     sizeof(((struct node *)0)->pair),
     EMBED_OP(EMBED_OP_NOOP, 53)},
    {"list", /* of node */
     offsetof(struct node, list),
     sizeof(((struct node *)0)->list),
     EMBED_OP(EMBED_OP_NOOP, 54)},
    {"more", /* of node */
     offsetof(struct node, more),
     sizeof(((struct node *)0)->more),
     EMBED_OP(EMBED_OP_NOOP, 56)},
    {"", /* of node */
     48,
     8,
     EMBED_OP(EMBED_OP_NOOP, 57)},
    {"ready", /* of node */
     (size_t)-1,
     1,
     EMBED_OP(EMBED_OP_BITFIELD, 58)},
    {"level", /* of node */
     (size_t)-1,
     5,
     EMBED_OP(EMBED_OP_BITFIELD, 58)},
    {"compare", /* of node */
     offsetof(struct node, compare),
     sizeof(((struct node *)0)->compare),
     EMBED_OP(EMBED_OP_NOOP, 59)},
    {"n", /* of number */
     offsetof(union number, n),
     sizeof(((union number *)0)->n),
     EMBED_OP(EMBED_OP_NOOP, 60)},
    {"d", /* of number */
     offsetof(union number, d),
     sizeof(((union number *)0)->d),
     EMBED_OP(EMBED_OP_NOOP, 61)},
    {"n", /* of tail */
     offsetof(struct tail, n),
     sizeof(((struct tail *)0)->n),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {"items", /* of tail */
     offsetof(struct tail, items),
     (size_t)-1,
     EMBED_OP(EMBED_OP_NOOP, 63)},
    {"tag", /* of wire */
     offsetof(struct wire, tag),
     sizeof(((struct wire *)0)->tag),
     EMBED_OP(EMBED_OP_NOOP, 62)},
    {"value", /* of wire */
     offsetof(struct wire, value),
     sizeof(((struct wire *)0)->value),
     EMBED_OP(EMBED_OP_NOOP, 32)},
    {NULL, 0, 0, NULL},
};

static const struct embed_struct_union embed_struct_unions[] = {
    {"$1", 53, EMBED_SF_CHECK_FIELDS,
     sizeof(__typeof__(((struct node *)0)->pair)),
     (int)__alignof__(__typeof__(((struct node *)0)->pair)),
     0, 2},
    {"$2", 57, EMBED_SF_UNION | EMBED_SF_CHECK_FIELDS,
     8,
     8,
     2, 3},
    {"$3", 66, EMBED_SF_CHECK_FIELDS,
     sizeof(__typeof__(*(*(handle_t *)0))),
     (int)__alignof__(__typeof__(*(*(handle_t *)0))),
     5, 1},
    {"$4", 70, EMBED_SF_CHECK_FIELDS,
     sizeof(__typeof__((((struct node *)0)->list)[0])),
     (int)__alignof__(__typeof__((((struct node *)0)->list)[0])),
     6, 1},
    {"$5", 71, EMBED_SF_CHECK_FIELDS,
     2,
     1,
     7, 2},
    {"$point_t", 1, EMBED_SF_CHECK_FIELDS,
     sizeof(point_t),
     (int)__alignof__(point_t),
     9, 2},
    {"node", 39, EMBED_SF_CHECK_FIELDS,
     sizeof(struct node),
     (int)__alignof__(struct node),
     11, 10},
    {"number", 3, EMBED_SF_UNION | EMBED_SF_CHECK_FIELDS,
     sizeof(union number),
     (int)__alignof__(union number),
     21, 2},
    {"opaque", 38, EMBED_SF_OPAQUE, (size_t)-1, -1, -1, 0},
    {"tail", 41, EMBED_SF_CHECK_FIELDS,
     sizeof(struct tail),
     (int)__alignof__(struct tail),
     23, 2},
    {"wire", 40, EMBED_SF_PACKED,
     sizeof(struct wire),
     (int)__alignof__(struct wire),
     25, 2},
    {NULL, 0, 0, 0, 0, 0, 0},
};

static const struct embed_enum embed_enums[] = {
    {"$level_t", 11, 7,
     "LOW,HIGH"},
    {"color", 10, 8,
     "RED,GREEN,BLUE"},
    {NULL, 0, 0, NULL},
};

static const struct embed_typename embed_typenames[] = {
    {"grid_t", 42},
    {"handle_t", 12},
    {"level_t", 11},
    {"number", 3},
    {"point_t", 1},
    {NULL, 0},
};

static const struct embed_context embed_tables = {
    embed_types,
    embed_globals,
    embed_fields,
    embed_struct_unions,
    embed_enums,
    embed_typenames,
    11,
    11,
    2,
    5,
    NULL,
    76,
    0,
};

static const char embed_init_code[] =
    "from types_ import lib\n"
    "\n"
    "\n"
    "@ffi.def_extern()\n"
    "def shift(p, n, by):\n"
    "    \"\"\"A \\\"quoted\\\" text: \303\251, ?\?= and \\t.\"\"\"\n"
    "    return p\n";

static void
embed_first_entry(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(embed_this(), fn, buffer);
}

static struct embed_plugin_file embed_file = {
    EMBED_PLUGIN_MARK, {
    EMBED_PLUGIN_ABI,
    (uint32_t)sizeof(struct embed_plugin),
    "types_",
    embed_first_entry,
    NULL,
    &embed_tables,
    0x2701u, /* version of the tables */
    0u, /* isolation */
    embed_exports,
    6,
    embed_trampolines,
    embed_init_code,
    sizeof embed_init_code - 1,
    "types.py",
    0,
    NULL,
    0,
    NULL,
}};

static struct embed_plugin *
embed_this(void)
{
    return &embed_file.plugin;
}

static EMBED_PLUGIN_CONSTRUCTOR void
embed_register(void)
{
    embed_plugin_register(&embed_file.plugin);
}

#ifdef __cplusplus
extern "C" {
#endif
EMBED_PLUGIN_EXPORT void *PyInit_types_(void);
#ifdef __cplusplus
}
#endif

void *
PyInit_types_(void)
{
    return embed_plugin_module(&embed_file.plugin);
}

#pragma GCC diagnostic pop
