/* cc.h - the C compiler as a child process.
 *
 * No shell: $CC is split at blanks, arguments are handed over as they are.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CC_H
#define EMBED_GEN_CC_H

#include <stdbool.h>

#include "core/err.h"
#include "gen/text.h"

/** A command line under construction.  Fields are private to cc.c. */
typedef struct eg_cmd {
    char **argv; /* argv[n + 1], NULL-terminated; strings are owned */
    size_t n;
    size_t cap;
    bool failed; /* memory ran out */
    bool is_silent;
} eg_cmd;

#define EG_CMD_INIT        \
 {                         \
  NULL, 0, 0, false, false \
 }

/** Starts a command line with the compiler of the environment: $CC, which may
 *  contain arguments, else "cc". */
void eg_cmd_compiler(eg_cmd *cmd);

/** Starts a command line with the words of an environment variable, else with
 *  `usual`. */
void eg_cmd_variable(eg_cmd *cmd, const char *variable, const char *usual);

/** True when the name of a file is one of C or C++ code. */
bool eg_cmd_is_source(const char *file);

/** As eg_cmd_compiler(), for a file: $CXX, else "c++", when its name is one of C++. */
void eg_cmd_compiler_for(eg_cmd *cmd, const char *file);

/** Frees what `cmd` owns and makes it empty. */
void eg_cmd_fini(eg_cmd *cmd);

/** Has the command's standard error thrown away. */
void eg_cmd_silence(eg_cmd *cmd);

/** Appends one argument; copied. */
void eg_cmd_add(eg_cmd *cmd, const char *argument);

/** Appends one argument made of two parts. */
void eg_cmd_add2(eg_cmd *cmd, const char *first, const char *second);

/** Appends list[n]. */
void eg_cmd_add_list(eg_cmd *cmd, const char *const *list, size_t n);

/**
 * Runs the command and waits for its end.
 *
 * @param out  gets its standard output; NULL: it is inherited.  Standard
 *             error is inherited, unless the command is silent.
 *
 * Returns:  EMBED_OK when it exits with 0; EMBED_E_INVALID when it fails;
 *           EMBED_E_IO when it cannot be run; EMBED_E_NOMEM.
 * Blocks:   until the command ends.
 */
embed_status eg_cmd_run(const eg_cmd *cmd, eg_text *out, ec_err *err);

#endif /* EMBED_GEN_CC_H */
