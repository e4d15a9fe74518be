/* cmd_call.h - `embed call`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_CALL_H
#define EMBED_GEN_CMD_CALL_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Calls the export opts->name of the library opts->api with opts->args, in a
 * child process, and prints the result, and what pointers to `{...}` point to
 * then, or why that was not possible.
 *
 * @param out_code  the exit code: the library may have ended the process
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID, the reason being in `report`: there was no
 *           child, or it has crashed.
 */
embed_status eg_cmd_call(const eg_opts *opts, int *out_code, eg_report *report);

#endif /* EMBED_GEN_CMD_CALL_H */
