"""Builds the measured functions as libraries of CFFI's embedding mode.

    build_cffi.py PLUGIN.H PLUGIN.PY OUTDIR NAME...

SPDX-License-Identifier: MIT
"""
import sys

import cffi


def build(header, code, outdir, name):
    ffi = cffi.FFI()
    ffi.embedding_api(
        "".join(line for line in header if not line.startswith("#"))
    )
    ffi.set_source(name, "".join(header), extra_compile_args=["-O2"])
    ffi.embedding_init_code(code.replace("BENCH_NAME", name))
    ffi.compile(tmpdir=outdir, target=name + ".so")


def main(header_path, code_path, outdir, *names):
    with open(header_path) as file:
        header = file.readlines()
    with open(code_path) as file:
        code = file.read()
    for name in names:
        build(header, code, outdir, name)


main(*sys.argv[1:])
