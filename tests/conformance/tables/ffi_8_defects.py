"""Defects of the reference that are not repeated.

SPDX-License-Identifier: MIT
"""
SECTION = "ffi.md 8"

ROWS = [
    "1: double _Complex arguments",
    ("""seen = []
@ffi.def_extern()
def py_cdouble(x):
    seen.append(x)
    return x * 2
lib.f_py_cdouble(1 + 2j), seen""", "((2+4j), [(1+2j)])"),

    "2: del ffi.errno",
    ("del ffi.errno", "A", ""),

    "3: positional initialiser of a struct with an anonymous union",
    ("a = ffi.new('struct anon *', [1, 2, 3, 4]); a.a, a.i, a.s1, a.s2",
     "(1, 2, 3, 4)"),
    ("ffi.new('struct anon *', [1, 2, 3, 4, 5])", "V", ""),

    "4: a dead handle",
    ("h = ffi.new_handle(3); p = ffi.cast('void *', h); del h; gc.collect(); "
     "ffi.from_handle(p)", "R", ""),
    ("ffi.from_handle(ffi.cast('void *', 4096))", "R", ""),

    "5: a field of a NULL pointer",
    ("ffi.cast('point_t *', 0).x", "R", ""),
    ("ffi.cast('point_t *', 0).x = 1", "R", ""),
    ("ffi.cast('struct bits *', 0).a", "R", ""),
    ("ffi.cast('struct bits *', 0).a = 1", "R", ""),
    ("ffi.cast('struct nested *', 0).pts", "R", ""),
    ("ffi.new('struct nested *').next.id", "R", ""),

    "6: def_extern without parentheses",
    ("@ffi.def_extern\ndef py_add(a, b): return a", "T", "def_extern()"),
]
