/* guarded.h - calls where an export takes the place of a function of the C
 * library.
 *
 * Python calls such a function itself, with or without its GIL, and with locks
 * of its own held: clock_gettime() while it waits for a GIL.  An export cannot
 * run there.  Calls that C code of an extension makes, through `lib`, go on.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_GUARDED_H
#define EMBED_SUBINTERP_CPYTHON_GUARDED_H

#include <stdbool.h>

#include "embed/plugin.h"

/** ec_backend.call_guarded, call_guarded_counted */
void es_call_guarded(struct embed_externpy *fn, char *buffer);
void es_call_guarded_counted(struct embed_externpy *fn, char *buffer);

/** ec_backend.is_inside, is_python */
bool es_is_inside(void);
bool es_is_python(const struct embed_externpy *fn);

#endif /* EMBED_SUBINTERP_CPYTHON_GUARDED_H */
