/* ext.h - the Python side of an interpreter and of an extension.
 *
 * In all functions the caller holds the GIL of the interpreter concerned.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_EXT_EXT_H
#define EMBED_SUBINTERP_CPYTHON_EXT_EXT_H

#include "subinterp/cpython/py.h"

#include "core/backend.h"
#include "core/err.h"
#include "embed/plugin.h"

/** Our Python types, the C types, caches: one per interpreter. */
typedef struct es_py es_py;

/** A Python function attached to an export, with its conversion plan. */
typedef struct es_attached es_attached;

/** `ffi`, `lib` and the attached functions of one extension. */
typedef struct es_pyext {
    size_t refs;           /* its instance; the import of its library */
    struct es_pyext *next; /* in the es_py's list of imported ones */
    es_py *py;
    struct embed_plugin *plugin;
    PyObject *module;       /* sys.modules[NAME]; owned */
    PyObject *ffi;          /* owned */
    PyObject *lib;          /* owned */
    es_attached **attached; /* attached[plugin->num_exports]; NULL: nothing
                               attached to that export */
    ec_flag *shown;         /* the same, for threads without the GIL: of its
                               instance; NULL: it has none so far */
} es_pyext;

/** Makes ffi and lib and puts the modules NAME and NAME.lib into sys.modules;
 *  those of a library that was imported stay as they are.  NULL with an
 *  exception set. */
es_pyext *es_pyext_create(es_py *py, struct embed_plugin *plugin);
/** Has flags[num_exports] say what is attached, now and from now on. */
void es_pyext_show(es_pyext *ext, ec_flag *flags);
/** Puts a function in place of the old one, which it returns; NULL: none. */
es_attached *es_pyext_attach(es_pyext *ext, size_t export, es_attached *fn);
/** Drops the attached functions; the last reference removes and drops all of
 *  it. */
void es_pyext_destroy(es_pyext *ext);

/** As es_pyext_create(), for the import of the library: fills the module that
 *  the import system made.  The reference is the es_py's. */
es_pyext *
es_pyext_import(es_py *py, struct embed_plugin *plugin, PyObject *module);
/** Drops what was imported; the interpreter ends. */
void es_pyexts_drop(es_py *py);

#endif /* EMBED_SUBINTERP_CPYTHON_EXT_EXT_H */
