#!/bin/sh
# coverage.sh - sums up which lines the tests have run.
#
#     coverage.sh BUILD PRODUCT...
#
# Reads the profiles in BUILD/profiles.  Prints the lines of each folder, and
# fails where a folder has less than tests/coverage.floor says.  Writes to
# BUILD/report: uncovered.txt, each line that no test runs, and html/.
#
# SPDX-License-Identifier: MIT
set -eu

build=$1
shift
report=$build/report
mkdir -p "$report"

llvm-profdata merge -o "$report/all.profdata" "$build"/profiles/*.profraw
first=$1
shift
objects=
for product; do
    objects="$objects -object $product"
done
# shellcheck disable=SC2086
set -- "$first" $objects -instr-profile="$report/all.profdata" \
    -ignore-filename-regex='^/usr|/obj/texts/|/tests/|\.pyenv'
llvm-cov export -format=lcov "$@" >"$report/lcov.info" 2>"$report/llvm-cov.log"
llvm-cov show -format=html -output-dir="$report/html" "$@" >/dev/null \
    2>>"$report/llvm-cov.log"

# A file may be in several products: a line is run when it is in one.
awk -v here="$(pwd)/" '
    /^SF:/ { file = substr($0, 4); sub("^" here, "", file) }
    /^DA:/ {
        split(substr($0, 4), part, ",")
        key = file SUBSEP part[1]
        if (!(key in hits) || hits[key] < part[2]) hits[key] = part[2]
    }
    END {
        for (key in hits) {
            split(key, part, SUBSEP)
            printf "%s %d %s\n", part[1], part[2], hits[key]
        }
    }' "$report/lcov.info" | sort -k1,1 -k2,2n >"$report/lines"

# Files and lines are sorted: each file is read once.
awk '
    $1 != file { if (file != "") close(file); file = $1; at = 0 }
    $3 == 0 {
        while (at < $2 && (getline text <file) > 0) at++
        printf "%s:%d:%s\n", file, $2, text
    }' "$report/lines" >"$report/uncovered.txt"

awk '
    FNR == NR { if ($1 !~ /^#/ && NF > 1) floor[$1] = $2; next }
    {
        folder = $1
        sub("/[^/]*$", "", folder)
        n[folder]++
        run[folder] += $3 > 0
    }
    END {
        bad = 0
        for (folder in n) {
            rate = 100 * run[folder] / n[folder]
            low = folder in floor && rate < floor[folder]
            bad += low
            printf "coverage: %-20s %5.1f %%  %5d of %5d lines%s\n", folder,
                rate, run[folder], n[folder],
                low ? ", less than " floor[folder] " %" : ""
        }
        exit bad > 0
    }' tests/coverage.floor "$report/lines" >"$report/folders" && status=0 ||
    status=1
sort "$report/folders"
echo "lines that no test runs: $report/uncovered.txt, $report/html/index.html"
exit $status
