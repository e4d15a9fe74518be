#!/bin/sh
# check-text.sh - sizes of files, licence lines, paths of one machine.
#
# SPDX-License-Identifier: MIT
set -u
bad=0
limit=800

# The files that make up the project, whether in git or not.
files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files
    else
        find . -path ./build -prune -o -type f -print | sed 's|^\./||'
    fi
}

for f in $(files); do
    [ -f "$f" ] || continue
    case $f in
    tests/golden/* | tests/fuzz/corpus/* | LICENSE) continue ;;
    esac
    case $f in
    *.c | *.h | *.py)
        n=$(wc -l <"$f")
        if [ "$n" -gt $limit ]; then
            echo "$f: $n lines, more than $limit"
            bad=1
        fi
        ;;
    esac
    case $f in
    include/*.h | core/*.[ch] | gen/*.[ch] | subinterp/*.[ch] | tests/*.[ch])
        if ! head -n 40 "$f" | grep -q 'SPDX-License-Identifier: MIT'; then
            echo "$f: no SPDX line"
            bad=1
        fi
        ;;
    esac
    case $f in
    *.c | *.h | *.py | *.sh | *.mk | *.md | Makefile | .ci/*)
        out=$(grep -nE '(^|[^A-Za-z0-9_.$}/-])/(root|home|work|tmp/brief)/' "$f")
        if [ -n "$out" ]; then
            echo "$out" | sed "s|^|$f: path of one machine: |"
            bad=1
        fi
        out=$(grep -nE '[ 	]+$' "$f" | head -n 3)
        if [ -n "$out" ]; then
            echo "$out" | sed "s|^|$f: blank at the end of line |"
            bad=1
        fi
        ;;
    esac
done
# Each status has its place on the page about errors.
for status in $(sed -n 's/^ *\(EMBED_\(OK\|E_[A-Z]*\)\) = \([0-9]*\).*/\1:\3/p' \
    include/embed.h); do
    row="\`${status%:*}\` (${status#*:})"
    if ! grep -qF "| $row |" docs/errors.md; then
        echo "docs/errors.md: no row for $row"
        bad=1
    fi
done
exit $bad
