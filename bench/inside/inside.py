# inside.py - operations of ffi and lib, for libembed and for CFFI embedding.
# The build puts the name of the extension in place of BENCH_NAME.
#
# SPDX-License-Identifier: MIT
import time

from BENCH_NAME import ffi, lib

# name, statement
ROWS = [
    ("lib.f(1)", "lib.inside_inc(1)"),
    ("lib.f(1.5)", "lib.inside_half(1.5)"),
    ("lib.f(b'text')", "lib.inside_length(b'text')"),
    ("lib.f(point *)", "lib.inside_sum(p)"),
    ("lib.f() -> point *", "lib.inside_same(p)"),
    ("lib.f(point) -> point", "lib.inside_turn(s)"),
    ("function pointer (libffi)", "fn(1)"),
    ("lib.variable", "lib.inside_counter"),
    ("lib.variable = 5", "lib.inside_counter = 5"),
    ("new('int[100]')", "ffi.new('int[100]')"),
    ("new('int[]', list)", "ffi.new('int[]', numbers)"),
    ("new('int *', 5)", "ffi.new('int *', 5)"),
    ("new('point *')", "ffi.new('inside_point *')"),
    ("new('point *', [1, 2])", "ffi.new('inside_point *', [1, 2])"),
    ("new('char[]', b'text')", "ffi.new('char[]', b'text')"),
    ("cast('int', 5)", "ffi.cast('int', 5)"),
    ("cast('char *', p)", "ffi.cast('char *', p)"),
    ("field get: p.x", "p.x"),
    ("field set: p.x = 3", "p.x = 3"),
    ("field get: double", "p.weight"),
    ("field set: double", "p.weight = 1.5"),
    ("field get: struct", "line.to"),
    ("field get: bit-field", "line.flag"),
    ("field set: bit-field", "line.flag = 5"),
    ("index get: a[5]", "a[5]"),
    ("index set: a[5] = 7", "a[5] = 7"),
    ("pointer get: q[3]", "q[3]"),
    ("struct get: p[0]", "p[0]"),
    ("slice get: a[2:5]", "a[2:5]"),
    ("slice set: a[0:3] = list", "a[0:3] = numbers"),
    ("pointer + 1", "q + 1"),
    ("pointer - pointer", "r - q"),
    ("pointer == pointer", "q == r"),
    ("pointer == NULL", "q == ffi.NULL"),
    ("bool(pointer)", "not q"),
    ("hash(pointer)", "hash(q)"),
    ("int(cdata)", "int(n)"),
    ("len(a)", "len(a)"),
    ("list(a), 100 items", "list(a)"),
    ("string(char *)", "ffi.string(text)"),
    ("unpack(a, 10)", "ffi.unpack(a, 10)"),
    ("buffer(a)", "ffi.buffer(a)"),
    ("buffer(a)[:]", "ffi.buffer(a)[:]"),
    ("from_buffer(bytes)", "ffi.from_buffer(data)"),
    ("memmove", "ffi.memmove(a, q, 16)"),
    ("addressof(s)", "ffi.addressof(s)"),
    ("addressof(s, 'y')", "ffi.addressof(s, 'y')"),
    ("sizeof('int')", "ffi.sizeof('int')"),
    ("typeof('int *')", "ffi.typeof('int *')"),
    ("typeof(cdata)", "ffi.typeof(p)"),
    ("new_handle", "ffi.new_handle(data)"),
    ("from_handle", "ffi.from_handle(handle)"),
    ("gc(p, f)", "ffi.gc(p, nothing)"),
    ("ffi.errno", "ffi.errno"),
]

# Times in a loop, so that the loop itself does not count.
REPEAT = 10

SETUP = """
def setup(ffi, lib):
    p = ffi.new("inside_point *", [1, 2])
    s = p[0]
    line = ffi.new("inside_line *")
    a = ffi.new("int[100]")
    numbers = [1, 2, 3]
    memory = ffi.new("int[10]")
    q = memory + 0
    r = memory + 2
    n = ffi.cast("int", 5)
    buf = ffi.new("char[]", b"hello world")
    text = ffi.cast("char *", buf)
    data = b"0123456789abcdef"
    handle = ffi.new_handle(data)
    fn = ffi.cast("int(*)(int)", ffi.addressof(lib, "inside_inc"))
    nothing = bool

    def run(count, clock):
        start = clock()
        for _ in range(count):
            {body}
        return clock() - start

    # The loop alone, and all names, so that they are cells in every row.
    (p, s, line, a, numbers, q, r, n, text, data, handle, fn, nothing)
    return run, memory, buf
"""


def compiled(statement):
    scope = {}
    exec(SETUP.format(body="; ".join([statement] * REPEAT)), scope)
    return scope["setup"](ffi, lib)


RUNS = [compiled(statement) for _, statement in ROWS]


@ffi.def_extern()
def inside_count():
    return len(ROWS)


@ffi.def_extern()
def inside_name(row, out, cap):
    text = ROWS[row][0].encode()[: cap - 1] + b"\0"
    ffi.memmove(out, text, len(text))


@ffi.def_extern()
def inside_run(row, n):
    count = max(1, n // REPEAT)
    seconds = RUNS[row][0](count, time.perf_counter)
    return seconds * 1e9 / (count * REPEAT)
