"""Runs the examples of README.md, in the current directory.

    run.py README.md

A block whose first line is a comment with nothing but a file's name is that
file.  In a `console` block each line that begins with "$ " is a command, with
the lines up to the next one as its standard output; "..." in them stands for
anything.

SPDX-License-Identifier: MIT
"""
import re
import subprocess
import sys

FILE = re.compile(r"(?:/\*|//|#) ([\w.-]+\.[a-z]+)(?: \*/)?$")


def blocks(path):
    """(language, first line's number, lines) of each block."""
    language, first, lines = None, 0, []
    with open(path, encoding="utf-8") as text:
        for number, line in enumerate(text, 1):
            if language is None and line.startswith("```"):
                language, first, lines = line[3:].strip(), number + 1, []
            elif language is not None and line.startswith("```"):
                yield language, first, lines
                language = None
            elif language is not None:
                lines.append(line)


def matches(expected, actual):
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, actual, re.DOTALL) is not None


def run(path, first, lines):
    """Runs the commands of a console block; the number of failures."""
    failures = 0
    commands = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            commands.append((number, line[2:], ""))
        else:
            number, command, output = commands[-1]
            commands[-1] = number, command, output + line
    for number, command, expected in commands:
        done = subprocess.run(command, shell=True, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=100)
        if done.returncode != 0 or not matches(expected, done.stdout):
            failures += 1
            print("%s:%d: %s\nexpected:\n%sgot:\n%s%s"
                  % (path, number, command, expected, done.stdout,
                     done.stderr))
    return failures


def main(path):
    failures = files = consoles = 0
    for language, first, lines in blocks(path):
        name = FILE.match(lines[0].strip()) if lines else None
        if language == "console":
            consoles += 1
            failures += run(path, first, lines)
        elif name is not None:
            files += 1
            with open(name.group(1), "w", encoding="utf-8") as out:
                out.writelines(lines)
    if failures == 0 and (files == 0 or consoles == 0):
        print("%s: no examples" % path)
        failures = 1
    return 1 if failures else 0


sys.exit(main(*sys.argv[1:]))
