/* idioms.h - what hosts of every kind ask of a plug-in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef IDIOMS_H
#define IDIOMS_H

#include "embed/plugin.h"

/** One more each time. */
int idiom_count(void) EMBED_ON_FAILURE(-1);

/** Imports a module of the standard library and uses its C code. */
int idiom_import(const char *module) EMBED_ON_FAILURE(-1);

/** Imports the module beside the library. */
int idiom_helper(void) EMBED_ON_FAILURE(-1);

/** A thread of Python that works until it is stopped; stopping it gives how
 *  much it did. */
int idiom_thread_start(void) EMBED_ON_FAILURE(-1);
int idiom_thread_stop(void) EMBED_ON_FAILURE(-1);

/** Writes to all streams there are; gives their number. */
int idiom_print(void) EMBED_ON_FAILURE(-1);

#endif /* IDIOMS_H */
