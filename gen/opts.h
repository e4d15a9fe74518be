/* opts.h - the command line of `embed`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_OPTS_H
#define EMBED_GEN_OPTS_H

#include "core/err.h"

/** Strings in the order they were given; they point into argv. */
typedef struct eg_list {
    const char **items; /* items[n]; owned */
    size_t n;
} eg_list;

typedef enum eg_command {
    EG_COMMAND_BUILD,
    EG_COMMAND_HELP,
    EG_COMMAND_HELP_BUILD,
    EG_COMMAND_VERSION,
} eg_command;

/** What the command line asks for.  Strings point into argv. */
typedef struct eg_opts {
    eg_command command;
    const char *api;    /* API.h */
    const char *init;   /* INIT.py */
    const char *output; /* -o; NULL: lib<NAME>.so */
    const char *name;   /* --name; NULL: the stem of INIT.py */
    const char *emit_c; /* --emit-c; NULL: compile */
    embed_isolation isolation;
    eg_list cdefs;   /* --cdef */
    eg_list sources; /* --source */
    eg_list cpp;     /* -I -D -U ...: for preprocessor and compiler */
    eg_list link;    /* -L -l -Wl,... and what follows -- */
} eg_opts;

/**
 * Reads a command line; `out` is set in full and freed with eg_opts_fini().
 *
 * @param argv  argv[argc] as main() got it; outlives `out`.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID with a one-line reason (a usage error);
 *           EMBED_E_NOMEM.  `out` holds nothing then.
 */
embed_status eg_opts_parse(int argc, char **argv, eg_opts *out, ec_err *err);
void eg_opts_fini(eg_opts *opts);

/** The text of `embed help`, or of `embed help build`. */
const char *eg_opts_help(eg_command command);

#endif /* EMBED_GEN_OPTS_H */
