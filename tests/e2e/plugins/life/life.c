/* life.c - the C side of the plug-ins of this folder.
 *
 * SPDX-License-Identifier: MIT
 */
#include "life.h"

/* Set by the test before the first call: what the init code runs. */
EMBED_PLUGIN_EXPORT const char *life_script;
EMBED_PLUGIN_EXPORT life_hook_fn *life_hook;

static int
life_host(int what)
{
    return life_hook == NULL ? LIFE_FAILED : life_hook(what);
}
