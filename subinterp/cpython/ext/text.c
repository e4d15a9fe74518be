/* text.c - our own Python code in an interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/text.h"

PyObject *
es_text_module(const char *name, const char *text)
{
    ES_OWNED PyObject *file = PyUnicode_FromFormat("<%s>", name);
    ES_OWNED PyObject *module = PyModule_New(name);
    ES_OWNED PyObject *code = NULL;
    ES_OWNED PyObject *result = NULL;

    if (file != NULL) {
        code = Py_CompileStringObject(text, file, Py_file_input, NULL, -1);
    }
    if (code != NULL && module != NULL) {
        PyObject *dict = PyModule_GetDict(module); /* borrowed from module */

        if (PyDict_SetItemString(dict, "__builtins__", PyEval_GetBuiltins()) ==
            0) {
            result = PyEval_EvalCode(code, dict, dict);
        }
    }
    return result != NULL ? es_take(&module) : NULL;
}
