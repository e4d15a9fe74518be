"""Where libembed's results differ from CFFI's, and why that is right.

SPDX-License-Identifier: MIT
"""

# What is not looked at, on either side: (pattern, what it becomes).
NAMES = [
    (r"_cffi_backend\.", "libembed."),
    (r"\b_CDataBase\b", "CData"),
    (r"\b__CDataOwn\b", "CDataOwn"),
    (r"\bembed\.Lib\b", "libembed.Lib"),
    (r"\bcffi library\b", "libembed library"),
    (r"\bfrom cffi callback\b", "from libembed callback"),
    # How a call is named when its arguments are of the wrong number; Python
    # does it in different ways itself.
    (r"\bconfa\.Lib\.(f_\w+\(\))", r"\1"),
    (r"'(\w+)' is an invalid keyword argument for (\w+\(\)|this function)",
     r"f() got an unexpected keyword argument '\1'"),
    (r"^TypeError: ((FFI\.)?\w+\(\)|this function|function) "
     r"(got|takes|missing)", r"TypeError: f() \3"),
]

# Rows that end the process under CFFI, or undefined there: code -> reason.
NOT_RUN = {
    "ffi.typeof('struct opaque').fields":
        "ends in a failed assertion in some versions of CFFI",
    "h = ffi.new_handle(log); p = ffi.cast('void *', h); del h; "
    "ffi.from_handle(p)":
        "a dead handle is fatal there (ffi.md 8, 4)",
    "h = ffi.new_handle(3); p = ffi.cast('void *', h); del h; gc.collect(); "
    "ffi.from_handle(p)": "a dead handle is fatal there (ffi.md 8, 4)",
    "ffi.from_handle(ffi.cast('void *', 4096))":
        "a dead handle is fatal there (ffi.md 8, 4)",
}

NOT_RUN.update(dict.fromkeys((
    "ffi.cast('point_t *', 0).x",
    "ffi.cast('point_t *', 0).x = 1",
    "ffi.cast('struct bits *', 0).a",
    "ffi.cast('struct bits *', 0).a = 1",
    "ffi.cast('struct nested *', 0).pts",
    "ffi.new('struct nested *').next.id",
    "ffi.new('struct nested **')[0].id",
    "ffi.new('struct nested **')[0].id = 1",
), "reads or writes through NULL there (ffi.md 8, 5)"))

# reason -> rows whose results differ.
ACCEPTED_FOR = {
    "number or type of arguments: the text of whatever parses them": [
        "ffi.addressof(lib)",
        "ffi.addressof(lib, 3)",
        "ffi.cast('int')",
        "ffi.dlclose()",
        "ffi.dlopen(42)",
        "ffi.dlopen(MATH, 1 << 40)",
        "ffi.def_extern(3)(fail)",
        "ffi.def_extern(b'py_add')(fail)",
        "ffi.from_buffer()",
        "ffi.integer_const(3)",
        "ffi.typeof('int', 'int')",
        "ffi.typeof()",
        "numbers()['a':'b']",
        "type(ffi)(3)",
    ],
    "what a dict does not name is zero, not what was there before": [
        "p = call('py_point', [1, 2], fn=lambda p: {'y': 6}); p.x, p.y",
    ],
    "our text says what is wrong with this value": [
        "b = bits(); b.a = 'x'",
        "b = bits(); b.a = 1.0",
        "b = ffi.buffer(char_data()); del b[0]",
        "ffi.cast('binop_t', 0)(1, 2)",
        "ffi.cast('int', b'AB')",
        "ffi.errno = 2**70",
        "ffi.from_buffer('int[][0]', bytearray(3))",
        "ffi.gc(ffi.new('int *'), None)",
        "ffi.integer_const('HALF')",
        "ffi.integer_const('LABEL')",
        "ffi.integer_const('f_int')",
        "ffi.integer_const('g_int')",
        "ffi.new('char **', ffi.new('int *'))",
        "ffi.new('int **', ffi.new('char *'))",
    ],
    "the caret is where the first wrong word is": [
        "ffi.typeof('int (')",
        "ffi.typeof('long char')",
        "ffi.typeof('short long')",
        "ffi.typeof('unsigned double')",
    ],
    "too large an index is an OverflowError as everywhere (ffi.md 2)": [
        "ffi.offsetof('int[5]', 2**70)",
    ],
    "the enumerators are in the order of the declaration; equal as dicts": [
        "ffi.typeof('enum color').elements",
        "ffi.typeof('enum color').relements",
        "ffi.typeof('enum sign').elements",
    ],
    "our text is shorter": [
        "ffi.release(ffi.NULL)",
        "ffi.release(ffi.cast('int *', 8))",
        "ffi.release(ffi.cast('int', 8))",
        "ffi.release(ffi.new('point_t *')[0])",
        "ffi.release(ffi.new_handle(3))",
        "with ffi.NULL: pass",
        "with ffi.cast('int *', 8): pass",
        "with lib.f_binop(0): pass",
        "with num(5): pass",
        "with numbers()[1:3]: pass",
    ],
    "__index__() will do wherever an int will, and so will an integer cdata": [
        "a = numbers(); list(a[Index(1):Index(2)])",
        "b = bits(); b.b = ffi.cast('int', 7); b.b",
        "ffi.new('int *', Index(9))[0]",
    ],
    "types without a name of their own are numbered, not named": [
        "lib.f_handle_is(ffi.new('int *'))",
    ],
    "our text names the type as it was written": [
        "ffi.new('char *', ffi.cast('int', 65))",
        "ffi.new('char *', ffi.cast('wchar_t', 65))",
        "ffi.new('char16_t *', ffi.cast('char', 65))",
        "ffi.new('wchar_t *', '')",
        "ffi.new('wchar_t *', 'xy')",
        "ffi.new('wchar_t *', 65)",
        "ffi.new('wchar_t *', b'x')",
    ],
    "a bit-field of type _Bool is a bool as others are; equal": [
        "b = bits(); b.a = -1; b.b, b.s1, b.f, b.big",
        "p = ffi.new('struct bits *', [1, 2, -1, True, 5]); p.a, "
        "p.b, p.s1, p.f, p.big",
    ],
    "libffi has passed complex numbers for long: nothing is in the way": [
        "ffi.callback('double _Complex(double _Complex)', lambda x: "
        "x * 2)(1j)",
        "ffi.callback('float _Complex(float _Complex)', lambda x: x "
        "* 2)(1j)",
        "pointer('f_cdouble')(1j)",
        "pointer('f_cfloat')(1j)",
    ],
    "our text says which type is in the way, and why": [
        "ffi.callback('int(int, ...)', fail)",
        "ffi.callback('int(struct bits)', fail)",
        "ffi.callback('int(union number)', fail)",
        "pointer('f_anon')([1])",
        "pointer('f_bits')([1])",
        "pointer('f_number')([1])",
        "pointer('f_packed')([b'x'])",
    ],
    "our text says what it is": [
        "del lib.LIMIT",
        "del lib.f_int",
        "del lib.g_int",
    ],
    "the Python type has another name: it has the number inside": [
        "'x' * num(3)",
        "-num(5)",
        "[1, 2, 3][num(1)]",
        "bin(num(3))",
        "num(5) < ptr(8)",
        "numbers()[num(1)]",
        "range(num(3))",
    ],
    "one dlopen() for all kinds of ffi: names, bytes and keywords will do": [
        "ffi.dlopen(b'no_such_library.so')",
        "ffi.dlopen(name=MATH, flags=ffi.RTLD_LAZY).LIMIT",
    ],
    "one kind of lib: an FFI() made at run time raises what a compiled one "
    "does": [
        "f = inline(); fails(f.new, 'struct nothing *')",
        "f, m = opened('double cos(double);'); f.dlclose(m); "
        "fails(getattr, m, 'cos')",
        "f, m = opened('extern int no_such_variable;'); m.no_such_variable",
        "f, m = opened('int abs(int);', None); m.abs = 5",
    ],
    "a declaration may be repeated, as in C": [
        "f = inline(); f.cdef('int abs(int);'); f.cdef('int abs(int);')",
    ],
    "a defect of CFFI that is not repeated (ffi.md 8)": [
        """@ffi.def_extern
def py_add(a, b): return a""",
        "a = ffi.new('struct anon *', [1, 2, 3, 4]); a.a, a.i, a.s1, a.s2",
        "del ffi.errno",
        "ffi.new('struct anon *', [1, 2, 3, 4, 5])",
    ],
}

ACCEPTED = {code: reason for reason, codes in ACCEPTED_FOR.items()
            for code in codes}
