/* pypy.h - finds the library of a PyPy.
 *
 * The backend for PyPy needs nothing of it at build time, so there is no list:
 * it is looked for when it is asked for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_PYPY_H
#define EMBED_CORE_PYPY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

/** The name of the backend. */
#define EC_PYPY "pypy"

/** Is it "pypy3", "pypy3.9", or the file name of a PyPy or its library? */
bool ec_pypy_is_named(const char *name);

/**
 * Finds a libpypy3.X-c.so, the newest first.
 *
 * @param text  a name as above, a path, or NULL: any; names a version when it
 *              has one
 * @param out   a path; out[cap]
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON with where it was looked for.
 */
embed_status ec_pypy_find(const char *text, char *out, size_t cap, ec_err *err);

#endif /* EMBED_CORE_PYPY_H */
