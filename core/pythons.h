/* pythons.h - the list of Pythons that libembed was built for.
 *
 * It is the file `pythons` in the directory of the backend modules: one line for
 * each, the default first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_PYTHONS_H
#define EMBED_CORE_PYTHONS_H

#include <limits.h>
#include <stdbool.h>

#include "core/err.h"

/** A line of the list. */
typedef struct ec_pythons_line {
    char *backend; /* "cpython-3.13" */
    char *version; /* "3.13.0" */
    char *library;
    char *executable;
    char *text; /* for the caller to free; owns the fields; NULL: no line */
} ec_pythons_line;

/** The first line that would have fitted, if its library could be read. */
typedef struct ec_pythons_miss {
    char backend[48];
    char library[PATH_MAX]; /* "": there is none */
    int error;              /* errno */
} ec_pythons_miss;

/**
 * Finds the directory of the backend modules: of the tree that EMBED_HOME names,
 * beside the file that libembed is in, or beside the program, which libembed.a
 * may be linked into.
 *
 * @param out  a path; out[PATH_MAX]
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON, with what is wrong with the list.
 */
embed_status ec_pythons_dir(char *out, ec_err *err);

/**
 * Finds the first line for a backend.
 *
 * @param list         path of the list
 * @param backend      NULL: any
 * @param with_library  only one whose libpython can be read
 * @param out          `text` NULL: there is none
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON when the list cannot be read.
 */
embed_status
ec_pythons_find(const char *list, const char *backend, bool with_library,
                ec_pythons_line *out, ec_pythons_miss *miss, ec_err *err);

/** Says why there is no line for what `origin` wishes for.  Returns
 *  EMBED_E_PYTHON. */
embed_status
ec_pythons_none(const char *list, const char *origin, const char *backend,
                const ec_pythons_miss *miss, ec_err *err);

#endif /* EMBED_CORE_PYTHONS_H */
