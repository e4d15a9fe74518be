/* replaced.h - exports in the place of functions of the C library.
 *
 * A library that is linked or preloaded and exports open() gets the calls of the
 * whole process: also those of libembed, and of Python while it waits for its
 * GIL.  Those are not meant for the extension, and its code could not run there:
 * they go on to the C library.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_REPLACED_H
#define EMBED_CORE_REPLACED_H

#include "core/slot.h"

/** Finds the exports of a plug-in that are in such a place: sets
 *  slot->originals.  True when there are some.
 *  Threads: the plug-in's constructor. */
bool ec_replaced_find(ec_slot *slot);

/** Calls the function of the C library that an export is in the place of.
 *  Returns false when it is in no such place, or has arguments or a result that
 *  are neither numbers nor pointers, or more than six.  errno is the
 *  function's. */
bool ec_replaced_forward(struct embed_externpy *fn, char *buffer);

/** The same for a plug-in that is not registered yet: the constructor of a library
 *  that is initialised earlier makes the call. */
bool ec_replaced_forward_early(const struct embed_plugin *plugin,
                               const struct embed_externpy *fn, char *buffer);

#endif /* EMBED_CORE_REPLACED_H */
