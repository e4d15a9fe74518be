/* lost.h - what a fork child does not have of an extension.
 *
 * Both are called in the child's handler, where there is one thread: no lock is
 * taken, and no memory allocated.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LOST_H
#define EMBED_CORE_LOST_H

#include "core/slot.h"

/** Forgets what threads were doing to a slot that are not in this process.
 *  @param unused  for ec_registry_walk() */
void ec_lost_forget(ec_slot *slot, void *unused);

/** The instance of a slot is not to be used here: its calls fail with
 *  EMBED_E_FORK, or the next one makes a new one, as slot->on_fork says. */
void ec_lost_slot(ec_slot *slot);

#endif /* EMBED_CORE_LOST_H */
