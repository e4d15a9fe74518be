/* environment.h - what an extension's Python has around it: a virtual
 * environment, directories, arguments, code that runs first.
 *
 * Each setting is the first of: the operator's variable EMBED_<NAME>_<SETTING>,
 * what the host gave embed_set_option(), what the extension was built with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_ENVIRONMENT_H
#define EMBED_CORE_ENVIRONMENT_H

#include "core/slot.h"

/** Is there such an option, with such a value?  EMBED_OK or EMBED_E_INVALID;
 *  NULL is no option, and a value of any. */
embed_status
ec_environment_check(const char *option, const char *value, ec_err *err);

/** What the host asks for: embed_set_option().  EMBED_E_INVALID: there is no
 *  such option, or it has no such value. */
embed_status ec_environment_ask(ec_slot *slot, const char *option,
                                const char *value, ec_err *err);

/** Sets slot->settings for a start; nothing else reads or sets them meanwhile.
 *  Returns EMBED_OK or EMBED_E_NOMEM. */
embed_status ec_environment_choose(ec_slot *slot, ec_err *err);

#endif /* EMBED_CORE_ENVIRONMENT_H */
