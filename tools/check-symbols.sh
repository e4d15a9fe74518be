#!/bin/sh
# check-symbols.sh - the names of all globals, and what the products export.
#
#     check-symbols.sh BUILD
#
# SPDX-License-Identifier: MIT
set -u
build=$1
bad=0

# WHAT ALLOWED FILES...: the globals that FILES define match ALLOWED.
prefix() {
    what=$1
    allowed=$2
    shift 2
    [ -e "$1" ] || return 0
    out=$(nm -A --defined-only --extern-only "$@" 2>/dev/null |
        awk '{ print $NF, $1 }' | grep -vE "^($allowed)")
    [ -z "$out" ] && return
    echo "$out" | sed "s|^|$what: |"
    bad=1
}

# Sanitizers and gcc's coverage add names of their own.
tools='__asan|__odr_asan|__tsan|__ubsan|\.'
prefix "core wants ec_ or embed_" "ec_|embed_|$tools" \
    "$build"/obj/core/*.o "$build"/obj/core/types/*.o
# embed_plugin_register: cmd_inspect.c stands in for libembed.
prefix "gen wants eg_" "eg_|main |embed_plugin_register |$tools" "$build"/obj/gen/*.o
for d in "$build"/obj/cpython-*/subinterp/cpython; do
    prefix "subinterp wants es_" "es_|embed_backend |$tools" "$d"/*.o "$d"/*/*.o
done

# FILE ALLOWED: what a shared object exports.
exports() {
    [ -e "$1" ] || return 0
    out=$(nm -D --defined-only "$1" | awk '{ print $NF }' |
        grep -vE "^($2)(@.*)?$" | grep -v '^EMBED_[0-9]*$')
    [ -z "$out" ] && return
    echo "$out" | sed "s|^|exported by $1: |"
    bad=1
}
exports "$build/lib/libembed.so.0" 'embed_[a-z_]*'
for f in "$build"/lib/embed/*.so; do
    exports "$f" embed_backend
    if readelf -d "$f" 2>/dev/null | grep -q 'NEEDED.*libpython'; then
        echo "$f: linked with libpython"
        bad=1
    fi
done
exit $bad
