/* described.h - the extensions of a library, read out of its file.
 *
 * Nothing of the library is run.  What is read is a copy with all that is needed
 * to say what an extension is; it has no functions and no fields of structs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_DESCRIBED_H
#define EMBED_GEN_DESCRIBED_H

#include "core/err.h"
#include "core/types/carena.h"
#include "embed/plugin.h"

/* More than anybody has in one library. */
#define EG_DESCRIBED_MAX 64

/** What is in a file; all zero is empty. */
typedef struct eg_described {
    struct embed_plugin plugins[EG_DESCRIBED_MAX];
    size_t n;
    ec_arena arena;
} eg_described;

/**
 * Reads the descriptors of a file.
 *
 * @param data  the file, data[size], aligned for any type; outlives *out
 * @param out   for eg_described_fini(), whatever is returned
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID: it is no library, or damaged, or there is
 *           no extension in it; EMBED_E_ABI: of another libembed; EMBED_E_NOMEM.
 */
embed_status eg_described_read(const void *data, size_t size, eg_described *out,
                               ec_err *err);
void eg_described_fini(eg_described *described);

#endif /* EMBED_GEN_DESCRIBED_H */
