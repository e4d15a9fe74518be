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

#include "embed/cffi/includes.h"

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
