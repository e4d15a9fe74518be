/* stats.h - what is known of an extension in numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_STATS_H
#define EMBED_SUBINTERP_CPYTHON_STATS_H

#include "core/backend.h"

/** Has CPython's arenas counted from now on: they are large and few.  Before
 *  Python is started, or with its GIL where it runs already. */
void es_stats_init(void);

/** ec_backend.stats */
void es_stats(const ec_slot *slot, void *arg, embed_statistics *out);

#endif /* EMBED_SUBINTERP_CPYTHON_STATS_H */
