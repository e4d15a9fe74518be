#!/bin/sh
# check-globals.sh - no mutable static data but what is allowed.
#
#     check-globals.sh BUILD
#
# tests/globals.allow has one line for each: OBJECT SYMBOL REASON, where OBJECT
# (its source file) and SYMBOL are shell patterns.
#
# SPDX-License-Identifier: MIT
set -u
build=$1
found=$(mktemp)
trap 'rm -f "$found"' EXIT

allowed() { # SOURCE SYMBOL
    while read -r in_source in_symbol reason; do
        case $in_source in '#'* | '') continue ;; esac
        # Patterns, unquoted on purpose.
        # shellcheck disable=SC2254
        case $1 in $in_source) ;; *) continue ;; esac
        # shellcheck disable=SC2254
        case $2 in $in_symbol) ;; *) continue ;; esac
        [ -n "$reason" ] || continue
        return 0
    done <tests/globals.allow
    return 1
}

for o in "$build"/obj/core/*.o "$build"/obj/core/types/*.o \
    "$build"/obj/gen/*.o "$build"/obj/cpython-*/subinterp/cpython/*.o \
    "$build"/obj/cpython-*/subinterp/cpython/*/*.o; do
    [ -e "$o" ] || continue
    source=${o#"$build"/obj/}
    source=${source#cpython-*/}
    source=${source%.o}.c
    # Data that only relocation writes (.data.rel.ro) is constant.
    for symbol in $(objdump -t "$o" 2>/dev/null |
        awk '/ (O )? *\.(data|bss|tdata|tbss)/ && !/ d | \.data\.rel\.ro/ {
            print $NF }'); do
        # A static inside a function: name.123
        symbol=${symbol%.[0-9]*}
        case $symbol in __*san* | .L*) continue ;; esac
        if ! allowed "$source" "$symbol"; then
            echo "mutable data: $source $symbol"
        fi
    done
done | sort -u >"$found"
cat "$found"
[ ! -s "$found" ]
