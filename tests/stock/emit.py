"""Generates the C code of all modules with CFFI, compiles it with CFFI, and
writes what they give there.

    emit.py OUTDIR

SPDX-License-Identifier: MIT
"""
import importlib
import os
import subprocess
import sys
import sysconfig

import cffi

import modules


def build(out):
    made = {}
    for name, included, cdef, source, _ in modules.MODULES:
        ffi = made[name] = cffi.FFI()
        for other in included:
            ffi.include(made[other])
        ffi.cdef(cdef)
        ffi.set_source(name, source)
        ffi.emit_c_code(os.path.join(out, name + ".c"))
        ffi.compile(tmpdir=os.path.join(out, "cffi"))


def build_embedded(out):
    name, api, init, source, more, host = modules.EMBEDDED
    ffi = cffi.FFI()
    ffi.embedding_api(api)
    ffi.cdef(more.replace("static ", ""))
    ffi.embedding_init_code(init)
    ffi.set_source(name, source)
    ffi.emit_c_code(os.path.join(out, name + ".c"))
    ffi.compile(tmpdir=os.path.join(out, "cffi"), target=name + ".*")
    path = os.path.join(out, "host.c")
    with open(path, "w") as file:
        file.write(host)
    libdir = sysconfig.get_config_var("LIBDIR")
    folder = os.path.join(out, "cffi")
    program = os.path.join(folder, "host")
    subprocess.run(["cc", path, "-o", program,
                    os.path.join(folder, name + ".so"), "-Wl,-rpath," + folder,
                    "-Wl,-rpath," + libdir], check=True)
    environ = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    return subprocess.run([program], check=True, stdout=subprocess.PIPE,
                          env=environ).stdout.decode()


def main(out):
    os.makedirs(os.path.join(out, "cffi"), exist_ok=True)
    build(out)
    embedded = build_embedded(out)
    sys.path.insert(0, os.path.join(out, "cffi"))
    with open(os.path.join(out, "cffi.txt"), "w") as file:
        for module in modules.MODULES:
            file.writelines(modules.evaluate(
                module[0], importlib.import_module(module[0])))
        file.write(embedded)


main(os.path.abspath(sys.argv[1]))
