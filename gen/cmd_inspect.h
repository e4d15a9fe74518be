/* cmd_inspect.h - `embed inspect`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_INSPECT_H
#define EMBED_GEN_CMD_INSPECT_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Prints what the library opts->api is: its extensions with their exports,
 * files and init code.  Nothing of Python is started.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID, with the reason in `report`, when it
 *           cannot be loaded or has no extension of this ABI.
 */
embed_status eg_cmd_inspect(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_INSPECT_H */
