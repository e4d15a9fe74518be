/* inside.h - what Python code does through ffi and lib, measured by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_INSIDE_INSIDE_H
#define EMBED_BENCH_INSIDE_INSIDE_H

/* Returns how many operations there are. */
int inside_count(void);

/* Writes the name of an operation to out[cap]. */
void inside_name(int row, char *out, int cap);

/* Runs an operation n times; returns the time of one in ns. */
double inside_run(int row, int n);

#endif
