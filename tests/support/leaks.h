/* leaks.h - the tests of the plug-in leaks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_LEAKS_H
#define EMBED_TESTS_SUPPORT_LEAKS_H

/** Runs each operation of the plug-in `n` times, fewer under sanitizers.
 *  Returns how many tests fail. */
int leaks_test_run(int n);

#endif /* EMBED_TESTS_SUPPORT_LEAKS_H */
