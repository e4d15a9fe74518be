#!/usr/bin/env python3
"""check-calls.py BUILD - where shared functions are declared.

Prints each function of an object in BUILD that is declared in the header of another
file.

SPDX-License-Identifier: MIT
"""
import glob
import os
import re
import subprocess
import sys

PLACES = ("core", "core/types", "gen", "subinterp/cpython", "subinterp/cpython/ffi",
          "subinterp/cpython/ext", "subinterp/pypy")
# Where each function is declared in the header of its own file.
DECLARED_AT_HOME = ("subinterp/cpython/ffi", "subinterp/cpython/ext")
DECLARATION = re.compile(r"\b(e[cgs]_\w+|pp_\w+)\s*\([^;{}]*\)[^;{}()]*"
                         r"(?:\([^;{}]*\)[^;{}()]*)*;")


def objects(build):
    """Returns {source without .c: object}; of backends, those of one Python."""
    found = {}
    for path in sorted(glob.glob(build + "/obj/**/*.o", recursive=True)):
        name = re.sub(r"^cpython-[^/]*/", "", path[len(build) + 5:-2])
        if os.path.dirname(name) in PLACES and os.path.exists(name + ".c"):
            found[name] = path
    return found


def functions(path):
    """Returns the names of the shared functions that an object defines."""
    lines = subprocess.run(["nm", "-g", "--defined-only", path], capture_output=True,
                           text=True, check=True).stdout.splitlines()
    return [name for *_, kind, name in map(str.split, lines) if kind in "TW"]


def declarations():
    """Returns {function: headers that declare it}."""
    found = {}
    for place in PLACES:
        for header in glob.glob(place + "/*.h"):
            with open(header, encoding="utf-8") as file:
                text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
            for match in DECLARATION.finditer(text):
                found.setdefault(match[1], []).append(header)
    return found


def misplaced(home):
    """Yields what is to be said of each function that is declared elsewhere."""
    declared = declarations()
    for function, source in sorted(home.items(), key=lambda item: item[::-1]):
        headers = declared.get(function, [])
        if (os.path.dirname(source) in DECLARED_AT_HOME and headers
                and source + ".h" not in headers):
            yield f"{source}.c: {function}() is declared in {', '.join(headers)}"


def main():
    home = {function: source for source, path in objects(sys.argv[1]).items()
            for function in functions(path)}
    bad = list(misplaced(home))
    print("".join(line + "\n" for line in bad), end="")
    return bool(bad)


sys.exit(main())
