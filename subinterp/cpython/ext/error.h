/* error.h - Python exceptions as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_ERROR_H
#define EMBED_SUBINTERP_CPYTHON_EXT_ERROR_H

#include "subinterp/cpython/py.h"

#include "core/err.h"

/**
 * Makes `err` describe an exception: "what: Type: value" as text, and type,
 * value and traceback.  Never fails: what cannot be had (out of memory, a
 * str() that raises, no stack left) is left out.
 *
 * @param err   may be NULL
 * @param what  goes before the text; may be NULL
 * @param exc   an exception object, or NULL when there is none
 *
 * Returns:  status.  No exception is set on return (none may be before).
 */
embed_status es_err_from_object(ec_err *err, embed_status status,
                                const char *what, PyObject *exc);

/**
 * Reports an exception that has nowhere to go, through sys.unraisablehook with
 * err_msg "Exception ignored <what>".  What the default hook would print is
 * printed here, since it does not know the source lines of init code.
 *
 * @param what       may be NULL: then the hook's own words
 * @param traceback  as in an ec_err; NULL: leave it to the hook
 */
void es_report_ignored(PyObject *exc, PyObject *what, const char *traceback);

/** Copies a str to malloc()ed UTF-8; lone surrogates are escaped.  NULL, and
 *  no exception, when that is not possible. */
char *es_utf8_dup(PyObject *str);

/** Turns the current exception into `err` (text, type, value, traceback) and
 *  clears it.  SystemExit is like any other exception.  Returns `status`. */
embed_status
es_err_from_exception(ec_err *err, embed_status status, const char *what);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_ERROR_H */
