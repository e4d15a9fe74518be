/* cmd_check.h - `embed check`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_CHECK_H
#define EMBED_GEN_CMD_CHECK_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Finds out at which level modules of Python can be used, with each Python:
 * imports them in one extension, in two, in two at once, and again after a
 * reload, each in a child process.  Prints a table for each Python.
 *
 * Returns:  EMBED_OK when all fit level own; EMBED_E_INVALID, with the number of
 *           those that do not in `report`; EMBED_E_IO, EMBED_E_NOMEM.
 */
embed_status eg_cmd_check(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_CHECK_H */
