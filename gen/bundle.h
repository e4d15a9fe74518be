/* bundle.h - the files that go into a library with --bundle.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_BUNDLE_H
#define EMBED_GEN_BUNDLE_H

#include "core/err.h"
#include "gen/text.h"

typedef struct eg_bundled {
    char *path; /* as the importer knows it: "pkg/mod.py" */
    eg_text data;
} eg_bundled;

typedef struct eg_bundle {
    eg_bundled *files; /* files[n] */
    size_t n;
    size_t cap;
    size_t size; /* bytes of all */
} eg_bundle;

/**
 * Adds all files below a directory: under its own name when it is a package
 * (it has an __init__.py), else as the modules of a directory of sys.path.
 * Left out: __pycache__, compiled Python code, names that start with a dot.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID for what cannot be bundled (extension
 *           modules, links that lead out of the directory, a path that is there
 *           already, too much); EMBED_E_IO; EMBED_E_NOMEM.
 */
embed_status eg_bundle_add(eg_bundle *bundle, const char *dir, ec_err *err);

/** Sorts the files by path. */
void eg_bundle_sort(eg_bundle *bundle);

void eg_bundle_fini(eg_bundle *bundle);

#endif /* EMBED_GEN_BUNDLE_H */
