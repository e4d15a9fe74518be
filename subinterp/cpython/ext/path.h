/* path.h - where an extension's imports are looked for.
 *
 * What belongs to an extension is what es_environment_roots() has, mostly the
 * directory that its library is in, and what was bundled into it.  In an
 * interpreter of its own both come first on
 * sys.path, as a script's directory does.  In the shared interpreter they are
 * the extension's alone: subinterp/py/private.py.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_PATH_H
#define EMBED_SUBINTERP_CPYTHON_EXT_PATH_H

#include "subinterp/cpython/py.h"

#include <stdbool.h>

#include "embed/plugin.h"

/**
 * Makes an extension's modules importable.
 *
 * @param library    the file it is in; NULL: unknown
 * @param roots      the directories; a list, which is changed
 * @param is_shared  the interpreter is that of others, too
 * @param out_names  then: the private.Names, whose compile() its init code
 *                   needs, a new reference; else NULL
 *
 * Returns:  0, or -1 with an exception set.
 */
int es_path_install(const struct embed_plugin *plugin, const char *library,
                    PyObject *roots, bool is_shared, PyObject **out_names);

/** Undoes it in the shared interpreter: the modules are dropped.  Takes over
 *  the reference; NULL is allowed.  No exception is set. */
void es_path_uninstall(PyObject *names);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_PATH_H */
