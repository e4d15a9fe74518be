/* module.c - libraries as modules of the Python that imports them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/module.h"

#include <stdlib.h>

#include "subinterp/cpython/call.h"
#include "subinterp/cpython/ffi/state.h"
#include "subinterp/cpython/thread.h"

/* The definition of one library; lives as long as its slot: for ever. */
typedef struct module_def {
    PyModuleDef def; /* first: what Python sees */
    ec_slot *slot;
} module_def;

/* Returns the Python side of the running interpreter, made when there is none;
 * NULL with an exception set.
 * @param interp  NULL: an interpreter that others made */
static es_py *
py_get(es_interp *interp)
{
    es_py *py = interp != NULL ? interp->py : es_py_current();

    if (py != NULL) {
        return py;
    }
    PyErr_Clear();
    py = es_py_create();
    if (interp != NULL) {
        interp->py = py;
    }
    return py;
}

/* A library without a program is implemented by the interpreter that imports it
 * first.  0, or -1 with an exception set. */
static int
adopt(ec_slot *slot, es_interp *interp, es_pyext *ext)
{
    es_inst *inst = es_inst_adopt(slot, interp, ext);

    if (inst == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    ext->refs++;
    void *outer = es_detach();
    bool is_ours = es_core->adopt(slot, inst, interp->level);
    es_attach(outer);
    if (!is_ours) {
        inst->ext = NULL;
        ext->refs--;
    }
    return 0;
}

/* Py_mod_exec */
static int
module_exec(PyObject *module)
{
    ec_slot *slot = ((module_def *)PyModule_GetDef(module))->slot;
    struct embed_plugin *plugin = slot->plugin;
    es_interp *interp = es_interp_find(PyInterpreterState_Get());
    es_py *py = py_get(interp);
    es_pyext *ext = py == NULL ? NULL : es_pyext_import(py, plugin, module);

    if (ext == NULL) {
        return -1;
    }
    if ((plugin->flags & EMBED_PLUGIN_MODULE) == 0 ||
        plugin->num_exports == 0 || interp == NULL) {
        return 0;
    }
    return adopt(slot, interp, ext);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)(uintptr_t)module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

void *
es_module_def(ec_slot *slot)
{
    module_def *def = atomic_load(&slot->module);

    if (def == NULL) {
        void *none = NULL;
        def = calloc(1, sizeof *def);
        if (def == NULL) {
            return NULL;
        }
        def->def = (PyModuleDef){
            .m_base = PyModuleDef_HEAD_INIT,
            .m_name = slot->plugin->name,
            .m_slots = module_slots,
        };
        def->slot = slot;
        if (!atomic_compare_exchange_strong(&slot->module, &none, def)) {
            free(def);
            def = none;
        }
    }
    return PyModuleDef_Init(&def->def);
}
