/* name.h - what an extension may be called.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_NAME_H
#define EMBED_CORE_NAME_H

#include "core/err.h"

/* Longest name, without its NUL. */
#define EC_NAME_MAX 63

/**
 * Checks the name of an extension, which Python code imports: identifiers of C
 * and Python with dots between them, no keywords; not of the standard library,
 * whose module would be gone for all code that imports it.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID with the reason.
 */
embed_status ec_name_check(const char *name, ec_err *err);

#endif /* EMBED_CORE_NAME_H */
