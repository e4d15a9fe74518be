/* Made by embed 0.1.0; do not edit.  Made again by:
 *
 *     embed build scalars.h scalars.py --emit-c scalars.c
 */
#include "embed/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#include "scalars.h"
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

static struct embed_plugin *embed_this(void);

#ifdef __cplusplus
typedef bool embed_bool;
#else
typedef _Bool embed_bool;
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsizeof-array-argument"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* --- exports --- */

static struct embed_export embed_e_nothing = {
    {"scalars.nothing", 0, NULL, NULL},
    NULL,
    "scalars.h",
    11,
    6,
};

EMBED_PLUGIN_EXPORT void embed_f_nothing(void)
    __asm__("nothing");

void
embed_f_nothing(void)
{
    union {
        uint64_t slot[1];
    } call;
    embed_plugin_entry(embed_this())(&embed_e_nothing.externpy,
                                     (char *)&call);
}

static struct embed_export embed_e_negate = {
    {"scalars.negate", sizeof(embed_bool), NULL, NULL},
    NULL,
    "scalars.h",
    12,
    6,
};

EMBED_PLUGIN_EXPORT embed_bool embed_f_negate(embed_bool a0)
    __asm__("negate");

embed_bool
embed_f_negate(embed_bool a0)
{
    union {
        uint64_t slot[1];
        embed_bool result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_negate.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_first = {
    {"scalars.first", sizeof(char), NULL, NULL},
    NULL,
    "scalars.h",
    13,
    6,
};

EMBED_PLUGIN_EXPORT char embed_f_first(signed char a0, unsigned char a1, char a2)
    __asm__("first");

char
embed_f_first(signed char a0, unsigned char a1, char a2)
{
    union {
        uint64_t slot[3];
        char result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    embed_plugin_entry(embed_this())(&embed_e_first.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_small = {
    {"scalars.small", sizeof(short), NULL, NULL},
    NULL,
    "scalars.h",
    14,
    7,
};

EMBED_PLUGIN_EXPORT short embed_f_small(unsigned short a0)
    __asm__("small");

short
embed_f_small(unsigned short a0)
{
    union {
        uint64_t slot[1];
        short result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_small.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_large = {
    {"scalars.large", sizeof(long), NULL, NULL},
    NULL,
    "scalars.h",
    15,
    6,
};

EMBED_PLUGIN_EXPORT long embed_f_large(unsigned long a0, long long a1, unsigned long long a2)
    __asm__("large");

long
embed_f_large(unsigned long a0, long long a1, unsigned long long a2)
{
    union {
        uint64_t slot[3];
        long result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    embed_plugin_entry(embed_this())(&embed_e_large.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_single = {
    {"scalars.single", sizeof(float), NULL, NULL},
    NULL,
    "scalars.h",
    16,
    7,
};

EMBED_PLUGIN_EXPORT float embed_f_single(float a0)
    __asm__("single");

float
embed_f_single(float a0)
{
    union {
        uint64_t slot[1];
        float result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_single.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_twice = {
    {"scalars.twice", sizeof(double), NULL, NULL},
    NULL,
    "scalars.h",
    17,
    8,
};

EMBED_PLUGIN_EXPORT double embed_f_twice(double a0)
    __asm__("twice");

double
embed_f_twice(double a0)
{
    union {
        uint64_t slot[1];
        double result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_twice.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_precise = {
    {"scalars.precise", sizeof(long double), NULL, NULL},
    NULL,
    "scalars.h",
    18,
    13,
};

EMBED_PLUGIN_EXPORT long double embed_f_precise(long double a0, int a1, long double a2)
    __asm__("precise");

long double
embed_f_precise(long double a0, int a1, long double a2)
{
    union {
        uint64_t slot[3];
        long double result;
    } call;
    const void *p0 = &a0;
    memcpy(&call.slot[0], &p0, sizeof p0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    const void *p2 = &a2;
    memcpy(&call.slot[2], &p2, sizeof p2);
    embed_plugin_entry(embed_this())(&embed_e_precise.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_turn = {
    {"scalars.turn", sizeof(float _Complex), NULL, NULL},
    NULL,
    "scalars.h",
    19,
    16,
};

EMBED_PLUGIN_EXPORT float _Complex embed_f_turn(float _Complex a0)
    __asm__("turn");

float _Complex
embed_f_turn(float _Complex a0)
{
    union {
        uint64_t slot[1];
        float _Complex result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_turn.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_rotate = {
    {"scalars.rotate", sizeof(double _Complex), NULL, NULL},
    NULL,
    "scalars.h",
    20,
    17,
};

EMBED_PLUGIN_EXPORT double _Complex embed_f_rotate(double _Complex a0, double a1)
    __asm__("rotate");

double _Complex
embed_f_rotate(double _Complex a0, double a1)
{
    union {
        uint64_t slot[2];
        double _Complex result;
    } call;
    const void *p0 = &a0;
    memcpy(&call.slot[0], &p0, sizeof p0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_rotate.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_wide = {
    {"scalars.wide", sizeof(wchar_t), NULL, NULL},
    NULL,
    "scalars.h",
    21,
    9,
};

EMBED_PLUGIN_EXPORT wchar_t embed_f_wide(char16_t a0, char32_t a1)
    __asm__("wide");

wchar_t
embed_f_wide(char16_t a0, char32_t a1)
{
    union {
        uint64_t slot[2];
        wchar_t result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_wide.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_fixed = {
    {"scalars.fixed", sizeof(int8_t), NULL, NULL},
    NULL,
    "scalars.h",
    22,
    8,
};

EMBED_PLUGIN_EXPORT int8_t embed_f_fixed(uint8_t a0, int16_t a1, uint32_t a2, int64_t a3)
    __asm__("fixed");

int8_t
embed_f_fixed(uint8_t a0, int16_t a1, uint32_t a2, int64_t a3)
{
    union {
        uint64_t slot[4];
        int8_t result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    memcpy(&call.slot[3], &a3, sizeof a3);
    embed_plugin_entry(embed_this())(&embed_e_fixed.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_sizes = {
    {"scalars.sizes", sizeof(size_t), NULL, NULL},
    NULL,
    "scalars.h",
    23,
    8,
};

EMBED_PLUGIN_EXPORT size_t embed_f_sizes(ptrdiff_t a0, intptr_t a1, uintmax_t a2)
    __asm__("sizes");

size_t
embed_f_sizes(ptrdiff_t a0, intptr_t a1, uintmax_t a2)
{
    union {
        uint64_t slot[3];
        size_t result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    embed_plugin_entry(embed_this())(&embed_e_sizes.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_many = {
    {"scalars.many", sizeof(int), NULL, NULL},
    NULL,
    "scalars.h",
    24,
    5,
};

EMBED_PLUGIN_EXPORT int embed_f_many(int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8)
    __asm__("many");

int
embed_f_many(int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8)
{
    union {
        uint64_t slot[9];
        int result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    memcpy(&call.slot[2], &a2, sizeof a2);
    memcpy(&call.slot[3], &a3, sizeof a3);
    memcpy(&call.slot[4], &a4, sizeof a4);
    memcpy(&call.slot[5], &a5, sizeof a5);
    memcpy(&call.slot[6], &a6, sizeof a6);
    memcpy(&call.slot[7], &a7, sizeof a7);
    memcpy(&call.slot[8], &a8, sizeof a8);
    embed_plugin_entry(embed_this())(&embed_e_many.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export *const embed_exports[] = {
    &embed_e_nothing,
    &embed_e_negate,
    &embed_e_first,
    &embed_e_small,
    &embed_e_large,
    &embed_e_single,
    &embed_e_twice,
    &embed_e_precise,
    &embed_e_turn,
    &embed_e_rotate,
    &embed_e_wide,
    &embed_e_fixed,
    &embed_e_sizes,
    &embed_e_many,
    NULL,
};

static embed_trampoline_fn *const embed_trampolines[] = {
    NULL, /* first */
    NULL, /* fixed */
    NULL, /* large */
    NULL, /* many */
    NULL, /* negate */
    NULL, /* nothing */
    NULL, /* precise */
    NULL, /* rotate */
    NULL, /* single */
    NULL, /* sizes */
    NULL, /* small */
    NULL, /* turn */
    NULL, /* twice */
    NULL, /* wide */
    NULL,
};

/* --- type tables --- */

static embed_opcode embed_types[] = {
    /* 0 */ EMBED_OP(EMBED_OP_FUNCTION, 76), /* void() */
    /* 1 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 2 */ EMBED_OP(EMBED_OP_FUNCTION, 3), /* _Bool(_Bool) */
    /* 3 */ EMBED_OP(EMBED_OP_PRIMITIVE, 1), /* _Bool */
    /* 4 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 5 */ EMBED_OP(EMBED_OP_FUNCTION, 8), /* char(signed char, unsigned char, char) */
    /* 6 */ EMBED_OP(EMBED_OP_PRIMITIVE, 3), /* signed char */
    /* 7 */ EMBED_OP(EMBED_OP_PRIMITIVE, 4), /* unsigned char */
    /* 8 */ EMBED_OP(EMBED_OP_PRIMITIVE, 2), /* char */
    /* 9 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 10 */ EMBED_OP(EMBED_OP_FUNCTION, 77), /* short(unsigned short) */
    /* 11 */ EMBED_OP(EMBED_OP_PRIMITIVE, 6), /* unsigned short */
    /* 12 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 13 */ EMBED_OP(EMBED_OP_FUNCTION, 78), /* long(unsigned long, long long, unsigned long long) */
    /* 14 */ EMBED_OP(EMBED_OP_PRIMITIVE, 10), /* unsigned long */
    /* 15 */ EMBED_OP(EMBED_OP_PRIMITIVE, 11), /* long long */
    /* 16 */ EMBED_OP(EMBED_OP_PRIMITIVE, 12), /* unsigned long long */
    /* 17 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 18 */ EMBED_OP(EMBED_OP_FUNCTION, 19), /* float(float) */
    /* 19 */ EMBED_OP(EMBED_OP_PRIMITIVE, 13), /* float */
    /* 20 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 21 */ EMBED_OP(EMBED_OP_FUNCTION, 22), /* double(double) */
    /* 22 */ EMBED_OP(EMBED_OP_PRIMITIVE, 14), /* double */
    /* 23 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 24 */ EMBED_OP(EMBED_OP_FUNCTION, 25), /* long double(long double, int, long double) */
    /* 25 */ EMBED_OP(EMBED_OP_PRIMITIVE, 15), /* long double */
    /* 26 */ EMBED_OP(EMBED_OP_PRIMITIVE, 7), /* int */
    /* 27 */ EMBED_OP(EMBED_OP_NOOP, 25), /* long double */
    /* 28 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 29 */ EMBED_OP(EMBED_OP_FUNCTION, 30), /* _cffi_float_complex_t(_cffi_float_complex_t) */
    /* 30 */ EMBED_OP(EMBED_OP_PRIMITIVE, 48), /* _cffi_float_complex_t */
    /* 31 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 32 */ EMBED_OP(EMBED_OP_FUNCTION, 33), /* _cffi_double_complex_t(_cffi_double_complex_t, double) */
    /* 33 */ EMBED_OP(EMBED_OP_PRIMITIVE, 49), /* _cffi_double_complex_t */
    /* 34 */ EMBED_OP(EMBED_OP_NOOP, 22), /* double */
    /* 35 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 36 */ EMBED_OP(EMBED_OP_FUNCTION, 79), /* wchar_t(char16_t, char32_t) */
    /* 37 */ EMBED_OP(EMBED_OP_PRIMITIVE, 50), /* char16_t */
    /* 38 */ EMBED_OP(EMBED_OP_PRIMITIVE, 51), /* char32_t */
    /* 39 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 40 */ EMBED_OP(EMBED_OP_FUNCTION, 80), /* int8_t(uint8_t, int16_t, uint32_t, int64_t) */
    /* 41 */ EMBED_OP(EMBED_OP_PRIMITIVE, 18), /* uint8_t */
    /* 42 */ EMBED_OP(EMBED_OP_PRIMITIVE, 19), /* int16_t */
    /* 43 */ EMBED_OP(EMBED_OP_PRIMITIVE, 22), /* uint32_t */
    /* 44 */ EMBED_OP(EMBED_OP_PRIMITIVE, 23), /* int64_t */
    /* 45 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 46 */ EMBED_OP(EMBED_OP_FUNCTION, 81), /* size_t(ptrdiff_t, intptr_t, uintmax_t) */
    /* 47 */ EMBED_OP(EMBED_OP_PRIMITIVE, 27), /* ptrdiff_t */
    /* 48 */ EMBED_OP(EMBED_OP_PRIMITIVE, 25), /* intptr_t */
    /* 49 */ EMBED_OP(EMBED_OP_PRIMITIVE, 47), /* uintmax_t */
    /* 50 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 51 */ EMBED_OP(EMBED_OP_FUNCTION, 26), /* int(int, int, int, int, int, int, int, int, int) */
    /* 52 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 53 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 54 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 55 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 56 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 57 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 58 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 59 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 60 */ EMBED_OP(EMBED_OP_NOOP, 26), /* int */
    /* 61 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 62 */ EMBED_OP(EMBED_OP_POINTER, 0), /* void(*)() */
    /* 63 */ EMBED_OP(EMBED_OP_POINTER, 2), /* _Bool(*)(_Bool) */
    /* 64 */ EMBED_OP(EMBED_OP_POINTER, 5), /* char(*)(signed char, unsigned char, char) */
    /* 65 */ EMBED_OP(EMBED_OP_POINTER, 10), /* short(*)(unsigned short) */
    /* 66 */ EMBED_OP(EMBED_OP_POINTER, 13), /* long(*)(unsigned long, long long, unsigned long long) */
    /* 67 */ EMBED_OP(EMBED_OP_POINTER, 18), /* float(*)(float) */
    /* 68 */ EMBED_OP(EMBED_OP_POINTER, 21), /* double(*)(double) */
    /* 69 */ EMBED_OP(EMBED_OP_POINTER, 24), /* long double(*)(long double, int, long double) */
    /* 70 */ EMBED_OP(EMBED_OP_POINTER, 29), /* _cffi_float_complex_t(*)(_cffi_float_complex_t) */
    /* 71 */ EMBED_OP(EMBED_OP_POINTER, 32), /* _cffi_double_complex_t(*)(_cffi_double_complex_t, double) */
    /* 72 */ EMBED_OP(EMBED_OP_POINTER, 36), /* wchar_t(*)(char16_t, char32_t) */
    /* 73 */ EMBED_OP(EMBED_OP_POINTER, 40), /* int8_t(*)(uint8_t, int16_t, uint32_t, int64_t) */
    /* 74 */ EMBED_OP(EMBED_OP_POINTER, 46), /* size_t(*)(ptrdiff_t, intptr_t, uintmax_t) */
    /* 75 */ EMBED_OP(EMBED_OP_POINTER, 51), /* int(*)(int, int, int, int, int, int, int, int, int) */
    /* 76 */ EMBED_OP(EMBED_OP_PRIMITIVE, 0), /* void */
    /* 77 */ EMBED_OP(EMBED_OP_PRIMITIVE, 5), /* short */
    /* 78 */ EMBED_OP(EMBED_OP_PRIMITIVE, 9), /* long */
    /* 79 */ EMBED_OP(EMBED_OP_PRIMITIVE, 16), /* wchar_t */
    /* 80 */ EMBED_OP(EMBED_OP_PRIMITIVE, 17), /* int8_t */
    /* 81 */ EMBED_OP(EMBED_OP_PRIMITIVE, 28), /* size_t */
    NULL,
};

static const struct embed_global embed_globals[] = {
    {"first",
     (void *)&embed_e_first.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 64),
     (void *)embed_f_first},
    {"fixed",
     (void *)&embed_e_fixed.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 73),
     (void *)embed_f_fixed},
    {"large",
     (void *)&embed_e_large.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 66),
     (void *)embed_f_large},
    {"many",
     (void *)&embed_e_many.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 75),
     (void *)embed_f_many},
    {"negate",
     (void *)&embed_e_negate.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 63),
     (void *)embed_f_negate},
    {"nothing",
     (void *)&embed_e_nothing.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 62),
     (void *)embed_f_nothing},
    {"precise",
     (void *)&embed_e_precise.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 69),
     (void *)embed_f_precise},
    {"rotate",
     (void *)&embed_e_rotate.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 71),
     (void *)embed_f_rotate},
    {"single",
     (void *)&embed_e_single.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 67),
     (void *)embed_f_single},
    {"sizes",
     (void *)&embed_e_sizes.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 74),
     (void *)embed_f_sizes},
    {"small",
     (void *)&embed_e_small.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 65),
     (void *)embed_f_small},
    {"turn",
     (void *)&embed_e_turn.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 70),
     (void *)embed_f_turn},
    {"twice",
     (void *)&embed_e_twice.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 68),
     (void *)embed_f_twice},
    {"wide",
     (void *)&embed_e_wide.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 72),
     (void *)embed_f_wide},
    {NULL, NULL, NULL, NULL},
};

static const struct embed_field embed_fields[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_struct_union embed_struct_unions[] = {
    {NULL, 0, 0, 0, 0, 0, 0},
};

static const struct embed_enum embed_enums[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_typename embed_typenames[] = {
    {NULL, 0},
};

static const struct embed_context embed_tables = {
    embed_types,
    embed_globals,
    embed_fields,
    embed_struct_unions,
    embed_enums,
    embed_typenames,
    14,
    0,
    0,
    0,
    NULL,
    82,
    0,
};

static const char embed_init_code[] =
    "# Nothing is attached here.\n";

static void
embed_first_entry(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(embed_this(), fn, buffer);
}

static struct embed_plugin_file embed_file = {
    EMBED_PLUGIN_MARK, {
    EMBED_PLUGIN_ABI,
    (uint32_t)sizeof(struct embed_plugin),
    "scalars",
    embed_first_entry,
    NULL,
    &embed_tables,
    0x2801u, /* version of the tables */
    0u, /* isolation */
    embed_exports,
    14,
    embed_trampolines,
    embed_init_code,
    sizeof embed_init_code - 1,
    "scalars.py",
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
EMBED_PLUGIN_EXPORT void *PyInit_scalars(void);
#ifdef __cplusplus
}
#endif

void *
PyInit_scalars(void)
{
    return embed_plugin_module(&embed_file.plugin);
}

#pragma GCC diagnostic pop
