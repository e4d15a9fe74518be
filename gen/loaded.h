/* loaded.h - a library of extensions, loaded by the command to look at it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_LOADED_H
#define EMBED_GEN_LOADED_H

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

#endif /* EMBED_GEN_LOADED_H */
