# fam000.py - one of a family of plug-ins.  SPDX-License-Identifier: MIT
import _thread
import contextvars
import threading

from fam000 import ffi, lib

NUMBER = int("fam000"[3:])
FAILED = lib.FAM_FAILED
local = threading.local()
context = contextvars.ContextVar("context", default=-1)
counter = 0
counter_lock = _thread.allocate_lock()


@ffi.def_extern()
def fam_number():
    return NUMBER


@ffi.def_extern()
def fam_add(a, b):
    return a + b


@ffi.def_extern()
def fam_length(text):
    return len(ffi.string(text).decode())


@ffi.def_extern()
def fam_scale(p, by):
    return p.x * by + p.y


@ffi.def_extern()
def fam_move(points, n):
    result = ffi.new("fam_point *")
    for i in range(n):
        result.x += points[i].x + lib.FAM_MOVE_BY
        result.y += points[i].y
    result.tag = b"%03d" % NUMBER
    return result[0]


def inner():
    return {}["missing"]


@ffi.def_extern()
def fam_raise(kind):
    if kind == 0:
        raise ValueError("number %d" % NUMBER)
    if kind == 1:
        raise SystemExit(3)
    if kind == 2:
        return "not an int"
    return sorted([1, 2], key=lambda _: inner())


def use_json():
    import json
    text = json.dumps({"n": NUMBER, "list": list(range(20)), "s": "\u00e9" * 9})
    value = json.loads(text)
    return value["n"] + len(value["list"]) + len(value["s"])


def use_re():
    import re
    words = re.findall(r"(\w+)=(\d+)", "a=1, bc=22; d=%d" % NUMBER)
    return int(words[2][1]) + len(words)


def use_datetime():
    import datetime
    day = datetime.datetime(2024, 2, 28) + datetime.timedelta(days=2 + NUMBER)
    return (day - datetime.datetime(2024, 3, 1)).days


def use_decimal():
    import decimal
    with decimal.localcontext() as ctx:
        ctx.prec = 30
        third = decimal.Decimal(NUMBER) / decimal.Decimal(3)
    return int((third * 3).to_integral_value())


def use_threading():
    seen = []
    threads = [threading.Thread(target=seen.append, args=(i,)) for i in (1, 2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return NUMBER + sum(seen)


def use_hashlib():
    import hashlib
    return len(hashlib.sha256(b"x" * NUMBER).hexdigest()) + NUMBER


def use_random():
    import random
    import struct
    r = random.Random(NUMBER)
    data = struct.pack("<id", NUMBER, r.random())
    return struct.unpack("<id", data)[0] + len(data)


def use_collections():
    import collections
    import functools
    import itertools
    c = collections.Counter(itertools.islice(itertools.cycle("abc"), 10))
    pair = collections.namedtuple("pair", "a b")(c["a"], NUMBER)
    return functools.reduce(lambda x, y: x + y, pair)


USES = [use_json, use_re, use_datetime, use_decimal, use_threading,
        use_hashlib, use_random, use_collections]


@ffi.def_extern()
def fam_import(which):
    return USES[which]()


@ffi.def_extern()
def fam_swap_local(value):
    before = getattr(local, "value", -1)
    local.value = value
    return before


@ffi.def_extern()
def fam_swap_context(value):
    before = context.get()
    context.set(value)
    return before


class AtEnd:
    def __init__(self, fn, arg):
        self.fn = fn
        self.arg = arg

    def __del__(self):
        self.fn(self.arg, threading.get_native_id())


@ffi.def_extern()
def fam_watch_end(fn, arg):
    local.at_end = AtEnd(fn, arg)
    return 0


@ffi.def_extern()
def fam_ident():
    return threading.get_ident()


def following(seed):
    return (seed * 1103515245 + 12345) & 0x7fffffff


def told(below):
    if below < 0:
        return FAILED
    return (below * 31 + NUMBER) & 0xffffff


@ffi.def_extern()
def fam_nest(peers, seed, depth):
    if depth == 0:
        return NUMBER
    fn = peers.way[seed % peers.n]
    return told(fn(peers, following(seed), depth - 1))


@ffi.def_extern()
def fam_nest_lib(peers, seed, depth):
    if depth == 0:
        return NUMBER
    fn = peers.way[seed % peers.n]
    return told(lib.fam_call(fn, peers, following(seed), depth - 1))


@ffi.def_extern()
def fam_nest_thread(peers, seed, depth):
    got = []

    def run():
        local.value = "mine"
        fn = peers.way[seed % peers.n]
        got.append(fn(peers, following(seed), depth - 1))
        got.append(local.value)

    if depth == 0:
        # The thread-locals of whoever started this on the same thread.
        return NUMBER if getattr(local, "value", "") == "mine" else FAILED
    t = threading.Thread(target=run)
    t.start()
    t.join()
    return told(got[0]) if got[1:] == ["mine"] else FAILED


@ffi.def_extern()
def fam_nest_raise(peers, seed, depth):
    if depth == 0:
        raise ValueError("at the bottom")
    fn = peers.way[seed % peers.n]
    if fn(peers, following(seed), depth - 1) != FAILED:
        return 0
    try:
        inner()
    except KeyError as e:
        raise RuntimeError("on the way up") from e


@ffi.def_extern()
def fam_nest_ctypes(peers, seed, held):
    import ctypes
    make = ctypes.PYFUNCTYPE if held else ctypes.CFUNCTYPE
    proto = make(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    before = getattr(local, "value", None)
    local.value = marker = object()
    fn = proto(int(ffi.cast("uintptr_t", peers.way[seed % peers.n])))
    result = fn(int(ffi.cast("uintptr_t", peers)), following(seed), held)
    if local.value is not marker:
        return FAILED
    local.value = before
    return told(result)


@ffi.def_extern()
def fam_around(fn, arg):
    ident = threading.get_ident()
    local.around = marker = object()
    fn(arg)
    if threading.get_ident() != ident or local.around is not marker:
        return FAILED
    return NUMBER


@ffi.def_extern()
def fam_busy(n):
    x = 1
    for _ in range(n * 12):
        x = (x * 5 + 3) & 0xffff
    return x


@ffi.def_extern()
def fam_hold(flags):
    flags[0] = 1
    x = 3 ** 1500000
    flags[1] = 1
    return x & 1


@ffi.def_extern()
def fam_count(n):
    global counter
    with counter_lock: # PyPy switches threads inside of `+=`
        counter += n
        return counter


@ffi.def_extern()
def fam_recurse(depth):
    def down(left):
        return 0 if left == 0 else max([left], key=lambda v: down(left - 1))
    down(depth)
    return depth
