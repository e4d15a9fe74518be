/* state.h - the Python side of one interpreter, and its object structs.
 *
 * One es_py per interpreter, shared by all extensions in it.  Every object of
 * ours leads to it: cdata -> es_ctype -> es_py.  It is counted: objects that
 * outlive es_py_destroy() (in cycles, in other modules) keep it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FFI_STATE_H
#define EMBED_SUBINTERP_CPYTHON_FFI_STATE_H

#include "subinterp/cpython/py.h"

#include "core/types/ctable.h"
#include "core/types/ctype.h"

typedef struct es_pyext es_pyext;

/** Our Python types, the C types, caches: one per interpreter. */
typedef struct es_py es_py;

/** A set of handles, by address.  Fields are private to ffi_handle.c. */
typedef struct es_handles {
    const void **slots; /* slots[cap]; open addressing, NULL: free */
    size_t n;
    size_t cap; /* a power of two, or 0 */
} es_handles;

struct es_py {
    size_t refs;       /* creator, and each es_ctype, ffi, lib */
    ec_types *types;   /* all C types of the interpreter */
    ec_scope *scope;   /* standard names only: for an ffi without tables */
    ec_table **tables; /* owned; closed when the last reference goes */
    size_t n_tables;
    PyObject *ctypes; /* list: keeps each es_ctype until es_py_destroy() */

    PyTypeObject *ctype_type;  /* ffi.CType */
    PyTypeObject *field_type;  /* items of CType.fields */
    PyTypeObject *cdata_type;  /* ffi.CData: the base, owns nothing */
    PyTypeObject *own_type;    /* cdata with its memory inside */
    PyTypeObject *keep_type;   /* cdata that keeps something alive */
    PyTypeObject *iter_type;   /* iterator over an array */
    PyTypeObject *buffer_type; /* ffi.buffer */
    PyTypeObject *ffi_type;
    PyTypeObject *lib_type;      /* made by es_lib_types_create() */
    PyTypeObject *lib_func_type; /* made by es_lib_types_create() */
    PyTypeObject *dllib_type;    /* what ffi.dlopen() returns */

    struct es_cdata *free_cdata; /* memory of base cdata that went; linked
                                    through `data`; they have their type */
    size_t n_free_cdata;

    es_handles handles; /* those alive */

    PyObject *error;             /* ffi.error */
    PyObject *cdef_error;        /* embed.CDefError */
    PyObject *interrupted;       /* embed.Interrupted */
    PyObject *deadline_exceeded; /* embed.DeadlineExceeded */
    PyObject *null;              /* ffi.NULL */
    PyObject *module; /* sys.modules["embed"], until es_py_destroy() */

    es_pyext *imported; /* libraries imported as modules; linked */

    /* Types used all the time. */
    ec_type *type_void_ptr;
    ec_type *type_char_ptr;
    ec_type *type_char_array; /* char[] */
};

/** The Python object of a C type: one for each ec_type (ec_type.user). */
typedef struct es_ctype {
    PyObject_HEAD
    es_py *py;
    ec_type *type;
    PyObject *weakrefs;
    PyObject *fields; /* STRUCT, UNION: dict name -> es_field, anonymous members
                         flattened; NULL until es_ctype_load_fields() */
} es_ctype;

/** A C value or pointer.  Subtypes: es_cdata_keep; own_type has the memory
 *  right behind the struct. */
typedef struct es_cdata {
    PyObject_HEAD
    es_ctype *type; /* owned */
    char *data;     /* POINTER: the pointer's value; otherwise where the
                          value is */
    PyObject *weakrefs;
    Py_ssize_t length; /* items of an open array; bytes that a struct with a
                          flexible array owns, also in its owning pointer;
                          otherwise -1 */
} es_cdata;

/** What an es_cdata_keep keeps. */
typedef enum es_keep {
    ES_KEEP_OWNER,    /* owner: cdata (or any object) the memory is in */
    ES_KEEP_BUFFER,   /* owner: the exporter, locked through `view` */
    ES_KEEP_GC,       /* owner: original cdata, `extra`: destructor */
    ES_KEEP_HANDLE,   /* owner: the object */
    ES_KEEP_CALLBACK, /* owner: callable, `extra`: onerror or NULL */
} es_keep;

typedef struct es_cdata_keep {
    es_cdata head;
    es_keep what;
    PyObject *owner;
    PyObject *extra;
    void *view; /* BUFFER: Py_buffer; CALLBACK: its es_callback */
} es_cdata_keep;

/** Methods of ffi that are kept bound: see ffi.c. */
#define ES_FFI_BOUND 17

/** The ffi object of an extension. */
typedef struct es_ffi {
    PyObject_HEAD
    es_py *py;
    ec_table *table; /* borrowed from py->tables, or NULL */
    ec_scope *scope; /* where type expressions are parsed */
    ec_scope *own;   /* the same, owned; NULL before cdef(), and with tables */
    PyObject *included; /* list of es_ffi, or NULL */
    bool is_asking;     /* a name is being looked up in what it includes */
    es_pyext *ext;      /* set by es_pyext_create(); NULL: no extension */
    PyObject *parsed;   /* dict: str -> es_ctype */
    PyObject *once;     /* dict of init_once, or NULL */
    PyObject *weakrefs;
    PyObject *bound[ES_FFI_BOUND];
} es_ffi;

/** Makes the es_py of the current interpreter.  NULL with an exception set. */
es_py *es_py_create(void);

/** Drops everything but what live objects need; right before the interpreter
 *  ends. */
void es_py_destroy(es_py *py);

/** The es_py of the running interpreter, borrowed; NULL with an exception set
 *  when there is none.  Slow: for where no object leads there. */
es_py *es_py_current(void);

static inline es_py *
es_py_ref(es_py *py)
{
    py->refs++;
    return py;
}
/** Frees what is left when the last reference goes. */
void es_py_unref(es_py *py);

/** Raises `err` as a Python exception and clears it: MemoryError for
 *  EMBED_E_NOMEM, otherwise `exc` with err's text. */
void es_raise(ec_err *err, PyObject *exc);

static inline bool
es_is_cdata(const es_py *py, PyObject *x)
{
    PyTypeObject *t = Py_TYPE(x);

    return t == py->cdata_type || t == py->own_type || t == py->keep_type;
}

static inline bool
es_is_ctype(const es_py *py, PyObject *x)
{
    return Py_TYPE(x) == py->ctype_type;
}

/** True for both kinds of lib objects. */
static inline bool
es_is_lib(const es_py *py, PyObject *x)
{
    return Py_TYPE(x) == py->lib_type || Py_TYPE(x) == py->dllib_type;
}

#endif /* EMBED_SUBINTERP_CPYTHON_FFI_STATE_H */
