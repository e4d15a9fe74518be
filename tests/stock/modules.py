"""Modules of CFFI whose generated C code runs on libembed, and what to ask them.

Each is (name, included names, cdef, source, rows).

SPDX-License-Identifier: MIT
"""

POINT = "typedef struct { int x, y; } point_t;\n"

MODULES = [
    ("st_plain", [], """
        int add(int, int); double half(double); void nothing(void);
        unsigned char byte(unsigned char); long long wide(long long);
        float single(float); long double precise(long double);
        _Bool negate(_Bool); char next(char); wchar_t wide_next(wchar_t);
        const char *text(void); size_t length(const char *);
     """, """
        int add(int a, int b) { return a + b; }
        double half(double a) { return a / 2; }
        void nothing(void) {}
        unsigned char byte(unsigned char a) { return a + 1; }
        long long wide(long long a) { return -a; }
        float single(float a) { return a * 2; }
        long double precise(long double a) { return a + 1; }
        _Bool negate(_Bool a) { return !a; }
        char next(char c) { return c + 1; }
        wchar_t wide_next(wchar_t c) { return c + 1; }
        const char *text(void) { return "hello"; }
        size_t length(const char *s) { return strlen(s); }
     """, [
        "lib.add(40, 2)", "lib.add(2**31, 0)", "lib.add('x', 1)",
        "lib.add(1)", "lib.add(1, 2, 3)", "lib.half(5)", "lib.half('x')",
        "lib.nothing()", "lib.byte(254)", "lib.byte(256)", "lib.byte(-1)",
        "lib.wide(2**62)", "lib.single(1.5)", "float(lib.precise(1.25))",
        "lib.negate(True)", "lib.negate(2)", "lib.next(b'a')",
        "lib.next('a')", "lib.wide_next('a')", "ffi.string(lib.text())",
        "lib.length(b'abc')", "lib.length(ffi.new('char[]', b'xy'))",
        "lib.length('abc')", "dir(lib)", "lib.missing",
        "ffi.typeof(lib.add)", "lib.add(x=1)",
        "ffi.addressof(lib, 'add')(1, 2)",
    ]),
    ("st_structs", [], POINT + """
        struct nested { point_t p[2]; struct { short s; } in; char *name; };
        point_t swap(point_t); int sum(point_t *); point_t *same(point_t *);
        struct nested make(int); double span(point_t, point_t);
        struct big { double v[8]; }; struct big twice(struct big);
     """, POINT + """
        struct nested { point_t p[2]; struct { short s; } in; char *name; };
        point_t swap(point_t p) { point_t q = {p.y, p.x}; return q; }
        int sum(point_t *p) { return p->x + p->y; }
        point_t *same(point_t *p) { return p; }
        struct nested make(int n)
        { struct nested r = {{{n, n + 1}, {n + 2, n + 3}}, {7}, NULL};
          return r; }
        double span(point_t a, point_t b) { return b.x - a.x + b.y - a.y; }
        struct big { double v[8]; };
        struct big twice(struct big b)
        { for (int i = 0; i < 8; i++) b.v[i] *= 2; return b; }
     """, [
        "p = lib.swap([1, 2]); (p.x, p.y)", "lib.swap({'x': 3}).y",
        "lib.swap(5)", "lib.sum([3, 4])",
        "p = ffi.new('point_t *', [5, 6]); lib.same(p) == p",
        "n = lib.make(3); (n.p[1].y, getattr(n, 'in').s, n.name)",
        "lib.span([1, 2], [3, 5])",
        "list(lib.twice([range(8)]).v)", "lib.twice([[1] * 9])",
        "ffi.sizeof('struct nested')", "ffi.offsetof('struct nested', 'name')",
        "[f[0] for f in ffi.typeof('struct nested').fields]",
        "repr(lib.swap([1, 2]))",
    ]),
    ("st_unions", [], """
        union u { int i; float f; char c[8]; }; union u flip(union u);
        int kind(union u, int); union u *at(union u *);
     """, """
        union u { int i; float f; char c[8]; };
        union u flip(union u x) { x.i = ~x.i; return x; }
        int kind(union u x, int n) { return x.c[n]; }
        union u *at(union u *x) { return x; }
     """, [
        "lib.flip([0]).i", "lib.flip({'f': 1.0}).i", "lib.flip({'c': b'abc'}).i",
        "lib.kind({'c': b'xyz'}, 1)", "lib.flip([1, 2])", "lib.flip(5)",
        "u = ffi.new('union u *', {'f': 0.5}); lib.at(u).f",
        "ffi.sizeof('union u')",
    ]),
    ("st_callbacks", [], """
        extern "Python" int on_int(int); extern "Python" double on_double(double);
        typedef struct { int n; } item_t;
        extern "Python" int on_item(item_t *, void *);
        extern "Python" item_t make_item(int, long double);
        int fire(int); double ring(double); int each(int, void *);
        item_t made(int); int apply(int (*)(int, int), int, int);
     """, """
        typedef struct { int n; } item_t;
        static int on_int(int); static double on_double(double);
        static int on_item(item_t *, void *);
        static item_t make_item(int, long double);
        int fire(int n) { return on_int(n) + 1; }
        double ring(double d) { return on_double(d) * 2; }
        int each(int n, void *u)
        { int s = 0; for (int i = 0; i < n; i++) { item_t t = {i};
          s += on_item(&t, u); } return s; }
        item_t made(int n) { return make_item(n, 0.5L); }
        int apply(int (*f)(int, int), int a, int b) { return f(a, b); }
     """, [
        "ffi.def_extern()(named('on_int', lambda n: n * 10)); lib.fire(4)",
        "ffi.def_extern(name='on_double')(lambda d: d + 1); lib.ring(2)",
        "log = []; h = ffi.new_handle(log); "
        "ffi.def_extern('on_item')(lambda t, u: "
        "ffi.from_handle(u).append(t.n) or t.n); (lib.each(4, h), log)",
        "ffi.def_extern('make_item')(lambda n, d: [n + int(d * 4)]); "
        "lib.made(5).n",
        "ffi.def_extern('on_int', error=-7)(lambda n: 1 / 0); lib.fire(1)",
        "ffi.def_extern('on_int', onerror=lambda t, v, tb: 99)"
        "(lambda n: n['x']); lib.fire(1)",
        "ffi.def_extern('nothing')(len)",
        "lib.apply(ffi.callback('int(int, int)', lambda a, b: a - b), 9, 4)",
        "ffi.typeof(lib.on_int)",
    ]),
    ("st_variadic", [], """
        int total(int n, ...); int format(char *, size_t, const char *, ...);
     """, """
        #include <stdarg.h>
        int total(int n, ...)
        { va_list v; int s = 0; va_start(v, n);
          while (n-- > 0) s += va_arg(v, int); va_end(v); return s; }
        int format(char *out, size_t size, const char *f, ...)
        { va_list v; va_start(v, f); int n = vsnprintf(out, size, f, v);
          va_end(v); return n; }
     """, [
        "lib.total(2, ffi.cast('int', 5), ffi.cast('short', 6))",
        "lib.total(0)", "lib.total(1, 5)", "lib.total()",
        "b = ffi.new('char[]', 50); lib.format(b, 50, b'%d %s %.1f', "
        "ffi.cast('int', 3), ffi.new('char[]', b'x'), ffi.cast('double', 2)); "
        "ffi.string(b)", "ffi.typeof(lib.total)",
    ]),
    ("st_globals", [], POINT + """
        extern int counter; extern const char *label; extern point_t where;
        extern int numbers[4]; extern double *reals; extern int (*hook)(int);
        int fetch(void);
     """, POINT + """
        int counter = 3; const char *label = "abc"; point_t where = {1, 2};
        int numbers[4] = {1, 2, 3, 4}; static double r[2] = {0.5, 1.5};
        double *reals = r; static int inc(int x) { return x + 1; }
        int (*hook)(int) = inc; int fetch(void) { return counter; }
     """, [
        "lib.counter", "lib.counter = 9; lib.fetch()", "lib.counter = 'x'",
        "ffi.string(lib.label)", "lib.where.x, lib.where.y",
        "lib.where.x = 7; lib.where.x", "list(lib.numbers)",
        "lib.numbers[4]", "lib.numbers[1] = 5; lib.numbers[1]",
        "lib.reals[1]", "lib.hook(4)", "ffi.addressof(lib, 'counter')[0]",
        "ffi.addressof(lib, 'numbers')", "del lib.counter", "lib.fetch = 5",
        "lib.where = [8, 9]; lib.where.y", "ffi.typeof(lib.numbers)",
    ]),
    ("st_constants", [], """
        #define SMALL 5
        #define BIG ...
        #define WRONG 6
        static const int C; static const long long L; static const double D;
        static const char *const T;
        enum color { RED, GREEN = 5, BLUE }; enum part { P1, P2, ... };
        typedef enum { E1 = -3, E2 } neg_t; int is(enum color); neg_t neg(void);
     """, """
        #define SMALL 5
        #define BIG 0xFFFFFFFFFFULL
        #define WRONG 7
        static const int C = -4; static const long long L = -(1LL << 40);
        static const double D = 2.5; static const char *const T = "const";
        enum color { RED, GREEN = 5, BLUE }; enum part { P1 = 10, P2 = 20 };
        typedef enum { E1 = -3, E2 } neg_t;
        int is(enum color c) { return c == BLUE; } neg_t neg(void) { return E1; }
     """, [
        "lib.SMALL, lib.BIG, lib.C, lib.L, lib.D", "ffi.string(lib.T)",
        "lib.WRONG", "lib.RED, lib.GREEN, lib.BLUE", "lib.P1, lib.P2",
        "lib.E1, lib.E2", "lib.is(6)", "lib.is('BLUE')", "lib.neg()",
        "ffi.integer_const('BIG')", "lib.SMALL = 3",
        "ffi.string(ffi.cast('enum color', 5))",
        "sorted(ffi.typeof('enum part').relements.items())",
        "ffi.addressof(lib, 'SMALL')",
    ]),
    ("st_partial", [], """
        typedef struct { int b; char name[...]; ...; } part_t;
        struct opaque; struct opaque *make(int); int get(struct opaque *);
        typedef int... token_t; typedef ... *handle_t; handle_t handle_open(token_t);
        token_t handle_close(handle_t); int sum(part_t *); typedef float... real_t;
        real_t real(real_t);
     """, """
        typedef struct { long hidden; char name[12]; int b, c; } part_t;
        struct opaque { int v; }; static struct opaque o;
        struct opaque *make(int v) { o.v = v; return &o; }
        int get(struct opaque *p) { return p->v; }
        typedef unsigned short token_t; typedef struct h { token_t t; } *handle_t;
        static struct h only; handle_t handle_open(token_t t) { only.t = t; return &only; }
        token_t handle_close(handle_t h) { return h->t; }
        int sum(part_t *p) { return p->b + p->name[0]; }
        typedef double real_t; real_t real(real_t r) { return r / 4; }
     """, [
        "ffi.sizeof('part_t'), ffi.offsetof('part_t', 'b')",
        "p = ffi.new('part_t *', {'b': 2, 'name': b'A'}); lib.sum(p)",
        "len(ffi.new('part_t *').name)", "lib.get(lib.make(8))",
        "ffi.sizeof('struct opaque')", "ffi.new('struct opaque *')",
        "ffi.sizeof('token_t')", "lib.handle_close(lib.handle_open(70))",
        "lib.handle_open(70000)", "lib.real(1.0)", "ffi.sizeof('real_t')",
        "ffi.typeof('handle_t')",
    ]),
    ("st_bits", [], """
        struct bits { int a : 3; unsigned b : 5; unsigned long long c : 40;
                      int : 4; _Bool d : 1; };
        int get(struct bits *); struct bits put(int, unsigned);
        struct mixed { char x; int y : 7; short z; };
     """, """
        struct bits { int a : 3; unsigned b : 5; unsigned long long c : 40;
                      int : 4; _Bool d : 1; };
        int get(struct bits *p) { return p->a * 100 + (int)p->b; }
        struct bits put(int a, unsigned b)
        { struct bits r = {.a = a, .b = b, .d = 1}; return r; }
        struct mixed { char x; int y : 7; short z; };
     """, [
        "lib.get(ffi.new('struct bits *', [-2, 31]))",
        "b = lib.put(3, 17); (b.a, b.b, b.c, int(b.d))",
        "b = ffi.new('struct bits *'); b.c = 2**40 - 1; b.c",
        "b = ffi.new('struct bits *'); b.a = 4",
        "b = ffi.new('struct bits *'); b.b = -1",
        "ffi.sizeof('struct bits'), ffi.sizeof('struct mixed')",
        "[(n, f.bitshift, f.bitsize) for n, f in "
        "ffi.typeof('struct bits').fields]",
    ]),
    ("st_pointers", [], """
        typedef int (*op_t)(int, int); op_t choose(int); int use(op_t, int, int);
        void fill(int *, int); int total(const int[], int); char **words(void);
        int matrix(int m[2][3]); void *raw(void *); int file(FILE *, const char *);
     """, """
        typedef int (*op_t)(int, int);
        static int plus(int a, int b) { return a + b; }
        static int times(int a, int b) { return a * b; }
        op_t choose(int n) { return n == 0 ? NULL : n == 1 ? plus : times; }
        int use(op_t f, int a, int b) { return f(a, b); }
        void fill(int *p, int n) { for (int i = 0; i < n; i++) p[i] = i * i; }
        int total(const int a[], int n)
        { int s = 0; while (n-- > 0) s += a[n]; return s; }
        static char *w[] = {"one", "two", NULL}; char **words(void) { return w; }
        int matrix(int m[2][3]) { return m[0][0] + m[1][2]; }
        void *raw(void *p) { return p; }
        int file(FILE *f, const char *s) { return fputs(s, f) >= 0 && fflush(f) == 0; }
     """, [
        "lib.choose(1)(3, 4), lib.choose(2)(3, 4)", "lib.choose(0)",
        "lib.choose(0)(1, 2)", "lib.use(lib.choose(2), 5, 6)",
        "a = ffi.new('int[4]'); lib.fill(a, 4); list(a)",
        "lib.total([1, 2, 3], 3)", "lib.total((4, 5), 2)",
        "lib.total(ffi.NULL, 0)", "ffi.string(lib.words()[1])",
        "lib.words()[2] == ffi.NULL", "lib.matrix([[1, 2, 3], [4, 5, 6]])",
        "lib.raw(b'bytes') != ffi.NULL", "lib.raw(5)", "lib.raw(ffi.NULL)",
        "lib.use(5, 1, 2)",
        "import os; r, w = os.pipe(); f = os.fdopen(w, 'wb'); "
        "(lib.file(f, b'text'), os.read(r, 10))",
    ]),
    ("st_base", [], POINT + """
        struct shared { int v; }; int base_sum(point_t *); extern int base_var;
        #define BASE 77
        enum mode { OFF, ON };
     """, POINT + """
        struct shared { int v; }; int base_sum(point_t *p) { return p->x + p->y; }
        int base_var = 3;
        #define BASE 77
        enum mode { OFF, ON };
     """, ["lib.base_sum([1, 2])", "lib.BASE, lib.base_var"]),
    ("st_derived", ["st_base"], """
        point_t *make(int); int take(struct shared); enum mode mode(void);
        struct own { point_t p; struct shared s[2]; };
     """, POINT + """
        struct shared { int v; }; enum mode { OFF, ON };
        static point_t p; point_t *make(int x) { p.x = x; p.y = 2 * x; return &p; }
        int take(struct shared s) { return s.v; } enum mode mode(void) { return ON; }
        struct own { point_t p; struct shared s[2]; };
     """, [
        "p = lib.make(4); (p.y, lib.base_sum(p))", "lib.BASE",
        "lib.base_var = 8; lib.base_var", "lib.take([6])", "lib.mode()",
        "import st_base; ffi.typeof('point_t') is "
        "st_base.ffi.typeof('point_t')", "ffi.sizeof('struct own')",
        "ffi.new('struct own *', [[1, 2], [[3], [4]]]).s[1].v",
        "ffi.addressof(lib, 'base_var')[0]", "lib.missing",
    ]),
]

# Embedding: (name, api, init code, source, C host); what the host prints counts.
EMBEDDED = ("st_embedded", POINT + """
    int add(int, int); double weigh(point_t, const point_t *, long double);
    point_t move(point_t, int); const char *hello(const char *);
""", """
    from st_embedded import ffi, lib
    keep = []

    @ffi.def_extern()
    def add(a, b):
        return a + b + lib.helper(1)

    @ffi.def_extern()
    def weigh(p, q, d):
        return p.x + q.y + float(d)

    @ffi.def_extern()
    def move(p, n):
        return (p.x + n, p.y - n)

    @ffi.def_extern()
    def hello(name):
        keep.append(ffi.new("char[]", b"hello " + ffi.string(name)))
        return keep[-1]
""", POINT + "static int helper(int x) { return x * 1000; }",
"static int helper(int x);", r"""
#include <stdio.h>
typedef struct { int x, y; } point_t;
int add(int, int); double weigh(point_t, const point_t *, long double);
point_t move(point_t, int); const char *hello(const char *);
int main(void)
{
    point_t p = {1, 2}, q = {3, 4};
    printf("%d\n", add(40, 2));
    printf("%g\n", weigh(p, &q, 0.25L));
    p = move(p, 10);
    printf("%d %d\n", p.x, p.y);
    printf("%s\n", hello("you"));
    return 0;
}
""")


def named(name, fn):
    fn.__name__ = name
    return fn


def evaluate(name, module):
    """The results of all rows of a module, a line each."""
    rows = next(m[4] for m in MODULES if m[0] == name)
    for row in rows:
        scope = {"ffi": module.ffi, "lib": module.lib, "named": named}
        before, _, last = row.rpartition("; ")
        try:
            exec(before, scope)
            try:
                code = compile(last, "<row>", "eval")
            except SyntaxError:
                exec(last, scope)
                result = "done"
            else:
                result = shown(repr(eval(code, scope)))
        except Exception as e:
            result = "%s" % type(e).__name__
        yield "%s: %s -> %s\n" % (name, row, result)


def shown(text):
    import re
    return re.sub("0x[0-9a-fA-F]{4,}", "0x@", text)
