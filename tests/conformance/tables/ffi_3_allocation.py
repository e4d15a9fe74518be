"""new, cast, gc, release, handles, allocators.  SPDX-License-Identifier: MIT"""
SECTION = "ffi.md 3"

SETUP = """
log = []
def size_alloc(size):
    log.append(('alloc', size))
    return ffi.gc(ffi.new('char[]', size), lambda p: None)
def plain_alloc(size):
    log.append(size)
    p = keep_new('char[]', size)
    for i in range(size):
        p[i] = b'x'
    keep.append(p)
    return p
def free(p):
    log.append('free')
keep = []
keep_new = ffi.new
"""

ROWS = [
    "new(ctype, init=None)",
    ("ffi.new('int *')", "<cdata 'int *' owning 4 bytes>"),
    ("ffi.new('int *')[0]", "0"),
    ("ffi.new('int *', None)[0]", "0"),
    ("ffi.new('int *', init=7)[0]", "7"),
    ("ffi.new(cdecl='int *', init=7)[0]", "7"),
    ("ffi.new(ffi.typeof('int *'), 7)[0]", "7"),
    ("ffi.new('int[3]')", "<cdata 'int[3]' owning 12 bytes>"),
    ("ints(ffi.new('int[3]'), 3)", "[0, 0, 0]"),
    ("ffi.new('int[]', 5)", "<cdata 'int[]' owning 20 bytes>"),
    ("len(ffi.new('int[]', 5))", "5"),
    ("len(ffi.new('int[]', 0))", "0"),
    ("len(ffi.new('int[]', Index(3)))", "3"),
    ("len(ffi.new('int[]', [1, 2]))", "2"),
    ("len(ffi.new('int[][3]', 4))", "4"),
    ("ffi.new('char[]', b'ab')", "<cdata 'char[]' owning 3 bytes>"),
    ("ffi.new('point_t *')", "<cdata 'point_t *' owning 8 bytes>"),
    ("ffi.new('void **')[0]", "<cdata 'void *' NULL>"),
    ("ffi.new('char *', b'x')", "<cdata 'char *' owning 1 bytes>"),
    ("ffi.string(ffi.new('char *', b'x'))", "b'x'"),
    ("ffi.new('int *', 5)[0] + ffi.new('int *', 6)[0]", "11"),
    ("ffi.new('struct opaque **')[0]", "<cdata 'struct opaque *' NULL>"),
    ("ffi.new('binop_t *')[0]", "<cdata 'int(*)(int, int)' NULL>"),
    ("ffi.new('int')", "T", "expected a pointer or array ctype, got 'int'"),
    ("ffi.new('point_t')", "T",
     "expected a pointer or array ctype, got 'point_t'"),
    ("ffi.new('binop_t')", "T", "expected a pointer or array ctype"),
    ("ffi.new('void *')", "T",
     "cannot instantiate ctype 'void' of unknown size"),
    ("ffi.new('struct opaque *')", "T",
     "cannot instantiate ctype 'struct opaque' of unknown size"),
    ("ffi.new('int[]')", "T", ""),
    ("ffi.new('int[]', -1)", "V", "negative array length"),
    ("ffi.new('int[]', 2.5)", "T", ""),
    ("ffi.new('int[]', 'abc')", "T", ""),
    ("ffi.new('int[]', {})", "T", ""),
    ("ffi.new('int[]', 2**62)", "O", "array size would overflow"),
    ("ffi.new('int[]', 2**70)", "O", ""),
    ("ffi.new('nosuch *')", "E", "undefined type name"),
    ("ffi.new(3)", "T", ""),
    ("ffi.new(b'int *')", "T", ""),
    ("ffi.new()", "T", ""),
    ("ffi.new('int *', 1, 2)", "T", ""),
    ("ffi.new('int *', nosuch=1)", "T", ""),

    "p = new('struct *'): p or p[0] keeps memory alive",
    ("ffi.new('point_t *')[0]", "<cdata 'point_t' owning 8 bytes>"),
    ("p = ffi.new('point_t *', [1, 2]); s = p[0]; del p; gc.collect(); "
     "s.x, s.y", "(1, 2)"),
    ("p = ffi.new('point_t *', [1, 2]); s = p[0]; p.x = 9; s.x", "9"),
    ("p = ffi.new('point_t *', [1, 2]); q = p; del p; q.y", "2"),
    ("s = ffi.new('point_t *', [1, 2])[0]; ffi.addressof(s).y", "2"),

    "cast(ctype, x)",
    ("ffi.cast('int', 5)", "<cdata 'int' 5>"),
    ("int(ffi.cast('unsigned char', 300))", "44"),
    ("int(ffi.cast('signed char', 200))", "-56"),
    ("int(ffi.cast('unsigned int', -1))", "4294967295"),
    ("int(ffi.cast('int', 2**32 + 5))", "5"),
    ("int(ffi.cast('unsigned long long', -1))", "18446744073709551615"),
    ("int(ffi.cast('long', 2**100 + 3))", "3"),
    ("int(ffi.cast('int', 3.99))", "3"),
    ("int(ffi.cast('int', -3.99))", "-3"),
    ("int(ffi.cast('int', ffi.cast('double', 2.5)))", "2"),
    ("int(ffi.cast('int', Int(4)))", "4"),
    ("int(ffi.cast('int', True))", "1"),
    ("int(ffi.cast('int', 'A'))", "65"),
    ("int(ffi.cast('int', b'A'))", "65"),
    ("int(ffi.cast('int', b'\\xff'))", "255"),
    ("int(ffi.cast('int', '\\u20ac'))", "8364"),
    ("int(ffi.cast('int', ffi.cast('char', b'A')))", "65"),
    ("int(ffi.cast('int', ffi.cast('enum color', 5)))", "5"),
    ("int(ffi.cast('long', ffi.cast('int *', 1234)))", "1234"),
    ("int(ffi.cast('uintptr_t', ffi.NULL))", "0"),
    ("int(ffi.cast('uint8_t', ffi.cast('int *', 0x1234)))", "52"),
    ("ffi.cast('char', 65)", "<cdata 'char' b'A'>"),
    ("ffi.cast('char', 0x141)", "<cdata 'char' b'A'>"),
    ("ffi.cast('char', b'A')", "<cdata 'char' b'A'>"),
    ("ffi.cast('char', 'A')", "<cdata 'char' b'A'>"),
    ("ffi.cast('wchar_t', 65)", "<cdata 'wchar_t' 'A'>"),
    ("ffi.cast('wchar_t', 'A')", "<cdata 'wchar_t' 'A'>"),
    ("ffi.cast('char16_t', 'A')", "<cdata 'char16_t' 'A'>"),
    ("ffi.cast('char32_t', 65)", "<cdata 'char32_t' 'A'>"),
    ("ffi.cast('_Bool', 5)", "<cdata '_Bool' True>"),
    ("ffi.cast('_Bool', 0)", "<cdata '_Bool' False>"),
    ("ffi.cast('_Bool', 0.1)", "<cdata '_Bool' True>"),
    ("ffi.cast('_Bool', 256)", "<cdata '_Bool' True>"),
    ("int(ffi.cast('_Bool', 2))", "1"),
    ("ffi.cast('double', 3)", "<cdata 'double' 3.0>"),
    ("ffi.cast('float', 0.5)", "<cdata 'float' 0.5>"),
    ("ffi.cast('double', ffi.cast('int', 3))", "<cdata 'double' 3.0>"),
    ("ffi.cast('double', b'A')", "<cdata 'double' 65.0>"),
    ("ffi.cast('double', Float(2.5))", "<cdata 'double' 2.5>"),
    ("ffi.cast('long double', 1)", "<cdata 'long double' 1.000000E+00>"),
    ("ffi.cast('double _Complex', 1 + 2j)",
     "<cdata '_cffi_double_complex_t' (1+2j)>"),
    ("ffi.cast('float _Complex', 3)",
     "<cdata '_cffi_float_complex_t' (3+0j)>"),
    ("complex(ffi.cast('double _Complex', ffi.cast('float _Complex', 2j)))",
     "2j"),
    ("ffi.cast('int *', 0)", "<cdata 'int *' NULL>"),
    ("ffi.cast('int *', 1000000)", "<cdata 'int *' 0x@>"),
    ("ffi.cast('int *', -1) == ffi.cast('void *', 2**64 - 1)", "True"),
    ("ffi.cast('void *', ffi.cast('long', 0))", "<cdata 'void *' NULL>"),
    ("p = ffi.new('int *', 5); ffi.cast('int *', ffi.cast('void *', p))[0]",
     "5"),
    ("p = ffi.new('int[2]', [5, 6]); ffi.cast('int *', p)[1]", "6"),
    ("p = ffi.new('int[4]', [1, 2, 3, 4]); "
     "q = ffi.cast('int[2]', ffi.cast('int *', p)); len(q), q[1]", "(2, 2)"),
    ("p = ffi.new('int *', 0x41); ffi.cast('char *', p)[0]", "b'A'"),
    ("int(ffi.cast('binop_t', lib.f_binop(0)) == lib.f_binop(0))", "1"),
    ("ffi.cast('binop_t', 0)", "<cdata 'int(*)(int, int)' NULL>"),
    ("ffi.cast('enum color', 5)", "<cdata 'enum color' 5: GREEN>"),
    ("ffi.cast('enum color', 4)", "<cdata 'enum color' 4>"),
    ("ffi.cast('enum color', 2**32 + 5)", "<cdata 'enum color' 5: GREEN>"),
    ("ffi.cast('enum sign', -1)", "<cdata 'enum sign' -1: MINUS>"),
    ("int(ffi.cast('int', lib.f_color(5)))", "5"),
    ("ffi.cast('struct opaque *', 8)", "<cdata 'struct opaque *' 0x8>"),
    ("ffi.cast('enum color', 'GREEN')", "T", ""),
    ("ffi.cast('void', 3)", "T", ""),
    ("ffi.cast('point_t', 3)", "T", ""),
    ("ffi.cast('int[]', 3)", "T", ""),
    ("ffi.cast('int', 'AB')", "T", ""),
    ("ffi.cast('int', b'AB')", "T", ""),
    ("ffi.cast('int', '')", "T", ""),
    ("ffi.cast('int', None)", "T", ""),
    ("ffi.cast('int', [])", "T", ""),
    ("ffi.cast('int', {})", "T", ""),
    ("ffi.cast('int', 1j)", "T", ""),
    ("ffi.cast('double', ffi.cast('double _Complex', 1))", "T", ""),
    ("ffi.cast('int', ffi.new('point_t *')[0])", "T", ""),
    ("ffi.cast('double', ffi.new('int *'))", "T", ""),
    ("ffi.cast('double', None)", "T", ""),
    ("ffi.cast('int *', None)", "T", ""),
    ("ffi.cast('int *', 'x')", "T", ""),
    ("ffi.cast('int *', b'x')", "T", ""),
    ("ffi.cast('int(int)', 0)", "E", "function type"),
    ("ffi.cast('int')", "T", ""),
    ("ffi.cast('nosuch', 0)", "E", "undefined type name"),
    ("ffi.cast('point_t', ffi.new('point_t *', [1, 2])[0])", "T", ""),

    "new_allocator(alloc=None, free=None, should_clear_after_alloc=True)",
    ("a = ffi.new_allocator(); a('int *', 5)[0]", "5"),
    ("a = ffi.new_allocator(); a('int *')", "<cdata 'int *' owning 4 bytes>"),
    ("a = ffi.new_allocator(should_clear_after_alloc=False); "
     "len(a('int[]', 3))", "3"),
    ("a = ffi.new_allocator(plain_alloc); p = a('int *', 5); p[0], log",
     "(5, [4])"),
    ("a = ffi.new_allocator(plain_alloc); a('int[2]')[1], log", "(0, [8])"),
    ("""a = ffi.new_allocator(plain_alloc, should_clear_after_alloc=False)
a('int *')[0] == 0x78787878""", "True"),
    ("a = ffi.new_allocator(plain_alloc); p = a('char[]', b'abc'); log",
     "[4]"),
    ("a = ffi.new_allocator(plain_alloc); a('point_t *', [1, 2]).y", "2"),
    ("""a = ffi.new_allocator(plain_alloc, free)
p = a('int *'); del p; gc.collect(); log""", "[4, 'free']"),
    ("""a = ffi.new_allocator(plain_alloc, free)
p = a('int *'); ffi.release(p); first = list(log); del p; gc.collect()
first, log""", "([4, 'free'], [4, 'free'])"),
    ("""a = ffi.new_allocator(plain_alloc, free)
with a('int *') as p: inside = list(log)
inside, log""", "([4], [4, 'free'])"),
    ("""a = ffi.new_allocator(plain_alloc, free)
s = a('point_t *', [1, 2])[0]; gc.collect(); inside = s.x, list(log)
del s; gc.collect(); inside, log""", "((1, [8]), [8, 'free'])"),
    ("ffi.new_allocator(None, None)('int *')[0]", "0"),
    ("ffi.new_allocator(free=free)", "T", ""),
    ("ffi.new_allocator(3)('int *')", "T", "not callable"),
    ("ffi.new_allocator(lambda n: 3)('int *')", "T",
     "alloc() must return a cdata object"),
    ("ffi.new_allocator(lambda n: ffi.cast('int', 3))('int *')", "T",
     "alloc() must return a cdata pointer"),
    ("ffi.new_allocator(lambda n: ffi.NULL)('int *')", "M",
     "alloc() returned NULL"),
    ("ffi.new_allocator(lambda n: 1/0)('int *')", "Z", ""),
    ("ffi.new_allocator()('int')", "T", "expected a pointer or array ctype"),

    "gc(cdata, destructor, size=0)",
    ("""p = ffi.new('int *', 5); q = ffi.gc(p, lambda x: log.append(x[0]))
q[0], log""", "(5, [])"),
    ("""p = ffi.new('int *', 5); q = ffi.gc(p, lambda x: log.append(x[0]))
q is p, q == p, ffi.typeof(q)""", "(False, True, <ctype 'int *'>)"),
    ("""p = ffi.new('int *', 5); q = ffi.gc(p, lambda x: log.append(x[0]))
del q; gc.collect(); log""", "[5]"),
    ("""p = ffi.new('int *', 5); q = ffi.gc(p, lambda x: log.append(x is p))
del q; gc.collect(); log""", "[True]"),
    ("""q = ffi.gc(ffi.new('int *', 5), lambda x: log.append(x[0]))
ffi.release(q); ffi.release(q); log""", "[5]"),
    ("""q = ffi.gc(ffi.new('int *', 5), lambda x: log.append(x[0]), 1000)
del q; gc.collect(); log""", "[5]"),
    ("""q = ffi.gc(ffi.new('int *', 5), lambda x: log.append(x[0]))
r = ffi.gc(q, None); del q; gc.collect(); r, log""", "(None, [])"),
    ("""p = ffi.new('int *', 5)
a = ffi.gc(p, lambda x: log.append('a'))
b = ffi.gc(a, lambda x: log.append('b'))
del a; gc.collect(); first = list(log); del b; gc.collect(); first, log""",
     "([], ['b', 'a'])"),
    ("""q = ffi.gc(cdata=ffi.new('int *', 5), destructor=log.append, size=9)
q[0]""", "5"),
    ("""import sys
seen = []
old = sys.unraisablehook
sys.unraisablehook = lambda u: seen.append(
    (u.exc_type.__name__, u.err_msg))
q = ffi.gc(ffi.new('int *'), lambda x: 1/0)
del q; gc.collect()
sys.unraisablehook = old
len(seen), seen[0][0], seen[0][1].split(' <')[0].lower()""",
     "(1, 'ZeroDivisionError', '...from callback for ffi.gc...')"),
    ("ffi.gc(ffi.cast('int *', 8), lambda x: None)", "<cdata 'int *' 0x8>"),
    ("ffi.gc(3, log.append)", "T", ""),
    ("ffi.gc(ffi.new('int *'))", "T", ""),
    ("ffi.gc(ffi.new('int *'), None)", "T", ""),
    ("ffi.gc(ffi.cast('int', 3), log.append)", "<cdata 'int' 3>"),

    "release(x) / with x:",
    ("ffi.release(ffi.new('int *'))", "None"),
    ("p = ffi.new('int *', 5); ffi.release(p); p[0]", "5"),
    ("""with ffi.new('int *', 5) as p: x = p[0]
x, p[0]""", "(5, 5)"),
    ("""with ffi.gc(ffi.new('int *', 5), lambda x: log.append(x[0])) as p:
    inside = list(log)
inside, log""", "([], [5])"),
    ("""b = bytearray(3); c = ffi.from_buffer(b)
ffi.release(c); b.append(1); len(b)""", "4"),
    ("""b = bytearray(3)
with ffi.from_buffer(b) as c: n = len(c)
b.append(1); n, len(b)""", "(3, 4)"),
    ("c = ffi.from_buffer(bytearray(3)); ffi.release(c); ffi.release(c)",
     "None"),
    ("ffi.release(ffi.new('point_t *')[0])", "V", ""),
    ("ffi.release(ffi.cast('int *', 8))", "V", ""),
    ("ffi.release(ffi.cast('int', 8))", "V", ""),
    ("ffi.release(ffi.NULL)", "V", ""),
    ("ffi.release(ffi.new_handle(3))", "V", ""),
    ("ffi.release(3)", "T", ""),
    ("with ffi.cast('int *', 8): pass", "V", ""),
    ("with ffi.NULL: pass", "V", ""),

    "new_handle(obj) / from_handle(p)",
    ("ffi.typeof(ffi.new_handle(3))", "<ctype 'void *'>"),
    ("ffi.new_handle([3])", "<cdata 'void *' handle to [3]>"),
    ("h = ffi.new_handle(log); ffi.from_handle(h) is log", "True"),
    ("h = ffi.new_handle(log); ffi.from_handle(ffi.cast('void *', h)) is log",
     "True"),
    ("h = ffi.new_handle(log); ffi.from_handle(ffi.cast('char *', h)) is log",
     "True"),
    ("h = ffi.new_handle(log); i = int(ffi.cast('intptr_t', h)); "
     "ffi.from_handle(ffi.cast('void *', i)) is log", "True"),
    ("ffi.new_handle(log) == ffi.new_handle(log)", "False"),
    ("a = ffi.new_handle(log); b = ffi.new_handle(log); a == b", "False"),
    ("h = ffi.new_handle(log); lib.f_same(h) == h", "True"),
    ("""class C: pass
c = C(); w = weakref.ref(c); h = ffi.new_handle(c); del c; gc.collect()
alive = w() is not None; del h; gc.collect(); alive, w()""",
     "(True, None)"),
    ("ffi.from_handle(ffi.NULL)", "R", ""),
    ("ffi.from_handle(3)", "T", ""),
    ("ffi.from_handle(ffi.new('int *'))", "T", ""),
    ("ffi.from_handle(ffi.cast('int', 3))", "T", ""),
    ("h = ffi.new_handle(log); p = ffi.cast('void *', h); del h; "
     "ffi.from_handle(p)", "R", ""),
]
