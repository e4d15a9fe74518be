"""The same tables under CFFI, in the main interpreter.

    cffi_driver.py OUTDIR FILE

Builds the declarations as a module of CFFI in OUTDIR and writes what all rows
give to FILE, as test_conformance --dump does.

SPDX-License-Identifier: MIT
"""
import importlib
import os
import subprocess
import sys

import cffi

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = "confa"
TIMEOUT_S = 60
sys.path.insert(0, HERE)

import accepted  # noqa: E402
import runner  # noqa: E402


def build(out):
    def text(name):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            return file.read()
    ffi = cffi.FFI()
    ffi.cdef(text("conformance.cdef"))
    ffi.set_source(NAME, text("conformance.c"), include_dirs=[HERE],
                   extra_compile_args=["-O1"])
    ffi.compile(tmpdir=out)


def run_table(index, out, path):
    """Runs one table in this process; each row is written before the next."""
    sys.path.insert(0, out)
    module = importlib.import_module(NAME)
    table = runner.load(os.path.join(HERE, "tables"))[index]
    with open(path, "ab") as file:
        for result in runner.run(table, module.ffi, module.lib,
                                 lambda row: row.code not in accepted.NOT_RUN):
            texts = table.name, result.row.code, result.got
            for text in texts:
                file.write(text.encode("utf-8", "backslashreplace") + b"\0")
            file.flush()


def main(out, path, index=None):
    if index is not None:
        return run_table(int(index), out, path)
    build(out)
    open(path, "wb").close()
    for i in range(len(runner.load(os.path.join(HERE, "tables")))):
        child = subprocess.Popen([sys.executable, __file__, out, path, str(i)])
        try:
            child.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


main(*sys.argv[1:])
