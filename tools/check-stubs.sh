#!/bin/sh
# check-stubs.sh - checks the type stubs and code that uses them with mypy.
#
#     check-stubs.sh PYTHON VENV
#
# mypy is taken from PATH, else from VENV, else installed there; without any
# of them the check is left out with a message.  Mistakes that mypy must find are
# marked `type: ignore` in the code: those it does not find are errors.
#
# SPDX-License-Identifier: MIT
set -eu

python=$1
venv=$2
mypy=$venv/bin/mypy

if command -v mypy >/dev/null; then
    mypy=mypy
elif ! [ -x "$mypy" ]; then
    mkdir -p "$venv"
    if ! { "$python" -m venv "$venv" &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --timeout 10 --retries 1 mypy; } >"$venv/install.log" 2>&1; then
        echo "check-stubs: no mypy: left out (see $venv/install.log)" >&2
        exit 0
    fi
fi

MYPYPATH=stubs:tests/stubs exec "$mypy" --strict --warn-unused-ignores \
    --no-site-packages --cache-dir="$venv/cache" \
    tests/stubs/plugin.py stubs/embed/__init__.pyi
