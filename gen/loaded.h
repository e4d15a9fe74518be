/* loaded.h - a library of extensions, loaded by the command to look at it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_LOADED_H
#define EMBED_GEN_LOADED_H

#include "core/types/ctable.h"
#include "embed/plugin.h"
#include "gen/report.h"

/** The extensions of the library: what its constructors made known. */
typedef struct eg_loaded {
    void *handle;
    struct embed_plugin *const *plugins; /* plugins[n] */
    size_t n;
} eg_loaded;

/** Loads the one library of this process.  Returns EMBED_OK; EMBED_E_INVALID,
 *  the reason being in `report`. */
embed_status
eg_loaded_open(const char *path, eg_loaded *out, eg_report *report);

/** The part of "NAME.function" behind the name of the extension. */
const char *eg_loaded_function_name(const struct embed_export *export);

/** The FUNCTION type of an export; NULL when the tables do not have it. */
ec_type *
eg_loaded_function_type(ec_table *table, const struct embed_plugin *plugin,
                        const struct embed_export *export);

/** Appends an export as C declares it, without ";". */
void eg_loaded_declare(const ec_type *function, const char *name, eg_text *out);

#endif /* EMBED_GEN_LOADED_H */
