"""Builds the measured functions as libraries of CFFI's embedding mode.

    build_cffi.py PLUGIN.H PLUGIN.PY OUTDIR [--cdef FILE --source FILE] NAME...

SPDX-License-Identifier: MIT
"""
import argparse
import glob
import os
import platform
import subprocess
import sys

import cffi


def text(path):
    with open(path) as file:
        return file.read()


def build_for_pypy(outdir, name, ffi):
    """Needs no headers of PyPy's, which are a package of their own."""
    path = os.path.join(outdir, name)
    ffi.emit_c_code(path + ".c")
    library = glob.glob("/usr/lib/*/libpypy3.%d-c.so" % sys.version_info[1]) + \
        glob.glob(os.path.dirname(os.path.realpath(sys.executable)) +
                  "/libpypy3*-c.so")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-w", "-I",
                    os.path.join(os.path.dirname(__file__), "pypy"),
                    path + ".c", "-o", path + ".so", library[0]], check=True)


def build(args, name):
    header = text(args.header)
    ffi = cffi.FFI()
    if args.cdef:
        ffi.cdef(text(args.cdef))
    ffi.embedding_api(
        "".join(
            line
            for line in header.splitlines(keepends=True)
            if not line.startswith("#")
        )
    )
    ffi.set_source(
        name,
        header + (text(args.source) if args.source else ""),
        extra_compile_args=["-O2"],
    )
    ffi.embedding_init_code(text(args.code).replace("BENCH_NAME", name))
    if platform.python_implementation() == "PyPy":
        build_for_pypy(args.outdir, name, ffi)
    else:
        ffi.compile(tmpdir=args.outdir, target=name + ".so")


parser = argparse.ArgumentParser()
for positional in ("header", "code", "outdir"):
    parser.add_argument(positional)
parser.add_argument("--cdef")
parser.add_argument("--source")
parser.add_argument("names", nargs="+")
arguments = parser.parse_args()
for each in arguments.names:
    build(arguments, each)
