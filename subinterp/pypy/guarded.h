/* guarded.h - calls where an export takes the place of a function of the C
 * library.
 *
 * PyPy itself calls such a function, with locks of its GIL held, on threads that
 * we do not know: so it is the caller that counts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_PYPY_GUARDED_H
#define EMBED_SUBINTERP_PYPY_GUARDED_H

#include <stdbool.h>

#include "embed/plugin.h"

/** Before the first call, once PyPy is loaded. */
void pp_guarded_init(void);

/** ec_backend.call_guarded, call_guarded_counted */
void pp_call_guarded(struct embed_externpy *fn, char *buffer);
void pp_call_guarded_counted(struct embed_externpy *fn, char *buffer);

/** ec_backend.is_inside, is_python */
bool pp_is_inside(void);
bool pp_is_python(const struct embed_externpy *fn);

#endif /* EMBED_SUBINTERP_PYPY_GUARDED_H */
