import cffi
ffi = cffi.FFI()
ffi.embedding_api("int add(int, int);")
ffi.embedding_init_code("""
    import time
    from once import ffi
    print("init", flush=True)
    for i in range(3):
        time.sleep(0.002)

    @ffi.def_extern()
    def add(x, y):
        return x + y
""")
ffi.set_source("once", "")
ffi.compile(verbose=False)
