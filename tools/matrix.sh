#!/bin/sh
# matrix.sh - runs what was built here on other Pythons, too, built once.
#
#     matrix.sh BUILD SUITE TEST...
#
# TEST is the name of a test program below BUILD/tests: "e2e/test_values".  They
# run on every CPython of BUILD, in its shared interpreter, and on PyPy; then,
# when root and debootstrap are there, in a Debian SUITE with its CPython and
# PyPy, from a copy of the same files.  That all of them are the same from first
# to last is checked.  The system is kept, and made once.
#
# SPDX-License-Identifier: MIT
set -eu

build=$(cd "$1" && pwd)
suite=$2
shift 2
root=$(dirname "$build")/matrix/$suite
tools=$(cd "$(dirname "$0")" && pwd)
mirror=${MATRIX_MIRROR:-http://deb.debian.org/debian}
packages=python3,libpython3-stdlib,pypy3,libcmocka0,libffi8
export EMBED_BUILD="$build" TEST_TIMEOUT="${TEST_TIMEOUT:-120}"

# The libraries that embed build made, and all that runs them.
sums() {
    (cd "$build" && find bin lib tests/e2e tests/conformance -type f \
        ! -path "*/cffi-*" \
        \( -name '*.so' -o -name '*.so.*' -o -perm -u+x \) -print0 |
        sort -z | xargs -0 sha256sum)
}

# programs ON...: each TEST, as run-tests.sh takes it.
programs() {
    for on; do
        for test in $tests; do
            printf '%s@%s\n' "$build/tests/$test" "$on"
        done
    done
}

# Prints the summary without cmocka's lines.
run() {
    "$tools/run-tests.sh" "$build/tests/matrix-logs" "$@" >"$log" 2>&1 &&
        status=0 || status=$?
    grep -v '^\[' "$log" || :
    [ "$status" = 0 ] || failed=yes
}

# The newest libpython3.X of the other system.
their_python() {
    for lib in "$root"/usr/lib/*/libpython3.*.so.1.0; do
        [ -e "$lib" ] && printf '%s\n' "${lib#"$root"}"
    done | sort -V | tail -n 1
}

tests=$*
failed=
log=$(mktemp)
trap 'rm -f "$log" "$log.sums"' EXIT
sums >"$log.sums"

echo "== here"
ours=$(sed -n 's/^cpython-\([0-9.]*\).*/\1/p' "$build/lib/embed/pythons")
on=$ours
for v in $ours; do on="$on shared-$v"; done
! command -v pypy3 >/dev/null || on="$on pypy3"
# shellcheck disable=SC2046,SC2086 # words are meant
run $(programs $on)

echo "== Debian $suite"
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "left out: needs root and debootstrap"
else
    if [ ! -e "$root/done" ]; then
        rm -rf "$root"
        mkdir -p "$root"
        debootstrap --variant=minbase --include="$packages" "$suite" "$root" \
            "$mirror" >"$root.log" 2>&1 ||
            { tail -n 5 "$root.log"; exit 1; }
        touch "$root/done"
    fi
    # It may lack the library: a package that is named after the version.
    if [ -z "$(their_python)" ]; then
        v=$(chroot "$root" python3 -c \
            'import sys; print("%d.%d" % sys.version_info[:2])')
        chroot "$root" apt-get install -y -q "libpython$v" >>"$root.log" 2>&1
    fi
    lib=$(their_python)
    v=$(printf '%s' "$lib" | sed 's/.*libpython\(.*\)\.so.*/\1/')
    # The same paths there: programs find their libraries by them.
    rm -rf "${root:?}$build"
    mkdir -p "$root$build/tests"
    cp -a "$build/bin" "$build/lib" "$root$build"
    (cd "$build/tests" && tar cf - --exclude='scratch-*' --exclude='*logs' \
        --exclude='cffi-*' e2e conformance) | (cd "$root$build/tests" && tar xf -)
    if [ -e "$build/lib/embed/libembed-cpython-$v.so" ]; then
        printf 'cpython-%s\t%s\t%s\t/usr/bin/python%s\n' "$v" "$v" "$lib" "$v" \
            >"$root$build/lib/embed/pythons"
        on="$v shared-$v pypy3"
    else
        echo "no backend for CPython $v here: PyPy only"
        on=pypy3
    fi
    mkdir -p "$root/tmp/tools" "$root/tmp/tests"
    cp "$tools/run-tests.sh" "$root/tmp/tools"
    cat >"$root/tmp/matrix" <<END
export EMBED_BUILD="$build" TEST_TIMEOUT="$TEST_TIMEOUT"
cd "$build" && exec /tmp/tools/run-tests.sh /tmp/logs \\
$(# shellcheck disable=SC2086 # words are meant
    programs $on | tr '\n' ' ')
END
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    chroot "$root" sh /tmp/matrix >"$log" 2>&1 || failed=yes
    umount "$root/proc" || :
    chroot "$root" pypy3 -V 2>&1 | tail -n 1
    chroot "$root" "python$v" -V
    grep -v '^\[' "$log" || :
    (cd "$root$build" && sha256sum --quiet -c "$log.sums") || failed=yes
fi

(cd "$build" && sha256sum --quiet -c "$log.sums") || failed=yes
n=$(wc -l <"$log.sums")
if [ -n "$failed" ]; then
    echo "matrix: FAILED"
    exit 1
fi
echo "matrix: passed; $n files, the same on all Pythons"
