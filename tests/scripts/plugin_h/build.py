import cffi
ffibuilder = cffi.FFI()

with open("plugin.h") as f:
    # The lines that start with '#' are for C; what is left is read by cffi.
    data = "".join(line for line in f if not line.startswith("#"))
    data = data.replace("CFFI_DLLEXPORT", "")
    ffibuilder.embedding_api(data)

ffibuilder.set_source("my_plugin", r"""
    #include "plugin.h"
""", include_dirs=["."])

ffibuilder.embedding_init_code("""
    from my_plugin import ffi

    @ffi.def_extern()
    def do_stuff(p):
        return p.x * p.y

    @ffi.def_extern()
    def label_length(label, points, n):
        return len(ffi.string(label)) + sum(points[i].x for i in range(n))
""")

ffibuilder.compile(target="plugin-1.5.*", verbose=False)
