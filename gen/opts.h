/* opts.h - the command line of `embed`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_OPTS_H
#define EMBED_GEN_OPTS_H

#include <stdbool.h>

#include "core/err.h"

/** Strings in the order they were given; they point into argv. */
typedef struct eg_list {
    const char **items; /* items[n]; owned */
    size_t n;
} eg_list;

/** An option, or an argument, as it was given. */
typedef struct eg_given {
    const char *option; /* "--cdef", "-DX=1"; NULL: an argument */
    const char *value;  /* NULL: none */
    bool is_file;       /* the value is a file that is read or written */
} eg_given;

typedef enum eg_command {
    EG_COMMAND_BUILD,
    EG_COMMAND_SCRIPT,       /* build: `api` is a build script */
    EG_COMMAND_GENERATED,    /* build: `api` is C code that CFFI generated */
    EG_COMMAND_DECLARATIONS, /* as build: only reads declarations */
    EG_COMMAND_HELP,
    EG_COMMAND_CHECK_API, /* `api` against `against` */
    EG_COMMAND_INSPECT,   /* `api` is a library */
    EG_COMMAND_CALL,      /* `api` is a library, `name` an export */
    EG_COMMAND_CHECK,     /* `args` are modules of Python */
    EG_COMMAND_DOCTOR,
    EG_COMMAND_HELP_BUILD,
    EG_COMMAND_HELP_CHECK_API,
    EG_COMMAND_VERSION,
} eg_command;

/** What the command line asks for.  Strings point into argv. */
typedef struct eg_opts {
    eg_command command;
    const char *api;     /* API.h; NULL: see is_script */
    const char *init;    /* INIT.py; NULL: none */
    const char *against; /* --against: the real header */
    const char *output;  /* -o; NULL: lib<NAME>.so */
    const char *name;    /* --name; NULL: the stem of INIT.py */
    const char *emit_c;  /* --emit-c; NULL: the C code is not kept */
    bool is_module;      /* --module: no program, Python imports it */
    bool is_script;      /* declarations as build scripts write them: --api or
                           --module in place of API.h */
    embed_isolation isolation;
    bool is_strict;    /* --strict: no less isolation than that */
    eg_list cdefs;     /* --cdef, --api and --override, in order */
    eg_list apis;      /* --api: those of `cdefs` that are exported */
    eg_list packed;    /* --pack: pairs of a file and its number */
    const char *pack;  /* of the next file; NULL: none */
    eg_list overrides; /* --override: those of `cdefs` that may declare again
                          what was declared before */
    eg_list included;  /* --include: declarations of other modules */
    eg_list modules;   /* --include-module: their names */
    eg_list settings;  /* --venv and its like: pairs of name and value */
    eg_list bundles;   /* --bundle */
    eg_list sources;   /* --source */
    eg_list cpp;       /* -I -D -U ...: for preprocessor and compiler */
    eg_list args;      /* call: its arguments; check: modules */
    long times;        /* call --time: how often; 0: not asked */
    bool is_stdlib;    /* check --stdlib: all of the standard library, too */
    eg_list link;      /* -L -l -Wl,... and what follows -- */
    eg_given *given;   /* build: given[n_given], all of the command line */
    size_t n_given;
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

/** "own", "sub" or "shared"; DEFAULT is own. */
const char *eg_opts_isolation_name(embed_isolation level);

/** The text of `embed help`, or of `embed help build`. */
const char *eg_opts_help(eg_command command);

#endif /* EMBED_GEN_OPTS_H */
