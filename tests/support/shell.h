/* shell.h - tests that run commands in a directory of their own.
 *
 * Commands see $EMBED (the command under test), $BUILD (its tree), $SRC (the
 * source tree), $PYTHON (a command of the Python under test) and $CC.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_SHELL_H
#define EMBED_TESTS_SUPPORT_SHELL_H

#include <stdbool.h>

/** cmocka set-up and tear-down: a new, empty current directory. */
int shell_enter(void **state);
int shell_leave(void **state);

/** Writes a file; its directory must be there. */
void shell_write(const char *file, const char *text);

/** Runs a command.  Returns its exit code; -1 when a signal ended it. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** As shell(); fails the test, with the output, unless the code is `code`. */
void shell_expect(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** What the last command wrote, to stdout and stderr. */
const char *shell_output(void);

/** Fails the test unless the last command wrote exactly this. */
void shell_expect_output(const char *expected);

/** Fails the test unless the last command wrote this among others. */
void shell_expect_in_output(const char *expected);

/** Skips the test in builds with a sanitizer: programs built by hand, and
 *  Python's own command, have none in them. */
void shell_only_plain(void);

/** True for the first Python of the build: tests that do not depend on the
 *  Python need only run with that one. */
bool shell_is_first_python(void);

#endif /* EMBED_TESTS_SUPPORT_SHELL_H */
