/* py_bundle.c - imports from what is bundled into a library.
 *
 * The importer itself is Python code, subinterp/py/bundle.py.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/py_bundle.h"

#include "bundle_text.h"

/* Where the importer's own code seems to be. */
#define IMPORTER_NAME "embed_bundle"

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

/* Returns the module with the importer, of its own for each library as nothing
 * else of it is shared; new reference. */
static PyObject *
importer_create(void)
{
    ES_OWNED PyObject *code =
        Py_CompileString(bundle_text, "<" IMPORTER_NAME ">", Py_file_input);
    ES_OWNED PyObject *module = PyModule_New(IMPORTER_NAME);
    ES_OWNED PyObject *result = NULL;

    if (code != NULL && module != NULL) {
        PyObject *dict = PyModule_GetDict(module); /* borrowed from module */

        if (PyDict_SetItemString(dict, "__builtins__", PyEval_GetBuiltins()) ==
            0) {
            result = PyEval_EvalCode(code, dict, dict);
        }
    }
    return result != NULL ? es_take(&module) : NULL;
}

int
es_bundle_install(const struct embed_plugin *plugin, const char *library,
                  bool is_shared)
{
    ES_OWNED PyObject *files = NULL;
    ES_OWNED PyObject *importer = NULL;
    ES_OWNED PyObject *root = NULL;
    ES_OWNED PyObject *done = NULL;

    if (plugin->num_bundled == 0) {
        return 0;
    }
    files = files_create(plugin);
    importer = importer_create();
    root = PyUnicode_DecodeFSDefault(library != NULL ? library : plugin->name);
    if (files != NULL && importer != NULL && root != NULL) {
        done = PyObject_CallMethod(importer, "install", "OOi", root, files,
                                   (int)is_shared);
    }
    return done != NULL ? 0 : -1;
}
