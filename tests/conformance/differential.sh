#!/bin/sh
# differential.sh - compares libembed with CFFI, row by row of the tables.
#
#     differential.sh VENV OURS OUTDIR
#
# VENV has CFFI (tools/cffi-venv.sh); OURS is what `test_conformance --dump`
# wrote.
#
# SPDX-License-Identifier: MIT
set -eu

python=$1/bin/python
ours=$2
out=$3
here=$(dirname "$0")

if ! "$python" "$here/cffi_driver.py" "$out" "$out/cffi" >"$out/cffi.log" 2>&1; then
    cat "$out/cffi.log"
    echo "differential: CFFI did not build the declarations"
    exit 1
fi
exec "$python" "$here/compare.py" "$ours" "$out/cffi"
