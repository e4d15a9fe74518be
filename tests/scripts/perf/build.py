import cffi
ffi = cffi.FFI()
ffi.embedding_api("int add(int, int);")
ffi.embedding_init_code("""
    from quick import ffi

    @ffi.def_extern()
    def add(x, y):
        return x + y
""")
ffi.set_source("quick", "")
ffi.compile(verbose=False)
