/* embed/cffi/includes.h - the headers that Python.h includes: C text written for
 * CFFI may rely on them.
 *
 * Source:   CPython 3.13, Include/Python.h
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CFFI_INCLUDES_H
#define EMBED_CFFI_INCLUDES_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <wchar.h>

#endif /* EMBED_CFFI_INCLUDES_H */
