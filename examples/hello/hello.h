/* hello.h - two functions for C programs.  SPDX-License-Identifier: MIT */
#ifndef HELLO_H
#define HELLO_H

/* Returns the sum. */
int add(int a, int b);

/* Returns a greeting, valid until the next call, or NULL on failure. */
const char *greet(const char *name);

#endif
