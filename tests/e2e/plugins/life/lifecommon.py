# lifecommon.py - what the life plug-ins have in common; each interpreter has
# its own copy of it.  SPDX-License-Identifier: MIT


def begin(ffi, lib, space):
    """Attaches what init scripts may call."""

    @ffi.def_extern(error=lib.LIFE_FAILED_VALUE)
    def life_add(a, b):
        return a + b

    @ffi.def_extern(error=lib.LIFE_FAILED_VALUE)
    def life_run(code):
        space["result"] = 0
        exec(compile(ffi.string(code), "<code>", "exec"), space)
        return space["result"]

    @ffi.def_extern()
    def life_zero():
        return 7


def end(ffi, lib):
    @ffi.def_extern(error=lib.LIFE_FAILED_VALUE)
    def life_late(x):
        return x + 1
