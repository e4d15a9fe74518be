import cffi

# What may stand in declarations without changing what they mean.
ffi = cffi.FFI()
ffi.embedding_api("""
    extern "Python" int marked(int);
    extern "Python+C" { int WINAPI grouped(int, int (__stdcall *)(int)); }
    typedef int (WINAPI *callback_t)(int);
    int __cdecl last(callback_t, int values[3]);
""")
ffi.cdef("""
    extern "C+Python" int seen(void);
    int WINAPI helper(int);
""")
# Blanks in a string belong to it, also where a line has nothing else.
ffi.embedding_init_code("""

      from markers import ffi, lib

      text = '''a
          b
        SPACES
      '''

      @ffi.def_extern()
      def marked(x):
          return lib.helper(x)

      @ffi.def_extern()
      def grouped(x, callback):
          return callback(x)

      @ffi.def_extern()
      def last(callback, values):
          return callback(values[2])

      @ffi.def_extern()
      def seen():
          return len(text)
""".replace("SPACES", "    "))
ffi.set_source("markers", """
    typedef int (*callback_t)(int);
    int helper(int x) { return x + 1; }
""")
ffi.compile(target="built/for/markers.*")
