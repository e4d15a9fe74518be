#!/bin/sh
# many.sh - builds COUNT + 1 extensions that differ in nothing but the name.
#
#     many.sh EMBED LIBDIR OUTDIR COUNT
#
# The C is generated once.  Files that exist are kept.
#
# SPDX-License-Identifier: MIT
set -eu

embed=$1
libdir=$2
out=$3
count=$4
here=$(dirname "$0")
include=$(dirname "$here")/include

mkdir -p "$out"
sed 's/BENCH_NAME/embed_000/' "$here/plugin.py" >"$out/embed_000.py"
"$embed" build "$here/plugin.h" "$out/embed_000.py" --emit-c "$out/model.c"

export out here include libdir
i=0
while [ "$i" -le "$count" ]; do
    printf '%03d\n' "$i"
    i=$((i + 1))
done | xargs -n 1 -P "$(nproc)" sh -c '
    name=embed_$1
    [ "$out/$name.so" -nt "$out/model.c" ] && exit 0
    sed "s/embed_000/$name/g" "$out/model.c" >"$out/$name.c"
    ${CC:-cc} -w -shared -fPIC -O1 -fvisibility=hidden -I"$here" -I"$include" \
        -Wl,-Bsymbolic-functions -Wl,-z,nodelete -o "$out/$name.so" \
        "$out/$name.c" -L"$libdir" -lembed -Wl,-rpath,"$libdir"
    rm "$out/$name.c"
' sh
