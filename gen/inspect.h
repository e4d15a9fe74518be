/* inspect.h - what a library is, as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_INSPECT_H
#define EMBED_GEN_INSPECT_H

#include "core/err.h"
#include "gen/text.h"

/**
 * Appends what the extensions of a library are: level, settings, exports, bundled
 * files, init code.  Nothing of the library is run.
 *
 * @param data  the library's file, data[size], aligned for any type
 *
 * Returns:  as eg_described_read(); EMBED_E_ABI: its type tables are of another
 *           version or damaged.
 */
embed_status
eg_inspect(const void *data, size_t size, eg_text *out, ec_err *err);

#endif /* EMBED_GEN_INSPECT_H */
