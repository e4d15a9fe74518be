/* start.h - PyPy's start, and the bridge to our Python code in it.
 *
 * PyPy has one interpreter for a process, whatever thread calls: callbacks
 * attach new threads and take the GIL themselves.  So there is no thread state
 * to keep here, and a call of an export is PyPy's own function.
 *
 * No header of PyPy's is needed: the functions of libpypy that embedding and
 * fork() need are looked up by name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_PYPY_START_H
#define EMBED_SUBINTERP_PYPY_START_H

#include "core/backend.h"

/** The functions of C and of pypy_start.py for each other; the layout is known
 *  there. */
typedef struct pp_bridge {
    /* C's: @param inst  pp_inst */
    const char *(*export_name)(void *inst, int i); /* NULL: there is none */
    const void *(*export_failure)(void *inst, int i);
    /* i: -1 for the init code; status: embed_status */
    void (*report)(void *inst, int i, int status, const char *type,
                   const char *value, const char *trace);
    const struct embed_bundled *(*bundled)(void *inst, int i); /* or NULL */
    const char *(*include_name)(void *inst, int i);            /* or NULL */
    const ec_setting *(*setting)(void *inst, int i);           /* or NULL */
    const char *bundle_text;                                   /* bundle.py */
    const char *private_text;                                  /* private.py */
    const char *environment_text;      /* environment.py */
    const char *version;               /* of libembed */
    void (*attach)(void *inst, int i); /* export i has code */
    void (*notice)(void *inst, const char *text);
    int (*is_strict)(void *inst); /* does it refuse to have less? */
    /* Python's; -1: failed for a reason that PyPy has printed */
    int (*load)(void *inst); /* before pp_load() */
    int (*init)(void *inst, const char *name, const char *code, size_t size,
                const char *file, const char *library); /* after it */
    int (*finish)(double seconds);
    int (*prepare)(const char *executable);
    int (*limit)(int levels); /* sys.setrecursionlimit() */
    int (*touch)(void);       /* makes a thread known to PyPy */
    int (*forked)(void);      /* in a child */
} pp_bridge;

/** What libpypy takes for a module with tables. */
typedef struct pp_module {
    const char *name;
    void (*tables)(void *p[]);
    const char *code; /* run in a new namespace */
} pp_module;

/** PyPy's version of embed_plugin.entry; NULL before the first module is
 *  loaded. */
extern embed_call_fn *pp_call_python;

extern const ec_core *pp_core; /* constant after pp_start() */
extern pp_bridge pp_the_bridge;

/** Starts PyPy, or joins it.  ec_backend.start */
embed_status pp_start(const ec_core *core, const ec_python *python,
                      bool *is_final, ec_err *err);

/** Did pp_start() start it? */
bool pp_is_ours(void);

/** Is this the thread that it was started on? */
bool pp_on_starter(void);

/** Loads a module's tables and runs its code.  0, or -1 when PyPy has printed
 *  why not. */
int pp_load(pp_module *module);

#endif /* EMBED_SUBINTERP_PYPY_START_H */
