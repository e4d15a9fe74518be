/* Made by embed 0.1.0; do not edit.  Made again by:
 *
 *     embed build shared.h shared.py --emit-c shared.c --cdef shared_types.h --cdef shared_cdef.h --source shared_source.c.in --isolation sub
 */
#include "embed/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif
#include "shared_types.h"
#pragma GCC visibility push(default)
#include "shared.h"
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

static struct embed_plugin *embed_this(void);

/* --- functions in Python --- */

#ifdef __cplusplus
extern "C" {
#endif
EMBED_PLUGIN_EXPORT void on_exit(void);
#ifdef __cplusplus
}
#endif

#line 1 "tests/golden/shared_source.c.in"
#include <stdio.h>

#define SECRET 42
#define WIDTH 80

typedef short token_t;
struct partial {
    long hidden;
    int wanted;
};
static int on_event(int code, struct partial *p);
static int table[] = {1, 2, 3};
int vec_calls;

struct vec
vec_add(struct vec a, struct vec b)
{
    struct vec sum = {a.x + b.x, a.y + b.y};
    return sum;
}

double
vec_length(const struct vec *v)
{
    return v->x + v->y;
}

const struct vec *const *
vec_list(const struct vec **list, int n)
{
    return n > 0 ? list : NULL;
}

void
vec_sort(struct vec *v, int (*less)(const struct vec *, const struct vec *))
{
    (void)less(v, v);
}

double _Complex
vec_complex(struct vec v, double _Complex scale)
{
    return v.x * scale;
}

int
vec_print(const char *format, ...)
{
    return puts(format);
}

void
vec_reset(void)
{
    struct partial p = {0, 1};
    vec_calls = on_event(table[0], &p);
}

static int
half(int x)
{
    return x / 2;
}

static token_t
next_token(token_t t)
{
    return t;
}
#line 101 "shared.c"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsizeof-array-argument"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* --- exports --- */

static struct embed_export embed_e_run = {
    {"shared.run", sizeof(int), NULL, NULL},
    NULL,
    "shared.h",
    2,
    5,
};

EMBED_PLUGIN_EXPORT int embed_f_run(int a0)
    __asm__("run");

int
embed_f_run(int a0)
{
    union {
        uint64_t slot[1];
        int result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    embed_plugin_entry(embed_this())(&embed_e_run.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_on_event = {
    {"shared.on_event", sizeof(int), NULL, NULL},
    NULL,
    "shared_cdef.h",
    8,
    21,
};

static EMBED_PLUGIN_UNUSED int on_event(int  a0, struct partial * a1)
{
    union {
        uint64_t slot[2];
        int result;
    } call;
    memcpy(&call.slot[0], &a0, sizeof a0);
    memcpy(&call.slot[1], &a1, sizeof a1);
    embed_plugin_entry(embed_this())(&embed_e_on_event.externpy,
                                     (char *)&call);
    return call.result;
}

static struct embed_export embed_e_on_exit = {
    {"shared.on_exit", 0, NULL, NULL},
    NULL,
    "shared_cdef.h",
    9,
    24,
};

EMBED_PLUGIN_EXPORT void
on_exit(void)
{
    union {
        uint64_t slot[1];
    } call;
    embed_plugin_entry(embed_this())(&embed_e_on_exit.externpy,
                                     (char *)&call);
}

static struct embed_export *const embed_exports[] = {
    &embed_e_run,
    &embed_e_on_event,
    &embed_e_on_exit,
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
embed_d_half(int a0)
{
    return half(a0);
}

static void
embed_t_half(char *buffer)
{
    int a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    int result = embed_d_half(a0);
    memcpy(buffer, &result, sizeof result);
}

static token_t
embed_d_next_token(token_t a0)
{
    return next_token(a0);
}

static void
embed_t_next_token(char *buffer)
{
    token_t a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    token_t result = embed_d_next_token(a0);
    memcpy(buffer, &result, sizeof result);
}

static struct vec
embed_d_vec_add(struct vec a0, struct vec a1)
{
    return (vec_add)(a0, a1);
}

static void
embed_i_vec_add(struct vec *result, struct vec *a0, struct vec *a1)
{
    *result = embed_d_vec_add(*a0, *a1);
}

static void
embed_t_vec_add(char *buffer)
{
    struct vec a0;
    const void *p0;
    memcpy(&p0, buffer + 0, sizeof p0);
    memcpy(&a0, p0, sizeof a0);
    struct vec a1;
    const void *p1;
    memcpy(&p1, buffer + 8, sizeof p1);
    memcpy(&a1, p1, sizeof a1);
    struct vec result = embed_d_vec_add(a0, a1);
    memcpy(buffer, &result, sizeof result);
}

static double _Complex
embed_d_vec_complex(struct vec a0, double _Complex a1)
{
    return (vec_complex)(a0, a1);
}

static void
embed_i_vec_complex(double _Complex *result, struct vec *a0, double _Complex *a1)
{
    *result = embed_d_vec_complex(*a0, *a1);
}

static void
embed_t_vec_complex(char *buffer)
{
    struct vec a0;
    const void *p0;
    memcpy(&p0, buffer + 0, sizeof p0);
    memcpy(&a0, p0, sizeof a0);
    double _Complex a1;
    const void *p1;
    memcpy(&p1, buffer + 8, sizeof p1);
    memcpy(&a1, p1, sizeof a1);
    double _Complex result = embed_d_vec_complex(a0, a1);
    memcpy(buffer, &result, sizeof result);
}

static double
embed_d_vec_length(void *a0)
{
    return (vec_length)(embed_any(a0));
}

static void
embed_t_vec_length(char *buffer)
{
    void *a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    double result = embed_d_vec_length(a0);
    memcpy(buffer, &result, sizeof result);
}

static void *
embed_d_vec_list(void *a0, int a1)
{
    return (void *)(vec_list)(embed_any(a0), a1);
}

static void
embed_t_vec_list(char *buffer)
{
    void *a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    int a1;
    memcpy(&a1, buffer + 8, sizeof a1);
    void *result = embed_d_vec_list(a0, a1);
    memcpy(buffer, &result, sizeof result);
}

static void
embed_d_vec_reset(void)
{
    (vec_reset)();
}

static void
embed_t_vec_reset(char *buffer)
{
    embed_d_vec_reset();
    (void)buffer;
}

static void
embed_d_vec_sort(void *a0, void *a1)
{
    (vec_sort)(embed_any(a0), embed_any(a1));
}

static void
embed_t_vec_sort(char *buffer)
{
    void *a0;
    memcpy(&a0, buffer + 0, sizeof a0);
    void *a1;
    memcpy(&a1, buffer + 8, sizeof a1);
    embed_d_vec_sort(a0, a1);
}

static embed_trampoline_fn *const embed_trampolines[] = {
    NULL, /* SECRET */
    NULL, /* VEC_MAX */
    NULL, /* WIDTH */
    embed_t_half,
    embed_t_next_token,
    NULL, /* on_event */
    NULL, /* on_exit */
    NULL, /* run */
    NULL, /* table */
    embed_t_vec_add,
    NULL, /* vec_calls */
    embed_t_vec_complex,
    embed_t_vec_length,
    embed_t_vec_list,
    NULL, /* vec_print */
    embed_t_vec_reset,
    embed_t_vec_sort,
    NULL,
};

/* --- constants and variables --- */

static int
embed_c_SECRET(unsigned long long *value)
{
    int flags = (SECRET) <= 0;
    *value = (unsigned long long)((SECRET) | 0);
    if (flags != 0 || *value != 0x2aULL) {
        flags |= 2;
    }
    return flags;
}

static int
embed_c_VEC_MAX(unsigned long long *value)
{
    int flags = (VEC_MAX) <= 0;
    *value = (unsigned long long)((VEC_MAX) | 0);
    return flags;
}

static int
embed_c_WIDTH(unsigned long long *value)
{
    int flags = (WIDTH) <= 0;
    *value = (unsigned long long)((WIDTH) | 0);
    return flags;
}

static void *
embed_g_table(void)
{
    return (void *)&table;
}

static void *
embed_g_vec_calls(void)
{
    return (void *)&vec_calls;
}

static void
embed_k_vec_print(char *where)
{
    void *value = (void *)(vec_print);
    memcpy(where, &value, sizeof value);
}

/* --- type tables --- */

#define embed_prim_int(type) \
    ((sizeof(type) == 1   ? 17 \
      : sizeof(type) == 2 ? 19 \
      : sizeof(type) == 4 ? 21 \
                          : 23) + \
     ((type)-1 > (type)1))
#define embed_prim_float(type) \
    (sizeof(type) == sizeof(float)    ? 13 \
     : sizeof(type) == sizeof(double) ? 14 \
                                      : 15)

static embed_opcode embed_types[] = {
    /* 0 */ EMBED_OP(EMBED_OP_FUNCTION, 1), /* struct vec(struct vec, struct vec) */
    /* 1 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 1), /* struct vec */
    /* 2 */ EMBED_OP(EMBED_OP_NOOP, 1), /* struct vec */
    /* 3 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 4 */ EMBED_OP(EMBED_OP_FUNCTION, 44), /* double(struct vec *) */
    /* 5 */ EMBED_OP(EMBED_OP_POINTER, 1), /* struct vec * */
    /* 6 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 7 */ EMBED_OP(EMBED_OP_FUNCTION, 8), /* struct vec * *(struct vec * *, int) */
    /* 8 */ EMBED_OP(EMBED_OP_POINTER, 5), /* struct vec * * */
    /* 9 */ EMBED_OP(EMBED_OP_PRIMITIVE, 7), /* int */
    /* 10 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 11 */ EMBED_OP(EMBED_OP_FUNCTION, 45), /* void(struct vec *, int(*)(struct vec *, struct vec *)) */
    /* 12 */ EMBED_OP(EMBED_OP_NOOP, 5), /* struct vec * */
    /* 13 */ EMBED_OP(EMBED_OP_POINTER, 34), /* int(*)(struct vec *, struct vec *) */
    /* 14 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 15 */ EMBED_OP(EMBED_OP_FUNCTION, 17), /* _cffi_double_complex_t(struct vec, _cffi_double_complex_t) */
    /* 16 */ EMBED_OP(EMBED_OP_NOOP, 1), /* struct vec */
    /* 17 */ EMBED_OP(EMBED_OP_PRIMITIVE, 49), /* _cffi_double_complex_t */
    /* 18 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 19 */ EMBED_OP(EMBED_OP_FUNCTION, 9), /* int(char *, ...) */
    /* 20 */ EMBED_OP(EMBED_OP_POINTER, 46), /* char * */
    /* 21 */ EMBED_OP(EMBED_OP_FUNCTION_END, 1),
    /* 22 */ EMBED_OP(EMBED_OP_FUNCTION, 45), /* void() */
    /* 23 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 24 */ EMBED_OP(EMBED_OP_FUNCTION, 9), /* int(int) */
    /* 25 */ EMBED_OP(EMBED_OP_NOOP, 9), /* int */
    /* 26 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 27 */ EMBED_OP(EMBED_OP_FUNCTION, 28), /* token_t(token_t) */
    /* 28 */ EMBED_OP(EMBED_OP_PRIMITIVE, embed_prim_int(token_t)), /* token_t */
    /* 29 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 30 */ EMBED_OP(EMBED_OP_FUNCTION, 9), /* int(int, struct partial *) */
    /* 31 */ EMBED_OP(EMBED_OP_NOOP, 9), /* int */
    /* 32 */ EMBED_OP(EMBED_OP_POINTER, 40), /* struct partial * */
    /* 33 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 34 */ EMBED_OP(EMBED_OP_FUNCTION, 9), /* int(struct vec *, struct vec *) */
    /* 35 */ EMBED_OP(EMBED_OP_NOOP, 5), /* struct vec * */
    /* 36 */ EMBED_OP(EMBED_OP_NOOP, 5), /* struct vec * */
    /* 37 */ EMBED_OP(EMBED_OP_FUNCTION_END, 0),
    /* 38 */ EMBED_OP(EMBED_OP_POINTER, 19), /* int(*)(char *, ...) */
    /* 39 */ EMBED_OP(EMBED_OP_POINTER, 24), /* int(*)(int) */
    /* 40 */ EMBED_OP(EMBED_OP_STRUCT_UNION, 0), /* struct partial */
    /* 41 */ EMBED_OP(EMBED_OP_OPEN_ARRAY, 9), /* int[] */
    /* 42 */ EMBED_OP(EMBED_OP_POINTER, 30), /* int(*)(int, struct partial *) */
    /* 43 */ EMBED_OP(EMBED_OP_POINTER, 22), /* void(*)() */
    /* 44 */ EMBED_OP(EMBED_OP_PRIMITIVE, 14), /* double */
    /* 45 */ EMBED_OP(EMBED_OP_PRIMITIVE, 0), /* void */
    /* 46 */ EMBED_OP(EMBED_OP_PRIMITIVE, 2), /* char */
    /* 47 */ EMBED_OP(EMBED_OP_ARRAY, 9), /* int[] */
    /* 48 */ (embed_opcode)(sizeof table / sizeof table[0]),
    NULL,
};

static const struct embed_global embed_globals[] = {
    {"SECRET",
     (void *)embed_c_SECRET,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"VEC_MAX",
     (void *)embed_c_VEC_MAX,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"WIDTH",
     (void *)embed_c_WIDTH,
     EMBED_OP(EMBED_OP_CONSTANT_INT, -1),
     NULL},
    {"half",
     (void *)embed_d_half,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, 24),
     (void *)embed_d_half},
    {"next_token",
     (void *)embed_d_next_token,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, 27),
     (void *)embed_d_next_token},
    {"on_event",
     (void *)&embed_e_on_event.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 42),
     (void *)on_event},
    {"on_exit",
     (void *)&embed_e_on_exit.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 43),
     (void *)on_exit},
    {"run",
     (void *)&embed_e_run.externpy,
     EMBED_OP(EMBED_OP_EXTERN_PYTHON, 39),
     (void *)embed_f_run},
    {"table",
     (void *)embed_g_table,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 47),
     NULL},
    {"vec_add",
     (void *)embed_i_vec_add,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, 0),
     (void *)embed_d_vec_add},
    {"vec_calls",
     (void *)embed_g_vec_calls,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, 9),
     NULL},
    {"vec_complex",
     (void *)embed_i_vec_complex,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, 15),
     (void *)embed_d_vec_complex},
    {"vec_length",
     (void *)embed_d_vec_length,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, 4),
     (void *)embed_d_vec_length},
    {"vec_list",
     (void *)embed_d_vec_list,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, 7),
     (void *)embed_d_vec_list},
    {"vec_print",
     (void *)embed_k_vec_print,
     EMBED_OP(EMBED_OP_CONSTANT, 38),
     NULL},
    {"vec_reset",
     (void *)embed_d_vec_reset,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_N, 22),
     (void *)embed_d_vec_reset},
    {"vec_sort",
     (void *)embed_d_vec_sort,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, 11),
     (void *)embed_d_vec_sort},
    {NULL, NULL, NULL, NULL},
};

static const struct embed_field embed_fields[] = {
    {"wanted", /* of partial */
     offsetof(struct partial, wanted),
     sizeof(((struct partial *)0)->wanted),
     EMBED_OP(EMBED_OP_NOOP, 9)},
    {"x", /* of vec */
     offsetof(struct vec, x),
     sizeof(((struct vec *)0)->x),
     EMBED_OP(EMBED_OP_NOOP, 44)},
    {"y", /* of vec */
     offsetof(struct vec, y),
     sizeof(((struct vec *)0)->y),
     EMBED_OP(EMBED_OP_NOOP, 44)},
    {NULL, 0, 0, NULL},
};

static const struct embed_struct_union embed_struct_unions[] = {
    {"partial", 40, 0,
     sizeof(struct partial),
     (int)__alignof__(struct partial),
     0, 1},
    {"vec", 1, EMBED_SF_CHECK_FIELDS,
     sizeof(struct vec),
     (int)__alignof__(struct vec),
     1, 2},
    {NULL, 0, 0, 0, 0, 0, 0},
};

static const struct embed_enum embed_enums[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_typename embed_typenames[] = {
    {"token_t", 28},
    {NULL, 0},
};

static const struct embed_context embed_tables = {
    embed_types,
    embed_globals,
    embed_fields,
    embed_struct_unions,
    embed_enums,
    embed_typenames,
    17,
    2,
    0,
    1,
    NULL,
    49,
    0,
};

static const char embed_init_code[] =
    "";

static void
embed_first_entry(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(embed_this(), fn, buffer);
}

static struct embed_plugin_file embed_file = {
    EMBED_PLUGIN_MARK, {
    EMBED_PLUGIN_ABI,
    (uint32_t)sizeof(struct embed_plugin),
    "shared",
    embed_first_entry,
    NULL,
    &embed_tables,
    0x2701u, /* version of the tables */
    2u, /* isolation */
    embed_exports,
    3,
    embed_trampolines,
    embed_init_code,
    sizeof embed_init_code - 1,
    "shared.py",
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
EMBED_PLUGIN_EXPORT void *PyInit_shared(void);
#ifdef __cplusplus
}
#endif

void *
PyInit_shared(void)
{
    return embed_plugin_module(&embed_file.plugin);
}

#pragma GCC diagnostic pop
