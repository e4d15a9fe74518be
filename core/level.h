/* level.h - how isolated an extension is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LEVEL_H
#define EMBED_CORE_LEVEL_H

#include "core/backend.h"

/** Sets slot->level: as was asked by the operator, else by the host, else when
 *  it was built, as far as the Python can (R20); less than that is said.
 *  EMBED_E_INIT when that, or the Python, is less than an extension built with
 *  --strict asks for. */
embed_status ec_level_choose(ec_slot *slot, const ec_backend *b,
                             const ec_python *python, ec_err *err);

#endif /* EMBED_CORE_LEVEL_H */
