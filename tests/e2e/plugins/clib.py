import errno
import math

from clib import ffi, lib


def raises(exception, f, *args):
    try:
        f(*args)
    except exception:
        return True
    return False


def constants():
    assert lib.CLIB_VERSION == 0x102 and type(lib.CLIB_VERSION) is int
    assert lib.CLIB_ALL == 2**64 - 1
    assert (lib.CLIB_LOW, lib.CLIB_HIGH) == (-1 << 20, 1 << 20)
    assert lib.CLIB_LOWEST == -1 << 63
    assert not hasattr(lib, "CLIB_TEXT") and not hasattr(lib, "CLIB_TWICE")
    assert (lib.CLIB_ONE, lib.CLIB_TWO) == (1, 2)
    assert (lib.CLIB_RED, lib.CLIB_BLUE, lib.CLIB_OFF) == (0, 10, -3)
    assert (lib.clib_limit, lib.clib_ratio) == (10, 0.5)
    assert ffi.string(lib.clib_label) == b"label"
    assert lib.CLIB_PRIVATE == 77


def constants_are_constant():
    for name in "CLIB_VERSION", "CLIB_ONE", "clib_limit", "clib_ratio":
        assert raises(AttributeError, setattr, lib, name, 1), name
        assert raises(AttributeError, delattr, lib, name), name
    assert raises(AttributeError, setattr, lib, "clib_add", None)
    assert raises(AttributeError, setattr, lib, "clib_sum", None)
    assert raises(AttributeError, setattr, lib, "unknown", 1)
    assert raises(AttributeError, getattr, lib, "unknown")


def names():
    found = dir(lib)
    assert found == sorted(found)
    for name in ("CLIB_VERSION", "CLIB_ONE", "clib_limit", "clib_add",
                 "clib_block", "clib_counter", "snprintf", "clib_clamp"):
        assert name in found, name
    import clib
    assert clib.lib is lib and clib.ffi is ffi
    from clib.lib import clib_sum
    assert clib_sum is lib.clib_sum


def variables():
    assert lib.clib_api_version == 3
    lib.clib_api_version = 4
    assert lib.clib_api_version == 4
    lib.clib_api_version = 3
    assert raises(TypeError, setattr, lib, "clib_api_version", "x")
    assert raises(OverflowError, setattr, lib, "clib_api_version", 1 << 31)
    assert raises(AttributeError, delattr, lib, "clib_api_version")
    assert lib.clib_private == 5
    p = ffi.addressof(lib, "clib_api_version")
    assert ffi.typeof(p) is ffi.typeof("int *")
    p[0] = 5
    assert lib.clib_api_version == 5
    p[0] = 3


def arrays():
    assert ffi.string(lib.clib_name) == b"clib"
    assert ffi.sizeof(lib.clib_name) == 5
    assert bytes(ffi.buffer(lib.clib_magic)) == b"\xde\xad\xbe\xef"
    assert len(lib.clib_names) == 3
    assert ffi.string(lib.clib_names[1]) == b"one"
    assert lib.clib_names[2] == ffi.NULL
    assert [list(row) for row in lib.clib_numbers] == [[1, 2], [3, 0]]
    lib.clib_numbers[1][1] = 4
    assert lib.clib_numbers[1][1] == 4
    lib.clib_numbers[1][1] = 0


def tables():
    assert lib.clib_first.add == lib.clib_add
    assert lib.clib_first.next == ffi.addressof(lib, "clib_second")
    assert lib.clib_first.next.version == 4
    assert lib.clib_second.name_of == ffi.NULL
    assert ffi.string(lib.clib_entries[0].name) == b"add"
    assert lib.clib_entries[0].fn(1, 2) == 3
    assert lib.clib_hook(1, 2) == 3
    lib.clib_hook = ffi.NULL
    assert not lib.clib_hook
    lib.clib_hook = lib.clib_add


def records():
    lib.clib_record = {"a": [1, 2, 3], "d": 0.5}
    record = lib.clib_record
    assert list(record.a) == [1, 2, 3]
    record.a[1] = 20
    assert lib.clib_record.a[1] == 20 and lib.clib_record.d == 0.5
    assert lib.clib_color_now == 0
    lib.clib_color_now = lib.CLIB_OFF
    assert lib.clib_color_now == -3


def functions():
    assert lib.clib_sum([1, 2, 3], 3) == 6
    assert lib.clib_sum(ffi.new("long[]", [4, 5]), 2) == 9
    assert lib.clib_sum(ffi.NULL, 0) == 0
    b = lib.clib_move({"a": [1, 2, 3], "d": 1}, 10, b"four")
    assert list(b.a) == [11, 12, 13] and b.d == 5
    assert lib.clib_call_add(lib.clib_add, 20, 22) == 42
    assert lib.clib_call_own_add(20, 22) == 42
    assert lib.clib_turn(1 + 2j) == -2 + 1j
    assert float(lib.clib_half(3)) == 1.5
    assert lib.sqrt(2) == math.sqrt(2)
    assert lib.clib_value(lib.clib_open(42)) == 42
    assert lib.clib_add(1, 2) == 3


def wrong_arguments():
    assert raises(TypeError, lib.clib_sum)
    assert raises(TypeError, lib.clib_sum, [1], 1, 1)
    assert raises(TypeError, lib.clib_sum, "text", 1)
    assert raises(TypeError, lib.sqrt, None)
    assert raises(OverflowError, lib.clib_fail, 1 << 40)
    assert raises(TypeError, lib.clib_errno, 1)
    assert raises(TypeError, lib.snprintf, ffi.NULL, 0)
    assert raises(TypeError, lib.snprintf, ffi.NULL, 0, b"%d", 1)


def partial_structs():
    p = ffi.new("struct clib_partial *", {"wanted": 3})
    assert ffi.sizeof("struct clib_partial") == 48
    assert ffi.offsetof("struct clib_partial", "wanted") == 40
    assert lib.clib_partial_sum(p) == 3


def inline_functions():
    assert (lib.clib_clamp(5), lib.clib_clamp(50)) == (5, 10)


def variadic_functions():
    out = ffi.new("char[100]")
    n = lib.snprintf(out, 100, b"%d %s %.2f %ld %c", ffi.cast("int", -7),
                     ffi.new("char[]", b"text"), ffi.cast("double", 1.5),
                     ffi.cast("long", 1 << 40), ffi.cast("char", b"c"))
    assert ffi.string(out) == b"-7 text 1.50 1099511627776 c", ffi.string(out)
    assert n == 28
    assert lib.snprintf(out, 100, b"plain") == 5
    many = [ffi.cast("int", i) for i in range(20)]
    assert lib.snprintf(out, 100, b"%d" * 20, *many) == 30


def errno_of_functions():
    ffi.errno = 5
    assert lib.clib_errno() == 5
    lib.clib_fail(errno.ENOENT)
    assert ffi.errno == errno.ENOENT
    # What Python does in between is not seen.
    raises(OSError, open, "/nonexistent/file")
    raises(OSError, open, "/")
    assert lib.clib_errno() == errno.ENOENT and ffi.errno == errno.ENOENT


def addresses():
    f = ffi.addressof(lib, "clib_sum")
    assert ffi.typeof(f) is ffi.typeof("long(*)(const long *, int)")
    assert f([1, 2], 2) == 3
    assert ffi.typeof(lib.clib_add) is ffi.typeof("int(*)(int, int)")
    assert ffi.addressof(lib, "clib_add") == lib.clib_add


CHECKS = [constants, constants_are_constant, names, variables, arrays, tables,
          records, functions, wrong_arguments, partial_structs,
          inline_functions, variadic_functions, errno_of_functions, addresses]


@ffi.def_extern()
def clib_checks():
    return len(CHECKS)


@ffi.def_extern()
def clib_check(which):
    CHECKS[which]()
    return 1


@ffi.def_extern()
def clib_add(a, b):
    return a + b


@ffi.def_extern()
def clib_name_of(which):
    return lib.clib_names[which]


@ffi.def_extern()
def clib_block_in_c(inside, go):
    ffi.errno = 11
    result = lib.clib_block(inside, go)
    return result


@ffi.def_extern()
def clib_number():
    return sum(range(10))


@ffi.def_extern()
def clib_get_counter():
    return lib.clib_counter


@ffi.def_extern()
def clib_set_counter(value):
    lib.clib_counter = value


@ffi.def_extern()
def clib_add_in_c(a, b):
    return lib.clib_call_own_add(a, b)
