/* export.h - an export of a library: its name and its declaration.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_EXPORT_H
#define EMBED_GEN_EXPORT_H

#include "core/types/ctable.h"
#include "embed/plugin.h"
#include "gen/text.h"

/** The part of "NAME.function" behind the name of the extension. */
const char *eg_export_name(const struct embed_export *export);

/** The FUNCTION type of an export; NULL with *err set when the tables do not
 *  have it. */
ec_type *eg_export_type(ec_table *table, const struct embed_plugin *plugin,
                        const struct embed_export *export, ec_err *err);

/** Appends an export as C declares it, without ";". */
void eg_export_declare(const ec_type *function, const char *name, eg_text *out);

#endif /* EMBED_GEN_EXPORT_H */
