#!/bin/sh
# stock.sh - C code that CFFI has generated: on CFFI, and unchanged on libembed,
# in an interpreter of its own; the results must be equal.
#
#     stock.sh BUILD VERSION VENV-PYTHON OUTDIR
#
# SPDX-License-Identifier: MIT
set -eu

build=$1
version=$2
python=$3
out=$4
here=$(dirname "$0")
embed=$build/bin/embed
log=$out/log

mkdir -p "$out/embed"
if ! PYTHONPATH=$here "$python" "$here/emit.py" "$out" >"$log" 2>&1; then
    cat "$log"
    echo "stock CFFI: the modules do not run on CFFI"
    exit 1
fi
cp "$here/modules.py" "$out/embed/"
for c in "$out"/st_*.c; do
    name=$(basename "$c" .c)
    "$embed" build "$c" -o "$out/embed/$name.so" -- -w
done
"$embed" build "$here/check.h" "$here/check.py" -o "$out/embed/libcheck.so"
${CC:-cc} -I"$here" "$here/host.c" -o "$out/embed/check" -L"$out/embed" \
    -lcheck -Wl,-rpath,"$out/embed"
${CC:-cc} "$out/host.c" -o "$out/embed/host" "$out/embed/st_embedded.so" \
    -Wl,-rpath,"$out/embed"
export EMBED_PYTHON="$version"
"$out/embed/check" "$out/embed.txt" 2>>"$log"
"$out/embed/host" >>"$out/embed.txt" 2>>"$log"
# An Extension for setuptools.
cat >"$out/embed/setup.py" <<'SETUP'
from setuptools import setup

import cffi

ffi = cffi.FFI()
ffi.cdef("int add(int, int);")
ffi.set_source("st_setup", "int add(int a, int b) { return a + b; }")
setup(name="st_setup", version="1", py_modules=[],
      ext_modules=[ffi.distutils_extension(tmpdir="generated")])
SETUP
(cd "$out/embed" && PYTHONPATH=$build/share/embed/python/cffi \
    "$python" setup.py -q build_ext --inplace >>"$log" 2>&1 &&
    "$python" -c "from st_setup import lib; assert lib.add(40, 2) == 42")
if ! diff "$out/cffi.txt" "$out/embed.txt"; then
    echo "stock CFFI: results differ (CFFI's are the first)"
    exit 1
fi
echo "stock CFFI: $(ls "$out"/st_*.c | wc -l) modules," \
    "$(wc -l <"$out/cffi.txt") results, all equal"
