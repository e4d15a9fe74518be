/* initcode.h - the Python code that an extension starts with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_INITCODE_H
#define EMBED_GEN_INITCODE_H

#include "gen/report.h"
#include "gen/text.h"

/**
 * Appends to `out` what is stored of the source text data[len]: without a byte
 * order mark, with "\n" as line ends and at the end, without indentation that
 * all lines share.  Lines keep their numbers.  Python's own syntax is not
 * checked: no Python is there at build time.
 *
 * @param path  for messages
 *
 * Returns:  true; false when it is not UTF-8 or holds a NUL byte, which is
 *           reported.
 */
bool eg_initcode_normalise(const char *path, const char *data, size_t len,
                           eg_text *out, eg_report *report);

#endif /* EMBED_GEN_INITCODE_H */
