"""Helpers of the words plug-in.

SPDX-License-Identifier: MIT
"""

AUTHOR = "Ada"
VOWELS = frozenset("aeiouy")


def split(line):
    """Returns the words of a line, in lower case."""
    letters = [c if c.isalpha() else " " for c in line.lower()]
    return "".join(letters).split()


def syllables(word):
    """Estimates the syllables of a word by its groups of vowels."""
    groups = 0
    inside = False
    for letter in word:
        vowel = letter in VOWELS
        if vowel and not inside:
            groups += 1
        inside = vowel
    return groups or 1
