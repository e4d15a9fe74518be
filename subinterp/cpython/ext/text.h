/* text.h - our own Python code, subinterp/py, in an interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_TEXT_H
#define EMBED_SUBINTERP_CPYTHON_EXT_TEXT_H

#include "subinterp/cpython/py.h"

/** Returns a module that has run `text`, a new one each time and not in
 *  sys.modules: each library has its own.  New reference; NULL with an
 *  exception set. */
PyObject *es_text_module(const char *name, const char *text);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_TEXT_H */
