#!/bin/sh
# check-layers.sh - every #include goes along an arrow of the architecture, and what
# one place does is done there.
#
# SPDX-License-Identifier: MIT
set -u
bad=0

# FOLDER-GLOBS ALLOWED: an extended regular expression of project headers.
arrow() {
    # shellcheck disable=SC2086
    out=$(grep -nE '^ *# *include *"' $1 /dev/null 2>/dev/null |
        grep -vE "include *\"($2)\"")
    [ -z "$out" ] && return
    echo "$out" | sed 's/^/wrong way: /'
    bad=1
}

public='embed\.h|embed/plugin\.h'
# For C code that CFFI, or its users, have written.
cffi='embed/cffi\.h|embed/cffi/includes\.h|includes\.h|Python\.h'
types='core/types/[a-z0-9_]+\.[ch]|core/(err|name)\.h'

arrow 'include/*.h include/embed/*.h include/embed/cffi/*.h' "$public|$cffi"
arrow 'core/types/*.[ch]' "$types|$public"
arrow 'core/*.[ch]' "core/[a-z0-9_]+\.h|$public"
arrow 'gen/*.[ch]' "gen/[a-z0-9_]+\.h|$types|$public"
cpython='subinterp/cpython/(ext/)?[a-z0-9_]+\.h|[a-z_]+_text\.h|core/[a-z0-9_]+\.h'
arrow 'subinterp/cpython/*.[ch] subinterp/cpython/ext/*.[ch]' \
    "$cpython|subinterp/cpython/ffi/[a-z0-9_]+\.h|$types|$public"
# ffi/ uses the code above it through one header.
arrow 'subinterp/cpython/ffi/above.h' 'subinterp/cpython/(ext/)?[a-z0-9_]+\.h'
arrow "$(ls subinterp/cpython/ffi/*.[ch] | grep -v /above.h)" \
    "subinterp/cpython/ffi/[a-z0-9_]+\.h|subinterp/cpython/py\.h|core/err\.h|$types|$public"

arrow 'subinterp/pypy/*.[ch]' \
    "subinterp/pypy/[a-z0-9_]+\.h|[a-z_]+_text\.h|core/[a-z0-9_]+\.h|$types|$public"

# Code of the form that CFFI generates includes our own Python.h.
out=$(grep -rnE '# *include *<Python\.h>' include core gen subinterp tests |
    grep -v -e '^subinterp/cpython/py\.h:' -e '^tests/generated/')
if [ -n "$out" ]; then
    echo "$out" | sed 's/^/Python.h outside of py.h: /'
    bad=1
fi
# The names that PyPy gives these functions are no matter of CPython's.
out=$(grep -rnE '(^|[^y])PyGILState_|PyRun_SimpleString|PyErr_Print|Py_Finalize' \
    core gen subinterp include --include='*.[ch]' |
    grep -vE '^[^:]*:[0-9]*: *(/?\*|//)' | grep -vE '/\*.*(PyGILState_|PyRun_SimpleString|PyErr_Print|Py_Finalize)')
if [ -n "$out" ]; then
    echo "$out" | sed 's/^/forbidden call: /'
    bad=1
fi
# One place makes threads, and one waits: what happens when there is no thread, and
# when one is cancelled, is decided there.
only() { # REGEXP FILES...
    what=$1
    shift
    out=$(grep -nE "(^|[^a-z_.])($what)\(" core/*.[ch] subinterp/*/*.[ch] \
        subinterp/*/*/*.[ch] |
        grep -vE "^($(echo "$*" | tr ' ' '|')):")
    if [ -n "$out" ]; then
        echo "$out" | sed "s|^|not in $*: |"
        bad=1
    fi
}
only 'pthread_create|pthread_setname_np' core/helper.c
only 'pthread_cond_(timed)?wait|(clock_)?nanosleep|usleep' core/lock.c
exit $bad
