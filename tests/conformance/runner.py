"""Runs the tables of expressions.

A table is a Python file that sets ROWS, and SETUP if its rows need more than
PRELUDE.  A string in ROWS names the line of the specification that the next
rows cover.  A row is

    (code, value)            the repr() of the value of the last line
    (code, letter, message)  the exception: T is TypeError, see LETTERS

In values and messages `...` stands for anything, 0x@ for any address, and a
message for any that contains it.

SPDX-License-Identifier: MIT
"""
import ast
import collections
import os
import re

PRELUDE = """
import array, gc, os, sys, threading, warnings, weakref

class Int:
    def __init__(self, v): self.v = v
    def __int__(self): return self.v

class Index:
    def __init__(self, v): self.v = v
    def __index__(self): return self.v

class Float:
    def __init__(self, v): self.v = v
    def __float__(self): return self.v

def put(obj, key, value):
    if isinstance(key, str):
        setattr(obj, key, value)
    else:
        obj[key] = value
    return "done"

def drop(obj, key):
    if isinstance(key, str):
        delattr(obj, key)
    else:
        del obj[key]

def ints(p, n): return [p[i] for i in range(n)]

def no_address(text):
    import re
    return re.sub("0x[0-9a-fA-F]+", "0x@", text)
"""

LETTERS = {
    "T": "TypeError", "V": "ValueError", "O": "OverflowError",
    "I": "IndexError", "K": "KeyError", "A": "AttributeError",
    "R": "RuntimeError", "E": "ffi.error", "N": "NotImplementedError",
    "S": "SystemError", "B": "BufferError", "M": "MemoryError",
    "Z": "ZeroDivisionError", "F": "OSError", "X": "SyntaxError",
}

Row = collections.namedtuple("Row", "item code expected letter")
Table = collections.namedtuple("Table", "name section setup rows")
Result = collections.namedtuple("Result", "row kind got wrong")


def make_row(item, entry):
    code, expected = entry[0], entry[-1]
    letter = entry[1] if len(entry) == 3 else None
    if letter is not None and letter not in LETTERS:
        raise ValueError("no such letter: %r" % (entry,))
    return Row(item, code, expected, letter)


def read_table(path):
    scope = {}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), scope)
    rows = []
    item = ""
    for entry in scope["ROWS"]:
        if isinstance(entry, str):
            item = entry
        else:
            rows.append(make_row(item, entry))
    name = os.path.basename(path)[:-len(".py")]
    return Table(name, scope["SECTION"], scope.get("SETUP", ""), rows)


def load(directory):
    names = sorted(n for n in os.listdir(directory) if n.endswith(".py"))
    return [read_table(os.path.join(directory, name)) for name in names]


def compiled(code):
    """The statements before the last one; that one, if it has a value."""
    body = ast.parse(code).body
    last = None
    if isinstance(body[-1], ast.Expr):
        last = compile(ast.Expression(body.pop().value), "<row>", "eval")
    return compile(ast.Module(body, []), "<row>", "exec"), last


def masked(text):
    return re.sub("0x[0-9a-fA-F]{4,}", "0x@", text)


def matches(pattern, text, whole):
    parts = [re.escape(part) for part in pattern.split("...")]
    regex = re.compile(".*".join(parts), re.DOTALL)
    return (regex.fullmatch if whole else regex.search)(text) is not None


def exception_name(exc, ffi):
    return "ffi.error" if type(exc) is ffi.error else type(exc).__name__


def named(row, lib):
    """The row for a library of another name than confa."""
    name = lib.__name__.rpartition(".")[0]
    return row._replace(code=row.code.replace("confa", name),
                        expected=row.expected.replace("confa", name))


def evaluate(row, setup, ffi, lib):
    """(kind, text): "" and the repr, or the exception's name and message."""
    scope = {"ffi": ffi, "lib": lib, "__name__": "__row__"}
    try:
        before, last = compiled(row.code)
        exec(setup, scope)
        exec(before, scope)
        value = eval(last, scope) if last is not None else None
        return "", masked(repr(value))
    except BaseException as exc:
        text = str(exc.args[0]) if isinstance(exc, KeyError) and exc.args \
            else str(exc)
        return exception_name(exc, ffi), masked(text)


def verdict(row, kind, text):
    """Why a row is wrong, or None."""
    if row.letter is None:
        if kind == "" and matches(row.expected, text, True):
            return None
        return "expected " + row.expected
    name = LETTERS[row.letter]
    if kind == name and matches(row.expected, text, False):
        return None
    return "expected %s: %s" % (name, row.expected)


def run(table, ffi, lib, wanted=lambda row: True):
    setup = compile(PRELUDE + table.setup, "<setup>", "exec")
    for row in table.rows:
        if not wanted(row):
            continue
        this = named(row, lib)
        kind, text = evaluate(this, setup, ffi, lib)
        got = "%s: %s" % (kind, text) if kind else text
        yield Result(row, kind, got, verdict(this, kind, text))
