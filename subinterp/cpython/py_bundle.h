/* py_bundle.h - imports from what is bundled into a library.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PY_BUNDLE_H
#define EMBED_SUBINTERP_CPYTHON_PY_BUNDLE_H

#include "subinterp/cpython/py.h"

#include <stdbool.h>

#include "embed/plugin.h"

/** Makes the bundled files of a plug-in importable; nothing is done when there
 *  are none.
 *  @param library    the file it is in; NULL: unknown
 *  @param is_shared  the interpreter is that of others, too
 *  Returns 0, or -1 with an exception set. */
int es_bundle_install(const struct embed_plugin *plugin, const char *library,
                      bool is_shared);

#endif /* EMBED_SUBINTERP_CPYTHON_PY_BUNDLE_H */
