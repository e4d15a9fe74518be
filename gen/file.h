/* file.h - whole files: read, written atomically, and their names.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_FILE_H
#define EMBED_GEN_FILE_H

#include "core/err.h"
#include "gen/text.h"

/**
 * Appends the content of a file to `out`.
 *
 * Returns:  EMBED_OK; EMBED_E_IO with "PATH: reason"; EMBED_E_NOMEM.
 */
embed_status eg_file_read(const char *path, eg_text *out, ec_err *err);

/**
 * Makes `path` hold data[len]: through a temporary file beside it and a
 * rename, so that nobody sees half of it.  A file that holds that already is
 * not touched.
 *
 * Returns:  EMBED_OK; EMBED_E_IO with "PATH: reason"; EMBED_E_NOMEM.
 */
embed_status
eg_file_write(const char *path, const char *data, size_t len, ec_err *err);

/** Returns the part of `path` after its last slash; points into it. */
const char *eg_file_base(const char *path);

/** Appends the directory of `path`: "." when it has none. */
void eg_file_dir(const char *path, eg_text *out);

/** Appends the base name of `path` without its last suffix. */
void eg_file_stem(const char *path, eg_text *out);

/** True when `path` is a file that can be read. */
bool eg_file_is_readable(const char *path);

/**
 * Makes a temporary directory and appends its path to `out`.
 *
 * Returns:  EMBED_OK, EMBED_E_IO, EMBED_E_NOMEM.
 */
embed_status eg_file_temp_dir(eg_text *out, ec_err *err);

#endif /* EMBED_GEN_FILE_H */
