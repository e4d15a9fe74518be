/* cmd_generated.h - `embed build GENERATED.c`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_GENERATED_H
#define EMBED_GEN_CMD_GENERATED_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Compiles C code that CFFI's emit_c_code() has written, unchanged, to a library
 * that runs on libembed and can be imported.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID when the file is something else;
 *           otherwise as eg_library_make().
 */
embed_status eg_cmd_generated(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_GENERATED_H */
