#!/bin/sh
# headers.sh - runs our parser over the headers of glibc and of all -dev packages
# and lets the compiler check what it found.
#
#     headers.sh HEADER_CHECK OUTDIR [PACKAGES_MIN]
#
# Headers that the compiler itself does not take alone are left out.  Fails when
# a header cannot be parsed or a size, an offset or a value is wrong, or when
# fewer packages than PACKAGES_MIN have a header that was checked.
#
# SPDX-License-Identifier: MIT
set -u

check=$1
out=$2
least=${3:-0}
cc=${CC:-cc}
export check out cc

mkdir -p "$out"
: >"$out/list"
for package in $(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' '*-dev' |
    awk '$1 == "ii" { print $2 }' | sort -u); do
    for pc in $(dpkg-query -L "$package" | sed -n 's|.*/pkgconfig/\(.*\)\.pc$|\1|p'); do
        pkg-config --cflags "$pc" 2>/dev/null
    done >"$out/flags-$package"
    # What is for C++ alone, or for another language, has no C headers.
    dpkg-query -L "$package" | grep -E '^/usr/include/.*\.h$' |
        grep -vE '/c\+\+/|/unicode/|/llvm/|/clang/|/gtest/|/gmock/|/objc/' |
        sed "s|^|$package |" >>"$out/list"
done

cat >"$out/one.sh" <<'ONE'
package=$1
header=$2
base=$out/$(printf '%s' "$header" | tr / _)
printf '#include <sys/types.h>\n#include <stdio.h>\n#include "%s"\n' \
    "$header" >"$base.c"
if ! $cc -w -E $(cat "$out/flags-$package") "$base.c" -o "$base.i" \
    2>/dev/null ||
    ! $cc -w -fsyntax-only -x cpp-output "$base.i" 2>/dev/null; then
    echo "left-out $package $header"
    exit 0
fi
if ! "$check" "$base.i" >"$base.check.c" 2>"$base.log"; then
    echo "failed $package $header: $(tail -n 2 "$base.log" | tr '\n' ' ')"
elif ! $cc -w -fsyntax-only -x cpp-output "$base.check.c" 2>"$base.wrong"; then
    echo "failed $package $header: $(grep -c 'static assertion' "$base.wrong") wrong:"
    grep -m 3 'error' "$base.wrong" | sed 's/^/failed-why /'
else
    echo "checked $package $header $(tail -n 1 "$base.log")"
fi
grep '^skipped' "$base.log" 2>/dev/null >>"$out/skipped"
rm -f "$base.i" "$base.check.c" "$base.c"
ONE

: >"$out/skipped"
xargs -n 2 -P "$(nproc)" sh "$out/one.sh" <"$out/list" >"$out/results"
grep '^failed' "$out/results"
checked=$(grep -c '^checked' "$out/results")
failed=$(grep -c '^failed ' "$out/results")
left=$(grep -c '^left-out' "$out/results")
packages=$(awk '/^checked/ { print $2 }' "$out/results" | sort -u | wc -l)
asserts=$(awk '/^checked/ { n += $(NF - 1) } END { print n }' "$out/results")
echo "headers: $packages packages, $checked headers with $asserts assertions" \
    "right, $failed wrong, $left left out by the compiler"
sort "$out/skipped" | uniq | sed 's/.*[0-9]: //' | sort | uniq -c |
    sort -rn | head -n 20 | sed 's/^/  skipped/'
[ "$failed" -eq 0 ] && [ "$packages" -ge "$least" ]
