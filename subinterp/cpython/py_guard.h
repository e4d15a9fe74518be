/* py_guard.h - keeping CPython's known import hazards away.
 *
 * The signal module takes SIGINT over when the main interpreter imports it.
 * CPython 3.12 and 3.13 corrupt memory when certain C modules are first
 * loaded in a subinterpreter.  They are therefore loaded in the main
 * interpreter first: the few that are built in before the first
 * subinterpreter is made, the others when one of them asks for them.
 *
 * Source: architecture notes C2; CPython issues gh-117953, gh-119450,
 * gh-136421, gh-136423.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_GUARD_H
#define EMBED_SUBINTERP_CPYTHON_PY_GUARD_H

#include "subinterp/cpython/py.h"

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

/** Asks for es_guard_preload_in_main() to be run with the main GIL, and waits
 *  for it.  Called without any GIL.  Returns 0, or -1 when it could not be
 *  asked for. */
typedef int es_guard_preload_fn(const char *name, const char *path);

/**
 * Makes the current subinterpreter load C modules through `preload` first.
 * Run once for each subinterpreter, of own and of main GIL; does nothing
 * where the version does that by itself (3.13 and newer).
 *
 * Returns:  0, or -1 with an exception set.
 */
int es_guard_install(es_guard_preload_fn *preload);

/** Loads the C module `name` from the file `path` in the main interpreter,
 *  which keeps it.  Errors are ignored: the one who asked meets them again.
 *  The caller holds the main GIL. */
void es_guard_preload_in_main(const char *name, const char *path);

/**
 * Adds what helps to the text and the traceback of `err`, when an import
 * failed because a module refuses subinterpreters (R21).
 *
 * @param exc  an exception; its causes and contexts are looked at too.  None
 *             may be set, and none is on return.
 */
void es_guard_hint_add(PyObject *exc, ec_err *err);

#endif /* EMBED_SUBINTERP_CPYTHON_PY_GUARD_H */
