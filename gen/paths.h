/* paths.h - where libembed's own headers and library are.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_PATHS_H
#define EMBED_GEN_PATHS_H

#include "core/err.h"
#include "gen/text.h"

/**
 * Appends the directory that has embed/plugin.h: the first "include" beside
 * this executable or above it.
 *
 * Returns:  EMBED_OK; EMBED_E_IO when there is none; EMBED_E_NOMEM.
 */
embed_status eg_paths_include(eg_text *out, ec_err *err);

/**
 * Appends the directory that has libembed.so: the first "lib"
 * beside this executable or above it.
 *
 * Returns:  as eg_paths_include().
 */
embed_status eg_paths_lib(eg_text *out, ec_err *err);

/**
 * Appends the directory that makes build scripts of CFFI run on this embed when
 * it is on PYTHONPATH: the first "share/embed/python/cffi" beside this
 * executable or above it.
 *
 * Returns:  as eg_paths_include().
 */
embed_status eg_paths_python(eg_text *out, ec_err *err);

#endif /* EMBED_GEN_PATHS_H */
