/* guard.h - keeping CPython's known import hazards away.
 *
 * The signal module takes SIGINT over when the main interpreter imports it.
 * CPython 3.12 and 3.13 corrupt memory when certain C modules are first
 * loaded in a subinterpreter, and 3.13 to 3.15 when one fails to load in one with
 * its own GIL.  They are therefore loaded in the main
 * interpreter first: the few that are built in before the first
 * subinterpreter is made, the others when one of them asks for them.
 *
 * Source: architecture notes C2; CPython issues gh-117953, gh-119450,
 * gh-136421, gh-136423, gh-144601.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_GUARD_H
#define EMBED_SUBINTERP_CPYTHON_EXT_GUARD_H

#include "subinterp/cpython/py.h"

#include <stdbool.h>

#include "core/err.h"

/**
 * Loads the hazardous modules in the main interpreter, which keeps them.
 * Run once, with the main GIL, before the first subinterpreter is made; the
 * versions that need nothing (3.14 and newer) are known here.  Also sees to it
 * that `import signal` in the main interpreter leaves SIGINT as it is, now and
 * later (G1).
 *
 * Returns:  0, or -1 with an exception set (out of memory only; a module that
 *           is not there is none of our business).
 */
int es_guard_main(void);

/** A C module that a subinterpreter is about to load. */
typedef struct es_guard_module {
    const char *name;
    const char *file;
    char *const
        *search; /* the importing interpreter's sys.path; NULL ends it */
} es_guard_module;

/** Has es_guard_preload_in_main() run with the main GIL.  Called with the
 *  subinterpreter's GIL, which is given up meanwhile. */
typedef embed_status es_guard_preload_fn(const es_guard_module *m, ec_err *err);

/**
 * Makes the current subinterpreter load C modules through `preload` first.
 * Run once for each subinterpreter; with the main GIL it does nothing where the
 * version needs nothing (3.13 and newer).  With a GIL of its own a module that
 * fails in main is refused: CPython would run its initialisation there (3.13 and
 * newer) and free the exception here.
 *
 * Returns:  0, or -1 with an exception set.
 */
int es_guard_install(es_guard_preload_fn *preload, bool has_own_gil);

/** Loads a C module in the main interpreter, which keeps it; what it imports is
 *  looked for in `search`, too.  Of a module with multi-phase initialisation
 *  nothing is executed.  The caller holds the main GIL.  EMBED_OK, or EMBED_E_INIT
 *  with the exception in `err`. */
embed_status es_guard_preload_in_main(const es_guard_module *m, ec_err *err);

/**
 * Adds what helps to the text and the traceback of `err`, when an import
 * failed because a module refuses subinterpreters (R21).
 *
 * @param exc  an exception; its causes and contexts are looked at too.  None
 *             may be set, and none is on return.
 */
void es_guard_hint_add(PyObject *exc, ec_err *err);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_GUARD_H */
