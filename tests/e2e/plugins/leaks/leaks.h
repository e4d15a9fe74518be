/* leaks.h - operations of ffi and lib that are run many times.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LEAKS_H
#define LEAKS_H

/* Returns how many operations there are. */
int leaks_count(void);

/* Runs an operation n times; writes what it leaves behind, or what went
 * wrong, to out[cap], nothing when all is well. */
void leaks_run(int row, int n, char *out, int cap);

/* What the operations call. */
int leaks_twice(int n);
int leaks_fails(int n);
int leaks_raises(int n);

#endif
