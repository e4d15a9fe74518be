import cffi
ffi = cffi.FFI()
ffi.embedding_api("""
    extern int (*my_callback)(int);
    int add_rec(int, int);
""")
ffi.embedding_init_code("""
    from deep import ffi, lib
    print("preparing", flush=True)
    early = lib.my_callback(0)

    @ffi.def_extern()
    def add_rec(x, y):
        print("x, y", x, y, flush=True)
        if x > 0:
            return lib.my_callback(x - 1) + y
        return early
""")
ffi.set_source("deep", """
    CFFI_DLLEXPORT int (*my_callback)(int);
""")
ffi.compile(verbose=False)
