/* cmd_check_api.h - `embed check-api`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_CHECK_API_H
#define EMBED_GEN_CMD_CHECK_API_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Compares the declarations of opts->api with what the header opts->against
 * gives the C compiler.
 *
 * Returns:  EMBED_OK when all agree; EMBED_E_INVALID with each difference in
 *           `report`; EMBED_E_IO, EMBED_E_NOMEM.
 * Blocks:   while the compiler, and the program it makes, run.
 */
embed_status eg_cmd_check_api(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_CHECK_API_H */
