/* lib.h - the `lib` object: the names of an extension's C side.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_LIB_H
#define EMBED_SUBINTERP_CPYTHON_FFI_LIB_H

#include "subinterp/cpython/ffi/state.h"

/** Makes the lib object of a plug-in. `table` is open over the plug-in's
 *  tables and lives as long as `py`.
 *  @param included  list of the es_ffi whose names it has, too; or NULL
 *  New reference, or NULL with an exception set. */
PyObject *es_lib_new(es_py *py, const struct embed_plugin *plugin,
                     ec_table *table, PyObject *included);

/** Returns a variable's value as `lib` shows it; new reference. `type` is
 *  complete. */
PyObject *
es_variable_get(es_py *py, const char *name, ec_type *type, char *address);

/** Stores to a variable.  0, or -1 with an exception set. */
int es_variable_set(es_py *py, PyObject *name, ec_type *type, char *address,
                    PyObject *value);

/** True for a str; otherwise an exception is set. */
bool es_lib_name_check(PyObject *name);

/** Says that only variables can be written to: sets an exception, returns -1.
 */
int es_lib_refuse_write(PyObject *name);

/** Says that a constant has no address: sets an exception, returns NULL. */
PyObject *es_lib_refuse_address(PyObject *name);

/** Makes a cdata of type pointer to `target`; new reference. */
PyObject *es_pointer_to(es_py *py, ec_type *target, const void *address);

/** The operation of a table word: EMBED_OP_*. */
static inline int
es_opcode_op(embed_opcode word)
{
    return (int)((uintptr_t)word & 0xff);
}

/** The signed argument of a table word. */
static inline int
es_opcode_arg(embed_opcode word)
{
    return (int)((intptr_t)word >> 8);
}

/** Makes py->lib_type and py->lib_func_type; called by es_py_create(), which
 *  drops them too.  0, or -1 with an exception set. */
int es_lib_types_create(es_py *py);

/** ffi.addressof(lib, name): pointer cdata; new reference. */
PyObject *es_lib_addressof(PyObject *lib, PyObject *name);

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_LIB_H */
