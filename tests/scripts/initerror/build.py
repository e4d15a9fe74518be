import cffi
ffi = cffi.FFI()
ffi.embedding_api("int add(int, int); double half(double); void *null(void);")
ffi.embedding_init_code("""
    from broken import ffi

    @ffi.def_extern()
    def add(x, y):
        return 5

    raise KeyError("out of order")
""")
ffi.set_source("broken", "CFFI_DLLEXPORT int start(void) { return cffi_start_python(); }")
ffi.compile(verbose=False)
