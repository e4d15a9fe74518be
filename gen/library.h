/* library.h - from C files to a shared library.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_LIBRARY_H
#define EMBED_GEN_LIBRARY_H

#include "gen/cc.h"
#include "gen/opts.h"
#include "gen/report.h"

/** What to compile. */
typedef struct eg_library {
    const eg_opts *opts;    /* what goes to the compiler */
    const char *sources[2]; /* the second may be NULL */
    const char *output;
    eg_cmd dirs; /* "-I..." of what the sources include */
} eg_library;

/** Appends "-I" and the directory of a file. */
void eg_library_dir_of(eg_cmd *dirs, const char *path);

/**
 * Compiles to a temporary file beside the output and renames it: there is never
 * half of a library, and a loaded one is not written to.  Empties library->dirs.
 *
 * Returns:  EMBED_OK; else the reason is in `report` or, from the compiler, on
 *           stderr.
 * Blocks:   while the compiler runs.
 */
embed_status eg_library_make(eg_library *library, eg_report *report);

#endif /* EMBED_GEN_LIBRARY_H */
