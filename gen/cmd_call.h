/* cmd_call.h - `embed call`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_CALL_H
#define EMBED_GEN_CMD_CALL_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Calls the export opts->name of the library opts->api with opts->args, and
 * prints the result, and what pointers to `{...}` point to then.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID, the reason being in `report`, when that
 *           is not possible or the call has failed; EMBED_E_NOMEM.
 */
embed_status eg_cmd_call(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_CALL_H */
