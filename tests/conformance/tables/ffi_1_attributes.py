"""The attributes of ffi.  SPDX-License-Identifier: MIT"""
SECTION = "ffi.md 1"

ROWS = [
    "ffi.NULL",
    ("ffi.NULL", "<cdata 'void *' NULL>"),
    ("ffi.NULL is ffi.NULL", "True"),
    ("ffi.NULL == ffi.cast('int *', 0)", "True"),
    ("ffi.cast('char *', 0) == ffi.NULL", "True"),
    ("ffi.NULL == ffi.cast('int *', 8)", "False"),
    ("bool(ffi.NULL)", "False"),
    ("ffi.typeof(ffi.NULL) is ffi.typeof('void *')", "True"),
    ("type(ffi)().NULL == ffi.NULL", "True"),

    "ffi.error",
    ("ffi.error", "<class 'ffi.error'>"),
    ("issubclass(ffi.error, Exception)", "True"),
    ("ffi.error.__bases__", "(<class 'Exception'>,)"),
    ("type(ffi)().error is ffi.error", "True"),

    "ffi.CData, ffi.CType, ffi.buffer",
    ("isinstance(ffi.NULL, ffi.CData)", "True"),
    ("isinstance(ffi.new('int *'), ffi.CData)", "True"),
    ("isinstance(ffi.new('int[3]'), ffi.CData)", "True"),
    ("isinstance(ffi.new('point_t *')[0], ffi.CData)", "True"),
    ("isinstance(ffi.from_buffer(bytearray(3)), ffi.CData)", "True"),
    ("isinstance(ffi.new_handle(3), ffi.CData)", "True"),
    ("isinstance(3, ffi.CData)", "False"),
    ("isinstance(ffi.typeof('int'), ffi.CType)", "True"),
    ("isinstance(ffi.NULL, ffi.CType)", "False"),
    ("isinstance(ffi.buffer(ffi.new('int *')), ffi.buffer)", "True"),
    ("ffi.CData()", "T", "cannot create"),
    ("ffi.CType()", "T", "cannot create"),
    ("len(ffi.buffer(ffi.new('int[3]')))", "12"),
    ("ffi.CData.__name__, ffi.CType.__name__, ffi.buffer.__name__",
     "('...CData...', 'CType', 'buffer')"),

    "ffi.errno",
    ("ffi.errno = 5; ffi.errno", "5"),
    ("ffi.errno = -3; ffi.errno", "-3"),
    ("ffi.errno = 2**31 - 1; ffi.errno", "2147483647"),
    ("ffi.errno = -2**31; ffi.errno", "-2147483648"),
    ("ffi.errno = 2**31", "O", ""),
    ("ffi.errno = -2**31 - 1", "O", ""),
    ("ffi.errno = 2**70", "O", ""),
    ("ffi.errno = 'x'", "T", ""),
    ("ffi.errno = None", "T", ""),
    ("ffi.errno = 13; lib.f_get_errno()", "13"),
    ("lib.f_set_errno(77); ffi.errno", "77"),
    ("ffi.errno = 4; lib.f_set_errno(78)", "4"),
    ("type(ffi)().errno = 21; ffi.errno", "21"),
    ("""ffi.errno = 31
seen = []
t = threading.Thread(target=lambda: (setattr(ffi, 'errno', 99),
                                     seen.append(ffi.errno)))
t.start(); t.join()
seen, ffi.errno""", "([99], 31)"),
    ("""@ffi.def_extern()
def py_add(a, b):
    seen.append(ffi.errno)
    ffi.errno = 42
    return 0
seen = []
lib.f_py_errno(17), seen""", "(42, [17])"),

    "ffi.RTLD_*",
    ("[type(getattr(ffi, 'RTLD_' + n)).__name__ for n in "
     "('LAZY', 'NOW', 'GLOBAL', 'LOCAL', 'NODELETE', 'NOLOAD', 'DEEPBIND')]",
     "['int', 'int', 'int', 'int', 'int', 'int', 'int']"),
    ("ffi.RTLD_LAZY == os.RTLD_LAZY and ffi.RTLD_NOW == os.RTLD_NOW", "True"),
    ("ffi.RTLD_GLOBAL == os.RTLD_GLOBAL and ffi.RTLD_LOCAL == os.RTLD_LOCAL",
     "True"),

    "ffi instances",
    ("ffi.new_attribute = 3", "A", "has no attribute 'new_attribute'"),
    ("hasattr(ffi, '__dict__')", "False"),
    ("ffi.nothing", "A", "has no attribute 'nothing'"),
    ("ffi.NULL = 3", "A", ""),
    ("type(ffi)().typeof('int')", "<ctype 'int'>"),
    ("type(ffi)().typeof('size_t')", "<ctype 'size_t'>"),
    ("type(ffi)().typeof('point_t')", "E", "undefined type name"),
    ("""class Mine(type(ffi)):
    pass
Mine().typeof('int *')""", "<ctype 'int *'>"),
    ("""class Mine(type(ffi)):
    pass
m = Mine()
m.extra = 3
m.extra""", "3"),
    ("type(ffi)(3)", "T", ""),

    "primitive/pointer/array/function ctypes",
    ("type(ffi)().typeof('int') is ffi.typeof('int')", "True"),
    ("type(ffi)().typeof('int *') is ffi.typeof('int *')", "True"),
    ("type(ffi)().typeof('long[5]') is ffi.typeof('long[5]')", "True"),
    ("type(ffi)().typeof('int(*)(long)') is ffi.typeof('int(*)(long)')",
     "True"),
    ("ffi.typeof('struct pair') is ffi.typeof('struct pair')", "True"),
    ("ffi.typeof('point_t *').item is ffi.typeof('point_t')", "True"),
    ("ffi.typeof('enum color') is ffi.typeof(ffi.new('enum color *')).item",
     "True"),
]
