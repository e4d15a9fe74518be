/* cmd_script.h - `embed build SCRIPT.py` and `embed declarations`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_SCRIPT_H
#define EMBED_GEN_CMD_SCRIPT_H

#include "gen/opts.h"
#include "gen/report.h"

/**
 * Runs a build script of CFFI in $PYTHON, else python3, with our package in
 * place of CFFI's.
 *
 * @param out_code  the script's exit status
 *
 * Returns:  EMBED_OK when the script was run; else the reason is in `report`.
 * Blocks:   until the script ends.
 */
embed_status
eg_cmd_script(const eg_opts *opts, int *out_code, eg_report *report);

/**
 * Reads declarations as eg_cmd_build() does and prints, for each function, a
 * line "function NAME".
 *
 * Returns:  EMBED_OK; else the reasons are in `report`.
 */
embed_status eg_cmd_declarations(const eg_opts *opts, eg_report *report);

#endif /* EMBED_GEN_CMD_SCRIPT_H */
