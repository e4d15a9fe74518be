/* fam000.h - one of a family of plug-ins that differ in their name only.
 *
 * fam001 to fam199 are made from this one: see tests/e2e/e2e.mk.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef FAM_H
#define FAM_H

#include "embed/plugin.h"

#define FAM_FAILED  (-1000000)
#define FAM_MOVE_BY 3

typedef struct fam_point {
    int x;
    double y;
    char tag[8];
} fam_point;

/** Extensions that call each other: way[seed % n] is next, with the seed
 *  that fam_next_seed() gives. */
typedef struct fam_peers fam_peers;
typedef int fam_nest_fn(const fam_peers *peers, unsigned seed, int depth);
struct fam_peers {
    unsigned n;
    fam_nest_fn *way[8];
};

typedef void fam_host_fn(void *arg);
typedef void fam_end_fn(void *arg, int thread);

/* Values. */
int fam_number(void) EMBED_ON_FAILURE(FAM_FAILED);
int fam_add(int a, int b) EMBED_ON_FAILURE(FAM_FAILED);
int fam_length(const char *text) EMBED_ON_FAILURE(FAM_FAILED);
double fam_scale(fam_point p, double by);
fam_point fam_move(const fam_point *points, int n);

/** 0: ValueError, 1: SystemExit, 2: a result that does not convert, 3: a
 *  KeyError inside a nested call of Python; gives the failure value. */
int fam_raise(int kind) EMBED_ON_FAILURE(FAM_FAILED);

/** Nothing is attached to it. */
int fam_missing(void) EMBED_ON_FAILURE(FAM_FAILED);

/** Imports and uses a module of the standard library; gives fam_imported(). */
int fam_import(int which) EMBED_ON_FAILURE(FAM_FAILED);

/* What belongs to a thread: return the value before, at first -1. */
int fam_swap_local(int value) EMBED_ON_FAILURE(FAM_FAILED);
int fam_swap_context(int value) EMBED_ON_FAILURE(FAM_FAILED);

/** Calls fn(arg, native thread id) when this thread's thread-locals die. */
int fam_watch_end(fam_end_fn *fn, void *arg) EMBED_ON_FAILURE(FAM_FAILED);

/** threading.get_ident() of the caller, to compare. */
unsigned long fam_ident(void);

/* Calls onwards until depth is 0; the result tells the way it took. */
int fam_nest(const fam_peers *peers, unsigned seed, int depth)
    EMBED_ON_FAILURE(FAM_FAILED);
/** The same through a C function of the plug-in. */
int fam_nest_lib(const fam_peers *peers, unsigned seed, int depth)
    EMBED_ON_FAILURE(FAM_FAILED);
/** The same from a threading.Thread, which is joined. */
int fam_nest_thread(const fam_peers *peers, unsigned seed, int depth)
    EMBED_ON_FAILURE(FAM_FAILED);
/** At depth 0 raises, at every other catches what C says and goes on. */
int fam_nest_raise(const fam_peers *peers, unsigned seed, int depth)
    EMBED_ON_FAILURE(FAM_FAILED);
/** Calls onwards through ctypes; with its GIL held when `held`. */
int fam_nest_ctypes(const fam_peers *peers, unsigned seed, int held)
    EMBED_ON_FAILURE(FAM_FAILED);

/** Is the thread still the one Python knows, with the value that `value` was
 *  swapped for?  Calls `fn` in between. */
int fam_around(fam_host_fn *fn, void *arg) EMBED_ON_FAILURE(FAM_FAILED);

/** Work of about n microseconds that never leaves Python. */
int fam_busy(int n) EMBED_ON_FAILURE(FAM_FAILED);

/** Sets flags[0], computes long without giving up the GIL, sets flags[1]. */
int fam_hold(volatile int *flags) EMBED_ON_FAILURE(FAM_FAILED);

/** Adds one to a counter in steps that show lost updates. */
int fam_count(int n) EMBED_ON_FAILURE(FAM_FAILED);

/** Python code that recurses through C code of Python itself. */
int fam_recurse(int depth) EMBED_ON_FAILURE(FAM_FAILED);

#endif /* FAM_H */
