import cffi
ffi = cffi.FFI()
ffi.embedding_api("")
ffi.set_source("nothing", "CFFI_DLLEXPORT int start(void) { return cffi_start_python(); }")
ffi.compile(verbose=False)
