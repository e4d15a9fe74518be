/* ffi_new.c - ffi.new(), its allocators, and ffi.cast().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi.h"

#include "subinterp/cpython/ffi/convert_cast.h"
#include "subinterp/cpython/ffi/convert_init.h"
#include "subinterp/cpython/ffi/ffi_type.h"

#include <string.h>

/* Where memory comes from. */
typedef struct es_alloc {
    PyObject *alloc; /* callable; NULL: the cdata's own memory */
    PyObject *free;  /* callable, or NULL */
    bool clear;      /* zero what `alloc` returns */
} es_alloc;

/* --- memory -------------------------------------------------------------- */

/* Checks what alloc() returned: a pointer that is not NULL. */
static int
check_allocated(const es_py *py, PyObject *memory)
{
    const es_cdata *cd = (es_cdata *)memory;

    if (!es_is_cdata(py, memory)) {
        PyErr_Format(PyExc_TypeError,
                     "alloc() must return a cdata object (got %s)",
                     Py_TYPE(memory)->tp_name);
        return -1;
    }
    if (es_cdata_ctype(cd)->kind != EC_KIND_POINTER &&
        es_cdata_ctype(cd)->kind != EC_KIND_ARRAY) {
        PyErr_Format(PyExc_TypeError,
                     "alloc() must return a cdata pointer, not '%s'",
                     es_cdata_ctype(cd)->name);
        return -1;
    }
    if (cd->data == NULL) {
        PyErr_SetString(PyExc_MemoryError, "alloc() returned NULL");
        return -1;
    }
    return 0;
}

/* Makes the cdata of ffi.new() with `size` bytes from `from`. */
static es_cdata *
memory_new(es_py *py, const es_alloc *from, ec_type *type, size_t size,
           int align, Py_ssize_t length)
{
    ES_OWNED PyObject *memory = NULL;
    es_cdata_keep *keep;

    if (from->alloc == NULL) {
        return es_cdata_own(py, type, size, align, length);
    }
    memory = PyObject_CallFunction(from->alloc, "n", (Py_ssize_t)size);
    if (memory == NULL || check_allocated(py, memory) < 0) {
        return NULL;
    }
    keep = es_cdata_keep_new(py, type, ((es_cdata *)memory)->data, length,
                             ES_KEEP_GC, memory);
    if (keep == NULL) {
        return NULL;
    }
    keep->extra = Py_XNewRef(from->free);
    if (from->clear) {
        memset(keep->head.data, 0, size);
    }
    return &keep->head;
}

/* --- new ----------------------------------------------------------------- */

/* Makes the owning pointer to a struct.  It keeps a struct cdata that has the
 * memory, so that p[0] keeps it too. */
static PyObject *
new_record(es_py *py, const es_alloc *from, ec_type *pointer, PyObject *init)
{
    ec_type *type = pointer->item;
    Py_ssize_t size = es_record_init_size(py, type, init);
    ES_OWNED PyObject *record = NULL;
    es_cdata *cd;

    if (size < 0) {
        return NULL;
    }
    cd = memory_new(py, from, type, (size_t)size, type->align,
                    (type->flags & EC_TYPE_FLEXIBLE) != 0 ? size : -1);
    record = (PyObject *)cd;
    if (cd == NULL ||
        (init != Py_None && es_to_c(py, type, cd->data, init) < 0)) {
        return NULL;
    }
    return (PyObject *)es_cdata_keep_new(py, pointer, cd->data, cd->length,
                                         ES_KEEP_OWNER, record);
}

static PyObject *
new_pointer(es_py *py, const es_alloc *from, ec_type *type, PyObject *init)
{
    ec_type *item = type->item;
    size_t size;
    es_cdata *cd;

    if (es_type_ready(py, item) < 0) {
        return NULL;
    }
    if (item->size < 0) {
        PyErr_Format(PyExc_TypeError,
                     "cannot instantiate ctype '%s' of unknown size",
                     item->name);
        return NULL;
    }
    if (ec_type_is_record(item)) {
        return new_record(py, from, type, init);
    }
    size = (size_t)item->size;
    if (item->kind == EC_KIND_CHAR || item->kind == EC_KIND_WCHAR) {
        size *= 2; /* a hidden NUL follows */
    }
    cd = memory_new(py, from, type, size, item->align, -1);
    if (cd != NULL && init != Py_None &&
        es_to_c(py, item, cd->data, init) < 0) {
        Py_CLEAR(cd);
    }
    return (PyObject *)cd;
}

static PyObject *
new_array(es_py *py, const es_alloc *from, ec_type *type, PyObject *init)
{
    Py_ssize_t length = type->length;
    bool has_values = init != Py_None;
    bool is_open = length < 0;
    Py_ssize_t size;
    es_cdata *cd;

    if (es_type_ready(py, type) < 0) {
        return NULL;
    }
    if (is_open) {
        length = es_array_init_length(py, type, init, &has_values);
        if (length < 0) {
            return NULL;
        }
    }
    if (__builtin_mul_overflow(length, type->item->size, &size)) {
        PyErr_SetString(PyExc_OverflowError,
                        "array size would overflow a Py_ssize_t");
        return NULL;
    }
    cd = memory_new(py, from, type, (size_t)size, type->item->align,
                    is_open ? length : -1);
    if (cd != NULL && has_values && es_to_c(py, type, cd->data, init) < 0) {
        Py_CLEAR(cd);
    }
    return (PyObject *)cd;
}

/* ffi.new(cdecl, init=None) with memory from `from`. */
static PyObject *
new_from(es_ffi *ffi, const es_alloc *from, PyObject *const *arg)
{
    es_py *py = ffi->py;
    ec_type *type = es_type_arg(ffi, arg[0], 0);
    PyObject *init = arg[1] != NULL ? arg[1] : Py_None;

    if (type == NULL) {
        return NULL;
    }
    if (type->kind == EC_KIND_ARRAY) {
        return new_array(py, from, type, init);
    }
    if (type->kind == EC_KIND_POINTER && !es_type_is_function_pointer(type)) {
        return new_pointer(py, from, type, init);
    }
    PyErr_Format(PyExc_TypeError, "expected a pointer or array ctype, got '%s'",
                 type->name);
    return NULL;
}

static const es_params new_params = {"new", {"cdecl", "init"}, 2, 1};

ES_FFI_METHOD(new)
{
    static const es_alloc own = {NULL, NULL, false};
    PyObject *arg[2];

    return es_args(&new_params, args, nargs, kwnames, arg) < 0
               ? NULL
               : new_from(ffi, &own, arg);
}

/* --- allocators ---------------------------------------------------------- */

/* What an allocator is bound to: (ffi, alloc, free, clear). */
static PyObject *
allocator_call(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames)
{
    PyObject *alloc = PyTuple_GET_ITEM(self, 1);
    PyObject *free_it = PyTuple_GET_ITEM(self, 2);
    es_alloc from = {
        .alloc = alloc != Py_None ? alloc : NULL,
        .free = free_it != Py_None ? free_it : NULL,
        .clear = PyTuple_GET_ITEM(self, 3) == Py_True,
    };
    PyObject *arg[2];

    return es_args(&new_params, args, nargs, kwnames, arg) < 0
               ? NULL
               : new_from((es_ffi *)PyTuple_GET_ITEM(self, 0), &from, arg);
}

static PyMethodDef allocator_def = {"new",
                                    (PyCFunction)(void (*)(void))allocator_call,
                                    METH_FASTCALL | METH_KEYWORDS, NULL};

ES_FFI_METHOD(new_allocator)
{
    static const es_params params = {
        "new_allocator", {"alloc", "free", "should_clear_after_alloc"}, 3, 0};
    ES_OWNED PyObject *self = NULL;
    PyObject *arg[3];
    int clear;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    arg[0] = arg[0] != NULL ? arg[0] : Py_None;
    arg[1] = arg[1] != NULL ? arg[1] : Py_None;
    clear = arg[2] != NULL ? PyObject_IsTrue(arg[2]) : 1;
    if (clear < 0) {
        return NULL;
    }
    if (arg[0] == Py_None && arg[1] != Py_None) {
        PyErr_SetString(PyExc_TypeError, "cannot pass 'free' without 'alloc'");
        return NULL;
    }
    self = PyTuple_Pack(4, (PyObject *)ffi, arg[0], arg[1],
                        clear ? Py_True : Py_False);
    return self != NULL ? PyCFunction_New(&allocator_def, self) : NULL;
}

/* --- cast ---------------------------------------------------------------- */

ES_FFI_METHOD(cast)
{
    static const es_params params = {"cast", {"cdecl", "source"}, 2, 2};
    PyObject *arg[2];
    ec_type *type;

    if (es_args(&params, args, nargs, kwnames, arg) < 0) {
        return NULL;
    }
    type = es_type_arg(ffi, arg[0], 0);
    return type != NULL ? es_cast(ffi->py, type, arg[1]) : NULL;
}
