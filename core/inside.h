/* inside.h - is this thread in the middle of libembed?
 *
 * Whatever libembed calls may be an export: an extension can take the place of
 * a function of the C library.  A call of it that comes out of libembed must not
 * begin there, as it could wait for a lock that its own thread holds.  core and
 * each backend have a count of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_INSIDE_H
#define EMBED_CORE_INSIDE_H

#include <stdbool.h>

/** Calls of exports are refused on this thread until the matching leave; may be
 *  nested.  A lock that is held does the same. */
void ec_inside_enter(void);
void ec_inside_leave(void);

/** Allows them meanwhile, for code of the extension's that is run on purpose.
 *  Returns what ec_inside_resume() takes. */
unsigned ec_inside_suspend(void);
void ec_inside_resume(unsigned was);

bool ec_is_inside(void);

#endif /* EMBED_CORE_INSIDE_H */
