"""The words plug-in: word frequencies and the Flesch reading ease.

It changes textwrap.shorten() and the recursion limit, as a program may that
believes itself alone in its interpreter.

SPDX-License-Identifier: MIT
"""
import sys
import textwrap

import helper
from words import ffi, lib

sys.setrecursionlimit(1500)
textwrap.shorten = lambda text, width: text[:width].upper()


@ffi.def_extern()
def words_analyse(path, report):
    words = syllables = sentences = 0
    counts = {}
    pairs = {}
    last = None
    with open(ffi.string(path).decode(), errors="replace") as text:
        for line in text:
            sentences += line.count(". ") + line.endswith(".\n")
            for word in helper.split(line):
                words += 1
                syllables += helper.syllables(word)
                counts[word] = counts.get(word, 0) + 1
                pairs[last, word] = pairs.get((last, word), 0) + 1
                last = word
    sentences = max(sentences, 1)
    report.words = words
    report.distinct = len(counts)
    report.pairs = len(pairs)
    report.syllables = syllables
    report.sentences = sentences
    report.reading_ease = (
        206.835 - 1.015 * words / sentences - 84.6 * syllables / max(words, 1)
    )
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for i, (word, count) in enumerate(ranked[: lib.WORDS_TOP]):
        report.top[i].word = word.encode()[:23]
        report.top[i].count = count
    return 0


@ffi.def_extern()
def words_look(view):
    view.helper_author = helper.AUTHOR.encode()
    view.shortened = textwrap.shorten("The quick brown fox", 9).encode()
    view.recursion_limit = sys.getrecursionlimit()
    return 0
