# conformance.py - offers the tables to C.  SPDX-License-Identifier: MIT
import os
import sys

import pypy
import runner

module = sys.modules[__name__]
ffi = module.ffi
is_pypy = sys.implementation.name == "pypy"
tables = runner.load(os.path.join(os.path.dirname(runner.__file__), "tables"))
texts = [ffi.new("char[]", table.name.encode()) for table in tables]


@ffi.def_extern()
def conformance_tables():
    return len(tables)


@ffi.def_extern()
def conformance_table(i):
    return texts[i]


@ffi.def_extern()
def conformance_rows(i):
    return len(tables[i].rows)


def chars(text):
    if text is None:
        return ffi.NULL
    return ffi.new("char[]", text.encode("utf-8", "backslashreplace"))


@ffi.def_extern()
def conformance_run(i, all, report, arg):
    count = 0
    wanted = pypy.wanted if is_pypy else lambda row: True
    for result in runner.run(tables[i], ffi, module.lib, wanted):
        if is_pypy and pypy.accepts(result.row, result.kind):
            result = result._replace(wrong=None)
        if result.wrong is not None:
            count += 1
        if all or result.wrong is not None:
            name, code = texts[i], chars(result.row.code)
            got, wrong = chars(result.got), chars(result.wrong)
            report(arg, name, code, got, wrong)
    return count
