/* embed.c - the module `embed` of an interpreter.
 *
 * A plain module object: nothing to find on sys.path, nothing static.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/embed.h"

#include "core/version.h"

/* Fills the module.  0, or -1 with an exception set. */
static int
module_fill(const es_py *py)
{
    const struct {
        const char *name;
        PyObject *value;
    } names[] = {
        {"FFI", (PyObject *)py->ffi_type},
        {"CData", (PyObject *)py->cdata_type},
        {"CType", (PyObject *)py->ctype_type},
        {"buffer", (PyObject *)py->buffer_type},
        {"error", py->error},
        {"CDefError", py->cdef_error},
        {"Interrupted", py->interrupted},
        {"DeadlineExceeded", py->deadline_exceeded},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (PyModule_AddObjectRef(py->module, names[i].name, names[i].value) <
            0) {
            return -1;
        }
    }
    /* An interpreter's exit handlers run when its extension is unloaded. */
    ES_OWNED PyObject *atexit = PyImport_ImportModule("atexit");
    ES_OWNED PyObject *on_unload = NULL;

    if (atexit != NULL) {
        on_unload = PyObject_GetAttrString(atexit, "register");
    }
    if (on_unload == NULL ||
        PyModule_AddObjectRef(py->module, "on_unload", on_unload) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(py->module, "__version__", EC_VERSION);
}

int
es_embed_module_create(es_py *py)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed from sys */
    ES_OWNED PyObject *name = PyUnicode_FromString("embed");
    int taken = name != NULL ? PyDict_Contains(modules, name) : -1;

    if (taken != 0) {
        return taken < 0 ? -1 : 0;
    }
    py->module = PyModule_NewObject(name);
    if (py->module == NULL || module_fill(py) < 0) {
        return -1;
    }
    return PyDict_SetItem(modules, name, py->module);
}

void
es_embed_module_destroy(es_py *py)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed from sys */

    if (py->module != NULL && modules != NULL &&
        PyDict_GetItemString(modules, "embed") == py->module) {
        (void)PyDict_DelItemString(modules, "embed");
    }
    PyErr_Clear();
    Py_CLEAR(py->module);
}
