/* Made by embed 0.1.0; do not edit.  Made again by:
 *
 *     embed build values.h values.py --emit-c values.c --isolation shared --source values.c.in
 */
#include "embed/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#include "values.h"
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

static struct embed_plugin *embed_this(void);

#line 1 "tests/golden/values.c.in"
#include "values.h"

int calls = 1;
#line 24 "values.c"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsizeof-array-argument"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* --- exports --- */

#line 22 "values.h"
static int const embed_failure_authenticate = (DENY);
#line 36 "values.c"
static struct embed_export embed_e_authenticate = {
    {"values.authenticate", sizeof(int), NULL, NULL},
    (const void *)&embed_failure_authenticate,
    "values.h",
    22,
    5,
};

EMBED_PLUGIN_EXPORT int embed_f_authenticate(char *a0, int a1)
    __asm__("authenticate");

int
embed_f_authenticate(char *a0, int a1)
{
    union {
        uint64_t slot[2];
        int result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_authenticate.externpy,
                                     (char *)&call);
    return call.result;
}

#line 23 "values.h"
static double const embed_failure_measure = (-1.0);
#line 64 "values.c"
static struct embed_export embed_e_measure = {
    {"values.measure", sizeof(double), NULL, NULL},
    (const void *)&embed_failure_measure,
    "values.h",
    23,
    8,
};

EMBED_PLUGIN_EXPORT double embed_f_measure(void)
    __asm__("measure");

double
embed_f_measure(void)
{
    union {
        uint64_t slot[1];
        double result;
    } call;
    embed_plugin_entry(embed_this())(&embed_e_measure.externpy,
                                     (char *)&call);
    return call.result;
}

#line 24 "values.h"
static char *const embed_failure_describe = (char *)("unknown");
#line 90 "values.c"
static struct embed_export embed_e_describe = {
    {"values.describe", sizeof(char *), NULL, NULL},
    (const void *)&embed_failure_describe,
    "values.h",
    24,
    13,
};

EMBED_PLUGIN_EXPORT char *embed_f_describe(int a0)
    __asm__("describe");

char *
embed_f_describe(int a0)
{
    union {
        uint64_t slot[1];
        char *result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_describe.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_notify = {
    {"values.notify", 0, NULL, NULL},
    NULL,
    "values.h",
    25,
    6,
};

EMBED_PLUGIN_EXPORT void embed_f_notify(int a0)
    __asm__("notify");

void
embed_f_notify(int a0)
{
    union {
        uint64_t slot[1];
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_notify.externpy,
                                     (char *)&call);
}

#line 28 "values.h"
static void (*const embed_failure_handler)(int) = (void (*)(int))(0);
#line 139 "values.c"
static struct embed_export embed_e_handler = {
    {"values.handler", sizeof(void (*)(int)), NULL, NULL},
    (const void *)&embed_failure_handler,
    "values.h",
    28,
    12,
};

EMBED_PLUGIN_EXPORT void (*embed_f_handler(void))(int)
    __asm__("handler");

void (*embed_f_handler(void))(int)
{
    union {
        uint64_t slot[1];
        void (*result)(int);
    } call;
    embed_plugin_entry(embed_this())(&embed_e_handler.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export *const embed_exports[] = {
    &embed_e_authenticate,
    &embed_e_measure,
    &embed_e_describe,
    &embed_e_notify,
    &embed_e_handler,
    NULL,
};

/* --- C functions --- */

#ifdef __cplusplus
namespace {
struct embed_any {
    void *pointer;
    explicit embed_any(void *p) : pointer(p) {}
    template <typename T> operator T *() const
    {
        return (T *)pointer;
    }
};
} // namespace
#else
# define embed_any(pointer) (pointer)
#endif

static int
embed_d_clamp(int a0)
{
    return (clamp)(a0);
}

static void
embed_t_clamp(char *buffer)
{
    int a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    int result = embed_d_clamp(a0);
    memcpy(buffer, &result, sizeof result);
}

static embed_trampoline_fn *const embed_trampolines[] = {
    NULL, /* ALLOW */
    NULL, /* DENY */
    NULL, /* VALUES_HIGH */
    NULL, /* VALUES_LOW */
    NULL, /* VALUES_MASK */
    NULL, /* VALUES_SIZE */
    NULL, /* VALUES_VERSION */
    NULL, /* api_version */
    NULL, /* authenticate */
    NULL, /* calls */
    embed_t_clamp,
    NULL, /* counter */
    NULL, /* describe */
    NULL, /* handler */
    NULL, /* label */
    NULL, /* limit */
    NULL, /* measure */
    NULL, /* names */
    NULL, /* notify */
    NULL, /* operations */
    NULL, /* ratio */
    NULL,
};

/* --- constants and variables --- */

static int
embed_c_ALLOW(unsigned long long *value)
{
    int flags = (ALLOW) <= 0;
    *value = (unsigned long long)((ALLOW) | 0);
    return flags;
}

static int
embed_c_DENY(unsigned long long *value)
{
    int flags = (DENY) <= 0;
    *value = (unsigned long long)((DENY) | 0);
    return flags;
}

static int
embed_c_VALUES_HIGH(unsigned long long *value)
{
    int flags = (VALUES_HIGH) <= 0;
    *value = (unsigned long long)((VALUES_HIGH) | 0);
    return flags;
}

static int
embed_c_VALUES_LOW(unsigned long long *value)
{
    int flags = (VALUES_LOW) <= 0;
    *value = (unsigned long long)((VALUES_LOW) | 0);
    return flags;
}

static int
embed_c_VALUES_MASK(unsigned long long *value)
{
    int flags = (VALUES_MASK) <= 0;
    *value = (unsigned long long)((VALUES_MASK) | 0);
    return flags;
}

static int
embed_c_VALUES_SIZE(unsigned long long *value)
{
    int flags = (VALUES_SIZE) <= 0;
    *value = (unsigned long long)((VALUES_SIZE) | 0);
    return flags;
}

static int
embed_c_VALUES_VERSION(unsigned long long *value)
{
    int flags = (VALUES_VERSION) <= 0;
    *value = (unsigned long long)((VALUES_VERSION) | 0);
    return flags;
}

static void *
embed_g_api_version(void)
{
    return (void *)&api_version;
}

static void *
embed_g_calls(void)
{
    return (void *)&calls;
}

static void *
embed_g_counter(void)
{
    return (void *)&counter;
}

static void
embed_k_label(char *where)
{
    void *value = (void *)(label);
    memcpy(where, &value, sizeof value);
}

static int
embed_c_limit(unsigned long long *value)
{
    int flags = (limit) <= 0;
    *value = (unsigned long long)((limit) | 0);
    return flags;
}

static void *
embed_g_names(void)
{
    return (void *)&names;
}

static void *
embed_g_operations(void)
{
    return (void *)&operations;
}

static void
embed_k_ratio(char *where)
{
    double value = (ratio);
    memcpy(where, &value, sizeof value);
}

/* --- type tables --- */

static embed_opcode embed_types[] = {
    /* 0 */ EMBED_OP(EMBED_OP_FUNCTION, 2), /* int(char *, int) */
    /* 1 */ EMBED_OP(EMBED_OP_POINTER, 25), /* char * */
    /* 2 */ EMBED_OP(EMBED_OP_PRIMITIVE, 7), /* int */
    /* 3 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 4 */ EMBED_OP(EMBED_OP_FUNCTION, 17), /* double() */
    /* 5 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 6 */ EMBED_OP(EMBED_OP_FUNCTION, 1), /* char *(int) */
    /* 7 */ EMBED_OP(EMBED_OP_NOOP, 2), /* int */
    /* 8 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 9 */ EMBED_OP(EMBED_OP_FUNCTION, 26), /* void(int) */
    /* 10 */ EMBED_OP(EMBED_OP_NOOP, 2), /* int */
    /* 11 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 12 */ EMBED_OP(EMBED_OP_FUNCTION, 21), /* void(*())(int) */
    /* 13 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 14 */ EMBED_OP(EMBED_OP_FUNCTION, 2), /* int(int) */
    /* 15 */ EMBED_OP(EMBED_OP_NOOP, 2), /* int */
    /* 16 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 17 */ EMBED_OP(EMBED_OP_PRIMITIVE, 14), /* double */
    /* 18 */ EMBED_OP(EMBED_OP_POINTER, 0), /* int(*)(char *, int) */
    /* 19 */ EMBED_OP(EMBED_OP_POINTER, 4), /* double(*)() */
    /* 20 */ EMBED_OP(EMBED_OP_POINTER, 6), /* char *(*)(int) */
    /* 21 */ EMBED_OP(EMBED_OP_POINTER, 9), /* void(*)(int) */
    /* 22 */ EMBED_OP(EMBED_OP_POINTER, 12), /* void(*(*)())(int) */
    /* 23 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 0), /* struct ops */
    /* 24 */ EMBED_OP(EMBED_OP_OPEN_ARRAY, 1), /* char *[] */
    /* 25 */ EMBED_OP(EMBED_OP_PRIMITIVE, 2), /* char */
    /* 26 */ EMBED_OP(EMBED_OP_PRIMITIVE, 0), /* void */
    /* 27 */ EMBED_OP(EMBED_OP_ARRAY, 1), /* char *[] */
    /* 28 */ (embed_opcode)(sizeof names / sizeof names[0]),
    NULL,
};

static const struct embed_global embed_globals[] = {
    {"ALLOW",
     (void *)embed_c_ALLOW,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"DENY",
     (void *)embed_c_DENY,
     EMBED_OP(EMBED_OP_ENUM, -1),
     NULL},
    {"VALUES_HIGH",
     (void *)embed_c_VALUES_HIGH,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"VALUES_LOW",
     (void *)embed_c_VALUES_LOW,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"VALUES_MASK",
     (void *)embed_c_VALUES_MASK,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"VALUES_SIZE",
     (void *)embed_c_VALUES_SIZE,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"VALUES_VERSION",
     (void *)embed_c_VALUES_VERSION,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"api_version",
     (void *)embed_g_api_version,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 2),
     NULL},
    {"authenticate",
     (void *)&embed_e_authenticate.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 18),
     (void *)embed_f_authenticate},
    {"calls",
     (void *)embed_g_calls,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 2),
     NULL},
    {"clamp",
     (void *)embed_d_clamp,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, 14),
     (void *)embed_d_clamp},
    {"counter",
     (void *)embed_g_counter,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 2),
     NULL},
    {"describe",
     (void *)&embed_e_describe.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 20),
     (void *)embed_f_describe},
    {"handler",
     (void *)&embed_e_handler.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 22),
     (void *)embed_f_handler},
    {"label",
     (void *)embed_k_label,
     EMBED_OP(EMBED_OP_CONSTANT, 1),
     NULL},
    {"limit",
     (void *)embed_c_limit,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"measure",
     (void *)&embed_e_measure.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 19),
     (void *)embed_f_measure},
    {"names",
     (void *)embed_g_names,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 27),
     NULL},
    {"notify",
     (void *)&embed_e_notify.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 21),
     (void *)embed_f_notify},
    {"operations",
     (void *)embed_g_operations,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 23),
     NULL},
    {"ratio",
     (void *)embed_k_ratio,
     EMBED_OP(EMBED_OP_CONSTANT, 17),
     NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct embed_field embed_fields[] = {
    {"authenticate", /* of ops */
     offsetof(struct ops, authenticate),
     sizeof(((struct ops *)0)->authenticate),
     EMBED_OP(EMBED_OP_NOOP, 18)},
    {"notify", /* of ops */
     offsetof(struct ops, notify),
     sizeof(((struct ops *)0)->notify),
     EMBED_OP(EMBED_OP_NOOP, 21)},
    {NULL, 0, 0, NULL},
};

static const struct embed_struct_union embed_struct_unions[] = {
    {"ops", 23, EMBED_SF_CHECK_FIELDS,
     sizeof(struct ops),
     (int)__alignof__(struct ops),
     0, 2},
    {NULL, 0, 0, 0, 0, 0, 0},
};

static const struct embed_enum embed_enums[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_typename embed_typenames[] = {
    {"notify_fn", 9},
    {NULL, 0},
};

static const struct embed_context embed_tables = {
    embed_types,
    embed_globals,
    embed_fields,
    embed_struct_unions,
    embed_enums,
    embed_typenames,
    21,
    1,
    0,
    1,
    NULL,
    29,
    0,
};

static const char embed_init_code[] =
    "import json\n"
    "\n"
    "print(json)\n";

static void
embed_first_entry(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(embed_this(), fn, buffer);
}

static struct embed_plugin_file embed_file = {
    EMBED_PLUGIN_MARK, {
    EMBED_PLUGIN_ABI,
    (uint32_t)sizeof(struct embed_plugin),
    "values",
    embed_first_entry,
    NULL,
    &embed_tables,
    0x2701u, /* version of the tables */
    3u, /* isolation */
    embed_exports,
    5,
    embed_trampolines,
    embed_init_code,
    sizeof embed_init_code - 1,
    "values.py",
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
EMBED_PLUGIN_EXPORT void *PyInit_values(void);
#ifdef __cplusplus
}
#endif

void *
PyInit_values(void)
{
    return embed_plugin_module(&embed_file.plugin);
}

#pragma GCC diagnostic pop
