#!/bin/sh
# find-pythons.sh - finds every CPython that libembed can be built for.
#
# Prints Make variables on stdout, newest version first:
#
#     PYTHON_VERSIONS := 3.13 3.12
#     PY_3.13_VERSION := 3.13.0       full version
#     PY_3.13_INCLUDE := DIR          folder of Python.h (and of pyconfig.h)
#     PY_3.13_LIBRARY := FILE         the shared libpython
#     PY_3.13_PYTHON  := FILE         a python command of that installation
#
# Looked at, the first of each X.Y wins: $PYTHONS (then nothing else); python3
# and python3.12, python3.13, ... on PATH; pyenv's versions; /usr/local/bin,
# /opt/python*/bin, /usr/bin.  Every candidate is run and asked.  Without any
# suitable one: what was seen and why it was refused, on stderr, status 1.
#
# SPDX-License-Identifier: MIT
set -u

tab=$(printf '\t')
newline='
'

# What a candidate says of itself: "ok" and its fields, or "no" and a reason.
probe='
import os, sys
v = sys.version_info
full = "%d.%d.%d" % tuple(v[:3])

def say(*fields):
    sys.stdout.write("\t".join(fields) + "\n")
    sys.exit(0)

def no(reason):
    say("no", full, reason)

if getattr(getattr(sys, "implementation", None), "name", "") != "cpython":
    no("not CPython")
if tuple(v[:2]) < (3, 12):
    no("too old; need >= 3.12")
import sysconfig
var = sysconfig.get_config_var
if var("Py_GIL_DISABLED"):
    no("a free-threaded build; need one with a GIL")
short = "%d.%d" % tuple(v[:2])
base = getattr(sys, "base_prefix", sys.prefix)

names = [n for n in (var("INSTSONAME"), var("LDLIBRARY"),
                     "libpython%s.so.1.0" % short) if n and ".so" in n]
dirs = [d for d in (var("LIBDIR"), os.path.join(base, "lib"), var("LIBPL")) if d]
multiarch = var("MULTIARCH")
if multiarch:
    dirs += [os.path.join(d, multiarch) for d in dirs]
library = next((os.path.join(d, n) for n in names for d in dirs
                if os.path.isfile(os.path.join(d, n))), None)
if library is None:
    no("no shared libpython (configure --enable-shared; "
       "Debian: libpython%s)" % short)

include = [d for d in (sysconfig.get_path("include"),
                       sysconfig.get_path("platinclude"), var("INCLUDEPY"))
           if d and os.path.isfile(os.path.join(d, "Python.h"))]
if not include:
    no("no Python.h (Debian: python%s-dev)" % short)

python = os.path.join(base, "bin", "python" + short)
if not os.path.exists(python):
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
say("ok", full, short, include[0], library, python)
'

candidates() {
    if [ -n "${PYTHONS-}" ]; then
        for c in $PYTHONS; do
            command -v "$c" || printf '%s\n' "$c"
        done
        return
    fi
    for n in python3 python3.12 python3.13 python3.14 python3.15 python3.16 \
        python3.17 python3.18 python3.19; do
        command -v "$n"
    done
    # pyenv's root: as it says, at home, and where its shims on PATH are.
    shims=$(printf '%s\n' "$PATH" | tr : '\n' | sed -n 's|/shims/*$||p')
    for root in ${PYENV_ROOT:+"$PYENV_ROOT"} ${HOME:+"$HOME/.pyenv"} $shims; do
        # Newest first, so that of 3.13.0 and 3.13.5 the latter is taken.
        # shellcheck disable=SC2012
        ls -d "$root"/versions/*/bin/python3 2>/dev/null | sort -rV
    done
    ls -d /usr/local/bin/python3.[0-9] /usr/local/bin/python3.[0-9][0-9] \
        /opt/python*/bin/python3 /opt/python*/bin/python3.[0-9][0-9] \
        /usr/bin/python3.[0-9] /usr/bin/python3.[0-9][0-9] 2>/dev/null
}

found=
seen=
versions=
for candidate in $(candidates | awk '!known[$0]++'); do
    answer=$("$candidate" -I -c "$probe" 2>/dev/null </dev/null)
    old_ifs=$IFS
    IFS=$tab
    # shellcheck disable=SC2086
    set -- $answer
    IFS=$old_ifs
    case ${1-} in
    ok)
        case " $versions " in
        *" $3 "*) continue ;;
        esac
        versions="$versions $3"
        found="${found}PY_$3_VERSION := $2
PY_$3_INCLUDE := $4
PY_$3_LIBRARY := $5
PY_$3_PYTHON := $6
"
        echo "found CPython $2: $6" >&2
        ;;
    no)
        seen="$seen  $candidate: $2, $3$newline"
        ;;
    *)
        # pyenv's shims for versions that are not selected end up here; only
        # what the user named is worth a word.
        [ -z "${PYTHONS-}" ] || seen="$seen  $candidate: does not run$newline"
        ;;
    esac
done

if [ -z "$versions" ]; then
    {
        echo "error: no suitable Python.  libembed needs CPython >= 3.12 with"
        echo "its headers and its shared library."
        if [ -n "${PYTHONS-}" ]; then
            echo "Looked at PYTHONS=\"$PYTHONS\":"
        else
            echo "Looked at python3, python3.12 ... on PATH, pyenv's versions,"
            echo "/usr/local/bin, /opt/python*/bin, /usr/bin:"
        fi
        printf '%s' "${seen:-  (found none)$newline}"
        echo "How to get one:"
        echo "  Debian 13, Ubuntu 24.04 and newer:  apt-get install python3-dev"
        echo "  a certain version:                  apt-get install python3.13-dev"
        echo "  pyenv:  PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install 3.13"
        echo "  elsewhere:  make PYTHONS=\"/path/to/bin/python3.13 ...\""
    } >&2
    exit 1
fi

# shellcheck disable=SC2046,SC2086
echo "PYTHON_VERSIONS :=" $(printf '%s\n' $versions | sort -rV)
printf '%s' "$found"
