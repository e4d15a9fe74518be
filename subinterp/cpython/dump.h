/* dump.h - who is in an extension, as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_DUMP_H
#define EMBED_SUBINTERP_CPYTHON_DUMP_H

#include <stdio.h>

/** ec_backend.dump; arg: es_inst */
void es_dump(void *arg, FILE *out);

#endif /* EMBED_SUBINTERP_CPYTHON_DUMP_H */
