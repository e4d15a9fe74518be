/* random_calls.h - the tests of a plug-in of random functions.
 *
 * tests/random/generate.py makes them; tests/e2e has a small one, tests/stress
 * a large one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_RANDOM_CALLS_H
#define EMBED_TESTS_SUPPORT_RANDOM_CALLS_H

/** Runs all tests of one plug-in, as e2e_load() finds it.  Returns how many
 *  fail. */
int random_calls_run(const char *plugin);

#endif /* EMBED_TESTS_SUPPORT_RANDOM_CALLS_H */
