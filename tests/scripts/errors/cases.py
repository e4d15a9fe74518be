"""What the front door refuses: (code, exception, message).

SPDX-License-Identifier: MIT
"""
import io
import os

import cffi

POS = "<cdef source string>:"


def new(*texts):
    ffi = cffi.FFI()
    for text in texts:
        ffi.cdef(text)
    return ffi


def sourced(text="", api=None, name="m", source="", **kwds):
    ffi = new(text)
    if api is not None:
        ffi.embedding_api(api)
    ffi.set_source(name, source, **kwds)
    return ffi


CASES = [
    # B1-B3: declarations
    ("new().cdef(5)", TypeError, "cdef() argument must be a string"),
    ("new().embedding_api(b'int f(int);')", TypeError,
     "cdef() argument must be a string"),
    ("new('int f(')", cffi.CDefError,
     POS + "1:7: error: identifier expected\nint f(\n      ^"),
    ("new('int a;\\n\\n  int f(foo_t);')", cffi.CDefError,
     POS + "3:9: error: undefined type name 'foo_t'\n"
     "  int f(foo_t);\n        ^"),
    ("new('struct s { int a; };', 'struct s { int b; };')", cffi.CDefError,
     POS + "1:8: error: redefinition of 'struct s': the other one is at " +
     POS + "1:8\nstruct s { int b; };\n       ^"),
    ("new('int f(void);', 'int f(void);')", cffi.FFIError,
     POS + "1:5: error: multiple declarations of function f\n"
     "int f(void);\n    ^\n(for interactive usage, try cdef(xx, "
     "override=True))"),
    ("new('int f(void);').embedding_api('int f(void);')", cffi.FFIError,
     POS + "1:5: error: multiple declarations of function f\n"
     "int f(void);\n    ^\n(for interactive usage, try cdef(xx, "
     "override=True))"),
    ("new('int f(void);').cdef('long f(void);', override=True)", None, None),
    ("new('#include <stdio.h>')", cffi.CDefError,
     POS + "1:1: error: directive without a preprocessor\n"
     "#include <stdio.h>\n^"),
    ("new('int f(void) { return 1; }')", cffi.CDefError,
     POS + "1:13: error: the body of a function: only declarations can be "
     "here\nint f(void) { return 1; }\n            ^"),
    ("new('typedef int t;', 'typedef long t;')", cffi.FFIError,
     POS + "1:14: error: conflicting declarations of 't': the other one is "
     "at " + POS + "1:13\ntypedef long t;\n             ^\n"
     "(for interactive usage, try cdef(xx, override=True))"),
    ("new('extern \"Ruby\" int f(void);')", cffi.CDefError,
     POS + "1:8: error: unknown linkage '\"Ruby\"'\n"
     "extern \"Ruby\" int f(void);\n       ^"),
    ("new().cdef('int x;', packed='x')", ValueError,
     "'packed' should be False or True; use 'pack' to give another value"),
    ("new().cdef('int x;', pack='2')", TypeError,
     "'pack' must be an int, not str"),
    ("new().cdef('int x;', packed=True, pack=0)", None, None),
    ("new().cdef('int x;', packed=2)", ValueError,
     "'packed' should be False or True; use 'pack' to give another value"),
    ("new().cdef('int x;', packed=True, pack=2)", ValueError,
     "cannot give both 'pack' and 'packed'"),
    ("new().cdef('int x;', pack=3)", ValueError,
     "'pack' must be a power of two, not 3"),
    ("new().cdef('int x(', packed=True)", cffi.CDefError,
     POS + "1:7: error: identifier expected\nint x(\n      ^"),
    ("sourced(api='int f(int, ...);').emit_c_code('m.c')",
     NotImplementedError,
     POS + "1:5: error: cannot export 'f': functions with '...' cannot be "
     "implemented in Python\nint f(int, ...);\n    ^"),
    ("sourced(api='int f(struct s);').emit_c_code('m.c')", cffi.CDefError,
     POS + "1:5: error: cannot export 'f': argument 1 has the incomplete "
     "type 'struct s'\nint f(struct s);\n    ^"),
    ("sourced('int g(struct s);').emit_c_code('m.c')", cffi.CDefError,
     POS + "1:5: error: Python cannot call 'g': argument 1 has the "
     "incomplete type 'struct s'\nint g(struct s);\n    ^"),
    ("new().embed_nothing", AttributeError,
     "ffi.embed_nothing: build scripts only declare and compile; the whole "
     "API is there in the library's own code (from NAME import ffi)"),
    ("cffi.FFI(backend=5)", NotImplementedError,
     "there are no other backends"),
    # include
    ("new().include(5)", TypeError, "ffi.include() expects an argument that "
     "is also of type FFI, not 'int'"),
    ("f = new(); f.include(f)", ValueError, "self.include(self)"),
    ("f = sourced(); f.include(new('int x;')); f.emit_c_code('m.c')",
     ValueError, "ffi.include() of an ffi without set_source()"),
    # B5: init code
    ("new().embedding_init_code(b'x = 1')", TypeError,
     "embedding_init_code() argument must be a str, not bytes"),
    ("new().embedding_init_code('\\n  x = 1\\n  y = = 2')", SyntaxError,
     "invalid syntax (cffi_init, line 2)"),
    ("f = new(); f.embedding_init_code('x'); f.embedding_init_code('y')",
     ValueError, "embedding_init_code() can only be called once"),
    ("f = new(); f.embedding_init_code(''); f.embedding_init_code('y')",
     ValueError, "embedding_init_code() can only be called once"),
    # B6: set_source
    ("f = sourced(); f.set_source('n', '')", ValueError,
     "set_source() cannot be called several times per ffi object"),
    ("new().set_source(5, '')", TypeError, "'module_name' must be a string"),
    ("new().set_source('', '')", ValueError,
     "'module_name' must not be empty"),
    ("new().set_source('a/b', '')", ValueError,
     "'module_name' must not contain '/': use a dotted name to make a "
     "'package.module' location"),
    ("new().set_source('m', 5)", TypeError,
     "'source' must be a string or None, not int"),
    ("sourced(libraries='m')", TypeError,
     "keyword 'libraries' must be a list or a tuple, not str"),
    ("new().set_source_pkgconfig('m', 'zlib', '')", TypeError,
     "the pkgconfig_libs argument must be a list of package names"),
    ("new().set_source_pkgconfig('m', ['no-such-library'], '')",
     cffi.PkgConfigError, "...no-such-library..."),
    ("sourced(name='a-b').emit_c_code('m.c')", cffi.CDefError,
     "embed: error: 'a-b' cannot be the name of an extension: it is not an "
     "identifier of C and Python"),
    ("sourced(name='pkg..m').emit_c_code('m.c')", cffi.CDefError,
     "embed: error: 'pkg..m' cannot be the name of an extension: it is not "
     "an identifier of C and Python"),
    # B8: order
    ("new().compile()", ValueError, "set_source() must be called before "
     "compile(), emit_c_code() and distutils_extension()"),
    ("new().emit_c_code('x.c')", ValueError, "set_source() must be called "
     "before compile(), emit_c_code() and distutils_extension()"),
    ("new().distutils_extension()", ValueError, "set_source() must be called "
     "before compile(), emit_c_code() and distutils_extension()"),
    ("sourced(source=None).compile()", TypeError,
     "set_source(): the source is None, which asks for a Python module; give "
     "a string, such as ''"),
    ("new().def_extern()", ValueError,
     "ffi.def_extern() is only available on API-mode FFI objects"),
    # files
    ("sourced().emit_c_code('no/such/m.c')", FileNotFoundError,
     "[Errno 2] No such file or directory: '" +
     os.path.abspath("no/such/m.c") + "'"),
    ("sourced().compile(target='cases.py/m.so')", FileExistsError,
     "[Errno 17] File exists: '" + os.path.abspath("cases.py") + "'"),
    # the compiler
    ("sourced(source='int x = ;').compile()", cffi.VerificationError,
     "CompileError: ...exit status 1"),
    ("sourced('#define X 5', source='#define X 6').compile()", None, None),
    # what works
    ("f = io.StringIO(); sourced().emit_c_code(f); "
     "assert 'PyInit_m' in f.getvalue()", None, None),
]


def outcome(code):
    try:
        exec(code, globals().copy())
    except Exception as e:
        return type(e), str(e)
    return None, None


def matches(pattern, text):
    if pattern is None or text is None:
        return pattern is text
    at = 0
    parts = pattern.split("...")
    for i, part in enumerate(parts):
        found = text.find(part, at)
        if found < 0 or (i == 0 and found > 0):
            return False
        at = found + len(part)
    return parts[-1] == "" or text.endswith(parts[-1])


wrong = 0
for code, exception, message in CASES:
    got, text = outcome(code)
    if got is not exception or not matches(message, text):
        wrong += 1
        print("%s\n  gives    %s: %s\n  expected %s: %s" % (
            code, got and got.__name__, text,
            exception and exception.__name__, message))
assert len(CASES) > 30
if wrong == 0:
    print("as expected", flush=True)
