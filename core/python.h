/* python.h - picks the Python of this process and loads its backend.
 *
 * In this order: an interpreter that is live in the process; EMBED_PYTHON
 * (ignored in set-id processes, R19); the first usable line of the file
 * `embed/pythons` beside libembed.so.  Only here is a backend named.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_PYTHON_H
#define EMBED_CORE_PYTHON_H

#include "core/backend.h"

/**
 * Finds a Python, puts its library into the global scope (R14) and loads the
 * backend module that fits.
 *
 * @param out_python  its strings live for ever
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON with what was looked at; EMBED_E_ABI when
 *           the backend module is of another libembed; EMBED_E_NOMEM.
 * Threads:  one at a time.
 */
embed_status ec_python_load(ec_python *out_python,
                            const ec_backend **out_backend, ec_err *err);

/** Raises ImportError in the Python that runs in the process, which may be one
 *  that has no backend.  Its GIL is held. */
void ec_python_raise(const char *text);

#endif /* EMBED_CORE_PYTHON_H */
