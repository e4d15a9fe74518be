/* error.c - Python exceptions as text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/error.h"

#include "subinterp/cpython/ext/ext.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a prefix or a type name in the one-line text, so that some of the
 * value always fits. */
#define NAME_SHOWN 80

char *
es_utf8_dup(PyObject *str)
{
    ES_OWNED PyObject *bytes =
        PyUnicode_AsEncodedString(str, "utf-8", "backslashreplace");
    char *copy = NULL;

    if (bytes != NULL) {
        copy = strdup(PyBytes_AS_STRING(bytes));
    }
    PyErr_Clear();
    return copy;
}

/* Returns the type's name as tracebacks show it: with its module, unless that
 * is builtins or __main__.  NULL without an exception on failure. */
static char *
type_name(PyTypeObject *type)
{
    ES_OWNED PyObject *name = PyType_GetQualName(type);
    ES_OWNED PyObject *module =
        PyObject_GetAttrString((PyObject *)type, "__module__");
    ES_OWNED PyObject *full = NULL;

    PyErr_Clear();
    if (name == NULL) {
        return strdup(type->tp_name);
    }
    if (module != NULL && PyUnicode_Check(module) &&
        PyUnicode_CompareWithASCIIString(module, "builtins") != 0 &&
        PyUnicode_CompareWithASCIIString(module, "__main__") != 0) {
        full = PyUnicode_FromFormat("%U.%U", module, name);
    }
    PyErr_Clear();
    return es_utf8_dup(full != NULL ? full : name);
}

/* Returns str(exc), or NULL without an exception. */
static char *
value_text(PyObject *exc)
{
    ES_OWNED PyObject *str = PyObject_Str(exc);

    PyErr_Clear();
    return str == NULL ? NULL : es_utf8_dup(str);
}

/* Returns what Python prints for an uncaught `exc`, or NULL without an
 * exception. */
static char *
traceback_text(PyObject *exc)
{
    ES_OWNED PyObject *module = PyImport_ImportModule("traceback");
    ES_OWNED PyObject *lines = NULL;
    ES_OWNED PyObject *empty = NULL;
    ES_OWNED PyObject *text = NULL;

    if (module != NULL) {
        lines = PyObject_CallMethod(module, "format_exception", "O", exc);
    }
    if (lines != NULL) {
        empty = PyUnicode_FromStringAndSize(NULL, 0);
    }
    if (empty != NULL) {
        text = PyUnicode_Join(empty, lines);
    }
    PyErr_Clear();
    return text == NULL ? NULL : es_utf8_dup(text);
}

/* Makes `text` one line that fits an ec_err, cut between characters. */
static void
line_copy(char *out, size_t cap, const char *text)
{
    size_t n = strlen(text);

    if (n >= cap) {
        n = cap - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
            n--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        bool is_control = (unsigned char)text[i] < ' ';

        out[i] = (char)(is_control ? ' ' : text[i]);
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

/* Writes "what: type: value" as far as there is any of it. */
static void
err_text(ec_err *err, embed_status status, const char *what, const char *type,
         const char *value)
{
    char line[EC_ERR_TEXT_SIZE - 2 * NAME_SHOWN - sizeof ": : "];

    line_copy(line, sizeof line, value == NULL ? "" : value);
    bool has_value = line[0] != '\0';
    (void)ec_fail(err, status, "%.*s%s%.*s%s%s", NAME_SHOWN,
                  what == NULL ? "" : what, what == NULL ? "" : ": ",
                  NAME_SHOWN, type, has_value ? ": " : "", line);
}

/* Stands in for the traceback when the traceback module cannot run. */
static char *
bare_traceback(const char *type, const char *value)
{
    const char *v = value == NULL ? "" : value;
    size_t size = strlen(type) + strlen(v) + sizeof ": \n";
    char *text = malloc(size);

    if (text != NULL) {
        (void)snprintf(text, size, "%s%s%s\n", type, v[0] == '\0' ? "" : ": ",
                       v);
    }
    return text;
}

embed_status
es_err_from_object(ec_err *err, embed_status status, const char *what,
                   PyObject *exc)
{
    if (err == NULL) {
        return status;
    }
    if (exc == NULL) {
        return ec_fail(err, status, "%s", what == NULL ? "no exception" : what);
    }
    char *type = type_name(Py_TYPE(exc));
    char *value = value_text(exc);
    const char *shown = type == NULL ? Py_TYPE(exc)->tp_name : type;
    err_text(err, status, what, shown, value);
    err->type = type;
    err->value = value;
    err->traceback = traceback_text(exc);
    if (err->traceback == NULL) {
        err->traceback = bare_traceback(shown, value);
    }
    return status;
}

embed_status
es_err_from_exception(ec_err *err, embed_status status, const char *what)
{
    ES_OWNED PyObject *exc = PyErr_GetRaisedException();

    return es_err_from_object(err, status, what, exc);
}

/* Says whether nobody has replaced sys.unraisablehook. */
static bool
hook_is_default(void)
{
    PyObject *hook = PySys_GetObject("unraisablehook");         /* borrowed */
    PyObject *original = PySys_GetObject("__unraisablehook__"); /* borrowed */

    return hook != NULL && hook == original;
}

/* Does what the default hook does.  Never fails. */
static void
ignored_print(PyObject *what, const char *traceback)
{
    ES_OWNED PyObject *file =
        Py_XNewRef(PySys_GetObject("stderr")); /* borrowed from sys */
    ES_OWNED PyObject *text = NULL;

    if (file == NULL || file == Py_None) {
        return;
    }
    text = PyUnicode_FromFormat("Exception ignored %U:\n%s", what, traceback);
    if (text != NULL && PyFile_WriteObject(text, file, Py_PRINT_RAW) == 0) {
        Py_XDECREF(PyObject_CallMethod(file, "flush", NULL));
    }
    PyErr_Clear();
}

void
es_report_ignored(PyObject *exc, PyObject *what, const char *traceback)
{
    if (what != NULL && traceback != NULL && hook_is_default()) {
        ignored_print(what, traceback);
        return;
    }
    PyErr_SetRaisedException(Py_NewRef(exc));
    es_write_unraisable(what);
    PyErr_Clear();
}
