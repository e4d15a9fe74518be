/* environment.c - what an extension's Python has around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/environment.h"

#include <string.h>

#include "environment_text.h"
#include "subinterp/cpython/call.h"
#include "subinterp/cpython/ext/text.h"

/* Makes the list of (name, who said so, value, is it the build); new
 * reference. */
static PyObject *
settings_create(const ec_setting *settings)
{
    ES_OWNED PyObject *list = PyList_New(0);

    for (; list != NULL && settings->name != NULL; settings++) {
        ES_OWNED PyObject *value = PyUnicode_DecodeFSDefault(settings->value);
        ES_OWNED PyObject *item = NULL;

        if (value != NULL) {
            item =
                Py_BuildValue("(ssOO)", settings->name, settings->origin, value,
                              settings->is_built ? Py_True : Py_False);
        }
        if (item == NULL || PyList_Append(list, item) < 0) {
            return NULL;
        }
    }
    return es_take(&list);
}

PyObject *
es_environment_create(const ec_slot *slot)
{
    if (slot->settings == NULL) {
        return Py_NewRef(Py_None);
    }
    ES_OWNED PyObject *library =
        PyUnicode_DecodeFSDefault(slot->library == NULL ? "" : slot->library);
    ES_OWNED PyObject *settings = NULL;
    ES_OWNED PyObject *module = NULL;
    if (library != NULL) {
        settings = settings_create(slot->settings);
    }
    if (settings != NULL) {
        module = es_text_module("embed_environment", environment_text);
    }
    return module == NULL
               ? NULL
               : PyObject_CallMethod(module, "Environment", "sOO",
                                     slot->plugin->name, library, settings);
}

/* Tells the operator what a method has to say: a list of lines, or None. */
static int
lines_tell(PyObject *env, PyObject *lines)
{
    ES_OWNED PyObject *name = NULL;

    if (lines == NULL || !PyList_Check(lines)) {
        return lines == NULL ? -1 : 0;
    }
    name = PyObject_GetAttrString(env, "name");
    const char *extension = name == NULL ? NULL : PyUnicode_AsUTF8(name);
    for (Py_ssize_t i = 0; extension != NULL && i < PyList_GET_SIZE(lines);
         i++) {
        ES_OWNED PyObject *bytes = PyUnicode_AsEncodedString(
            PyList_GET_ITEM(lines, i), "utf-8", "surrogateescape");

        if (bytes == NULL) {
            return -1;
        }
        es_core->notice(extension, PyBytes_AS_STRING(bytes));
    }
    return extension == NULL ? -1 : 0;
}

/* Calls a method without arguments. */
static int
environment_call(PyObject *env, const char *method)
{
    if (env == Py_None) {
        return 0;
    }
    ES_OWNED PyObject *lines = PyObject_CallMethod(env, method, NULL);
    return lines_tell(env, lines);
}

int
es_environment_site(PyObject *env)
{
    if (env != Py_None) {
        return environment_call(env, "site");
    }
    ES_OWNED PyObject *site = PyImport_ImportModule("site");
    return site == NULL ? -1 : environment_call(site, "main");
}

int
es_environment_share(PyObject *env, bool is_strict)
{
    if (env == Py_None) {
        return 0;
    }
    ES_OWNED PyObject *lines =
        PyObject_CallMethod(env, "share", "O", is_strict ? Py_True : Py_False);
    return lines_tell(env, lines);
}

int
es_environment_preload(PyObject *env)
{
    return environment_call(env, "preload");
}

PyObject *
es_environment_roots(PyObject *env, const char *library)
{
    if (env != Py_None) {
        return PyObject_CallMethod(env, "roots", NULL);
    }
    const char *slash = library == NULL ? NULL : strrchr(library, '/');
    ES_OWNED PyObject *roots = PyList_New(0);
    if (roots != NULL && slash != NULL) {
        ES_OWNED PyObject *dir =
            PyUnicode_DecodeFSDefaultAndSize(library, slash - library);

        if (dir == NULL || PyList_Append(roots, dir) < 0) {
            return NULL;
        }
    }
    return es_take(&roots);
}
