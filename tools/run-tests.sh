#!/bin/sh
# run-tests.sh - runs test programs and sums up.
#
#     run-tests.sh LOGDIR [PROGRAM | PROGRAM@PYTHON]...
#
# PROGRAM@PYTHON runs with EMBED_PYTHON=PYTHON; PROGRAM@shared-PYTHON also with
# EMBED_SHARED_INTERP=1.  A program has passed when its
# status is 0 and is skipped when it is 77.  Of a program that failed the whole
# output is shown.  At the end: the summary, then cmocka's closing lines of
# every program.  TEST_TIMEOUT (seconds, default 120) bounds each program.
#
# SPDX-License-Identifier: MIT
set -u

logs=$1
shift
limit=${TEST_TIMEOUT:-120}
rm -rf "$logs"
mkdir -p "$logs"

# Python must behave as it does for users, not as in this shell.
unset PYTHONUNBUFFERED PYTHONHOME PYTHONPATH PYTHONSTARTUP EMBED_PYTHON \
    EMBED_SHARED_INTERP

# What sanitizers must not report; nothing without them.
tests=$(cd "$(dirname "$0")/../tests" && pwd)
# The guess at dynamic TLS of LeakSanitizer reads wild addresses with threads of
# some versions of glibc.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:intercept_tls_get_addr=0}"
export LSAN_OPTIONS="${LSAN_OPTIONS:-suppressions=$tests/lsan.supp:print_suppressions=0}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-suppressions=$tests/tsan.supp:second_deadlock_stack=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

# The part of cmocka's output that says what the outcome was.
closing_lines() {
    sed -n '/^\[==========\].* run\./,$p' "$1" | grep '^\['
}

run() { # PROGRAM PYTHON LOG
    if [ "${2#shared-}" != "$2" ]; then
        EMBED_SHARED_INTERP=1 EMBED_PYTHON=${2#shared-} timeout -k 5 "$limit" \
            "$1" >"$3" 2>&1 </dev/null
    elif [ -n "$2" ]; then
        EMBED_PYTHON=$2 timeout -k 5 "$limit" "$1" >"$3" 2>&1 </dev/null
    else
        timeout -k 5 "$limit" "$1" >"$3" 2>&1 </dev/null
    fi
}

total=0
failed=
skipped=0
for entry; do
    program=${entry%@*}
    python=
    [ "$program" = "$entry" ] || python=${entry##*@}
    name=${program##*/tests/}${python:+ ($python)}
    log=$logs/$(printf '%s' "$name" | tr -c 'A-Za-z0-9_.\n-' _).log
    total=$((total + 1))
    started=$(date +%s)
    run "$program" "$python" "$log"
    status=$?
    seconds=$(($(date +%s) - started))
    case $status in
    0) printf '  ok      %s (%d s)\n' "$name" $seconds ;;
    77)
        skipped=$((skipped + 1))
        printf '  skipped %s: %s\n' "$name" "$(tail -n 1 "$log")"
        ;;
    *)
        failed="$failed  $name
"
        case $status in
        124 | 137) why="no end after $limit s" ;;
        1[3-9]?) why="ended by SIG$(kill -l $((status - 128)))" ;;
        *) why="status $status" ;;
        esac
        printf '  FAILED  %s (%s)\n' "$name" "$why"
        sed 's/^/    | /' "$log"
        ;;
    esac
done

n_failed=$(printf '%s' "$failed" | grep -c .)
echo
echo "$total test programs: $((total - n_failed - skipped)) passed," \
    "$skipped skipped, $n_failed failed"
[ -z "$failed" ] || printf 'failed:\n%s' "$failed"
for log in "$logs"/*.log; do
    [ -f "$log" ] && closing_lines "$log"
done
[ -z "$failed" ]
