import cffi

HEAD = """
typedef struct { int x, y; } point_t;
struct tagged { short s; };
enum color { RED, BLUE = 4 };
typedef point_t alias_t;
"""

base = cffi.FFI()
base.cdef(HEAD + """
int base_sum(point_t *);
extern int base_var;
#define BASE 77
""")
base.set_source("_base", HEAD + """
#define BASE 77
int base_sum(point_t *p) { return p->x + p->y; }
int base_var = 3;
""")
base.compile(target="_base.so")

mid = cffi.FFI()
mid.include(base)
mid.cdef("typedef alias_t mid_t; int mid_f(mid_t *, struct tagged);")
mid.set_source("_mid", HEAD + """
typedef alias_t mid_t;
int mid_f(mid_t *m, struct tagged t) { return m->x * t.s; }
""")
mid.compile(target="_mid.so")

top = cffi.FFI()
top.include(mid)
top.embedding_api("""
struct own { mid_t m; struct tagged t[2]; };
int check(void);
point_t *make(int, enum color);
""")
top.embedding_init_code("""
from _top import ffi, lib
import _base, _mid

@ffi.def_extern()
def make(x, color):
    make.p = ffi.new("point_t *", [x, color])
    return make.p

@ffi.def_extern()
def check():
    p = lib.make(5, 4)
    print(p.x, p.y, ffi.typeof("point_t") is _base.ffi.typeof("point_t"))
    print(lib.base_sum(p), lib.BASE, lib.base_var)
    lib.base_var = 9
    print(_base.lib.base_var, ffi.addressof(lib, "base_var")[0])
    m = ffi.new("mid_t *", [6, 7])
    print(lib.mid_f(m, [3]), ffi.sizeof("struct own"))
    print(ffi.new("struct own *", [[1, 2], [[5], [6]]]).t[1].s)
    print(lib.RED, lib.BLUE, ffi.typeof("enum color").elements)
    try:
        lib.nothing
    except AttributeError as e:
        print(e, flush=True)
    return 0
""")
top.set_source("_top", HEAD + """
typedef alias_t mid_t;
struct own { mid_t m; struct tagged t[2]; };
""")
top.compile(target="_top.so")
