from defs import ffi, lib


class Evil(Exception):
    def __str__(self):
        raise ValueError("no text")


def deep(n):
    return deep(n + 1)


@ffi.def_extern()
def failing(kind):
    if kind == 0:
        raise ValueError("kind %d" % kind)
    if kind == 1:
        raise SystemExit(3)
    if kind == 2:
        raise KeyboardInterrupt
    if kind == 3:
        raise GeneratorExit("gone")
    if kind == 4:
        raise Evil
    if kind == 5:
        try:
            {}["missing"]
        except KeyError as e:
            raise RuntimeError("second") from e
    return deep(0)


for name in dir(lib):
    if name.startswith("failing_"):
        ffi.def_extern(name)(failing)

point = ffi.new("defs_point *")
number = ffi.new("int *")
text = ffi.new("char[]", b"text")


class Index:
    def __index__(self):
        return 5


class Float:
    def __float__(self):
        return 0.5


class Raises:
    def __index__(self):
        raise LookupError("no index")
    __float__ = __complex__ = __index__


NO_INTS = ["1", b"1", None, 1.0, 1j, [], number, point[0], Raises()]
RESULTS = {  # a value that fits, and many that do not
    "int": [Index()] + NO_INTS + [1 << 31, -(1 << 31) - 1, 1 << 100],
    "uchar": [255] + NO_INTS + [-1, 256, -(1 << 100)],
    "ullong": [(1 << 64) - 1] + NO_INTS + [-1, 1 << 64],
    "char": [b"c", "c", b"", b"cc", 99, None, 1.0],
    "char16": ["c", b"c", "", "cc", "\U00010000", 99, None],
    "bool": [True, 2, -1, "x", None, 1.0],
    "float": [Float(), "1", b"1", None, 1j, [], Raises()],
    "complex": [2 + 1j, "1", None, [], Raises()],
    "pointer": [number, 0, None, b"bytes", [1], "str", text, lib.swap],
    "text": [text, b"bytes", "str", 0, None, number],
    "function": [lib.swap, failing, None, 0, number, lib.failing_void],
    "point": [{"x": 1}, None, 1, "xy", [1, 2.0, 3], {"z": 1}, {"x": "1"},
              ["1"], number[0], point],
    "enum": [lib.DEFS_HIGH, "DEFS_NONE", None, 1.0, 1 << 40],
    "void": [None, 0, "", False, ()],
}


def attach_results(name, values):
    @ffi.def_extern("result_" + name)
    def result(which):
        return values[which + 1]


for name, values in RESULTS.items():
    attach_results(name, values)


@ffi.def_extern()
def result_count(function):
    return len(RESULTS[ffi.string(function).decode()]) - 1


def goes_wrong(how):
    if how == 0:
        raise ValueError("how %d" % how)
    return "no number"


ffi.def_extern("error_int", error=42)(goes_wrong)
ffi.def_extern("error_double", error=1.5)(goes_wrong)
ffi.def_extern("error_point", error={"y": 2.5})(goes_wrong)
ffi.def_extern("error_text", error=text)(goes_wrong)

seen = ffi.new("char[1000]")


def see(exc_type, exc_value, traceback):
    found = "%s|%s|%s" % (
        exc_type.__name__, exc_value,
        traceback and sorted(traceback.tb_frame.f_locals.items()))
    seen[0:len(found) + 1] = found.encode() + b"\0"


def see_and(value):
    def onerror(*args):
        see(*args)
        return value
    return onerror


def see_and_raise(*args):
    see(*args)
    raise LookupError("from onerror")


ffi.def_extern("onerror_none", onerror=see)(goes_wrong)
ffi.def_extern("onerror_none_error", error=43, onerror=see)(goes_wrong)
ffi.def_extern("onerror_value", onerror=see_and(44))(goes_wrong)
ffi.def_extern("onerror_raises", error=45, onerror=see_and_raise)(goes_wrong)
ffi.def_extern("onerror_bad_value", error=46,
               onerror=see_and("no number"))(goes_wrong)
ffi.def_extern("onerror_void", onerror=see)(goes_wrong)


@ffi.def_extern()
def onerror_seen():
    return seen


@ffi.def_extern()
def takes_bool(flag):
    return 1


WRONG_USES = [
    lambda: ffi.def_extern("missing")(failing),
    lambda: ffi.def_extern()(see),
    lambda: ffi.def_extern("DEFS_LOW")(failing),
    lambda: ffi.def_extern(7),
    lambda: ffi.def_extern(b"failing"),
    lambda: ffi.def_extern(failing),
    lambda: ffi.def_extern("failing")(7),
    lambda: ffi.def_extern()(Index()),
    lambda: ffi.def_extern("failing", onerror=7),
    lambda: ffi.def_extern("failing", onfailure=see),
    lambda: ffi.def_extern("failing", 1, see, 4),
    lambda: ffi.def_extern("failing", name="failing"),
    lambda: ffi.def_extern("failing", error="text")(failing),
    lambda: ffi.def_extern("failing", error=1 << 31)(failing),
    lambda: ffi.def_extern("failing_void", error=1)(failing),
]


def wrong_use_text(use):
    try:
        use()
    except Exception as e:
        kind = "ffi.error" if type(e) is ffi.error else type(e).__name__
        return ffi.new("char[]", ("%s: %s" % (kind, e)).encode())
    return ffi.new("char[]", b"no exception")


wrong_texts = [wrong_use_text(use) for use in WRONG_USES]


@ffi.def_extern()
def wrong_use(which):
    return wrong_texts[which] if which < len(wrong_texts) else ffi.NULL


@ffi.def_extern(name="swap")
def first(value):
    return value + 1


@ffi.def_extern()
def attach_next():
    ffi.def_extern("swap")(lambda value: value + 2)


class Holder:
    def method(self, value):
        return value * 3

    def __call__(self, value):
        return value * 5


import functools  # noqa: E402

ffi.def_extern("of_lambda")(lambda value: value * 2)
ffi.def_extern("of_builtin")(abs)
ffi.def_extern("of_method")(Holder().method)
ffi.def_extern("of_class")(int)
ffi.def_extern("of_partial")(functools.partial(lambda a, b: a * b, 4))
ffi.def_extern("of_call")(Holder())
ffi.def_extern("positional", 47, None)(failing)
decorated = ffi.def_extern("returns_itself")(failing)
ffi.def_extern("returns_itself")(lambda: decorated is failing)

import sys  # noqa: E402

recorded = ffi.new("char[1000]")


def record(args):
    found = "%s|%s|%s|%s|%s" % (
        args.exc_type.__name__, args.exc_value, args.exc_traceback is not None,
        args.err_msg.replace(hex(id(args.object)), ""), args.object)
    recorded[0:len(found) + 1] = found.encode() + b"\0"


@ffi.def_extern()
def unraisable_record(on):
    sys.unraisablehook = record if on else sys.__unraisablehook__


@ffi.def_extern()
def unraisable_seen():
    return recorded


def make_noise():
    import os
    try:
        os.stat("/nonexistent")
    except OSError:
        pass


@ffi.def_extern()
def errno_get():
    make_noise()
    return ffi.errno


@ffi.def_extern()
def errno_set(value):
    ffi.errno = value
    make_noise()
    return ffi.errno


@ffi.def_extern()
def errno_untouched(noise):
    if noise:
        make_noise()
    return 0


@ffi.def_extern()
def errno_through(p, value):
    p[0] = value
    make_noise()
    return 0


@ffi.def_extern()
def errno_last(p, first, value):
    if first:
        ffi.errno = value - 1
        p[0] = value
    else:
        p[0] = value - 1
        ffi.errno = value
    make_noise()
    return 0


@ffi.def_extern()
def errno_and_raise(value):
    ffi.errno = value
    raise ValueError


@ffi.def_extern()
def stderr_none():
    sys.stderr = None
