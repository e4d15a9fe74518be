"""Compares what two implementations gave for the rows of the tables.

    compare.py OURS CFFIS

The status is 0 when all differences are accepted and all that is accepted is a
difference.

SPDX-License-Identifier: MIT
"""
import re
import sys

import accepted


def read(path):
    with open(path, "rb") as file:
        parts = file.read().decode("utf-8").split("\0")[:-1]
    return {tuple(parts[i:i + 2]): parts[i + 2]
            for i in range(0, len(parts), 3)}


def renamed(text):
    for pattern, ours in accepted.NAMES:
        text = re.sub(pattern, ours, text)
    return text


def main(our_path, cffi_path):
    ours, cffis = read(our_path), read(cffi_path)
    bad, n_accepted, seen = 0, 0, set()
    for key, got in ours.items():
        code = key[1]
        seen.add(code)
        if code in accepted.NOT_RUN:
            continue
        got = renamed(got)
        other = renamed(cffis.get(key, "nothing: the process has ended"))
        differs = other != got
        if differs and code in accepted.ACCEPTED:
            n_accepted += 1
        elif differs or code in accepted.ACCEPTED:
            bad += 1
            why = "" if differs else "  (accepted, but no difference)"
            print("%s: %s%s\n    libembed  %s\n    CFFI      %s" % (
                key[0], code.replace("\n", "\n        "), why, got, other))
    stale = (set(accepted.ACCEPTED) | set(accepted.NOT_RUN)) - seen
    for code in sorted(stale):
        print("accepted, but no row: " + code)
    print("differential: %d rows, %d different, %d accepted with a reason, "
          "%d not run under CFFI" % (len(ours), bad, n_accepted,
                                     len(accepted.NOT_RUN)))
    return bool(bad or stale or not ours)


sys.exit(main(*sys.argv[1:]))
