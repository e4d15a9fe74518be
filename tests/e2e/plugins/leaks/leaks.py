# leaks.py - operations of ffi and lib, each run many times: nothing may stay
# behind.
#
# SPDX-License-Identifier: MIT
import gc
import itertools
import os
import sys
import weakref

from leaks import ffi, lib

# Statements; those that must raise are in FAILURES.
OPERATIONS = """
ffi.new("int *", 5)
ffi.new("int[100]")
ffi.new("int[]", [1, 2, 3])
ffi.new("char[]", b"text")
ffi.new("wchar_t[]", "text")
ffi.new("leaks_point *", [1, 2, 0.5])
ffi.new("leaks_point *", {"x": 1, "name": b"abc"})
ffi.new("leaks_point[]", [[1, 2], {"y": 3}])[1].y
ffi.new("struct leaks_tail *", [2, [1, 2]]).rest[1]
ffi.new("union leaks_any *", {"d": 0.5}).d
ffi.new("long double *", 0.5)[0]
ffi.new("double _Complex *", 1j)[0]
ffi.new("leaks_point **", p)[0].x
ffi.new("int[%d]" % next(few))
ffi.cast("int", 5)
ffi.cast("int *", a) + 1
ffi.cast("enum leaks_color", 1)
ffi.cast("double", "a")
ffi.typeof("leaks_point *")
ffi.typeof(p).item.fields
ffi.typeof(p), ffi.typeof(lib.leaks_sum).args, ffi.typeof("enum leaks_color").elements
ffi.typeof("int(*)(int, char *)").result.cname
ffi.getctype("leaks_point *", "x[3]")
ffi.sizeof("leaks_point"), ffi.sizeof(p), ffi.alignof("int")
ffi.offsetof("leaks_point", "name", 2)
ffi.integer_const("LEAKS_LIMIT")
ffi.list_types()
ffi.string(p.name), ffi.string(text, 2), ffi.string(wide)
ffi.string(ffi.cast("enum leaks_color", 1))
ffi.unpack(a, 10), ffi.unpack(text, 3), ffi.unpack(wide, 2)
ffi.buffer(a), ffi.buffer(a, 4)[:], ffi.buffer(a)[2]
ffi.buffer(a)[0:4] = b"abcd"
ffi.buffer(a) == memoryview(a_bytes)
bytes(memoryview(ffi.buffer(a)))
weakref.ref(ffi.buffer(a))
ffi.from_buffer(data), ffi.from_buffer("int[]", data)[0]
ffi.release(ffi.from_buffer(data))
ffi.memmove(a, b"12345678", 8), ffi.memmove(bytearray(8), a, 8)
ffi.addressof(p[0]), ffi.addressof(p, "name"), ffi.addressof(a, 3)
ffi.addressof(lib, "leaks_sum"), ffi.addressof(lib, "leaks_number")
p.x, p.weight, p.bits, p.name, p[0]
p.x = 3; p.weight = 0.5; p.bits = 2; p.name = b"abc"
p[0] = s; p.name[1] = b"z"
a[3] = a[4] + 1
a[1:4], a[1:4][1], list(a[1:4])
a[1:4] = [1, 2, 3]
a[1:4] = iter((1, 2, 3))
a[1:4] = a[2:5]
list(a), len(a), [x for x in a]
(a + 2) - a, a + 1, 1 + a, a + 1 - 1
a == p, p == ffi.NULL, p != p, a + 1 < a + 2, ffi.cast("int", 5) == 5
hash(p), hash(ffi.cast("int", 5)), bool(p), repr(p), repr(a), repr(s)
int(ffi.cast("int", 5)), float(ffi.cast("float", 0.5)), complex(1)
dir(p), dir(lib), dir(ffi)
{p: 1, ffi.cast("int", 3): 2}
weakref.ref(p + 0)
lib.leaks_sum(p, 1), lib.leaks_sum([[1, 2], [3, 4]], 2)
lib.leaks_sum([{"x": i} for i in range(next(few))], 1)
lib.leaks_turn(s).x, lib.leaks_turn([1, 2])
lib.leaks_text(b"text"), lib.leaks_text([b"a", b"\\0"])
lib.leaks_wide("text"), lib.leaks_wide(["a", "\\0"])
lib.leaks_square(1 + 2j), lib.leaks_half(0.5)
lib.leaks_variadic(1, ffi.cast("int", 5))
lib.leaks_number, lib.leaks_table[2], lib.leaks_where.x, lib.leaks_where
lib.leaks_number = 4; lib.leaks_where = [3, 4]
lib.LEAKS_RED, lib.LEAKS_LIMIT
lib.leaks_twice(4)
lib.leaks_stream(null_file)
lib.leaks_fails(1), lib.leaks_raises(1)
sum_pointer(p, 1), turn_pointer([1, 2]).x
sum_pointer([[1, 2]], 1)
lib.leaks_call(lib.leaks_twice, 5)
lib.leaks_call(ffi.callback("int(int)", lambda n: n + 1), 5)
ffi.callback("int(*)(int)", len, error=-1, onerror=print)
ffi.gc(ffi.new("int *"), bool)
ffi.release(ffi.gc(p, hash))
with_gc()
ffi.gc(ffi.gc(p, hash), None)
ffi.from_handle(ffi.new_handle(data))
ffi.from_handle(ffi.cast("char *", handle))
cycle_of_handle()
cycle_of_gc()
cycle_of_buffer()
allocate("int[4]", [1, 2, 3, 4])[2]
ffi.new_allocator()("int *", 3)[0]
ffi.init_once(int, "tag")
ffi.errno = 5; ffi.errno
attach()
type(ffi)().typeof("int *")
type(ffi)().new("int[3]")[1]
isinstance(p, ffi.CData), isinstance(ffi.typeof(p), ffi.CType)
exec("from leaks import ffi, lib", {})
""".strip().splitlines()

FAILURES = """
ffi.new("int")
ffi.new("int *", "x")
ffi.new("char", b"x")
ffi.new("int[]", -1)
ffi.new("int[2]", [1, 2, 3])
ffi.new("int[2]", [1, "x"])
ffi.new("leaks_point *", [1, "x"])
ffi.new("leaks_point *", {"none": 1})
ffi.new("leaks_point *", [1, 2, 3, 4, b"x", 6])
ffi.new("struct leaks_opaque *")
ffi.new("unsigned char *", 256)
ffi.new("struct leaks_tail *", [2, [1, "x"]])
ffi.new("int *", 1, 2)
ffi.new("int *", initial=1)
ffi.new("wchar_t *", "xx")
ffi.cast("leaks_point", 1)
ffi.cast("int", "xx")
ffi.cast("int", None)
ffi.typeof("no such type")
ffi.typeof("int[")
ffi.typeof("int(int)")
ffi.typeof(5)
ffi.sizeof("struct leaks_opaque")
ffi.offsetof("leaks_point", "none")
ffi.integer_const("none")
ffi.string(a)
ffi.string(ffi.NULL)
ffi.unpack(a, -1)
ffi.unpack(5, 1)
ffi.buffer(5)
ffi.buffer(a)[1000]
ffi.buffer(a)[0:4] = b"abc"
ffi.from_buffer("text")
ffi.from_buffer("int[100]", data)
ffi.from_buffer(b"abc", require_writable=True)
ffi.memmove(a, b"abc", 5)
ffi.memmove(b"abc", a, 1)
ffi.addressof(5)
ffi.addressof(p, "none")
ffi.addressof(lib, "none")
p.none
p.none = 1
p.x = "x"
p.bits = 9
ffi.NULL.x
ffi.cast("leaks_point *", 0).x
a[100]
a["x"]
a[100] = 1
a[0] = "x"
a[5:2]
a[0:2] = [1]
a[0:2] = [1, "x"]
a[0:2] = [1, 2, 3]
len(p)
iter(p)
p + "x"
p - a
a < 5
int(p)
float(p)
p()
lib.none
lib.none = 1
lib.leaks_sum = 1
lib.leaks_number = "x"
lib.leaks_sum()
lib.leaks_sum(5, 1)
lib.leaks_sum([[1, "x"]], 1)
lib.leaks_sum(p, "x")
lib.leaks_turn([1, "x"])
lib.leaks_text("text")
lib.leaks_variadic(1, 5)
sum_pointer(p)
sum_pointer(p, "x")
sum_pointer(p, n=1)
turn_pointer([1, "x"])
ffi.callback("int(int)", 5)
ffi.callback("int", len)
ffi.callback("int(int)", len, error="x")
ffi.gc(5, len)
ffi.gc(p, None)
ffi.release(p[0])
ffi.from_handle(5)
ffi.from_handle(p)
ffi.from_handle(ffi.cast("void *", 8))
ffi.from_handle(ffi.NULL)
allocate_null("int *")
allocate_wrong("int *")
ffi.new_allocator(None, len)
ffi.init_once(fail, "other tag")
ffi.init_once(len, [])
ffi.errno = "x"
ffi.def_extern(5)
ffi.def_extern(name="none")(len)
ffi.def_extern(name="leaks_twice", error="x")(len)
ffi.no_attribute
type(ffi)().typeof("leaks_point")
""".strip().splitlines()

SETUP = """
def setup(ffi, lib):
    p = ffi.new("leaks_point *", [1, 2])
    s = p[0]
    a = ffi.new("int[100]")
    a_bytes = bytes(400)
    buf = ffi.new("char[]", b"hello world")
    text = ffi.cast("char *", buf)
    wide_buf = ffi.new("wchar_t[]", "hello")
    wide = ffi.cast("wchar_t *", wide_buf)
    data = b"0123456789abcdef"
    few = itertools.cycle(range(1, 30))
    handle = ffi.new_handle([])
    null_file = open(os.devnull, "w")
    sum_pointer = ffi.addressof(lib, "leaks_sum")
    turn_pointer = ffi.addressof(lib, "leaks_swap")
    allocate = ffi.new_allocator(lambda n: ffi.new("char[]", n), bool)
    allocate_null = ffi.new_allocator(lambda n: ffi.NULL)
    allocate_wrong = ffi.new_allocator(lambda n: n)

    def fail():
        raise ValueError("failed")

    def with_gc():
        with ffi.gc(p, hash) as q:
            return q.x

    def cycle_of_handle():
        box = []
        box.append(ffi.new_handle(box))

    def cycle_of_gc():
        box = []
        box.append(ffi.gc(p, lambda _, box=box: None))

    def cycle_of_buffer():
        array = Array(8)
        array.me = ffi.from_buffer(array)

    def attach():
        @ffi.def_extern(name="leaks_twice", error=-1, onerror=print)
        def function(n):
            return 2 * n

    def run(n):
        for _ in range(n):
            {body}

    null_file.flush()
    (p, s, a, a_bytes, handle, text, wide, data, few, sum_pointer, turn_pointer,
     allocate, allocate_null, allocate_wrong, fail, with_gc, cycle_of_handle,
     cycle_of_gc, cycle_of_buffer, attach)
    return run, buf, wide_buf, null_file
"""


class Array(bytearray):
    """Has a __dict__, so that it can be in a cycle."""


def compiled(statement, fails):
    body = statement
    if fails:
        body = "\n            ".join(
            ("try:", "    " + statement, "except Exception: pass")
            + ("else: raise SystemError('not refused')",)
        )
    scope = {"itertools": itertools, "os": os, "weakref": weakref, "Array": Array}
    exec(SETUP.format(body=body), scope)
    return scope["setup"](ffi, lib)


ROWS = [(s, False) for s in OPERATIONS] + [(s, True) for s in FAILURES]

# What many rows use and must not keep.
CACHED = [ffi, lib, ffi.NULL, ffi.error, ffi.CData, ffi.CType, ffi.buffer]
CACHED += map(ffi.typeof, ["int", "int *", "leaks_point", "char[]"])
CACHED += [lib.leaks_sum, b"", ()]

# Objects and bytes of malloc() that may stay: caches that fill slowly.
BLOCKS_MAY_STAY = 150
BYTES_MAY_STAY = 30000
REFERENCES_MAY_STAY = 3

# What stays once is a cache; a leak is there each time.
ATTEMPTS = 4


def measure():
    gc.collect()
    return (
        sys.getallocatedblocks(),
        lib.leaks_malloced(),
        [sys.getrefcount(x) for x in CACHED],
    )


@ffi.def_extern()
def leaks_twice(n):
    return 2 * n


@ffi.def_extern(error=-1, onerror=lambda *unused: -2)
def leaks_fails(n):
    raise ValueError(n)


@ffi.def_extern(error=-1)
def leaks_raises(n):
    raise ValueError(n)


# What leaks_raises() raises would be printed each time.
sys.unraisablehook = bool


@ffi.def_extern()
def leaks_count():
    return len(ROWS)


def left_behind(run, n):
    before = measure()
    run(n)
    after = measure()
    blocks, malloced = after[0] - before[0], after[1] - before[1]
    left = []
    if blocks > BLOCKS_MAY_STAY:
        left.append("%d objects" % blocks)
    if malloced > BYTES_MAY_STAY:
        left.append("%d bytes" % malloced)
    for x, m, k in zip(CACHED, before[2], after[2]):
        if abs(k - m) > REFERENCES_MAY_STAY:
            left.append("%d references to %r" % (k - m, x))
    return ", ".join(left)


def run_row(row, n):
    statement, fails = ROWS[row]
    run = compiled(statement, fails)
    run[0](100)
    for _ in range(ATTEMPTS):
        left = left_behind(run[0], n)
        if not left:
            return ""
    return "%s: %s stay after %d" % (statement, left, n)


@ffi.def_extern()
def leaks_run(row, n, out, cap):
    try:
        problem = run_row(row, n)
    except Exception as e:
        problem = "%s: %s: %s" % (ROWS[row][0], type(e).__name__, e)
    text = (problem or "").encode()[: cap - 1] + b"\0"
    ffi.memmove(out, text, len(text))
