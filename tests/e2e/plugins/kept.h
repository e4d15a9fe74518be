/* kept.h - exports that may or may not get code.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embed/plugin.h"

int one(void) EMBED_ON_FAILURE(-1);
int two(void) EMBED_ON_FAILURE(-1);
