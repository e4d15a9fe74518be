/* version.h - libembed's version as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_VERSION_H
#define EMBED_CORE_VERSION_H

#include "embed.h"

#define EC_TEXT_OF_(x) #x
/** The text of a macro's value. */
#define EC_TEXT_OF(x) EC_TEXT_OF_(x)

/** "0.1.0" */
#define EC_VERSION               \
 EC_TEXT_OF(EMBED_VERSION_MAJOR) \
 "." EC_TEXT_OF(EMBED_VERSION_MINOR) "." EC_TEXT_OF(EMBED_VERSION_PATCH)

#endif /* EMBED_CORE_VERSION_H */
