/* broken.h - a plug-in whose init code does not compile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embed/plugin.h"

int broken_allow(const char *user) EMBED_ON_FAILURE(-13);
double broken_number(void);
