#!/usr/bin/env python3
"""check-calls.py BUILD - how files call each other, out of the objects in BUILD.

Prints each shared function that is declared in the header of another file.

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


def symbols(path):
    """Returns the sets of names that an object defines and that it wants."""
    defined, wanted = set(), set()
    for line in subprocess.run(["nm", path], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        kind, name = line.split()[-2:]
        if kind == "U":
            wanted.add(name)
        elif kind in "TW":
            defined.add(name)
    return defined, wanted


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
    seen = {name: symbols(path) for name, path in objects(sys.argv[1]).items()}
    home = {symbol: name for name, (defined, _) in seen.items() for symbol in defined}
    bad = list(misplaced(home))
    print("".join(line + "\n" for line in bad), end="")
    return bool(bad)


sys.exit(main())
