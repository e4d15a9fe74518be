import cffi
ffi = cffi.FFI()
ffi.embedding_api("int count(int);")
ffi.embedding_init_code("""
    import threading
    from local import ffi
    local = threading.local()

    @ffi.def_extern()
    def count(x):
        local.sum = getattr(local, "sum", 0) + x
        return local.sum
""")
ffi.set_source("local", "")
ffi.compile(verbose=False)
