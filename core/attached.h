/* attached.h - which exports have Python code, and which must.
 *
 * Threads: any; no lock is taken.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_ATTACHED_H
#define EMBED_CORE_ATTACHED_H

#include "core/backend.h"

/** Is code attached to export number i?
 *  @param b     NULL: there is no backend
 *  @param inst  NULL: there is no instance */
bool ec_attached_has(const ec_backend *b, void *inst, size_t i);

/** How many exports have code. */
size_t ec_attached_count(const ec_slot *slot, const ec_backend *b, void *inst);

/**
 * Does an instance that is initialised have what the host requires?
 *
 * @param old  the instance that it is to replace; NULL: none
 *
 * Returns:  EMBED_OK; EMBED_E_UNATTACHED with the names of the exports.
 */
embed_status ec_attached_check(const ec_slot *slot, const ec_backend *b,
                               void *inst, void *old, ec_err *err);

#endif /* EMBED_CORE_ATTACHED_H */
