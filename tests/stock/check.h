/* SPDX-License-Identifier: MIT */
/* Writes what all modules give to a file; returns how many rows there are. */
int check(const char *file);
