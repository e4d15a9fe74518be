#!/bin/sh
# cffi.sh - builds the measured functions with CFFI, where that is possible.
#
#     cffi.sh PYTHON OUTDIR
#
# OUTDIR/cffi_path then names the directory to import CFFI from, or is empty.
# CFFI is taken from PYTHON, else installed into a virtual environment in
# OUTDIR; without either the benchmark goes on without CFFI.
#
# SPDX-License-Identifier: MIT
set -eu

python=$1
out=$2
here=$(dirname "$0")
log=$out/cffi.log
usable='import cffi, _cffi_backend, sys
if "PyPy" not in sys.version: import setuptools'

mkdir -p "$out"
: >"$out/cffi_path"
: >"$log"

if ! "$python" -c "$usable" 2>>"$log"; then
    venv=$out/venv
    if ! { [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"; } >>"$log" 2>&1 ||
        ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --timeout 10 --retries 1 cffi setuptools >>"$log" 2>&1; then
        echo "bench: no CFFI for $python: left out (see $log)" >&2
        exit 0
    fi
    python=$venv/bin/python
fi

if "$python" "$here/build_cffi.py" "$here/plugin.h" "$here/plugin.py" "$out" \
    cffi_a cffi_b >>"$log" 2>&1 &&
    "$python" "$here/build_cffi.py" "$here/inside/inside.h" \
        "$here/inside/inside.py" "$out" --cdef "$here/inside/inside.cdef" \
        --source "$here/inside/inside_c.c" cffi_inside >>"$log" 2>&1; then
    "$python" -c 'import cffi, os, _cffi_backend as b
print(os.path.dirname(getattr(b, "__file__", cffi.__file__)))' >"$out/cffi_path"
else
    echo "bench: CFFI does not build for $python: left out (see $log)" >&2
fi
