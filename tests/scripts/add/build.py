import cffi
ffibuilder = cffi.FFI()

ffibuilder.embedding_api("""
    int add(int, int);
""")

ffibuilder.set_source("calc", "")

ffibuilder.embedding_init_code("""
    from calc import ffi

    @ffi.def_extern()
    def add(x, y):
        print("adding %d and %d" % (x, y), flush=True)
        return x + y
""")

ffibuilder.compile(target="libcalc.*", verbose=False)
