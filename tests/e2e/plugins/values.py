# values.py - values of every kind.  SPDX-License-Identifier: MIT
from values import ffi, lib

INTEGERS = {
    "schar": "signed char", "uchar": "unsigned char", "short": "short",
    "ushort": "unsigned short", "int": "int", "uint": "unsigned int",
    "long": "long", "ulong": "unsigned long", "llong": "long long",
    "ullong": "unsigned long long", "int8": "int8_t", "uint8": "uint8_t",
    "int16": "int16_t", "uint16": "uint16_t", "int32": "int32_t",
    "uint32": "uint32_t", "int64": "int64_t", "uint64": "uint64_t",
    "intptr": "intptr_t", "uintptr": "uintptr_t", "ptrdiff": "ptrdiff_t",
    "size": "size_t", "ssize": "ssize_t", "int_least8": "int_least8_t",
    "uint_least16": "uint_least16_t", "int_fast16": "int_fast16_t",
    "uint_fast32": "uint_fast32_t", "intmax": "intmax_t",
    "uintmax": "uintmax_t", "color": "enum values_color",
    "byte": "enum values_byte", "wide": "enum values_wide",
}
UNSIGNED = ("u", "size", "byte", "wide")


def integer_values(name, ctype):
    bits = 8 * ffi.sizeof(ctype)
    if name.startswith(UNSIGNED):
        top = (1 << bits) - 1
        return [0, top, 1, 2, top]
    return [-(1 << bits - 1), (1 << bits - 1) - 1, 0, 1, -1]


inf = float("inf")
VALUES = {
    "bool": [False, True],
    "char": [b"\x00", b"a", b"\x7f", b"\x80", b"\xff"],
    "wchar": ["\0", "a", "\xff", "\u20ac", "\U0010ffff"],
    "char16": ["\0", "a", "\xff", "\u20ac", "\uffff"],
    "char32": ["\0", "a", "\xff", "\u20ac", "\U0010ffff"],
    "float": [0.0, -0.0, float.fromhex("0x1.fffffep+127"),
              float.fromhex("0x1p-149"), inf, -inf, float("nan"), -1.5],
    "double": [0.0, -0.0, float.fromhex("0x1.fffffffffffffp+1023"),
               float.fromhex("0x1p-1074"), inf, -inf, float("nan"), -1.5],
}
VALUES.update((n, integer_values(n, t)) for n, t in INTEGERS.items())


def attach(name, values):
    @ffi.def_extern("make_" + name)
    def make(which):
        return values[which]

    @ffi.def_extern("check_" + name)
    def check(value, which):
        expected = values[which]
        # repr() tells 0.0 from -0.0, True from 1 and finds nan.
        return type(value) is type(expected) and repr(value) == repr(expected)

    @ffi.def_extern("same_" + name)
    def same(value):
        return value


for name in VALUES:
    attach(name, VALUES[name])


def put(out, source):
    out[0] = source[0]


def same(value):
    return value


for name in dir(lib):
    if name.startswith("put_"):
        ffi.def_extern(name)(put)
    elif name.startswith("same_") and name[5:] not in VALUES:
        ffi.def_extern(name)(same)


@ffi.def_extern()
def twice_ldouble(value):
    assert ffi.typeof(value) is ffi.typeof("long double")
    return 2 * float(value)


@ffi.def_extern()
def conjugate(value):
    assert type(value) is complex
    return value.conjugate()


@ffi.def_extern()
def mix(a, b, c, d, e, f, g):
    return a + b + float(c) + d + e + f + ord(g)


@ffi.def_extern()
def is_null(p):
    return (p == ffi.NULL) + 2 * (not p)


@ffi.def_extern()
def text_length(text):
    assert ffi.typeof(text) is ffi.typeof("char *")
    return len(ffi.string(text))


@ffi.def_extern()
def fill(out, size, text):
    data = ffi.string(text) + b"\0"
    ffi.memmove(out, data, len(data))
    ffi.buffer(out, size)[len(data):] = b"#" * (size - len(data))
    return len(data) - 1


@ffi.def_extern()
def sum_ints(values, n):
    assert ffi.typeof(values) is ffi.typeof("int *")
    return sum(values[0:n])


@ffi.def_extern()
def sum_rows(rows, n):
    return sum(rows[i][j] * (j + 1) for i in range(n) for j in range(3))


@ffi.def_extern()
def sum_strings(texts):
    total = 0
    while texts[0] != ffi.NULL:
        total += int(ffi.string(texts[0]))
        texts += 1
    return total


@ffi.def_extern()
def swap_pointers(a, b):
    a[0], b[0] = b[0], a[0]
    return 0


table = ffi.new("int[]", [3, 1, 4, 1, 5])


@ffi.def_extern()
def static_table():
    return table


@ffi.def_extern()
def total_nested(n):
    # "in" is a keyword of Python.
    return (n.s.a + n.s.b + ord(n.s.c) + getattr(n.inner, "in")
            + n.inner.p.x + n.inner.p.y
            + sum(t.a + t.b + ord(t.c) for t in n.two))


@ffi.def_extern()
def total_bits(b):
    assert type(b.c) is bool
    return b.a + b.b * 10 + b.c * 1000 + b.d * 10000


@ffi.def_extern()
def total_anonymous(a):
    if a.kind == 0:
        return a.i
    if a.kind == 1:
        return a.f
    return a.lo * 1000 + a.hi


@ffi.def_extern()
def total_arrays(a):
    return sum(a.a) + len(ffi.string(a.name)) + sum(map(sum, a.m))


@ffi.def_extern()
def make_nested(seed):
    return {
        "s": (seed, seed + 1, b"x"),
        "inner": {"in": seed + 2, "p": [seed + 0.5, seed + 0.25]},
        "two": [[1, 2, b"y"], {"c": b"z"}],
    }


@ffi.def_extern()
def make_bits(seed):
    value = ffi.new("struct bits *", {"a": 7, "b": -16, "d": seed})
    value.c = True
    return value[0]


@ffi.def_extern()
def make_anonymous(seed):
    return {"kind": 2, "lo": seed, "hi": -seed}


@ffi.def_extern()
def make_arrays(seed):
    return [[seed, seed + 1, seed + 2], b"seven77", [[1.5], [2.5, 3.5]]] \
        if seed else {"name": b"eight888"}


@ffi.def_extern()
def make_tight(seed):
    return [b"t", seed << 40, -seed]


@ffi.def_extern()
def make_either(d):
    return {"d": d}


@ffi.def_extern()
def make_large(first):
    return ([first + i for i in range(5)],)


@ffi.def_extern()
def sum_linked(item):
    total = 0
    while item:
        total += item.value
        item = item.next
    return total


@ffi.def_extern()
def use_pointers(p):
    p.out[0] = p.fn(int(ffi.string(p.text)))
    return p.out[0]


@ffi.def_extern()
def changes_its_copy(value):
    value.values[0] += 1
    return value.values[0]


@ffi.def_extern()
def apply(fn, value):
    return -1 if fn == ffi.NULL else fn(value)


@ffi.def_extern()
def apply_binary(fn, a, b):
    return fn(a, b)


@ffi.def_extern()
def apply_twice(fn, arg, value):
    return fn(fn(value, arg), arg)


@ffi.def_extern()
def apply_record(fn, out):
    return fn([1, 2, b"3"], out)


@ffi.def_extern()
def negate(value):
    return -value


@ffi.def_extern()
def add(a, b):
    return a + b


@ffi.def_extern()
def get_negate(which):
    return lib.negate if which else ffi.NULL


@ffi.def_extern()
def get_ops(out):
    out.negate = lib.negate
    out.add = lib.add


@ffi.def_extern()
def is_negate(fn):
    return fn == lib.negate


@ffi.def_extern()
def by_index(i):
    return [lib.negate, lib.sum1][i]


@ffi.def_extern()
def get_getter():
    return lib.by_index


def weighted(*args):
    assert all(type(a) is int for a in args)
    return sum(i * a for i, a in enumerate(args, 1))


for name in dir(lib):
    if name.startswith("sum") and name[3:].isdigit():
        ffi.def_extern(name)(weighted)


@ffi.def_extern()
def sum20_mixed(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t):
    return (ord(a) + b + c.a + c.b + ord(c.c) + float(d) + e + f + g.x + g.y + h
            + sum(i.values) + j + k + l.real + l.imag + m + n.d + n.i + o
            + p.d + q + len(ffi.string(r)) + s.real + s.imag + t)
