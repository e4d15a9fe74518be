/* embed/cffi/Python.h - lets C code that CFFI has generated (ffi.emit_c_code())
 * compile and run on libembed, unchanged:
 *
 *     cc -shared -fPIC -I.../include/embed/cffi -I.../include m.c -lembed
 *
 * That code has a branch for PyPy which needs no Python, only two functions;
 * libembed has them.  `embed build m.c` does the same and makes the library
 * importable, too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CFFI_PYTHON_H
#define EMBED_CFFI_PYTHON_H

#include "includes.h"

/** Chooses that branch. */
#define PYPY_VERSION "7.3.0"
#define WITH_THREAD  1

/** Before the function that hands over the tables. */
#ifdef __cplusplus
# define PyMODINIT_FUNC extern "C" __attribute__((visibility("default"))) void *
#else
# define PyMODINIT_FUNC __attribute__((visibility("default"))) void *
#endif

/** What the branch calls, under libembed's names: embed/plugin.h. */
#define pypy_carefully_make_gil        embed_cffi_start
#define pypy_init_embedded_cffi_module embed_cffi_init

#endif /* EMBED_CFFI_PYTHON_H */
