"""The tokens plug-in: a scanner for source text, and statistics on it.

It changes textwrap.shorten() and the recursion limit, as a program may that
believes itself alone in its interpreter.

SPDX-License-Identifier: MIT
"""
import math
import sys
import textwrap

import helper
from tokens import ffi, lib

sys.setrecursionlimit(5000)
textwrap.shorten = lambda text, width: text[: width - 2] + ".."

BLANK = " \t\r\n\f"
QUOTES = "'\""


def skip_string(text, i):
    """Returns the index behind the string literal that starts at `i`."""
    quote = text[i]
    if text[i : i + 3] == quote * 3:
        end = text.find(quote * 3, i + 3)
        return len(text) if end < 0 else end + 3
    i += 1
    while i < len(text) and text[i] != quote and text[i] != "\n":
        i += 2 if text[i] == "\\" else 1
    return i + 1


def skip_word(text, i):
    """Returns the index behind the name or number that starts at `i`."""
    while i < len(text) and (text[i].isalnum() or text[i] == "_"):
        i += 1
    return i


def skip_token(text, i):
    """Returns the kind of the token at `i` and the index behind it."""
    c = text[i]
    if c.isalpha() or c == "_":
        return lib.TOKEN_NAME, skip_word(text, i)
    if c.isdigit():
        return lib.TOKEN_NUMBER, skip_word(text, i)
    if c in QUOTES:
        return lib.TOKEN_STRING, skip_string(text, i)
    if c == "#":
        end = text.find("\n", i)
        return lib.TOKEN_COMMENT, len(text) if end < 0 else end
    return lib.TOKEN_OPERATOR, i + 1


def entropy(pairs):
    """Returns the entropy, in bits, of a table of counts."""
    total = sum(pairs.values()) or 1
    return -sum(n / total * math.log2(n / total) for n in pairs.values())


def scan(text, stats):
    kinds = [0] * lib.TOKEN_KINDS
    pairs = {}
    depth = i = 0
    last = None
    while i < len(text):
        c = text[i]
        if c in BLANK:
            i += 1
            continue
        kind, end = skip_token(text, i)
        kinds[kind] += 1
        pairs[last, kind] = pairs.get((last, kind), 0) + 1
        if kind == lib.TOKEN_NAME:
            stats.longest_name = max(stats.longest_name, end - i)
        elif c in "([{":
            depth += 1
            stats.deepest = max(stats.deepest, depth)
        elif c in ")]}":
            depth = max(depth - 1, 0)
        last = kind
        i = end
    stats.by_kind = kinds
    stats.tokens = sum(kinds)
    stats.lines = text.count("\n")
    stats.entropy = entropy(pairs)


@ffi.def_extern()
def tokens_scan(path, stats):
    with open(ffi.string(path).decode(), errors="replace") as file:
        scan(file.read(), stats)
    return 0


kept = {}


@ffi.def_extern()
def tokens_look():
    kept["author"] = ffi.new("char[]", helper.AUTHOR.encode())
    shortened = textwrap.shorten("The quick brown fox", 9)
    kept["shortened"] = ffi.new("char[]", shortened.encode())
    return {
        "helper_author": kept["author"],
        "shortened": kept["shortened"],
        "recursion_limit": sys.getrecursionlimit(),
    }
