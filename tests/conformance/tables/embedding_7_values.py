"""Arguments and results of functions in Python.

SPDX-License-Identifier: MIT
"""
SECTION = "embedding.md 7, 11, 12"

SETUP = """
import sys
seen = []
def note(*args):
    seen.extend(args)
    return args[0]
def call(name, *args, fn=note):
    ffi.def_extern(name)(fn)
    return getattr(lib, name)(*args)
def failing(name, *args, fn=note):
    kinds = []
    ffi.def_extern(name, onerror=lambda t, e, b: kinds.append(t.__name__))(fn)
    getattr(lib, name)(*args)
    return kinds
"""

ROWS = [
    "V1",
    ("call('py_add', 3, 4), seen", "(3, [3, 4])"),
    ("call('py_uchar', 255), seen", "(255, [255])"),
    ("call('py_ullong', 2**64 - 1) == 2**64 - 1", "True"),
    ("call('py_bool', True), seen", "(True, [True])"),
    ("call('py_char', b'q'), seen", "(b'q', [b'q'])"),
    ("call('py_wchar', '\\u20ac') == '\\u20ac', seen == ['\\u20ac']",
     "(True, True)"),
    ("call('py_char16', 'q'), seen", "('q', ['q'])"),
    ("call('py_float', 0.5), seen", "(0.5, [0.5])"),
    ("call('py_double', 2.5), seen", "(2.5, [2.5])"),
    ("call('py_ldouble', 1.5), seen",
     "(<cdata 'long double' 1.500000E+00>, "
     "[<cdata 'long double' 1.500000E+00>])"),
    ("call('py_color', 5), seen", "(5, [5])"),
    ("call('py_text', b'abc', fn=lambda p: (seen.append((ffi.typeof(p), "
     "ffi.string(p))), ffi.NULL)[1]), seen",
     "(<cdata 'char *' NULL>, [(<ctype 'char *'>, b'abc')])"),
    ("p = ffi.new('int *', 5); call('py_pointer', p) == p, seen[0][0]",
     "(True, 5)"),
    ("call('py_array', [1, 2, 3], fn=lambda a: (seen.append(ffi.typeof(a)), "
     "a[2])[1]), seen", "(3, [<ctype 'int *'>])"),
    ("f = lib.f_binop(0); call('py_fn', f) == f, seen[0](1, 2)",
     "(True, 3)"),

    "V2, V3",
    ("p = call('py_point', [1, 2]); p.x, p.y", "(1, 2)"),
    ("call('py_point', [1, 2], fn=lambda p: (seen.append(repr(p)), p)[1]); "
     "no_address(seen[0])", "\"<cdata 'point_t &' 0x@>\""),
    ("p = call('py_point', [1, 2], fn=lambda p: (setattr(p, 'x', 9), p)[1]); "
     "p.x, p.y", "(9, 2)"),
    ("p = call('py_point', [1, 2], fn=lambda p: (5, 6)); p.x, p.y",
     "(5, 6)"),
    ("p = call('py_point', [1, 2], fn=lambda p: {'y': 6}); p.x, p.y",
     "(0, 6)"),
    ("p = call('py_point', [1, 2], fn=lambda p: ffi.new('point_t *', "
     "[7, 8])[0]); p.x, p.y", "(7, 8)"),
    ("ffi.def_extern('py_number')(note); lib.f_py_number({'i': 5}).i", "5"),
    ("ffi.def_extern('py_bits')(note); "
     "b = lib.f_py_bits([1, 2, -1, 1, 2**40 - 1]); "
     "b.a, b.b, b.s1, b.big", "(1, 2, -1, 1099511627775)"),
    ("failing('py_point', [1, 2], fn=lambda p: 5)", "['TypeError']"),
    ("failing('py_point', [1, 2], fn=lambda p: ffi.new('point_t *'))",
     "['TypeError']"),

    "V4",
    ("a = ffi.new('int[3]', [7]); call('py_pointer', a, fn=lambda p: a)[0]",
     "7"),
    ("p = ffi.new('int *', 7); v = ffi.cast('void *', p); "
     "call('py_pointer', p, fn=lambda p: v)[0]", "7"),
    ("call('py_pointer', ffi.NULL, fn=lambda p: ffi.NULL)",
     "<cdata 'int *' NULL>"),
    ("failing('py_text', b'x', fn=lambda p: b'abc')", "['TypeError']"),
    ("failing('py_pointer', [1], fn=lambda p: [1])", "['TypeError']"),
    ("failing('py_pointer', [1], fn=lambda p: None)", "['TypeError']"),
    ("failing('py_pointer', [1], fn=lambda p: ffi.new('long *'))",
     "['TypeError']"),

    "V5",
    ("failing('py_add', 1, 2, fn=lambda a, b: 2**31)", "['OverflowError']"),
    ("failing('py_add', 1, 2, fn=lambda a, b: 1.0)", "['TypeError']"),
    ("failing('py_add', 1, 2, fn=lambda a, b: None)", "['TypeError']"),
    ("failing('py_uchar', 1, fn=lambda a: -1)", "['OverflowError']"),
    ("failing('py_bool', 1, fn=lambda a: 2)", "['OverflowError']"),
    ("failing('py_double', 1, fn=lambda a: 'x')", "['TypeError']"),
    ("failing('py_char', b'x', fn=lambda a: 'x')", "['TypeError']"),
    ("call('py_double', 1, fn=lambda a: 3)", "3.0"),
    ("call('py_add', 1, 2, fn=lambda a, b: True)", "1"),

    "V6",
    ("""@ffi.def_extern()
def py_add(a, b):
    seen.append(ffi.errno); ffi.errno = 5; return 0
lib.f_py_errno(33), seen""", "(5, [33])"),

    "V7",
    ("""@ffi.def_extern()
def py_many(*args):
    seen.extend(args[:6] + args[8:]); return args[7].x
x = lib.py_many(-1, 2, 3, 4, 0.5, 6.5, ffi.NULL, [7, 8], 9, 10)
x, seen""", "(7, [-1, 2, 3, 4, 0.5, 6.5, 9, 10])"),

    "L1",
    ("callable(lib.f_int), isinstance(lib.py_add, ffi.CData)",
     "(True, True)"),
    ("ffi.typeof(lib.py_point)", "<ctype 'point_t(*)(point_t)'>"),
    ("ffi.addressof(lib, 'py_add') == lib.py_add", "True"),

    "K1",
    ("call('py_add', 2, 3, fn=lambda a, b: a * b); lib.f_apply(lib.py_add, "
     "4, 5)", "20"),
]
