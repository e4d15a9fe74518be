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
 * files and init code.  Its file is read; nothing of it is run.
 *
 * Returns:  EMBED_OK; with the reason in `report`: EMBED_E_IO when it cannot be
 *           read, else as eg_inspect().
 */
embed_status eg_cmd_inspect(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_INSPECT_H */
