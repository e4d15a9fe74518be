/* init.c - running an extension's init code.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/init.h"

#include "core/version.h"
#include "subinterp/cpython/ext/error.h"
#include "subinterp/cpython/ext/guard.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- source text --------------------------------------------------------- */

/* Returns the init code without a byte order mark. */
static const char *
source_text(const struct embed_plugin *plugin, size_t *out_size)
{
    static const char bom[] = "\xef\xbb\xbf";
    size_t skip = 0;

    if (plugin->init_code_size >= sizeof bom - 1 &&
        memcmp(plugin->init_code, bom, sizeof bom - 1) == 0) {
        skip = sizeof bom - 1;
    }
    *out_size = plugin->init_code_size - skip;
    return plugin->init_code + skip;
}

/* Is the code in a file that linecache finds itself? */
static bool
source_is_file(const struct embed_plugin *plugin)
{
    return (plugin->flags & EMBED_PLUGIN_SOURCE) != 0 &&
           plugin->init_file != NULL;
}

/* Returns the file name in tracebacks; new reference. */
static PyObject *
source_name(const struct embed_plugin *plugin)
{
    if (source_is_file(plugin)) {
        return PyUnicode_DecodeFSDefault(plugin->init_file);
    }
    return PyUnicode_FromFormat("<init code for '%s'>", plugin->name);
}

/* Puts the lines into linecache.cache, in place of those of an earlier start if
 * `is_new`.  0, or -1 with an exception set. */
static int
source_cache(const struct embed_plugin *plugin, PyObject *linecache,
             bool is_new)
{
    ES_OWNED PyObject *cache = PyObject_GetAttrString(linecache, "cache");
    ES_OWNED PyObject *name = source_name(plugin);

    if (cache == NULL || name == NULL || !PyDict_Check(cache)) {
        return -1;
    }
    int known = is_new ? 0 : PyDict_Contains(cache, name);
    if (known != 0) {
        return known < 0 ? -1 : 0;
    }
    size_t size = 0;
    const char *text = source_text(plugin, &size);
    ES_OWNED PyObject *str =
        PyUnicode_DecodeUTF8(text, (Py_ssize_t)size, "replace");
    ES_OWNED PyObject *lines = NULL;
    ES_OWNED PyObject *entry = NULL;
    if (str != NULL) {
        lines = PyUnicode_Splitlines(str, 1);
    }
    if (lines != NULL) {
        /* A time of None says that there is no file to check. */
        entry = Py_BuildValue("(nOOO)", (Py_ssize_t)size, Py_None, lines, name);
    }
    return entry == NULL ? -1 : PyDict_SetItem(cache, name, entry);
}

void
es_source_show(const struct embed_plugin *plugin)
{
    if (source_is_file(plugin)) {
        return;
    }
    ES_OWNED PyObject *linecache = PyImport_ImportModule("linecache");
    if (linecache != NULL) {
        (void)source_cache(plugin, linecache, false);
    }
    PyErr_Clear();
}

/* As es_source_show(), if linecache is there already: importing it takes
 * milliseconds, which most extensions need not spend. */
static void
source_show_if_cheap(const struct embed_plugin *plugin)
{
    ES_OWNED PyObject *name = PyUnicode_FromString("linecache");
    ES_OWNED PyObject *linecache = NULL;

    if (name != NULL && !source_is_file(plugin)) {
        linecache = PyImport_GetModule(name);
    }
    if (linecache != NULL) {
        (void)source_cache(plugin, linecache, true);
    }
    PyErr_Clear();
}

/* --- running ------------------------------------------------------------- */

/* Makes the dict the init code runs in; new reference. */
static PyObject *
globals_create(const struct embed_plugin *plugin)
{
    ES_OWNED PyObject *globals = PyDict_New();
    ES_OWNED PyObject *builtins = PyImport_ImportModule("builtins");
    ES_OWNED PyObject *name = PyUnicode_FromString(plugin->name);
    ES_OWNED PyObject *file = PyUnicode_DecodeFSDefault(
        plugin->init_file == NULL ? "" : plugin->init_file);

    if (globals == NULL || builtins == NULL || name == NULL || file == NULL ||
        PyDict_SetItemString(globals, "__builtins__", builtins) < 0 ||
        PyDict_SetItemString(globals, "__name__", name) < 0 ||
        PyDict_SetItemString(globals, "__file__", file) < 0) {
        return NULL;
    }
    return es_take(&globals);
}

/* Compiles the init code, its imports as `names` says; new reference. */
static PyObject *
source_compile(const struct embed_plugin *plugin, PyObject *names)
{
    PyCompilerFlags flags = {PyCF_SOURCE_IS_UTF8 | PyCF_IGNORE_COOKIE,
                             PY_MINOR_VERSION};
    size_t size = 0;
    const char *text = source_text(plugin, &size);

    if (strlen(text) != size) {
        PyErr_SetString(PyExc_SyntaxError,
                        "source code cannot contain null bytes");
        return NULL;
    }
    ES_OWNED PyObject *name = source_name(plugin);
    if (name == NULL) {
        return NULL;
    }
    if (names != NULL) {
        return PyObject_CallMethod(names, "compile", "s#O", text,
                                   (Py_ssize_t)size, name);
    }
    return Py_CompileStringObject(text, name, Py_file_input, &flags, -1);
}

/* Runs the init code.  0, or -1 with an exception set. */
static int
source_run(const struct embed_plugin *plugin, PyObject *names)
{
    ES_OWNED PyObject *code = source_compile(plugin, names);
    ES_OWNED PyObject *globals = NULL;
    ES_OWNED PyObject *result = NULL;

    if (code != NULL) {
        globals = globals_create(plugin);
    }
    if (globals != NULL) {
        result = PyEval_EvalCode(code, globals, globals);
    }
    return result == NULL ? -1 : 0;
}

/* --- failure ------------------------------------------------------------- */

/* Writes the report of a failure to sys.stderr. */
static void
failure_print(const struct embed_plugin *plugin, PyObject *env,
              const ec_err *err)
{
    PyObject *file = PySys_GetObject("stderr"); /* borrowed from sys */
    PyObject *path = PySys_GetObject("path");   /* borrowed from sys */

    if (file == NULL || file == Py_None) {
        return;
    }
    ES_OWNED PyObject *to = Py_NewRef(file);
    const char *traceback = err->traceback == NULL ? "" : err->traceback;
    char version[32]; /* "3.13.0 (main, ...": up to the space */
    (void)snprintf(version, sizeof version, "%.*s",
                   (int)strcspn(Py_GetVersion(), " "), Py_GetVersion());
    ES_OWNED PyObject *settings =
        env == NULL || env == Py_None ? NULL : PyObject_Str(env);
    ES_OWNED PyObject *text = PyUnicode_FromFormat(
        "Failed to initialize the Python-libembed embedding logic:\n\n"
        "%s\n"
        "From: %s\n"
        "compiled with libembed version: " EC_VERSION "\n"
        "Python: %s\n"
        "sys.path: %R\n%V\n",
        traceback, plugin->name, version, path == NULL ? Py_None : path,
        settings, "");
    if (settings == NULL) {
        PyErr_Clear();
    }
    if (text != NULL && PyFile_WriteObject(text, to, Py_PRINT_RAW) == 0) {
        Py_XDECREF(PyObject_CallMethod(to, "flush", NULL));
    }
    PyErr_Clear();
}

embed_status
es_init_failed(const struct embed_plugin *plugin, PyObject *env,
               const char *what, ec_err *err)
{
    ES_OWNED PyObject *exc = PyErr_GetRaisedException();
    ec_err full = EC_ERR_INIT;

    es_source_show(plugin);
    (void)es_err_from_object(&full, EMBED_E_INIT, what, exc);
    if (exc != NULL) {
        es_guard_hint_add(exc, &full);
    }
    failure_print(plugin, env, &full);
    (void)ec_err_copy(err, &full);
    ec_err_clear(&full);
    return EMBED_E_INIT;
}

embed_status
es_init_run(es_pyext *ext, PyObject *names, PyObject *env, ec_err *err)
{
    const struct embed_plugin *plugin = ext->plugin;

    if (plugin->init_code == NULL || plugin->init_code_size == 0) {
        return EMBED_OK;
    }
    source_show_if_cheap(plugin);
    if (source_run(plugin, names) < 0) {
        return es_init_failed(plugin, env, "init code failed", err);
    }
    source_show_if_cheap(plugin);
    return EMBED_OK;
}
