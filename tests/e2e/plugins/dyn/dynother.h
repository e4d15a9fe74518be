/* dynother.h - another extension beside dyn.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DYNOTHER_H
#define DYNOTHER_H

int dynother_ready(void);

#endif /* DYNOTHER_H */
