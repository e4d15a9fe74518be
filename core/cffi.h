/* cffi.h - extensions whose C code CFFI itself has generated.
 *
 * What such code calls is in embed/plugin.h.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_CFFI_H
#define EMBED_CORE_CFFI_H

#include "core/lock.h"

/** fork: takes the lock in prepare, releases it in parent and child. */
void ec_cffi_fork_prepare(void) EC_UNCHECKED;
void ec_cffi_fork_parent(void) EC_UNCHECKED;
void ec_cffi_fork_child(void) EC_UNCHECKED;

#endif /* EMBED_CORE_CFFI_H */
