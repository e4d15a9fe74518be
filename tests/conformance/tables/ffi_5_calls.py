"""Calls of C functions, by name and by pointer.

SPDX-License-Identifier: MIT
"""
SECTION = "ffi.md 5"

SETUP = """
def pointer(name): return ffi.addressof(lib, name)
add = lib.f_binop(0)
def written(call):
    r, w = os.pipe()
    with os.fdopen(w, 'wb') as file:
        call(file)
        text = os.read(r, 100)
    os.close(r)
    return text
"""

ROWS = [
    "function-pointer cdata call",
    ("add(2, 3)", "5"),
    ("pointer('f_int')(-5)", "-5"),
    ("pointer('f_none')()", "5"),
    ("pointer('f_void')()", "None"),
    ("pointer('f_double')(3)", "3.0"),
    ("pointer('f_float')(0.5)", "0.5"),
    ("pointer('f_char')(b'x')", "b'x'"),
    ("pointer('f_wchar')('x')", "'x'"),
    ("pointer('f_char16')('x')", "'x'"),
    ("pointer('f_bool')(True)", "True"),
    ("pointer('f_color')(5)", "5"),
    ("pointer('f_schar')(-1)", "-1"),
    ("pointer('f_ushort')(65535)", "65535"),
    ("pointer('f_ullong')(2**64 - 1)", "18446744073709551615"),
    ("pointer('f_ldouble')(1.5)", "<cdata 'long double' 1.500000E+00>"),
    ("pointer('f_many')(1, 2, 3.0, b'\\x04', 5)", "15"),
    ("pointer('f_move')([1, 2], 10, 20)",
     "<cdata 'point_t' owning 8 bytes>"),
    ("p = pointer('f_move')({'x': 1, 'y': 2}, 10, 20); p.x, p.y", "(11, 22)"),
    ("p = pointer('f_pair')([7, 8]); p.a, p.b", "(7, 8)"),
    ("pointer('f_first')([5, 6])", "5"),
    ("pointer('f_sum')((1, 2, 3), 3)", "6"),
    ("pointer('f_sum')(ffi.new('int[]', [4, 5]), 2)", "9"),
    ("pointer('f_length')(b'hello')", "5"),
    ("pointer('f_wlength')('hello')", "5"),
    ("pointer('f_bytes')(b'\\x01\\x02', 2)", "3"),
    ("pointer('f_ubytes')(b'\\x01\\xff', 2)", "256"),
    ("pointer('f_px')([[7, 8]])", "7"),
    ("pointer('f_px')(ffi.new('point_t *', [7]))", "7"),
    ("pointer('f_first')(ffi.NULL)", "-1"),
    ("pointer('f_apply')(add, 4, 5)", "9"),
    ("pointer('f_static_text')()", "<cdata 'char *' 0x@>"),
    ("p = ffi.new('int[3]', [1, 2, 3]); pointer('f_offset')(p, 2)[0]", "3"),
    ("pointer('f_grid')([[1, 2, 3], [4, 5, 6]])", "6"),
    ("written(lambda f: pointer('f_write')(f, b'text'))", "b'text'"),
    ("lib.f_set_errno(9); pointer('f_get_errno')()", "9"),
    ("pointer('f_int')()", "T", "expects 1 arguments, got 0"),
    ("pointer('f_int')(1, 2)", "T", "expects 1 arguments, got 2"),
    ("pointer('f_none')(1)", "T", "expects 0 arguments, got 1"),
    ("pointer('f_format')(b'x')", "T", "expects at least 2 arguments, got 1"),
    ("pointer('f_int')(x=1)", "T", "keyword"),
    ("pointer('f_int')('x')", "T", "an integer is required"),
    ("pointer('f_int')(1.5)", "T", "integer"),
    ("pointer('f_int')(None)", "T", ""),
    ("pointer('f_int')(2**31)", "O", "integer 2147483648 does not fit 'int'"),
    ("pointer('f_uchar')(-1)", "O", ""),
    ("pointer('f_double')('x')", "T", ""),
    ("pointer('f_char')(b'xy')", "T", ""),
    ("pointer('f_length')('hello')", "T", ""),
    ("pointer('f_first')(b'abcd')", "T", ""),
    ("pointer('f_first')(5)", "T", ""),
    ("pointer('f_first')(None)", "T", ""),
    ("pointer('f_first')(ffi.new('long *'))", "T",
     "must be a pointer to same type, not cdata 'long *'"),
    ("pointer('f_wlength')(b'hello')", "T", ""),
    ("pointer('f_move')(5, 1, 1)", "T", ""),
    ("pointer('f_move')([1, 2, 3], 1, 1)", "V", ""),
    ("pointer('f_sum')(['x'], 1)", "T", ""),
    ("ffi.cast('binop_t', 0)(1, 2)", "R",
     "cannot call null pointer"),
    ("pointer('f_bits')([1])", "N", ""),
    ("pointer('f_number')([1])", "N", ""),
    ("pointer('f_cdouble')(1j)", "1j"),
    ("pointer('f_cfloat')(1j)", "1j"),
    ("pointer('f_anon')([1])", "N", ""),
    ("pointer('f_packed')([b'x'])", "N", ""),
    ("ffi.new('int *')(3)", "T", "not callable"),
    ("ffi.cast('int', 3)(3)", "T", "not callable"),
    ("ffi.new('point_t *')[0]()", "T", "not callable"),

    "variadic",
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%d %ld', ffi.cast('int', 5), ffi.cast('long', 6))
ffi.string(b)""", "b'5 6'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'none'), ffi.string(b)""", "(4, b'none')"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%d', ffi.cast('signed char', -3)); ffi.string(b)""",
     "b'-3'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%d', ffi.cast('short', -3)); ffi.string(b)""", "b'-3'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%d', ffi.cast('unsigned char', 200)); ffi.string(b)""",
     "b'200'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%d', ffi.cast('enum color', 5)); ffi.string(b)""", "b'5'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%.1f', ffi.cast('double', 2.5)); ffi.string(b)""",
     "b'2.5'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%.1Lf', ffi.cast('long double', 2.5)); ffi.string(b)""",
     "b'2.5'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%s', ffi.new('char[]', b'xyz')); ffi.string(b)""",
     "b'xyz'"),
    ("""b = ffi.new('char[200]'); a = ffi.new('char[]', b'xyz')
lib.f_format(b, b'%s', a + 1); ffi.string(b)""", "b'yz'"),
    ("""b = ffi.new('char[200]')
lib.f_format(b, b'%p', ffi.NULL); ffi.string(b)""", "b'(nil)'"),
    ("""b = ffi.new('char[200]')
pointer('f_format')(b, b'%d-%s', ffi.cast('int', 7), ffi.new('char[]', b'q'))
ffi.string(b)""", "b'7-q'"),
    ("b = ffi.new('char[200]'); lib.f_format(b, b'%d', 5)", "T",
     "argument 3 passed in the variadic part needs to be a cdata object"),
    ("b = ffi.new('char[200]'); lib.f_format(b, b'%s', b'x')", "T",
     "argument 3 passed in the variadic part needs to be a cdata object "
     "(got bytes)"),
    ("b = ffi.new('char[200]'); lib.f_format(b, b'%s', None)", "T",
     "needs to be a cdata object"),
    ("b = ffi.new('char[200]'); lib.f_format(b, b'', ffi.NULL, 2.5)", "T",
     "argument 4 passed in the variadic part needs to be a cdata object"),
    ("lib.f_format()", "T", ""),

    "lib.f(...) API mode",
    ("lib.f_int(5)", "5"),
    ("lib.f_int(Int(5))", "5"),
    ("lib.f_int(True)", "1"),
    ("lib.f_int(ffi.cast('short', 5))", "5"),
    ("lib.f_schar(-128)", "-128"),
    ("lib.f_uchar(255)", "255"),
    ("lib.f_short(-32768)", "-32768"),
    ("lib.f_ushort(65535)", "65535"),
    ("lib.f_uint(2**32 - 1)", "4294967295"),
    ("lib.f_long(-2**63)", "-9223372036854775808"),
    ("lib.f_ullong(2**64 - 1)", "18446744073709551615"),
    ("lib.f_bool(1)", "True"),
    ("lib.f_char(b'x')", "b'x'"),
    ("lib.f_wchar('\\u20ac') == '\\u20ac'", "True"),
    ("lib.f_char16('x'), lib.f_char32('y')", "('x', 'y')"),
    ("lib.f_float(0.5)", "0.5"),
    ("lib.f_double(1)", "1.0"),
    ("lib.f_ldouble(1.5)", "<cdata 'long double' 1.500000E+00>"),
    ("lib.f_cdouble(1 + 2j)", "(1+2j)"),
    ("lib.f_cfloat(2j)", "2j"),
    ("lib.f_color(5)", "5"),
    ("lib.f_sign(-1)", "-1"),
    ("lib.f_token(65535)", "65535"),
    ("lib.f_void()", "None"),
    ("lib.f_many(1, 2, 3, b'\\x04', 5)", "15"),
    ("lib.f_first([5])", "5"),
    ("lib.f_first(ffi.NULL)", "-1"),
    ("lib.f_sum([1, 2, 3], 3)", "6"),
    ("lib.f_length(b'abc')", "3"),
    ("lib.f_length(ffi.new('char[]', b'abcd'))", "4"),
    ("lib.f_wlength('abc')", "3"),
    ("lib.f_bytes(b'\\x01\\x02', 2)", "3"),
    ("lib.f_bytes(ffi.new('int *', 258), 2)", "3"),
    ("lib.f_ubytes(b'\\x01\\x02', 2)", "3"),
    ("lib.f_px([[5, 6]])", "5"),
    ("lib.f_px([{'x': 9}])", "9"),
    ("p = lib.f_move([1, 2], 1, 1); p.x, p.y", "(2, 3)"),
    ("lib.f_number({'i': 5}).i", "5"),
    ("lib.f_number([5])", "<cdata 'union number' owning 8 bytes>"),
    ("b = lib.f_bits([1, 2, -1, 1, 9]); b.a, b.b, b.s1, b.big",
     "(1, 2, -1, 9)"),
    ("p = lib.f_packed([b'x', 5]); p.c, p.i", "(b'x', 5)"),
    ("a = lib.f_anon({'a': 1, 'i': 2, 's2': 3}); a.a, a.i, a.s2",
     "(1, 2, 3)"),
    ("lib.f_opaque()", "<cdata 'struct opaque *' 0x@>"),
    ("lib.f_apply(add, 1, 2)", "3"),
    ("lib.f_apply(ffi.NULL, 1, 2)", "-1"),
    ("lib.f_handle_is(lib.f_handle())", "1"),
    ("lib.f_handle_is(ffi.NULL)", "0"),
    ("written(lambda f: lib.f_write(f, b'text'))", "b'text'"),
    ("lib.f_int(2**31)", "O",
     "integer 2147483648 does not fit '32-bit int'"),
    ("lib.f_schar(128)", "O", ""),
    ("lib.f_uint(-1)", "O", "can't convert negative number to unsigned"),
    ("lib.f_ullong(2**64)", "O", ""),
    ("lib.f_bool(2)", "O", ""),
    ("lib.f_token(65536)", "O", ""),
    ("lib.f_int('x')", "T", "an integer is required"),
    ("lib.f_int(1.5)", "T", ""),
    ("lib.f_int()", "T", "takes exactly one argument (0 given)"),
    ("lib.f_int(1, 2)", "T", "takes exactly one argument (2 given)"),
    ("lib.f_none(1)", "T", "takes no arguments (1 given)"),
    ("lib.f_many(1)", "T", "f_many"),
    ("lib.f_int(x=1)", "T", "takes no keyword arguments"),
    ("lib.f_double('x')", "T", ""),
    ("lib.f_cdouble('x')", "T", ""),
    ("lib.f_char('x')", "T", ""),
    ("lib.f_first(b'abcd')", "T", ""),
    ("lib.f_first(0)", "T", ""),
    ("lib.f_length('abc')", "T", ""),
    ("lib.f_length(None)", "T", ""),
    ("lib.f_move(5, 1, 1)", "T", ""),
    ("lib.f_px([5])", "T", ""),
    ("lib.f_apply(5, 1, 2)", "T", ""),
    ("lib.f_apply(pointer('f_int'), 1, 2)", "T", ""),
    ("lib.f_handle_is(ffi.new('int *'))", "T", ""),
    ("lib.f_write(5, b'x')", "T", ""),

    "struct result",
    ("lib.f_move([1, 2], 0, 0)", "<cdata 'point_t' owning 8 bytes>"),
    ("a = lib.f_move([1, 2], 0, 0); b = lib.f_move([3, 4], 0, 0); "
     "a.x, b.x", "(1, 3)"),
    ("p = ffi.new('int[2]', [5, 6]); q = lib.f_offset(p, 1); q",
     "<cdata 'int *' 0x@>"),
    ("lib.f_same(ffi.NULL)", "<cdata 'void *' NULL>"),

    "init_once(func, tag)",
    ("ffi.init_once(lambda: 42, 'c1')", "42"),
    ("ffi.init_once(lambda: 1, 'c2'), ffi.init_once(lambda: 2, 'c2')",
     "(1, 1)"),
    ("ffi.init_once(lambda: 1, 'c3'), ffi.init_once(lambda: 2, ('c3', 1))",
     "(1, 2)"),
    ("ffi.init_once(func=lambda: 5, tag='c4')", "5"),
    ("ffi.init_once(lambda: 1, 'c5'), "
     "type(ffi)().init_once(lambda: 2, 'c5')", "(1, 2)"),
    ("""calls, tag = [], object()
def fails():
    calls.append(1)
    raise KeyError('x')
for _ in range(2):
    try: ffi.init_once(fails, tag)
    except KeyError: pass
len(calls), ffi.init_once(lambda: 3, tag)""", "(2, 3)"),
    ("""calls, tag = [], object()
started, go = threading.Event(), threading.Event()
def slow():
    calls.append(1); started.set(); go.wait(10); return 'slow'
got = []
def run(): got.append(ffi.init_once(slow, tag))
a = threading.Thread(target=run); a.start(); started.wait(10)
b = threading.Thread(target=run); b.start(); go.set(); a.join(); b.join()
got, len(calls)""", "(['slow', 'slow'], 1)"),
    ("ffi.init_once(lambda: 1, [])", "T", "unhashable"),
    ("ffi.init_once(3, 'c8')", "T", "not callable"),
    ("ffi.init_once(lambda: 1)", "T", ""),
]
