# random_calls.py - the Python side of the random functions of generate.py.
# The build puts the name of the extension in place of RANDOM_NAME.
#
# SPDX-License-Identifier: MIT
import embed
from RANDOM_NAME import ffi, lib
from RANDOM_NAME_text import DECLARATIONS

MASK = (1 << 64) - 1
COLORS = [0, 5, -7, -6]
WIDE = {"wchar_t", "char16_t", "char32_t"}


def mix(s, n):
    s = (s + (n + 1) * 0x9E3779B97F4A7C15) & MASK
    s = (s ^ (s >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    s = (s ^ (s >> 27)) * 0x94D049BB133111EB & MASK
    return s ^ (s >> 31)


def number(s):
    return (s % 8192 - 4096) / 8


def cut(s, size, signed):
    s &= (1 << size) - 1
    return s - (1 << size) if signed and s >> (size - 1) else s


def is_signed(ctype):
    return int(ffi.cast(ctype, -1)) < 0


def value(ctype, s):
    """The value of a type that follows from s; records as lists."""
    name = ctype.cname
    if ctype.kind == "pointer" or ctype.kind == "function":
        return s & ~7
    if ctype.kind == "enum":
        if name == "enum rnd_color":
            return COLORS[s % 4]
        return 4000000000 if s % 2 else 0
    if ctype.kind == "array":
        return [value(ctype.item, mix(s, i)) for i in range(ctype.length)]
    if ctype.kind == "struct" or ctype.kind == "union":
        return [field_value(*item, s) for item in fields(ctype)]
    if name == "_Bool":
        return bool(s & 1)
    if name == "char":
        return bytes([s & 255])
    if name in WIDE:
        return chr(s % 0xD000)
    if name in ("float", "double", "long double"):
        return number(s)
    if "complex" in name:
        return complex(number(s), number(s >> 20))
    return cut(s, 8 * ffi.sizeof(ctype), is_signed(ctype))


def fields(ctype):
    """(position, field, name) of the fields that the C side sets."""
    if ctype.kind == "union":
        name, field = ctype.fields[0]
        return [(0, field, name)]
    return [
        (i, field, name)
        for i, (name, field) in enumerate(ctype.fields)
        if name != "inner2"
    ]


def field_value(i, field, name, s):
    s = mix(s, i)
    if field.bitsize >= 0:
        if field.type.cname == "_Bool":
            return bool(s & 1)
        return cut(s, field.bitsize, is_signed(field.type))
    return value(field.type, s)


def read(ctype, x):
    """What Python got, as value() makes it."""
    if ctype.kind == "pointer" or ctype.kind == "function":
        return int(ffi.cast("uintptr_t", x))
    if ctype.kind == "array":
        return [read(ctype.item, item) for item in x]
    if ctype.kind == "struct" or ctype.kind == "union":
        return [read(f.type, getattr(x, n)) for _, f, n in fields(ctype)]
    return float(x) if ctype.cname == "long double" else x


def make(ctype, v):
    """What Python gives, out of what value() made."""
    if ctype.kind == "pointer" or ctype.kind == "function":
        return ffi.cast(ctype, v)
    if ctype.kind == "array":
        return [make(ctype.item, item) for item in v]
    if ctype.kind == "struct" or ctype.kind == "union":
        x = ffi.new(ffi.getctype(ctype, "*"))
        for (_, field, name), item in zip(fields(ctype), v):
            setattr(x, name, make(field.type, item))
        return x[0]
    return v


def check(ctype, x, s, what):
    got, expected = read(ctype, x), value(ctype, s)
    if got != expected:
        raise AssertionError(
            "%s of type %s: %r, not %r" % (what, ctype.cname, got, expected)
        )


def result_of(ctype, i):
    if ctype.kind == "void":
        return None
    return make(ctype, value(ctype, mix(i, 0)))


def arguments(ftype, i):
    return [make(t, value(t, mix(i, k + 1))) for k, t in enumerate(ftype.args)]


def implementation(i, ftype):
    """A Python function that checks its arguments and answers."""

    def function(*args):
        for k, (t, x) in enumerate(zip(ftype.args, args, strict=True)):
            check(t, x, mix(i, k + 1), "argument %d of function %d" % (k, i))
        return result_of(ftype.result, i)

    return function


def call(i, ftype, function):
    result = function(*arguments(ftype, i))
    if ftype.result.kind == "void":
        assert result is None
    else:
        check(ftype.result, result, mix(i, 0), "result of function %d" % i)


def is_for_libffi(ctype):
    """Can libffi pass it by value?"""
    if ctype.kind == "array":
        return is_for_libffi(ctype.item)
    if ctype.kind == "struct":
        # inner2: in an anonymous union.
        return "packed" not in ctype.cname and all(
            f.bitsize < 0 and name != "inner2" and is_for_libffi(f.type)
            for name, f in ctype.fields
        )
    return ctype.kind != "union"


def leaves(ctype):
    """The scalar types of a record, each array once for each item."""
    if ctype.kind == "array":
        return leaves(ctype.item) * ctype.length
    if ctype.kind == "struct":
        return [t for _, f in ctype.fields for t in leaves(f.type)]
    return [ctype.cname]


def is_result_for_libffi(ctype):
    """libffi does not know where a struct of one long double comes back."""
    return ctype.kind != "struct" or leaves(ctype) != ["long double"]


def by_libffi(i, ftype, action):
    """Runs an action, which must be refused just where libffi cannot."""
    possible = all(
        map(is_for_libffi, [ftype.result, *ftype.args])
    ) and is_result_for_libffi(ftype.result)
    try:
        action()
    except NotImplementedError:
        assert not possible, "function %d is refused" % i
    else:
        assert possible, "function %d is not refused" % i


def run_lib(i):
    function = getattr(lib, "rnd_c_%d" % i)
    call(i, ffi.typeof(function), function)


def run_pointer(i):
    function = ffi.addressof(lib, "rnd_c_%d" % i)
    ftype = ffi.typeof(function)
    by_libffi(i, ftype, lambda: call(i, ftype, function))


def run_callback(i):
    back = getattr(lib, "rnd_back_%d" % i)
    ftype = ffi.typeof(back).args[0]

    def action():
        good = back(ffi.callback(ftype, implementation(i, ftype)))
        assert good, "result of callback %d" % i

    by_libffi(i, ftype, action)


RECORDS = sorted(
    (
        "%s %s" % (kind, name)
        for kind, names in zip(("struct", "union"), ffi.list_types()[1:])
        for name in names
        if name.startswith("rnd_") and name != "rnd_opaque"
    ),
    key=lambda name: int(name.rpartition("_")[2]),
)


def run_layout(i, ffi=ffi):
    ctype = ffi.typeof(RECORDS[i])
    facts = [ffi.sizeof(ctype), ffi.alignof(ctype)]
    for name, field in ctype.fields:
        if field.bitsize < 0:
            assert field.offset == ffi.offsetof(ctype, name)
            facts.append(field.offset)
        else:
            facts.append(-1)
    expected = [lib.rnd_layout(i, k) for k in range(len(facts))]
    assert facts == expected, "%s: %r, not %r" % (ctype, facts, expected)


declared = embed.FFI()
declared.cdef(DECLARATIONS)


def run_declared(i):
    run_layout(i, declared)


PARTS = [
    (run_lib, lib.RND_FUNCTIONS),
    (run_pointer, lib.RND_FUNCTIONS),
    (run_callback, lib.RND_FUNCTIONS),
    (run_layout, lib.RND_RECORDS),
    (run_declared, lib.RND_RECORDS),
]


@ffi.def_extern()
def rnd_run(part, out, cap):
    run, n = PARTS[part]
    errors = []
    for i in range(n):
        try:
            run(i)
        except Exception as e:
            errors.append("%d: %s: %s" % (i, type(e).__name__, e))
    first = ffi.new("int *")
    bad = lib.rnd_bad_take(first)
    if bad > 0:
        errors.append("%d arguments wrong in C, first in %d" % (bad, first[0]))
    text = "\n".join(errors).encode()[: cap - 1] + b"\0"
    ffi.memmove(out, text, len(text))
    return len(errors)


for number_of in range(lib.RND_FUNCTIONS):
    export = "rnd_export_%d" % number_of
    ffi.def_extern(name=export)(
        implementation(number_of, ffi.typeof(getattr(lib, export)))
    )
