/* embed/cffi.h - what the C text of CFFI's set_source() may rely on.
 *
 * Generated code of build scripts includes it before that text; it has what
 * CFFI's own generated code brings: the headers that Python.h includes, and
 * CFFI's names.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CFFI_H
#define EMBED_CFFI_H

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

#ifndef __cplusplus
# include <stdbool.h>
#endif

/** Before a function or variable that the library exports. */
#if defined(__GNUC__)
# define CFFI_DLLEXPORT __attribute__((visibility("default")))
#else
# define CFFI_DLLEXPORT
#endif

/** How CFFI spells complex types. */
#ifndef __cplusplus
typedef float _Complex _cffi_float_complex_t;
typedef double _Complex _cffi_double_complex_t;
#endif

#endif /* EMBED_CFFI_H */
