/* path.c - where an extension's imports are looked for.
 *
 * The importers are Python code, subinterp/py.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/path.h"

#include "bundle_text.h"
#include "private_text.h"
#include "subinterp/cpython/ext/text.h"

/* --- bundles ------------------------------------------------------------- */

/* Makes the dict of files; new reference. */
static PyObject *
files_create(const struct embed_plugin *plugin)
{
    ES_OWNED PyObject *files = PyDict_New();

    for (size_t i = 0; files != NULL && i < plugin->num_bundled; i++) {
        const struct embed_bundled *file = &plugin->bundled[i];
        /* The memory is constant: the view is of bytes that are only read. */
        ES_OWNED PyObject *view = PyMemoryView_FromMemory(
            (char *)(uintptr_t)file->data, (Py_ssize_t)file->size, PyBUF_READ);

        if (view == NULL || PyDict_SetItemString(files, file->path, view) < 0) {
            return NULL;
        }
    }
    return es_take(&files);
}

/* Makes the library an entry for sys.path, and puts it first in `roots`.
 * Returns the item of sys.path_hooks; None: nothing is bundled; new
 * reference. */
static PyObject *
bundle_install(const struct embed_plugin *plugin, const char *library,
               PyObject *roots)
{
    if (plugin->num_bundled == 0) {
        return Py_NewRef(Py_None);
    }
    ES_OWNED PyObject *files = files_create(plugin);
    ES_OWNED PyObject *importer = NULL;
    ES_OWNED PyObject *root = NULL;
    if (files != NULL) {
        importer = es_text_module("embed_bundle", bundle_text);
    }
    if (importer != NULL) {
        root =
            PyUnicode_DecodeFSDefault(library != NULL ? library : plugin->name);
    }
    if (root == NULL || PyList_Insert(roots, 0, root) < 0) {
        return NULL;
    }
    return PyObject_CallMethod(importer, "install", "OO", root, files);
}

/* --- the paths ----------------------------------------------------------- */

/* Puts what is not there in front of sys.path.  0, or -1 with an exception
 * set. */
static int
path_prepend(PyObject *roots)
{
    PyObject *path = PySys_GetObject("path"); /* borrowed from sys */

    for (Py_ssize_t i = PyList_GET_SIZE(roots); i > 0; i--) {
        PyObject *root = PyList_GET_ITEM(roots, i - 1); /* borrowed */
        int has = 1; /* no list: nothing can be added */

        if (path != NULL && PyList_Check(path)) {
            has = PySequence_Contains(path, root);
        }
        if (has < 0 || (has == 0 && PyList_Insert(path, 0, root) < 0)) {
            return -1;
        }
    }
    return 0;
}

int
es_path_install(const struct embed_plugin *plugin, const char *library,
                PyObject *roots, bool is_shared, PyObject **out_names)
{
    ES_OWNED PyObject *hook = bundle_install(plugin, library, roots);
    ES_OWNED PyObject *importer = NULL;

    *out_names = NULL;
    if (hook == NULL || !is_shared) {
        return hook == NULL ? -1 : path_prepend(roots);
    }
    importer = es_text_module("embed_private", private_text);
    if (importer != NULL) {
        *out_names = PyObject_CallMethod(importer, "install", "sOO",
                                         plugin->name, roots, hook);
    }
    return *out_names == NULL ? -1 : 0;
}

void
es_path_uninstall(PyObject *names)
{
    if (names != NULL) {
        Py_XDECREF(PyObject_CallMethod(names, "uninstall", NULL));
        PyErr_Clear();
        Py_DECREF(names);
    }
}
