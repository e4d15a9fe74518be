#!/bin/sh
# deps.sh - finds what the build and the tests need, and installs what is
# missing.
#
#     deps.sh [--dev] [PYTHONS_MK]
#
# --dev also asks for the tools of `make lint` and `make fuzz`.  PYTHONS_MK is
# the cached result of find-pythons.sh: when it is there, Python is not looked
# for again.  With everything in place this is fast and touches nothing.
#
# Missing packages are installed with apt-get, as root or through `sudo -n`.
# Where that is not possible the command to type is printed; status 1.
#
# SPDX-License-Identifier: MIT
set -u

here=$(dirname "$0")
cc=${CC:-cc}
dev=no
if [ "${1-}" = --dev ]; then
    dev=yes
    shift
fi
pythons_mk=${1-}

missing=  # for people
packages= # for apt-get

need() { # WHAT PACKAGES
    missing="$missing  $1
"
    packages="$packages $2"
}

has_header() { # HEADERS
    # shellcheck disable=SC2086
    for h in "$@"; do
        echo "#include <$h>"
    done | $cc ${CPPFLAGS-} ${CFLAGS-} -E -x c - >/dev/null 2>&1
}

look() {
    missing=
    packages=
    # $cc may carry arguments.
    # shellcheck disable=SC2086
    if ! command -v ${cc%% *} >/dev/null 2>&1 ||
        ! has_header stdio.h; then
        need "a C compiler and the C library's headers" build-essential
    fi
    command -v make >/dev/null 2>&1 || need "GNU make" make
    has_header ffi.h || need "libffi's headers" libffi-dev
    has_header stdarg.h stddef.h setjmp.h stdint.h cmocka.h ||
        need "cmocka, for the tests" libcmocka-dev
    if [ $dev = yes ]; then
        for tool in clang clang-format clang-tidy cppcheck g++; do
            command -v $tool >/dev/null 2>&1 || need "$tool" $tool
        done
    fi
}

has_python() {
    [ -n "$pythons_mk" ] && [ -s "$pythons_mk" ] && return 0
    "$here/find-pythons.sh" >/dev/null 2>&1
}

# The apt package of the newest CPython >= 3.12 that this system offers.
python_package() {
    [ -z "${PYTHONS-}" ] || return
    for v in 3.14 3.13 3.12; do
        if apt-cache show python$v-dev 2>/dev/null | grep -q '^Package:'; then
            echo python$v-dev
            return
        fi
    done
}

as_root=
can_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] && return 0
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
        return 0
    fi
    return 1
}

# apt-get without questions and without standard input.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# Its tests are left out where it is not to be had.
pypy() {
    command -v pypy3 >/dev/null 2>&1 && return
    can_install && { apt install -y pypy3 || { apt update &&
        apt install -y pypy3; }; } && return
    echo "warning: no pypy3: the tests of PyPy are left out" >&2
}
[ $dev = no ] || pypy

look
python=yes
has_python || python=no
[ -z "$missing" ] && [ $python = yes ] && exit 0

[ -z "$missing" ] || printf 'missing:\n%s' "$missing"
# Nothing to install for: what PYTHONS names must be there.
if [ $python = no ] && [ -z "$missing" ] &&
    { [ -n "${PYTHONS-}" ] || ! command -v apt-get >/dev/null 2>&1; }; then
    "$here/find-pythons.sh" >/dev/null
    exit 1
fi

if can_install; then
    apt update || echo "warning: apt-get update failed" >&2
    [ $python = yes ] || packages="$packages $(python_package)"
    if [ -n "${packages# }" ]; then
        # shellcheck disable=SC2086
        apt install -y --no-install-recommends $packages || exit 1
    fi
    look
    if [ -n "$missing" ]; then
        printf 'error: still missing:\n%s' "$missing" >&2
        exit 1
    fi
    [ $python = yes ] || exec "$here/find-pythons.sh" >/dev/null
    exit 0
fi

if command -v apt-get >/dev/null 2>&1; then
    [ $python = yes ] || packages="$packages $(python_package)"
    if [ -n "${packages# }" ]; then
        echo "error: not root; type this, then run make again:" >&2
        # shellcheck disable=SC2086
        echo "    sudo apt-get install -y" $packages >&2
    fi
    [ $python = yes ] || "$here/find-pythons.sh" >/dev/null
else
    echo "error: no apt-get here; install the above with this system's package" \
        "manager, then run make again" >&2
fi
exit 1
