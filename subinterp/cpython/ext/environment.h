/* environment.h - what an extension's Python has around it.
 *
 * Done by Python code, subinterp/py/environment.py.  An extension without
 * settings has no object there, which is Py_None: most have none, and start as
 * fast as ever.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_ENVIRONMENT_H
#define EMBED_SUBINTERP_CPYTHON_EXT_ENVIRONMENT_H

#include "subinterp/cpython/py.h"

#include "core/slot.h"

/** Returns the Environment of an extension, or Py_None; new reference; NULL
 *  with an exception set. */
PyObject *es_environment_create(const ec_slot *slot);

/** Runs `site` in an interpreter that nobody else uses, or that has no settings
 *  of its own (then `env` is Py_None).  0, or -1 with an exception set. */
int es_environment_site(PyObject *env);

/** Adds to an interpreter that others use, too.  As above.
 *  @param is_strict  fails where others have other versions of its packages */
int es_environment_share(PyObject *env, bool is_strict);

/** Runs the code that comes before the init code.  As above. */
int es_environment_preload(PyObject *env);

/** Returns the list of what is to be first on sys.path; new reference; NULL with
 *  an exception set.
 *  @param library  the file of the extension; NULL: unknown */
PyObject *es_environment_roots(PyObject *env, const char *library);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_ENVIRONMENT_H */
