import cffi

for n in range(15):
    ffi = cffi.FFI()
    ffi.embedding_api("int answer(int);")
    ffi.embedding_init_code("""
        from load%02d import ffi

        @ffi.def_extern()
        def answer(x):
            return x + %d
    """ % (n, n))
    ffi.set_source("load%02d" % n, "")
    ffi.compile(verbose=False)
