/* cplugin.h - a plug-in's descriptor, made at run time out of declarations.
 *
 * Its exports are libffi closures, which do what the functions do that `embed
 * build` generates.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPLUGIN_H
#define EMBED_CORE_TYPES_CPLUGIN_H

#include "core/err.h"
#include "embed/plugin.h"

/**
 * Makes a descriptor without program: `entry`, `init_code`, `init_file`,
 * `options`, `isolation` and more of `flags` are for the caller to set.
 *
 * @param name          of the extension; copied
 * @param declarations  as for cdef(), with EMBED_ON_FAILURE()
 * @param file          their name in messages
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID with the place, and with the line and a
 *           caret in err->traceback; EMBED_E_NOMEM.
 */
embed_status
ec_plugin_make(const char *name, const char *declarations, const char *file,
               struct embed_plugin **out, ec_err *err);

/** Frees one that was never registered; its functions go with it. */
void ec_plugin_free(struct embed_plugin *plugin);

#endif /* EMBED_CORE_TYPES_CPLUGIN_H */
