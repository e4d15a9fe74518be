import os

import cffi

# A module of a package, extra sources, macros, and all kinds of targets.
with open("extra.c", "w") as f:
    f.write("int extra(int x) { return x * FACTOR; }\n")

ffi = cffi.FFI()
ffi.embedding_api("int twice(int);")
ffi.cdef("int extra(int); #define X 5".replace(" #", "\n#"))
ffi.cdef("struct packed { char c; int i; };", packed=True)
ffi.cdef("struct half { char c; int i; };", pack=2)
ffi.embedding_init_code("""
    from pkg.sub.mod import ffi, lib

    @ffi.def_extern()
    def twice(x):
        return lib.extra(x) + ffi.sizeof("struct packed") \
            + ffi.sizeof("struct half") + lib.X
""")
ffi.set_source("pkg.sub.mod", """
    #define X 5
    int extra(int);
    #pragma pack(push, 1)
    struct packed { char c; int i; };
    #pragma pack(pop)
    #pragma pack(push, 2)
    struct half { char c; int i; };
    #pragma pack(pop)
""", sources=["../extra.c"], define_macros=[("FACTOR", "1000"), ("NONE", None)],
    libraries=["m"], extra_compile_args=["-O1"])
# What pkg-config says is added.
with open("pkg-config", "w") as f:
    f.write("""#!/bin/sh
case $2 in
--cflags) echo "-I/nowhere -DPACKAGE=6 -DFLAG -pthread" ;;
--libs) echo "-L/nowhere -lm -Wl,-z,now" ;;
esac
""")
os.chmod("pkg-config", 0o755)
os.environ["PKG_CONFIG"] = os.path.abspath("pkg-config")
other = cffi.FFI()
other.cdef("#define PACKAGE ...")
other.set_source_pkgconfig("found", ["some", "more"], """
    #ifndef FLAG
    #error "no FLAG"
    #endif
    #ifndef OWN
    #error "no OWN"
    #endif
""", define_macros=[("OWN", None)])
other.compile(target="found.so")

here = os.getcwd()
places = [
    ffi.compile("out", verbose=False),
    ffi.compile("out", target="exact.name.xyz"),
    ffi.compile(tmpdir="out", target="lib*.so".replace("*", "mod")),
    ffi.compile("out", target="other.*"),
]
with open("places", "w") as f:
    for place in places:
        f.write(os.path.relpath(place, here) + "\n")
before = os.stat("out/pkg/sub/mod.c").st_mtime_ns
ffi.compile("out")
assert os.stat("out/pkg/sub/mod.c").st_mtime_ns == before
ffi.emit_c_code("mod.c")
with open("mod.c") as a, open("out/pkg/sub/mod.c") as b:
    assert a.read() == b.read()
