#!/bin/sh
# text.sh - builds the text that the demonstration analyses: sources of a
# Python's standard library, one after the other, about 8 MB.
#
#     text.sh PYTHON OUT
#
# SPDX-License-Identifier: MIT
set -eu

python=$1
out=$2
enough=8000000
least=1000000

stdlib=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
find "$stdlib" -name '*.py' ! -path '*/test/*' ! -path '*/tests/*' \
    ! -path '*/site-packages/*' ! -path '*/dist-packages/*' -size -2000k |
    LC_ALL=C sort >"$out.files"

: >"$out.part"
while IFS= read -r file; do
    cat "$file" >>"$out.part"
    if [ "$(wc -c <"$out.part")" -ge "$enough" ]; then
        break
    fi
done <"$out.files"
rm -f "$out.files"

if [ "$(wc -c <"$out.part")" -lt "$least" ]; then
    echo "text.sh: less than $least bytes of Python sources in $stdlib" >&2
    exit 1
fi
mv "$out.part" "$out"
