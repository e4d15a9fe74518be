import cffi
ffi = cffi.FFI()
ffi.embedding_api("int length(void);")
ffi.embedding_init_code("""
    # Zürich, 東京
    from greek import ffi
    text = "π≈3.14159 ≠ \\u0041\\t😀"

    @ffi.def_extern()
    def length():
        print(ascii(text), flush=True)
        return len(text)
""")
ffi.set_source("greek", "/* é */")
ffi.compile(verbose=False)
