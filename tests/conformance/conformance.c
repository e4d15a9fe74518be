/* conformance.c - the functions and variables of conformance.cdef.
 *
 * SPDX-License-Identifier: MIT
 */
#include "types.h"

static int g_int = 7;
static const int g_const = 8;
static unsigned char g_byte = 200;
static double g_double = 1.5;
static point_t g_point = {3, 4};
static int g_array[4] = {10, 11, 12, 13};
static int g_open[] = {20, 21, 22};
static char *g_text = "global";
static enum color g_color = BLUE;
static struct nested g_nested = {1, {2, 3}, {{4, 5}, {6, 7}, {8, 9}}, NULL};

static int
op_add(int a, int b)
{
    return a + b;
}

static int
op_sub(int a, int b)
{
    return a - b;
}

static binop_t g_binop = op_add;

#define SAME(name, type)      \
 static type f_##name(type x) \
 {                            \
  return x;                   \
 }
SAME(schar, signed char)
SAME(uchar, unsigned char)
SAME(short, short)
SAME(ushort, unsigned short)
SAME(int, int)
SAME(uint, unsigned int)
SAME(long, long)
SAME(ullong, unsigned long long)
SAME(bool, _Bool)
SAME(char, char)
SAME(wchar, wchar_t)
SAME(char16, char16_t)
SAME(char32, char32_t)
SAME(float, float)
SAME(double, double)
SAME(ldouble, long double)
SAME(cfloat, float _Complex)
SAME(cdouble, double _Complex)
SAME(color, enum color)
SAME(sign, enum sign)
SAME(token, token_t)
SAME(pair, struct pair)
SAME(number, union number)
SAME(bits, struct bits)
SAME(packed, struct packed)
SAME(anon, struct anon)
SAME(same, void *)

static int
f_first(int *p)
{
    return p == NULL ? -1 : *p;
}

static int
f_sum(const int *p, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum += p[i];
    }
    return sum;
}

static int
f_length(const char *s)
{
    return s == NULL ? -1 : (int)strlen(s);
}

static int
f_wlength(const wchar_t *s)
{
    return s == NULL ? -1 : (int)wcslen(s);
}

static int
f_bytes(const void *p, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum += ((const unsigned char *)p)[i];
    }
    return sum;
}

static int
f_ubytes(const unsigned char *p, int n)
{
    return f_bytes(p, n);
}

static int *
f_offset(int *p, int n)
{
    return p + n;
}

static char *
f_static_text(void)
{
    static char text[] = "static";
    return text;
}

static point_t
f_move(point_t p, int dx, int dy)
{
    p.x += dx;
    p.y += dy;
    return p;
}

static int
f_px(point_t *p)
{
    return p == NULL ? -1 : p->x;
}

static struct opaque *
f_opaque(void)
{
    return (struct opaque *)(void *)&g_int;
}

static void
f_void(void)
{
}

static int
f_none(void)
{
    return 5;
}

static int
f_many(int a, long b, double c, char d, short e)
{
    return a + (int)b + (int)c + d + e;
}

static int
f_apply(binop_t fn, int a, int b)
{
    return fn == NULL ? -1 : fn(a, b);
}

/* At most 200 bytes. */
static int
f_format(char *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, 200, format, args);
    va_end(args);
    return n;
}

static int
f_write(FILE *file, const char *text)
{
    int n = fputs(text, file);
    return fflush(file) == 0 ? n >= 0 : -1;
}

static int
f_set_errno(int n)
{
    int before = errno;
    errno = n;
    return before;
}

static int
f_get_errno(void)
{
    return errno;
}

static int
f_grid(int grid[2][3])
{
    return grid[1][2];
}

static binop_t
f_binop(int which)
{
    return which == 0 ? op_add : which == 1 ? op_sub : NULL;
}

static struct handle_s the_handle;

static handle_t
f_handle(void)
{
    return &the_handle;
}

static int
f_handle_is(handle_t h)
{
    return h == &the_handle;
}

static _Bool py_bool(_Bool x);
static int py_add(int a, int b);

/* Calls py_bool() with a byte that may be no _Bool, which sanitizers know. */
__attribute__((no_sanitize("undefined"))) static int
f_call_py_bool(int raw)
{
    unsigned char byte = (unsigned char)raw;
    _Bool b;
    memcpy(&b, &byte, 1);
    return py_bool(b);
}

/* errno after a call of py_add(before, 0) with errno = before. */
static int
f_py_errno(int before)
{
    errno = before;
    (void)py_add(before, 0);
    return errno;
}

/* What functions in Python make of x: not every type goes through a pointer to
 * them. */
#define PYTHON(name, type)       \
 static type py_##name(type x);  \
 static type f_py_##name(type x) \
 {                               \
  return py_##name(x);           \
 }
PYTHON(cdouble, double _Complex)
PYTHON(number, union number)
PYTHON(bits, struct bits)
