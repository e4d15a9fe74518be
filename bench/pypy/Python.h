/* Python.h - what C code that CFFI has generated includes, for PyPy: its branch
 * for PyPy needs nothing of Python but two functions, which are libpypy's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_PYPY_PYTHON_H
#define BENCH_PYPY_PYTHON_H

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PYPY_VERSION   "7.3.0"
#define WITH_THREAD    1
#define PyMODINIT_FUNC __attribute__((visibility("default"))) void

#endif /* BENCH_PYPY_PYTHON_H */
