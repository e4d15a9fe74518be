/* cmd_call.h - `embed call`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_CALL_H
#define EMBED_GEN_CMD_CALL_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Calls the export opts->name of the library opts->api with opts->args in a child
 * process.  The child prints the result and what pointers to `{...}` point to
 * afterwards, or why the call was not possible.
 *
 * @param out_code  the child's exit code; code of the library may have chosen it
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID when the child could not start or has crashed:
 *           `report` says which.
 */
embed_status eg_cmd_call(const eg_opts *opts, int *out_code, eg_report *report);

#endif /* EMBED_GEN_CMD_CALL_H */
