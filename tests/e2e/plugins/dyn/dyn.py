import gc
import sys

import embed
from dyn import ffi, lib


def text_of(exception, f, *args):
    try:
        f(*args)
    except exception as e:
        return str(e)
    raise AssertionError("no %s" % exception.__name__)


def module():
    assert sys.modules["embed"] is embed
    assert isinstance(ffi, embed.FFI) and embed.error is ffi.error
    assert embed.__version__


def types_are_shared():
    f = embed.FFI()
    f.cdef("struct dyn_point { int x; int y; };")
    for name in ("int", "char *", "int[5]", "long(*)(int, char *)", "FILE *",
                 "FILE", "void *[]", "double", "size_t **"):
        assert f.typeof(name) is ffi.typeof(name), name
    assert f.typeof("struct dyn_point") is not ffi.typeof("struct dyn_point")
    p = f.new("int[3]", [1, 2, 3])
    q = ffi.new("int **", p)
    assert q[0][1] == 2


def libraries():
    f = embed.FFI()
    f.cdef("double cos(double); int dyn_nothing(void);")
    m = f.dlopen("libm.so.6", f.RTLD_NOW | f.RTLD_LOCAL)
    assert m.cos(0) == 1.0 and repr(m) == "<Lib object for 'libm.so.6'>"
    text = text_of(AttributeError, getattr, m, "dyn_nothing")
    assert text.startswith("function/symbol 'dyn_nothing' not found in "
                           "library 'libm.so.6': "), text
    f.dlclose(m)
    text = text_of(embed.error, getattr, m, "cos")
    assert text == "library 'libm.so.6' has been closed", text


def compiled_names_win():
    m = ffi.dlopen("libm.so.6")
    assert m.dyn_cube(3) == 27 and m.dyn_cube is lib.dyn_cube
    assert m.DYN_LIMIT == 40
    m.dyn_state = 9
    assert lib.dyn_state == 9 and m.dyn_state == 9
    lib.dyn_state = 3
    assert set(dir(m)) >= set(dir(lib))
    assert set(m.__all__) >= set(lib.__all__)
    assert ffi.addressof(m, "dyn_state") == ffi.addressof(lib, "dyn_state")
    ffi.dlclose(m)
    assert m.dyn_cube(2) == 8
    ffi.dlclose(lib)
    assert lib.dyn_cube(2) == 8


def more_declarations():
    # An extension's own ffi may learn more.
    ffi.cdef("int abs(int); struct dyn_more { struct dyn_point p[DYN_LIMIT]; "
             "};", override=True)
    c = ffi.dlopen(None)
    assert c.abs(-4) == 4 and c.dyn_cube(1) == 1
    assert ffi.sizeof("struct dyn_more") == 320
    text = text_of(embed.CDefError, ffi.cdef,
                   "struct dyn_point { int z; };")
    assert "redefinition of 'struct dyn_point'" in text, text
    ffi.dlclose(c)
    assert "closed" in text_of(ffi.error, getattr, c, "abs")
    assert c.dyn_cube(1) == 1


def included():
    f = embed.FFI()
    f.include(ffi)
    f.cdef("typedef struct { struct dyn_point at[DYN_LIMIT]; } path_t;")
    assert f.typeof("struct dyn_point") is ffi.typeof("struct dyn_point")
    assert f.sizeof("path_t") == 320 and f.integer_const("DYN_LIMIT") == 40
    assert "path_t" in f.list_types()[0] and "dyn_point" in f.list_types()[1]
    c = f.dlopen(None)
    assert c.DYN_LIMIT == 40 and not hasattr(c, "dyn_cube")
    text_of(TypeError, ffi.include, f)


def empty_ffi():
    f = type(ffi)()
    assert f.list_types() == ([], [], [])
    assert "undefined" in text_of(ffi.error, f.typeof, "struct dyn_point")
    assert f.typeof("uint8_t *") is ffi.typeof("uint8_t *")


def callbacks():
    f = embed.FFI()
    f.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const "
           "void *));")
    c = f.dlopen(None)

    @f.callback("int(const void *, const void *)")
    def compare(a, b):
        a, b = f.cast("int *", a)[0], f.cast("int *", b)[0]
        return (a > b) - (a < b)

    values = f.new("int[]", [3, 1, 2])
    c.qsort(values, 3, 4, compare)
    assert list(values) == [1, 2, 3]


def overflows():
    def text(*args):
        return text_of(OverflowError, lib.dyn_short, *args)

    assert text(1 << 15, 0, 0) == "integer 32768 does not fit '16-bit int'"
    assert text(0, 256, 0) == "integer 256 does not fit '8-bit unsigned int'"
    assert text(0, 0, 1 << 32) == ("integer 4294967296 does not fit "
                                   "'32-bit unsigned int'")
    assert text(0, -1, 0) == "can't convert negative number to unsigned"
    assert text_of(OverflowError, lib.dyn_cube, 1 << 31) == (
        "integer 2147483648 does not fit '32-bit int'")
    assert text_of(OverflowError, lib.dyn_cube, 1 << 63) == (
        "int too big to convert")
    assert text(0, 0, -1 << 70) == "can't convert negative number to unsigned"
    assert text_of(OverflowError, lib.dyn_not, -1) == (
        "integer -1 does not fit '_Bool'")
    assert text_of(OverflowError, ffi.new, "_Bool *", -1) == (
        "can't convert negative number to unsigned")
    f = ffi.addressof(lib, "dyn_cube")
    assert text_of(OverflowError, f, 1 << 31) == (
        "integer 2147483648 does not fit 'int'")


def between_extensions():
    other = sys.modules.get("dynother")
    if other is None:  # alone in its interpreter
        return
    for name in "int", "char *", "int[7]", "void(*)(double)", "FILE *":
        assert other.ffi.typeof(name) is ffi.typeof(name), name
    assert other.ffi.CData is ffi.CData and other.embed is embed
    assert lib.dyn_cube(other.ffi.cast("int", 2)) == 8
    assert other.numbers == ffi.cast("int *", other.numbers)
    assert ffi.new("int **", other.numbers)[0][1] == 20


CHECKS = [module, types_are_shared, libraries, compiled_names_win,
          more_declarations, included, empty_ffi, callbacks, overflows,
          between_extensions]


@ffi.def_extern()
def dyn_checks():
    return len(CHECKS)


@ffi.def_extern()
def dyn_check(which):
    CHECKS[which]()
    return 1


@ffi.def_extern()
def dyn_loop(rounds):
    f = embed.FFI()
    f.cdef("double fabs(double); extern int opterr;")
    n = 0
    for i in range(rounds + 50):
        if i == 50:
            gc.collect()
            n = sys.getallocatedblocks()
        m = f.dlopen("libm.so.6")
        c = f.dlopen(None)
        m.fabs(-1)
        c.opterr = c.opterr
        f.addressof(c, "opterr")
        dir(m)
        f.dlclose(m)
        text_of(ffi.error, getattr, m, "fabs")
        text_of(OSError, f.dlopen, "libdyn_nothing.so")
        text_of(embed.CDefError, f.cdef, "int")
    gc.collect()
    return sys.getallocatedblocks() - n
