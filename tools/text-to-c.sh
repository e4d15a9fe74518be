#!/bin/sh
# text-to-c.sh - a text file as a C string literal.
#
#     text-to-c.sh NAME <TEXT >HEADER
#
# SPDX-License-Identifier: MIT
set -eu
printf '/* Made by tools/text-to-c.sh; do not edit. */\nstatic const char %s[] =\n' "$1"
sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/    "&\\n"/'
printf '    ;\n'
