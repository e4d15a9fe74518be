#!/bin/sh
# cffi-venv.sh - a virtual environment with CFFI, to compare with.
#
#     cffi-venv.sh PYTHON DIR
#
# Makes DIR unless it is there already.  Exits with 77 when CFFI cannot be had;
# DIR.log says why.
#
# SPDX-License-Identifier: MIT
set -eu

python=$1
venv=$2
log=$venv.log
version=${CFFI_VERSION:-2.1.1}

mkdir -p "$(dirname "$venv")"
: >"$log"
if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "import setuptools, cffi
assert cffi.__version__ == '$version'" 2>>"$log"; then
    exit 0
fi
if ! { rm -rf "$venv" && "$python" -m venv "$venv" &&
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --timeout 10 --retries 1 "cffi==$version" setuptools; } >>"$log" 2>&1; then
    echo "skipped: no CFFI $version for $python (see $log)"
    exit 77
fi
