/* pythons.h - the Pythons that the build knows.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_PYTHONS_H
#define EMBED_TESTS_SUPPORT_PYTHONS_H

#include <limits.h>
#include <stdbool.h>

/** A line of the file lib/embed/pythons. */
typedef struct pythons_line {
    char backend[64]; /* "cpython-3.13" */
    char version[64];
    char library[PATH_MAX];
    char executable[PATH_MAX];
} pythons_line;

/** Finds the Python under test, which EMBED_PYTHON names ("3.13"); without
 *  that variable the first one.  False when the build does not know it. */
bool pythons_current(pythons_line *out);

/** Finds the one that is used by default. */
bool pythons_first(pythons_line *out);

#endif /* EMBED_TESTS_SUPPORT_PYTHONS_H */
