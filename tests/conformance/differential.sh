#!/bin/sh
# differential.sh - compares libembed with CFFI, row by row of the tables.
#
#     differential.sh PYTHON OURS OUTDIR
#
# OURS is what `test_conformance --dump` wrote.  CFFI_VERSION is installed into
# a virtual environment in OUTDIR; without it nothing is compared, which a
# message says.
#
# SPDX-License-Identifier: MIT
set -eu

python=$1
ours=$2
out=$3
here=$(dirname "$0")
log=$out/install.log
version=${CFFI_VERSION:-2.1.1}

mkdir -p "$out"
: >"$log"
if ! "$out/venv/bin/python" -c "import setuptools, cffi
assert cffi.__version__ == '$version'" 2>>"$log"; then
    if ! { rm -rf "$out/venv" && "$python" -m venv "$out/venv" &&
        "$out/venv/bin/python" -m pip install --quiet \
            --disable-pip-version-check --timeout 10 --retries 1 \
            "cffi==$version" setuptools; } >>"$log" 2>&1; then
        echo "differential: skipped: no CFFI $version for $python (see $log)"
        exit 0
    fi
fi
if ! "$out/venv/bin/python" "$here/cffi_driver.py" "$out" "$out/cffi" \
    >"$out/cffi.log" 2>&1; then
    cat "$out/cffi.log"
    echo "differential: CFFI did not build the declarations"
    exit 1
fi
exec "$out/venv/bin/python" "$here/compare.py" "$ours" "$out/cffi"
