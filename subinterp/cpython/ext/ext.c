/* ext.c - makes and drops the Python side of one extension.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/ext.h"

#include "subinterp/cpython/ext/export.h"
#include "subinterp/cpython/ffi/ffi.h"
#include "subinterp/cpython/ffi/ffi_cdef.h"
#include "subinterp/cpython/ffi/lib.h"
#include "subinterp/cpython/ffi/state.h"

#include <stdlib.h>
#include <string.h>

/* Returns the name of the lib module; new reference. */
static PyObject *
lib_module_name(const struct embed_plugin *plugin)
{
    return PyUnicode_FromFormat("%s.lib", plugin->name);
}

/* Makes ext->ffi and ext->lib.  0, or -1 with an exception set. */
static int
ext_objects(es_pyext *ext)
{
    const struct embed_plugin *plugin = ext->plugin;
    ec_err err = EC_ERR_INIT;
    ec_table *table = NULL;

    if (ec_table_open(ext->py->types, plugin->context, plugin->context_version,
                      &table, &err) != EMBED_OK) {
        es_raise(&err, ext->py->error);
        return -1;
    }
    ext->ffi = es_ffi_new(ext->py, table); /* takes the table over */
    if (ext->ffi == NULL) {
        return -1;
    }
    es_ffi *ffi = (es_ffi *)ext->ffi;
    ffi->ext = ext;
    if (es_ffi_include_modules(ffi, plugin->context->includes) < 0) {
        return -1;
    }
    ext->lib = es_lib_new(ext->py, plugin, table, ffi->included);
    return ext->lib == NULL ? -1 : 0;
}

/* Refuses a name under which something else has been imported: two extensions
 * of one name, or an extension named as a module.  0, or -1 with an exception
 * set. */
static int
name_check(PyObject *modules, PyObject *name)
{
    int taken = PyDict_Contains(modules, name);

    if (taken > 0) {
        PyErr_Format(PyExc_ImportError,
                     "the interpreter already has a module named '%U'; give "
                     "the extension another name",
                     name);
    }
    return taken == 0 ? 0 : -1;
}

/* Gives the module its two objects.  0, or -1 with an exception set. */
static int
module_fill(const es_pyext *ext, PyObject *module)
{
    return PyObject_SetAttrString(module, "ffi", ext->ffi) < 0
               ? -1
               : PyObject_SetAttrString(module, "lib", ext->lib);
}

/* Makes the module NAME and puts it and lib into sys.modules.  0, or -1 with
 * an exception set. */
static int
ext_modules(es_pyext *ext)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed from sys */
    ES_OWNED PyObject *name = PyUnicode_FromString(ext->plugin->name);
    ES_OWNED PyObject *lib_name = lib_module_name(ext->plugin);

    if (name == NULL || lib_name == NULL || name_check(modules, name) < 0 ||
        name_check(modules, lib_name) < 0) {
        return -1;
    }
    ext->module = PyModule_NewObject(name);
    if (ext->module == NULL || module_fill(ext, ext->module) < 0 ||
        PyDict_SetItem(modules, name, ext->module) < 0) {
        return -1;
    }
    return PyDict_SetItem(modules, lib_name, ext->lib);
}

/* As ext_modules(), for a module that the import system made and keeps in
 * sys.modules. */
static int
ext_imported(es_pyext *ext, PyObject *module)
{
    ES_OWNED PyObject *lib_name = lib_module_name(ext->plugin);

    ext->module = Py_NewRef(module);
    return lib_name == NULL || module_fill(ext, module) < 0
               ? -1
               : PyDict_SetItem(PyImport_GetModuleDict(), lib_name, ext->lib);
}

/* Makes an extension in an interpreter.
 * @param module  of an import; NULL: to be made */
static es_pyext *
ext_create(es_py *py, struct embed_plugin *plugin, PyObject *module)
{
    size_t n = plugin->num_exports;
    es_pyext *ext = calloc(1, sizeof *ext);

    if (ext != NULL) {
        ext->attached = calloc(n == 0 ? 1 : n, sizeof *ext->attached);
    }
    if (ext == NULL || ext->attached == NULL) {
        free(ext);
        PyErr_NoMemory();
        return NULL;
    }
    ext->refs = 1;
    ext->py = es_py_ref(py);
    ext->plugin = plugin;
    if (ext_objects(ext) < 0 ||
        (module != NULL ? ext_imported(ext, module) : ext_modules(ext)) < 0) {
        PyObject *exc = PyErr_GetRaisedException();

        es_pyext_destroy(ext);
        PyErr_SetRaisedException(exc);
        return NULL;
    }
    return ext;
}

/* Returns what an import made of the plug-in; NULL when there was none. */
static es_pyext *
ext_find(const es_py *py, const struct embed_plugin *plugin)
{
    es_pyext *ext = py->imported;

    while (ext != NULL && ext->plugin != plugin) {
        ext = ext->next;
    }
    return ext;
}

es_pyext *
es_pyext_create(es_py *py, struct embed_plugin *plugin)
{
    es_pyext *ext = ext_find(py, plugin);

    if (ext != NULL) {
        ext->refs++;
        return ext;
    }
    return ext_create(py, plugin, NULL);
}

es_pyext *
es_pyext_import(es_py *py, struct embed_plugin *plugin, PyObject *module)
{
    es_pyext *ext = ext_find(py, plugin);

    if (ext != NULL) {
        return module_fill(ext, module) < 0 ? NULL : ext;
    }
    ext = ext_create(py, plugin, module);
    if (ext != NULL) {
        ext->next = py->imported;
        py->imported = ext;
    }
    return ext;
}

void
es_pyexts_drop(es_py *py)
{
    while (py->imported != NULL) {
        es_pyext *ext = py->imported;

        py->imported = ext->next;
        es_pyext_destroy(ext);
    }
}

/* Takes `value` out of sys.modules if it is what `name` stands for. */
static void
modules_remove(PyObject *name, const PyObject *value)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed from sys */

    if (name != NULL && value != NULL && modules != NULL &&
        PyDict_GetItemWithError(modules, name) == value) {
        (void)PyDict_DelItem(modules, name);
    }
    PyErr_Clear();
}

void
es_pyext_show(es_pyext *ext, ec_flag *flags)
{
    for (size_t i = 0; i < ext->plugin->num_exports; i++) {
        atomic_store_explicit(&flags[i], ext->attached[i] != NULL,
                              memory_order_relaxed);
    }
    ext->shown = flags;
}

es_attached *
es_pyext_attach(es_pyext *ext, size_t export, es_attached *fn)
{
    es_attached *old = ext->attached[export];

    ext->attached[export] = fn;
    if (ext->shown != NULL) {
        atomic_store_explicit(&ext->shown[export], fn != NULL,
                              memory_order_relaxed);
    }
    return old;
}

/* Drops the functions, which may run code. */
static void
attached_drop(es_pyext *ext)
{
    for (size_t i = 0; i < ext->plugin->num_exports; i++) {
        es_attached_unref(es_pyext_attach(ext, i, NULL));
    }
}

void
es_pyext_destroy(es_pyext *ext)
{
    ES_OWNED PyObject *name = PyUnicode_FromString(ext->plugin->name);
    ES_OWNED PyObject *lib_name = lib_module_name(ext->plugin);

    PyErr_Clear();
    if (--ext->refs > 0) {
        attached_drop(ext);
        return;
    }
    modules_remove(lib_name, ext->lib);
    modules_remove(name, ext->module);
    if (ext->ffi != NULL) {
        ((es_ffi *)ext->ffi)->ext = NULL;
    }
    attached_drop(ext);
    Py_XDECREF(ext->module);
    Py_XDECREF(ext->lib);
    Py_XDECREF(ext->ffi);
    es_py *py = ext->py;
    free(ext->attached);
    free(ext);
    es_py_unref(py);
}
