/* source.h - plug-ins made at run time out of text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_SOURCE_H
#define EMBED_CORE_SOURCE_H

#include "core/slot.h"

/** Reads the program of an extension that was opened from a file again, for a
 *  start; nothing else reads or sets it meanwhile.  Does nothing for others.
 *  Returns EMBED_OK; EMBED_E_IO; EMBED_E_NOMEM. */
embed_status ec_source_refresh(ec_slot *slot, ec_err *err);

#endif /* EMBED_CORE_SOURCE_H */
