"""ffi.def_extern: arguments, results, exceptions.

SPDX-License-Identifier: MIT
"""
SECTION = "embedding.md 6"

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
def attach(fn, name='py_add', **options):
    return ffi.def_extern(name, **options)(fn)
"""

ROWS = [
    "D1",
    ("""@ffi.def_extern()
def py_add(a, b): return a + b
lib.py_add(2, 3)""", "5"),
    ("""def f(a, b): return a * b
ffi.def_extern('py_add')(f) is f, lib.py_add(2, 3)""", "(True, 6)"),
    ("""@ffi.def_extern(name='py_add')
def other(a, b): return a - b
lib.py_add(2, 3)""", "-1"),
    ("""@ffi.def_extern('py_add', 7, lambda *a: None)
def other(a, b): raise KeyError
lib.py_add(2, 3)""", "7"),
    ("""@ffi.def_extern(None)
def py_add(a, b): return 11
lib.py_add(2, 3)""", "11"),

    "D2",
    ("ffi.def_extern('nosuch')(fail)", "E",
     "ffi.def_extern('nosuch'): no 'extern \"Python\"' function with this "
     "name"),
    ("ffi.def_extern()(fail)", "E", "ffi.def_extern('fail'): no "),
    ("ffi.def_extern('f_int')(fail)", "E", "ffi.def_extern('f_int'): no "),
    ("ffi.def_extern('g_int')(fail)", "E", "ffi.def_extern('g_int'): no "),
    ("ffi.def_extern(3)(fail)", "T", ""),
    ("ffi.def_extern(b'py_add')(fail)", "T", ""),
    ("ffi.def_extern()(3)", "A", "__name__"),
    ("class C:\n    def __call__(self): pass\nffi.def_extern()(C())", "A",
     "__name__"),
    ("ffi.def_extern('py_add')(3)", "T",
     "expected a callable object, not int"),
    ("ffi.def_extern('py_add')(None)", "T",
     "expected a callable object, not NoneType"),
    ("ffi.def_extern('py_add', onerror=3)(fail)", "T", "for 'onerror'"),
    ("ffi.def_extern(nosuch=3)", "T", "nosuch"),
    ("ffi.def_extern('py_add', 1, None, 3)", "T", ""),

    "D3",
    ("ffi.def_extern('py_add', error='x')(fail)", "T", ""),
    ("ffi.def_extern('py_add', error=2**31)(fail)", "O", ""),
    ("ffi.def_extern('py_add', error=1.5)(fail)", "T", ""),
    ("ffi.def_extern('py_text', error=b'x')(fail)", "T", ""),
    ("ffi.def_extern('py_point', error=[1, 2, 3])(fail)", "V", ""),

    "D4",
    ("attach(lambda a, b: 1); x = lib.py_add(0, 0); "
     "attach(lambda a, b: 2); x, lib.py_add(0, 0)", "(1, 2)"),
    ("p = lib.py_add; attach(lambda a, b: 3); lib.py_add == p, p(0, 0)",
     "(True, 3)"),
    ("attach(max); lib.py_add(4, 9)", "9"),
    ("""class C:
    def __call__(self, a, b): return a * 10 + b
attach(C()); lib.py_add(4, 9)""", "49"),
    ("class C:\n    def m(self, a, b): return a\n"
     "attach(C().m); lib.py_add(4, 9)", "4"),

    "D5",
    ("attach(fail); reported(lambda: lib.py_add(1, 2)), kinds()",
     "(0, ['ValueError'])"),
    ("attach(fail, error=42); reported(lambda: lib.py_add(1, 2))", "42"),
    ("attach(fail); reported(lambda: lib.py_add(1, 2)); "
     "no_address(seen[0][1]), seen[0][2]",
     "('Exception ignored from ... callback <function fail at 0x@>', "
     "None)"),
    ("attach(lambda a, b: 'x', error=5); "
     "reported(lambda: lib.py_add(1, 2)), kinds()", "(5, ['TypeError'])"),
    ("attach(lambda a, b: 2**31); "
     "reported(lambda: lib.py_add(1, 2)), kinds()", "(0, ['OverflowError'])"),
    ("def bad(a, b): return 'x'\n"
     "attach(bad); reported(lambda: lib.py_add(1, 2)); "
     "no_address(seen[0][1])",
     "'Exception ignored from ... callback <function bad at 0x@>, trying to "
     "convert the result back to C'"),
    ("def stop(a, b): raise SystemExit(3)\n"
     "attach(stop); reported(lambda: lib.py_add(1, 2)), kinds()",
     "(0, ['SystemExit'])"),
    ("def stop(a, b): raise KeyboardInterrupt\n"
     "attach(stop); reported(lambda: lib.py_add(1, 2)), kinds()",
     "(0, ['KeyboardInterrupt'])"),
    ("attach(lambda: 1); reported(lambda: lib.py_add(1, 2)), kinds()",
     "(0, ['TypeError'])"),
    ("attach(fail, 'py_double', error=2.5); "
     "reported(lambda: lib.py_double(1))", "2.5"),
    ("attach(fail, 'py_double'); reported(lambda: lib.py_double(1))", "0.0"),
    ("attach(fail, 'py_text'); reported(lambda: lib.py_text(b'x'))",
     "<cdata 'char *' NULL>"),
    ("attach(fail, 'py_point', error=[7, 8]); "
     "p = reported(lambda: lib.py_point([1, 2])); p.x, p.y", "(7, 8)"),
    ("attach(fail, 'py_point'); "
     "p = reported(lambda: lib.py_point([1, 2])); p.x, p.y", "(0, 0)"),
    ("attach(fail, 'py_ldouble', error=1.5); "
     "float(reported(lambda: lib.py_ldouble(3)))", "1.5"),

    "D6",
    ("attach(fail, onerror=lambda *a: 77); lib.py_add(1, 2)", "77"),
    ("attach(fail, error=8, onerror=lambda *a: None); lib.py_add(1, 2)",
     "8"),
    ("attach(fail, onerror=lambda *a: seen.extend(a)); "
     "x = lib.py_add(1, 2); "
     "x, seen[0].__name__, str(seen[1]), type(seen[2]).__name__",
     "(0, 'ValueError', 'no', 'traceback')"),
    ("attach(lambda a, b: 'x', onerror=lambda *a: seen.extend(a)); "
     "lib.py_add(1, 2); seen[0].__name__, seen[2]", "('TypeError', None)"),
    ("attach(lambda a, b: 'x', onerror=lambda *a: 6); lib.py_add(1, 2)",
     "6"),
    ("attach(fail, error=8, onerror=lambda *a: 1/0); "
     "reported(lambda: lib.py_add(1, 2)), kinds()",
     "(8, ['ValueError', 'ZeroDivisionError'])"),
    ("attach(fail, error=8, onerror=lambda *a: 'x'); "
     "reported(lambda: lib.py_add(1, 2)), kinds()",
     "(8, ['ValueError', 'TypeError'])"),
    ("attach(fail, onerror=lambda *a: 1/0); "
     "reported(lambda: lib.py_add(1, 2)); seen[1][1]",
     "\"Exception ignored during handling of the above exception by "
     "'onerror'\""),
    ("attach(fail, onerror=lambda *a: 5); "
     "reported(lambda: lib.py_add(1, 2)), seen", "(5, [])"),

    "D7",
    ("attach(lambda x: None, 'py_void'); "
     "reported(lambda: lib.py_void(1)), kinds()", "(None, [])"),
    ("attach(lambda x: 0, 'py_void'); "
     "reported(lambda: lib.py_void(1)), kinds()", "(None, ['TypeError'])"),
    ("attach(fail, 'py_void'); "
     "reported(lambda: lib.py_void(1)), kinds()", "(None, ['ValueError'])"),
    ("attach(lambda x: 0, 'py_void', onerror=lambda t, e, b: "
     "seen.append(str(e))); lib.py_void(1); seen",
     "[\"callback with the return type 'void' must return None\"]"),

    "D8",
    ("attach(lambda x: seen.append(x), 'py_bool'); "
     "reported(lambda: lib.f_call_py_bool(2)), len(seen), type(seen[0])",
     "(0, 1, <class 'tuple'>)"),
    ("attach(lambda x: seen.append(x) or True, 'py_bool', error=True); "
     "reported(lambda: lib.f_call_py_bool(2)), kinds()",
     "(1, ['ValueError'])"),
    ("attach(lambda x: x, 'py_bool'); lib.f_call_py_bool(1)", "1"),

    "D9",
    ("attach(lambda a, b: 1/0, onerror=lambda t, e, b: "
     "seen.append(b.tb_frame.f_locals)); lib.py_add(3, 4); seen",
     "[{'a': 3, 'b': 4}]"),
]
