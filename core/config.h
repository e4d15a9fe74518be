/* config.h - what the operator says in environment variables.
 *
 * All of them are ignored in set-id processes (R19).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_CONFIG_H
#define EMBED_CORE_CONFIG_H

#include "embed.h"

/**
 * The level in force for an extension (R20), the first of: EMBED_ISOLATION
 * ("NAME=LEVEL,..."; NAME may be "*"), EMBED_SHARED_INTERP ("1": all, "0" or "":
 * none, "a,b": these), what it was built with.
 */
embed_isolation ec_config_level(const char *name, embed_isolation built);

/** Says once on stderr what is malformed in the variables that are for all
 *  extensions; it has no effect. */
void ec_config_check(void);

/** The level that a word of len bytes stands for; DEFAULT: none. */
embed_isolation ec_config_level_of(const char *text, size_t len);

/** "own", "sub" or "shared". */
const char *ec_config_level_name(embed_isolation level);

/** Upper bound for exit handlers at process exit and for embed_shutdown(-1),
 *  in milliseconds: EMBED_EXIT_TIMEOUT_MS, default 2000. */
int ec_config_exit_timeout_ms(void);

#endif /* EMBED_CORE_CONFIG_H */
