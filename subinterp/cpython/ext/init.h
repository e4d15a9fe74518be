/* init.h - running an extension's init code.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_INIT_H
#define EMBED_SUBINTERP_CPYTHON_EXT_INIT_H

#include "subinterp/cpython/py.h"

#include "subinterp/cpython/ext/ext.h"

/**
 * Compiles and runs the init code in a dict of its own (`__name__` is the
 * extension's name).  A failure is reported once in full on sys.stderr, unless
 * that is None; SystemExit is a failure like any other.
 *
 * @param names  what es_path_install() made; NULL: its imports mean what they
 *               say
 * @param env    what es_environment_create() made, for the report; NULL: none
 *
 * Returns:  EMBED_OK; EMBED_E_INIT with type, value and traceback, and in the
 *           text a hint where one is known (R21).  No exception is set.
 */
embed_status
es_init_run(es_pyext *ext, PyObject *names, PyObject *env, ec_err *err);

/**
 * Turns the current exception into `err` and the report on sys.stderr, for
 * what fails before the init code runs.
 *
 * @param env   as above
 * @param what  what failed, in front of the exception's text.
 *
 * Returns:  EMBED_E_INIT.
 */
embed_status es_init_failed(const struct embed_plugin *plugin, PyObject *env,
                            const char *what, ec_err *err);

/** Makes the lines of the init code known to linecache, so that tracebacks
 *  show them.  Imports linecache: for when something has failed.  Never
 *  fails; no exception may be set before. */
void es_source_show(const struct embed_plugin *plugin);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_INIT_H */
