# plugin.py - the measured functions, for libembed and for CFFI embedding.
# The build puts the name of the extension in place of BENCH_NAME.
#
# SPDX-License-Identifier: MIT
import json

from BENCH_NAME import ffi

RECORD = {"k%d" % i: [i, i * 0.5, "v%d" % i, None] for i in range(72)}


@ffi.def_extern()
def bench_nop():
    pass


@ffi.def_extern()
def bench_add(a, b):
    return a + b


@ffi.def_extern()
def bench_half(x):
    return x * 0.5


@ffi.def_extern()
def bench_len(text):
    return len(ffi.string(text))


@ffi.def_extern()
def bench_sum(p):
    return p.x + p.y


@ffi.def_extern()
def bench_trip(n):
    return n + (json.loads(json.dumps(RECORD)) == RECORD)
