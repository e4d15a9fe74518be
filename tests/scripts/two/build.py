import cffi

for n in (1, 2):
    ffi = cffi.FFI()
    ffi.embedding_api("int add%d(int, int);" % n)
    ffi.embedding_init_code("""
        import sys
        print("preparing %d", flush=True)
        sys.marks = getattr(sys, "marks", 0) + 1
        from _add%d_cffi import ffi

        @ffi.def_extern()
        def add%d(x, y):
            return sys.marks * 1000 + %d * (x + y)
    """ % (n, n, n, n))
    ffi.set_source("_add%d_cffi" % n, "")
    ffi.compile(target="add%d.*" % n, verbose=False)
