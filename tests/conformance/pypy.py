"""What PyPy's own ffi, which extensions have there, does in another way.

The texts of exceptions are PyPy's and are not compared; their types are.

SPDX-License-Identifier: MIT
"""
from runner import LETTERS

NULL = "a NULL pointer is followed there"
DEAD = "a handle that is dead is followed there"
FREE = "memory that is not set, or given back"
ORDER = "the order of a dict"
NAME = "the name of the type, or of a class"
COMPLEX = "PyPy has no complex numbers in calls by pointer, callbacks, exports"
WRAPPER = "PyPy does not take its function objects for pointers"
DICT = "its ffi has a dict"
KEYWORD = "PyPy has these arguments by position only"
ACCEPTS = "PyPy accepts it"
KIND = "PyPy raises another exception"
TEXT = "what PyPy prints for an exception in a callback"
GC = "PyPy has no reference counts: this happens later"
BOOL = "a bit-field of _Bool is an int"

# Not run: code -> reason.
NOT_RUN = {
    "ffi.cast('int(int)', 0)":
        "PyPy ends the process at a function type that it parses again",
    "ffi.new('struct nested **')[0].id":
        NULL,
    "ffi.new('struct nested **')[0].id = 1":
        NULL,
    "ffi.cast('point_t *', 0).x":
        NULL,
    "ffi.cast('point_t *', 0).x = 1":
        NULL,
    "ffi.cast('struct bits *', 0).a":
        NULL,
    "ffi.cast('struct bits *', 0).a = 1":
        NULL,
    "ffi.new('struct nested *').next.id":
        NULL,
    "ffi.cast('struct nested *', 0).pts":
        NULL,
    "h = ffi.new_handle(3); p = ffi.cast('void *', h); del h; gc.collect(); "
    'ffi.from_handle(p)':
        DEAD,
    "ffi.from_handle(ffi.cast('void *', 4096))":
        DEAD,
    "h = ffi.new_handle(log); p = ffi.cast('void *', h); del h; "
    'ffi.from_handle(p)':
        DEAD,
    "p = ffi.new('int *', 5); ffi.release(p); p[0]":
        FREE,
    "with ffi.new('int *', 5) as p: x = p[0]\nx, p[0]":
        FREE,
    "p = call('py_point', [1, 2], fn=lambda p: {'y': 6}); p.x, p.y":
        FREE,
}

# Different: code -> reason.
DIFFERENT = {
    "def bad(a, b): return 'x'\nattach(bad); reported(lambda: lib.py_add(1, "
    '2)); no_address(seen[0][1])':
        TEXT,
    "hasattr(ffi, '__dict__')":
        DICT,
    "ffi.typeof('enum color').elements":
        ORDER,
    "ffi.typeof('enum color').relements":
        ORDER,
    "ffi.typeof('enum sign').elements":
        ORDER,
    "ffi.typeof('double _Complex').cname":
        NAME,
    "ffi.typeof('float _Complex').cname":
        NAME,
    "ffi.cast('double _Complex', 1 + 2j)":
        NAME,
    "ffi.cast('float _Complex', 3)":
        NAME,
    "p = ffi.new('int *', 5)\na = ffi.gc(p, lambda x: log.append('a'))\nb = "
    "ffi.gc(a, lambda x: log.append('b'))\ndel a; gc.collect(); first = "
    'list(log); del b; gc.collect(); first, log':
        GC,
    'import sys\nseen = []\nold = sys.unraisablehook\nsys.unraisablehook = '
    'lambda u: seen.append(\n    (u.exc_type.__name__, u.err_msg))\nq = '
    "ffi.gc(ffi.new('int *'), lambda x: 1/0)\ndel q; gc.collect()\n"
    "sys.unraisablehook = old\nlen(seen), seen[0][0], seen[0][1].split(' "
    "<')[0].lower()":
        TEXT,
    "p = ffi.new('struct bits *', [1, 2, -1, True, 5]); p.a, p.b, p.s1, p.f, "
    'p.big':
        BOOL,
    "cb = ffi.callback('int(int)', fail); reported(lambda: cb(1)); "
    'no_address(seen[0][1])':
        TEXT,
    "def bad(x): return 'x'\ncb = ffi.callback('int(int)', bad); "
    'reported(lambda: cb(1)); no_address(seen[0][1])':
        TEXT,
    "cb = ffi.callback('int(int)', fail, onerror=lambda *a: 1/0); "
    'reported(lambda: cb(1)); seen[1][1]':
        TEXT,
    "f, m = opened('double cos(double);'); f.dlclose(m); fails(getattr, m, "
    "'cos')":
        KIND,
    "f = inline(); fails(f.new, 'struct nothing *')":
        KIND,
    'd = type(ffi)().dlopen(None); d.__dict__ is d.__dict__':
        DICT,
    "num(1j, 'double _Complex')":
        NAME,
    'b = bits(); b.a = -1; b.b, b.s1, b.f, b.big':
        BOOL,
    'weakref.ref(num(5))() is None':
        GC,
    'seen = []\n@ffi.def_extern()\ndef py_cdouble(x):\n    seen.append(x)\n   '
    ' return x * 2\nlib.f_py_cdouble(1 + 2j), seen':
        COMPLEX,
    'type(ffi)(3)':
        ACCEPTS,
    "ffi.new(cdecl='int *', init=7)[0]":
        KEYWORD,
    "ffi.new('double *', Index(2))[0]":
        KIND,
    "ffi.new('int(**)(int)', lib.f_int)[0](6)":
        WRAPPER,
    "ffi.new('char **', ffi.new('int *'))":
        ACCEPTS,
    "ffi.new('int **', ffi.new('char *'))":
        ACCEPTS,
    "ffi.new('void **', lib.f_int)[0] == lib.f_int":
        WRAPPER,
    'ffi.buffer(char_data())[0:4:2]':
        ACCEPTS,
    'b = bytearray(3); c = ffi.from_buffer(b); b.append(1)':
        ACCEPTS,
    "ffi.callback('double _Complex(double _Complex)', lambda x: x * 2)(1j)":
        COMPLEX,
    "ffi.callback('float _Complex(float _Complex)', lambda x: x * 2)(1j)":
        COMPLEX,
    "pointer('f_cdouble')(1j)":
        KIND,
    "pointer('f_cfloat')(1j)":
        KIND,
    'ffi.dlopen(name=MATH, flags=ffi.RTLD_LAZY).LIMIT':
        KEYWORD,
    'ffi.dlopen(MATH, 1 << 40)':
        ACCEPTS,
    'repr(ffi.dlopen())':
        KEYWORD,
    'ffi.dlclose(lib); lib.f_int(6)':
        KIND,
    "f, g = inline(), inline(); f.cdef('struct s { int x; };'); g.include(f); "
    "f.typeof('struct s') is g.typeof('struct s')":
        KIND,
    "f = inline(); f.cdef('int abs(int);'); f.cdef('int abs(int);')":
        KIND,
    'ffi.def_extern()(3)':
        KIND,
    "type(ffi)().typeof('point_t')":
        KIND,
    "b = ffi.buffer(char_data()); b[0] = b'xy'":
        KIND,
    "ffi.from_buffer(b'abc', require_writable=True)":
        KIND,
    "ffi.memmove(b'abc', b'xyz', 3)":
        KIND,
    "f, m = opened('extern int no_such_variable;'); m.no_such_variable":
        KIND,
    "f, m = opened('int abs(int);', None); m.abs = 5":
        KIND,
    "num(1, 'long double') == 1":
        KIND,
    "num(1, 'long double') < 1":
        KIND,
}


def wanted(row):
    return row.code not in NOT_RUN


def accepts(row, kind):
    """Is it PyPy's way that a row gave something else?"""
    return row.code in DIFFERENT or \
        (row.letter is not None and kind == LETTERS[row.letter])
