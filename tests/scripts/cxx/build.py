import cffi

# What is exported has a name of C++ unless the source says otherwise.
ffi = cffi.FFI()
ffi.embedding_api("int mangled(int); int plain(int);")
ffi.cdef("int size(void);")
ffi.embedding_init_code("""
    from cxx import ffi, lib

    @ffi.def_extern()
    def mangled(x):
        return x + lib.size()

    @ffi.def_extern()
    def plain(x):
        return -x
""")
ffi.set_source("cxx", """
    #include <vector>
    extern "C" int plain(int);
    static int size() { return (int)std::vector<int>(5).size(); }
""", source_extension=".cpp")
ffi.compile()
