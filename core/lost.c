/* lost.c - what a fork child does not have of an extension.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/lost.h"

#include "core/life_int.h"
#include "core/lock.h"

/* Takes a slot's instance away from it. */
static void
slot_forget(ec_slot *slot, embed_state state)
{
    atomic_store_explicit(&slot->inst, NULL, memory_order_release);
    slot->state = state;
    slot->creator = NULL;
    __atomic_store_n(&slot->plugin->entry, slot->start, __ATOMIC_RELEASE);
}

/* Starting anew would answer from an empty world: that is for who has asked for
 * it. */
void
ec_lost_slot(ec_slot *slot)
{
    if (slot->on_fork == EC_ON_FORK_RESTART) {
        slot_forget(slot, EMBED_STATE_EMPTY);
        return;
    }
    slot_forget(slot, EMBED_STATE_FAILED);
    slot->is_loss_unsaid = true;
    (void)ec_fail(&slot->why, EMBED_E_FORK, "%s",
                  slot->on_fork == EC_ON_FORK_FAIL
                      ? "the process has forked, and on_fork is fail"
                      : "its state was lost in fork(): C code kept the GIL");
}

void
ec_lost_forget(ec_slot *slot, void *unused)
{
    (void)unused;
    ec_cond_init(&slot->changed);
    if (slot->state == EMBED_STATE_CREATING && slot->creator != &ec_life_self) {
        slot_forget(slot, EMBED_STATE_EMPTY);
    }
    slot->n_waiting = 0;
    if (slot->reloader != &ec_life_self) {
        slot->reloader = NULL;
        atomic_store(&slot->pending, NULL);
    }
}
