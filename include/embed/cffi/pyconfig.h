/* embed/cffi/pyconfig.h - the place of Python's own for C code that CFFI has
 * generated: there is nothing to configure.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CFFI_PYCONFIG_H
#define EMBED_CFFI_PYCONFIG_H

#include "Python.h"

#endif /* EMBED_CFFI_PYCONFIG_H */
