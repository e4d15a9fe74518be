/* process.h - process-wide events: exit and fork.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_PROCESS_H
#define EMBED_CORE_PROCESS_H

/** Registers the handlers for exit (R10) and fork (R11), once. */
void ec_process_watch(void);

/** Closes all extensions because Python itself ends. (ec_core.python_gone) */
void ec_process_python_gone(void);

#endif /* EMBED_CORE_PROCESS_H */
