#!/bin/sh
# check-valgrind.sh - runs a program under valgrind and looks for errors and
# leaks of ours.
#
#     check-valgrind.sh LOG PROGRAM [ARGUMENT]...
#
# CPython keeps memory for the life of the process and reads freed pages on
# purpose: a report counts when the innermost function on its stack, or the one
# that asked for the memory, is ours.
#
# SPDX-License-Identifier: MIT
set -u

log=$1
shift
command -v valgrind >/dev/null || {
    echo "valgrind is needed (Debian: apt-get install valgrind)"
    exit 1
}
valgrind --leak-check=full --show-leak-kinds=definite,indirect \
    --num-callers=60 --log-file="$log" "$@"
status=$?
[ $status -eq 0 ] || {
    echo "$1: status $status; see $log"
    exit 1
}

# A report is what stands between lines without text.
files=$(cd "$(dirname "$0")/.." &&
    ls core/*.c core/types/*.c subinterp/*/*.c subinterp/*/*/*.c |
    sed 's|.*/||' | tr '\n' ' ')
ours=$(sed 's/^==[0-9]*== *//' "$log" | awk -v RS= -v FS='\n' -v files="$files" '
    BEGIN { n = split(files, list, " "); for (i = 1; i <= n; i++) is[list[i]] }
    {
        for (i = 1; i <= NF; i++) {
            if ($i !~ /^(at|by) 0x/ || $i ~ /vg_replace|\/valgrind\//) continue
            file = $i
            sub(/.*\(/, "", file)
            sub(/:.*/, "", file)
            if (file in is) print $0 "\n"
            break
        }
    }')
if [ -n "$ours" ]; then
    printf '%s\n' "$ours"
    echo "valgrind: reports of ours; see $log"
    exit 1
fi
echo "valgrind: nothing of ours"
