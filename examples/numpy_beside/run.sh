#!/bin/sh
# run.sh - builds the example and runs it with one Python.
#
#     run.sh BUILD VERSION PYTHON OUT
#
# numpy and pandas come from PyPI, into a virtual environment in OUT; status 77
# when they cannot be had.
#
# SPDX-License-Identifier: MIT
set -eu

build=$1
version=$2
python=$3
out=$4
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$out"
if ! [ -e "$out/venv/done" ]; then
    if ! { "$python" -m venv "$out/venv" &&
        "$out/venv/bin/python" -m pip install --quiet --timeout 20 --retries 1 \
            --disable-pip-version-check --only-binary :all: numpy pandas &&
        touch "$out/venv/done"; } >"$out/log" 2>&1; then
        echo "skipped: no numpy for $python (see $out/log)"
        exit 77
    fi
fi
STATS_SITE=$("$out/venv/bin/python" -c \
    'import site; print(site.getsitepackages()[0])')
export STATS_SITE

for name in left right; do
    "$build/bin/embed" build "$here/$name.h" "$here/$name.py" \
        -o "$out/lib$name.so"
done
"$build/bin/embed" build "$here/stats.h" "$here/stats.py" -o "$out/libstats.so" \
    --isolation shared
${CC:-cc} -Wall -Wextra "$here/host.c" -o "$out/host" -L"$out" -lstats -lleft \
    -lright -Wl,-rpath,"$out" -pthread
EMBED_PYTHON=$version "$out/host" >"$out/output"
cat "$out/output"
printf 'mean 499.5, medians of groups 4995.0\nnumpy refuses the others: 1 1\n' |
    diff - "$out/output"
echo "numpy: passed with $version"
