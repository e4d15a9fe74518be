/* cmd_doctor.h - `embed doctor`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CMD_DOCTOR_H
#define EMBED_GEN_CMD_DOCTOR_H

#include "gen/report.h"

/**
 * Prints what was found: libembed, compiler, variables, Pythons; and tries out
 * each level with each Python.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID, with what is wrong in `report`.
 */
embed_status eg_cmd_doctor(eg_report *report);

#endif /* EMBED_GEN_CMD_DOCTOR_H */
