"""ffi.callback.  SPDX-License-Identifier: MIT"""
SECTION = "ffi.md 5"

SETUP = """
import sys
seen = []
def reported(call):
    old = sys.unraisablehook
    sys.unraisablehook = lambda u: seen.append(
        (u.exc_type.__name__, u.err_msg, u.object))
    try:
        return call()
    finally:
        sys.unraisablehook = old
def kinds(): return [s[0] for s in seen]
def fail(*args): raise ValueError('no')
"""

ROWS = [
    "callback(ctype, fn=None, error=None, onerror=None)",
    ("cb = ffi.callback('int(int, int)', lambda a, b: a * b); cb(3, 4)",
     "12"),
    ("ffi.callback('int(*)(int, int)', lambda a, b: a * b)(3, 4)", "12"),
    ("ffi.callback('binop_t', lambda a, b: a * b)(3, 4)", "12"),
    ("ffi.callback(ffi.typeof('binop_t'), lambda a, b: a * b)(3, 4)", "12"),
    ("""@ffi.callback('int(int)')
def cb(x): return x + 1
cb(4)""", "5"),
    ("""@ffi.callback('int(int)', error=9)
def cb(x): return x + 1
cb(4)""", "5"),
    ("ffi.callback(cdecl='int(int)', python_callable=lambda x: x)(4)", "4"),
    ("cb = ffi.callback('int(int)', lambda x: x)\nffi.typeof(cb)",
     "<ctype 'int(*)(int)'>"),
    ("def named(x): return x\nffi.callback('int(int)', named)",
     "<cdata 'int(*)(int)' calling <function named at 0x@>>"),
    ("cb = ffi.callback('binop_t', lambda a, b: a - b); "
     "lib.f_apply(cb, 10, 3)", "7"),
    ("isinstance(ffi.callback('int(int)', lambda x: x), ffi.CData)", "True"),
    ("ffi.callback('void(int)', lambda x: seen.append(x))(3), seen",
     "(None, [3])"),
    ("ffi.callback('double(double)', lambda x: x / 2)(3)", "1.5"),
    ("ffi.callback('float(float)', lambda x: x / 2)(3)", "1.5"),
    ("ffi.callback('char(char)', lambda x: x)(b'q')", "b'q'"),
    ("ffi.callback('_Bool(_Bool)', lambda x: not x)(True)", "False"),
    ("ffi.callback('wchar_t(wchar_t)', lambda x: x)('q')", "'q'"),
    ("ffi.callback('long long(long long)', lambda x: x)(-2**63)",
     "-9223372036854775808"),
    ("ffi.callback('signed char(signed char)', lambda x: x)(-3)", "-3"),
    ("ffi.callback('unsigned short(unsigned short)', lambda x: x)(65535)",
     "65535"),
    ("ffi.callback('enum color(enum color)', lambda x: x)(5)", "5"),
    ("ffi.callback('long double(long double)', lambda x: x)(1.5)",
     "<cdata 'long double' 1.500000E+00>"),
    ("ffi.callback('int(char *)', lambda p: len(ffi.string(p)))(b'abc')",
     "3"),
    ("ffi.callback('int(int *)', lambda p: p[0])([7])", "7"),
    ("p = ffi.new('int *', 3); "
     "ffi.callback('int *(int *)', lambda x: x)(p) == p", "True"),
    ("s = ffi.callback('point_t(point_t)', lambda p: (p.y, p.x))([1, 2]); "
     "s.x, s.y", "(2, 1)"),
    ("ffi.callback('int(struct pair)', lambda p: p.a + p.b)([1, 2])", "3"),
    ("f = lib.f_binop(0); "
     "ffi.callback('binop_t(binop_t)', lambda x: x)(f) == f", "True"),
    ("ffi.callback('int(int)', len.__class__ and abs)(-4)", "4"),
    ("""class C:
    def __call__(self, x): return x * 3
ffi.callback('int(int)', C())(4)""", "12"),
    ("""def f(x): return x
w = weakref.ref(f); cb = ffi.callback('int(int)', f); del f; gc.collect()
alive = w() is not None; del cb; gc.collect(); alive, w()""",
     "(True, None)"),
    ("cb = ffi.callback('int(int)', lambda x: x); bool(cb)", "True"),
    ("cb = ffi.callback('int(int)', lambda x: x); "
     "ffi.cast('void *', cb) == cb", "True"),

    ("ffi.callback('double _Complex(double _Complex)', lambda x: x * 2)(1j)",
     "2j"),
    ("ffi.callback('float _Complex(float _Complex)', lambda x: x * 2)(1j)",
     "2j"),

    "callback: exceptions and failure values",
    ("cb = ffi.callback('int(int)', fail); reported(lambda: cb(1)), kinds()",
     "(0, ['ValueError'])"),
    ("cb = ffi.callback('int(int)', fail, 42); reported(lambda: cb(1))",
     "42"),
    ("cb = ffi.callback('int(int)', fail, error=-1); "
     "reported(lambda: cb(1))", "-1"),
    ("cb = ffi.callback('double(int)', fail, error=2.5); "
     "reported(lambda: cb(1))", "2.5"),
    ("cb = ffi.callback('int *(int)', fail); reported(lambda: cb(1))",
     "<cdata 'int *' NULL>"),
    ("cb = ffi.callback('void(int)', fail); reported(lambda: cb(1)), "
     "kinds()", "(None, ['ValueError'])"),
    ("cb = ffi.callback('int(int)', lambda x: 'x', error=3); "
     "reported(lambda: cb(1)), kinds()", "(3, ['TypeError'])"),
    ("cb = ffi.callback('int(int)', lambda x: None, error=3); "
     "reported(lambda: cb(1)), kinds()", "(3, ['TypeError'])"),
    ("cb = ffi.callback('int(int)', lambda x: 2**40, error=3); "
     "reported(lambda: cb(1)), kinds()", "(3, ['OverflowError'])"),
    ("cb = ffi.callback('void(int)', lambda x: 5); "
     "reported(lambda: cb(1)), kinds()", "(None, ['TypeError'])"),
    ("cb = ffi.callback('int()', lambda x: 5); "
     "reported(lambda: cb()), kinds()", "(0, ['TypeError'])"),
    ("""def stop(x): raise SystemExit(3)
cb = ffi.callback('int(int)', stop); reported(lambda: cb(1)), kinds()""",
     "(0, ['SystemExit'])"),
    ("cb = ffi.callback('int(int)', fail); reported(lambda: cb(1)); "
     "no_address(seen[0][1])",
     "'Exception ignored from ... callback <function fail at 0x@>'"),
    ("cb = ffi.callback('int(int)', fail); reported(lambda: cb(1)); "
     "seen[0][2]", "None"),
    ("def bad(x): return 'x'\n"
     "cb = ffi.callback('int(int)', bad); reported(lambda: cb(1)); "
     "no_address(seen[0][1])",
     "'Exception ignored from ... callback <function bad at 0x@>, "
     "trying to convert the result back to C'"),
    ("cb = ffi.callback('int(int)', fail, onerror=lambda *a: 7); cb(1)",
     "7"),
    ("cb = ffi.callback('int(int)', fail, error=4, "
     "onerror=lambda *a: None); cb(1)", "4"),
    ("""args = []
cb = ffi.callback('int(int)', fail, onerror=lambda *a: args.extend(a)); cb(1)
args[0].__name__, str(args[1]), type(args[2]).__name__""",
     "('ValueError', 'no', 'traceback')"),
    ("""args = []
cb = ffi.callback('int(int)', lambda x: 'x',
                  onerror=lambda *a: args.extend(a)); cb(1)
args[0].__name__, args[2]""", "('TypeError', None)"),
    ("cb = ffi.callback('int(int)', fail, error=4, "
     "onerror=lambda *a: 1/0); reported(lambda: cb(1)), kinds()",
     "(4, ['ValueError', 'ZeroDivisionError'])"),
    ("cb = ffi.callback('int(int)', fail, error=4, "
     "onerror=lambda *a: 'x'); reported(lambda: cb(1)), kinds()",
     "(4, ['ValueError', 'TypeError'])"),
    ("cb = ffi.callback('int(int)', fail, onerror=lambda *a: 1/0); "
     "reported(lambda: cb(1)); seen[1][1]",
     "\"Exception ignored during handling of the above exception by "
     "'onerror'\""),

    "callback: errors",
    ("ffi.callback('int(int)', 3)", "T",
     "expected a callable object, not int"),
    ("ffi.callback('int(int)', fail, onerror=3)", "T",
     "expected a callable object for 'onerror', not int"),
    ("ffi.callback('int(int)', fail, error='x')", "T", ""),
    ("ffi.callback('int(int)', fail, error=2**40)", "O", ""),
    ("ffi.callback('int', fail)", "T", ""),
    ("ffi.callback('int *', fail)", "T", ""),
    ("ffi.callback(3, fail)", "T", ""),
    ("ffi.callback('nosuch(int)', fail)", "E", "undefined type name"),
    ("ffi.callback()", "T", ""),
    ("ffi.callback('int(int)', fail, nosuch=3)", "T", ""),
    ("ffi.callback('int(int, ...)', fail)", "N", ""),
    ("ffi.callback('int(struct bits)', fail)", "N", ""),
    ("ffi.callback('int(union number)', fail)", "N", ""),

    "callback: threads",
    ("""got = []
cb = ffi.callback('int(int)', lambda x: (got.append(
    threading.get_ident()), x)[1])
t = threading.Thread(target=lambda: got.append(cb(5)))
t.start(); t.join()
got[1], got[0] == t.ident""", "(5, True)"),
    ("""cb = ffi.callback('int(int)', lambda x: 0 if x == 0 else 1 + cb(x - 1))
cb(20)""", "20"),
]
