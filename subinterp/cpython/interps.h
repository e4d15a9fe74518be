/* interps.h - all interpreters of libembed's, by number.
 *
 * An interpreter's number is the place of its state in each thread's table.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_INTERPS_H
#define EMBED_SUBINTERP_CPYTHON_INTERPS_H

#include "subinterp/cpython/interp.h"

/** Adds an interpreter to the table: sets interp->index. */
void es_interp_number(es_interp *interp);
/** Gives its number back; nobody has a state for it. */
void es_interp_unnumber(es_interp *interp);

/** All numbered interpreters, as an array the caller frees; NULL: none, or out
 *  of memory. */
es_interp **es_interps_snapshot(size_t *out_n);

/** How many numbers there are; the interpreter that has one, or NULL. */
size_t es_interps_count(void);
es_interp *es_interp_at(size_t number);

/** Can nobody enter it any more?  Such an interpreter may stay for ever. */
bool es_interp_is_ending(const es_interp *interp);

/** Is an interpreter main, or one on its GIL? */
bool es_interp_shares_main(const PyInterpreterState *is);

/** The numbered interpreter that is CPython's `is`; NULL: none of ours. */
es_interp *es_interp_find(const PyInterpreterState *is);

#endif /* EMBED_SUBINTERP_CPYTHON_INTERPS_H */
