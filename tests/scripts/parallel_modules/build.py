import cffi

for n in (1, 2, 3):
    ffi = cffi.FFI()
    ffi.embedding_api("int add%d(int, int);" % n)
    ffi.embedding_init_code("""
        import time
        from part%d import ffi
        print("init %d", flush=True)
        time.sleep(0.01)

        @ffi.def_extern()
        def add%d(x, y):
            return %d * (x + y)
    """ % (n, n, n, n))
    ffi.set_source("part%d" % n, "")
    ffi.compile(verbose=False)
