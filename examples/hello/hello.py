# hello.py - the functions of hello.h.  SPDX-License-Identifier: MIT
from hello import ffi
kept = {}

@ffi.def_extern()
def add(a, b):
    return a + b

@ffi.def_extern()
def greet(name):
    kept["text"] = ffi.new("char[]", b"Hello, %s!" % ffi.string(name))
    return kept["text"]
