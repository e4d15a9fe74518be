/* cmd_build.h - `embed build`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_BUILD_H
#define EMBED_GEN_CMD_BUILD_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Generates the C code that `opts` asks for and, unless it asks for the code
 * alone, compiles it.
 *
 * Returns:  EMBED_OK; else the reasons are in `report` or, from the compiler,
 *           on stderr, and no output file is left half-made.
 * Blocks:   while the compiler runs.
 */
embed_status eg_cmd_build(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_BUILD_H */
