# Init code as an author writes it.  Each `type: ignore` is a mistake that the
# checker must find: one that it does not find is reported as unused.
from __future__ import annotations

from typing import TYPE_CHECKING

import embed
from points import ffi, lib

if TYPE_CHECKING:
    from embed import CData


@ffi.def_extern()
def norm(p: CData) -> float:
    return lib.distance(p, ffi.new("point_t *"))


@ffi.def_extern(name="total", error=-1, onerror=lambda t, e, tb: None)
def _total(values: CData, n: int) -> int:
    return sum(values[0:n])


@ffi.def_extern(error="x", nothing=1)  # type: ignore[call-arg]
def wrong() -> None:
    pass


@ffi.callback("int(int)")
def twice(x: int) -> int:
    return 2 * x


def memory() -> None:
    p = ffi.new("int[]", [1, 2, 3])
    p[0] = len(p) + int(p[1])
    assert p + 1 > p and (p + 1) - p == 1 and p != ffi.NULL
    data: bytes = ffi.buffer(p)[:]
    ffi.memmove(p, data, 4)
    view = memoryview(ffi.buffer(p))
    with ffi.from_buffer("char[]", bytearray(8), require_writable=True) as c:
        c[0] = b"x"
    held = ffi.gc(p, lambda x: None)
    ffi.release(held)
    ffi.release(5)  # type: ignore[arg-type]
    ffi.buffer(p)["x"]  # type: ignore[index]
    ffi.string(b"x")  # type: ignore[arg-type]
    ffi.memmove(p, "text", 4)  # type: ignore[arg-type]
    ffi.new(5)  # type: ignore[arg-type]
    embed.CType(view)  # type: ignore[arg-type]


def types() -> str:
    t = ffi.typeof("point_t")
    for name, field in t.fields or []:
        print(name, field.offset + ffi.sizeof(field.type))
    if t.kind == "strukt":  # type: ignore[comparison-overlap]
        return ""
    t.cname = "x"  # type: ignore[misc]
    return ffi.getctype(t.item, "*")


def names() -> int:
    lib.points_used = lib.POINTS_MAX
    lib.points_used = "many"  # type: ignore[assignment]
    lib.distance(ffi.NULL)  # type: ignore[call-arg]
    lib.anything(1, 2)
    ffi.addressof(lib, "points_used")
    ffi.errno = 5
    return ffi.init_once(lambda: 5, "tag")


class Types(embed.FFI):
    def __init__(self, source: str) -> None:
        self.cdef(source, packed=True)


def at_run_time() -> object:
    try:
        f = Types("double sqrt(double);")
        f.include(ffi)
        m = f.dlopen("libm.so.6", f.RTLD_NOW)
        root = m.sqrt(2)
        f.dlclose(m)
        f.dlopen(5)  # type: ignore[arg-type]
        f.nothing()  # type: ignore[attr-defined]
        return root
    except embed.CDefError as e:
        return str(e)
    except ffi.error:
        return ffi.errno
