"""Libraries opened by name, and declarations made at run time.

SPDX-License-Identifier: MIT
"""
SECTION = "ffi.md 5"

SETUP = """
MATH = 'libm.so.6'

def inline():
    try:
        import embed as module
    except ImportError:
        import cffi as module
    return module.FFI()

def opened(text, name=MATH):
    f = inline()
    f.cdef(text)
    return f, f.dlopen(name)

def handle():
    f, c = opened('void *dlopen(const char *, int);', None)
    return ffi.cast('void *', c.dlopen(MATH.encode(), 2))

def fails(call, *args):
    try:
        call(*args)
    except Exception as e:
        return type(e).__name__
    return 'no error'
"""

ROWS = [
    "dlopen(name or None or void*, flags=0)",
    ("m = ffi.dlopen(MATH); repr(m)", "\"<Lib object for 'libm.so.6'>\""),
    ("repr(ffi.dlopen(None))", "\"<Lib object for '<None>'>\""),
    ("ffi.dlopen(name=MATH, flags=ffi.RTLD_LAZY).LIMIT", "42"),
    ("ffi.dlopen(MATH, ffi.RTLD_NOW | ffi.RTLD_GLOBAL).f_int(4)", "4"),
    ("m = ffi.dlopen(MATH); m.g_int = 77; lib.g_int", "77"),
    ("m = ffi.dlopen(MATH); m.RED, m.GREEN", "(0, 5)"),
    ("m = ffi.dlopen(MATH); 'f_int' in dir(m), 'g_int' in dir(m)",
     "(True, True)"),
    ("m = ffi.dlopen(MATH); ffi.addressof(m, 'g_int') == "
     "ffi.addressof(lib, 'g_int')", "True"),
    ("m = ffi.dlopen(MATH); m.cos", "A", "has no function, constant or "
     "global variable named 'cos'"),
    ("m = ffi.dlopen(MATH); m.cos = 1", "A", "has no function, constant or "
     "global variable named 'cos'"),
    ("m = ffi.dlopen(MATH); m.LIMIT = 1", "A",
     "cannot write to function or constant 'LIMIT'"),
    ("ffi.dlopen(handle()).f_int(4)", "4"),
    ("repr(ffi.dlopen(handle()))",
     "\"<Lib object for '0x@'>\""),
    ("ffi.dlopen('no_such_library.so')", "F",
     "cannot load library 'no_such_library.so'"),
    ("ffi.dlopen(b'no_such_library.so')", "F", "cannot load library "),
    ("ffi.dlopen(ffi.NULL)", "R", "cannot call dlopen(NULL)"),
    ("ffi.dlopen(ffi.new('int *'))", "T", "dlopen"),
    ("ffi.dlopen(42)", "T", ""),
    ("ffi.dlopen(MATH, 'flags')", "T", ""),
    ("ffi.dlopen(MATH, 1 << 40)", "O", ""),
    ("repr(ffi.dlopen())", "\"<Lib object for '<None>'>\""),
    ("ffi.dlopen(MATH, 2, 3)", "T", ""),
    "dlclose(lib)",
    ("m = ffi.dlopen(MATH); ffi.dlclose(m)", "None"),
    ("m = ffi.dlopen(MATH); ffi.dlclose(m); ffi.dlclose(m)", "None"),
    ("m = ffi.dlopen(MATH); ffi.dlclose(m); m.f_int(5), m.LIMIT", "(5, 42)"),
    ("m = ffi.dlopen(MATH); m.f_int; ffi.dlclose(m); m.f_int(5)", "5"),
    ("m = ffi.dlopen(MATH); ffi.dlclose(m); m.g_int = 3; lib.g_int", "3"),
    ("m = ffi.dlopen(handle()); ffi.dlclose(m)", "None"),
    ("ffi.dlclose(lib); lib.f_int(6)", "6"),
    ("ffi.dlclose(42)", "T", "argument 1 must be ...Lib, not int"),
    ("ffi.dlclose(ffi.NULL)", "T", "argument 1 must be ...Lib, not "),
    ("ffi.dlclose()", "T", ""),
    "declarations at run time",
    ("f, m = opened('double cos(double);'); m.cos(0)", "1.0"),
    ("f, m = opened('double cos(double);'); m.cos('x')", "T",
     "must be real number, not str"),
    ("f, m = opened('double cos(double);'); m.cos()", "T",
     "expects 1 arguments, got 0"),
    ("f, m = opened('int no_such_function(void);'); m.no_such_function", "A",
     "function/symbol 'no_such_function' not found in library 'libm.so.6'"),
    ("f, m = opened('extern int no_such_variable;'); m.no_such_variable",
     "A", "symbol 'no_such_variable' not found in library 'libm.so.6'"),
    ("f, m = opened('double cos(double);'); f.dlclose(m); "
     "fails(getattr, m, 'cos')", "..."),
    ("f, m = opened('#define ANSWER 42\\nenum e { ONE = 1, TWO };'); "
     "m.ANSWER, m.ONE, m.TWO", "(42, 1, 2)"),
    ("f, m = opened('static const int K = -5;'); m.K", "-5"),
    ("f, m = opened('int printf(const char *, ...);', None); m.printf",
     "<cdata 'int(*)(char *, ...)' 0x@>"),
    ("f, m = opened('extern char **environ;', None); "
     "f.string(m.environ[0]) != b''", "True"),
    ("f, m = opened('extern int opterr;', None); old = m.opterr; "
     "m.opterr = 7; new = m.opterr; m.opterr = old; old, new", "(1, 7)"),
    ("f, m = opened('extern int opterr;', None); "
     "f.addressof(m, 'opterr')[0]", "1"),
    ("f, m = opened('int abs(int);', None); f.addressof(m, 'abs')",
     "<cdata 'int(*)(int)' 0x@>"),
    ("f, m = opened('int abs(int);', None); m.abs = 5", "A", ""),
    ("f, m = opened('typedef struct { int x; int y; } at_t;'); "
     "p = f.new('at_t *', [1, 2]); p.x + p.y, f.sizeof('at_t')", "(3, 8)"),
    ("f = inline(); f.cdef('struct s { char c; int i; };', packed=True); "
     "f.sizeof('struct s'), f.offsetof('struct s', 'i')", "(5, 1)"),
    ("f = inline(); f.cdef('struct s { char c; int i; };', pack=2); "
     "f.sizeof('struct s')", "6"),
    ("f = inline(); f.cdef('struct s { int a:3; unsigned b:5; };'); "
     "p = f.new('struct s *', [-1, 31]); p.a, p.b", "(-1, 31)"),
    ("f = inline(); f.cdef('struct s;'); f.typeof('struct s').fields",
     "None"),
    ("f = inline(); f.cdef('struct s; typedef struct s *sp; "
     "struct s { sp next; };'); f.typeof('sp').item.fields[0][0]", "'next'"),
    ("f = inline(); f.typeof('int *') is ffi.typeof('int *')", "True"),
    ("f = inline(); f.cdef('typedef unsigned char byte;'); "
     "f.typeof('byte') is ffi.typeof('unsigned char')", "True"),
    ("f, g = inline(), inline(); f.cdef('struct s { int x; };'); "
     "g.cdef('struct s { int x; };'); "
     "f.typeof('struct s') is g.typeof('struct s')", "False"),
    ("f, g = inline(), inline(); f.cdef('struct s { int x; };'); "
     "g.include(f); f.typeof('struct s') is g.typeof('struct s')", "True"),
    ("f = inline(); fails(f.cdef, 'int f(')", "'CDefError'"),
    ("f = inline(); fails(f.cdef, 'struct s { unknown_t x; };')",
     "'CDefError'"),
    ("f = inline(); fails(f.cdef, 5)", "'TypeError'"),
    ("f = inline(); fails(f.new, 'struct nothing *')", "..."),
    ("f = inline(); f.cdef('int abs(int);'); f.cdef('int abs(int);')",
     "None"),
    ("f = inline(); f.cdef('struct s { int x; };'); "
     "fails(f.cdef, 'struct s { int y; };')", "..."),
    ("f = inline(); f.cdef('enum e { A, B };'); f.string(f.cast('enum e', 1))",
     "'B'"),
    ("f = inline(); f.cdef('typedef int (*cb_t)(int);'); "
     "f.callback('cb_t', lambda x: x + 1)(4)", "5"),
]
