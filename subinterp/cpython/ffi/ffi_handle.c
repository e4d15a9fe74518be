/* ffi_handle.c - ffi.new_handle() and ffi.from_handle(): Python objects as
 * void pointers.
 *
 * A handle is the address of its cdata.  py->handles knows those alive, so
 * that a dead one is refused and not followed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/ffi_handle.h"

#include "subinterp/cpython/ffi/ffi.h"

#include <stdlib.h>

#define HANDLES_FIRST_CAP 16

/* --- the set ------------------------------------------------------------- */

/* Where the search for an address starts. */
static size_t
handle_home(const es_handles *set, const void *address)
{
    /* Objects are 16 bytes apart or more; the factor spreads the rest. */
    return (size_t)(((uintptr_t)address >> 4) * 0x9e3779b97f4a7c15u >> 32) &
           (set->cap - 1);
}

/* Finds the slot of an address, or the free one it would have.  There is one:
 * at most half of them are taken. */
static size_t
handle_slot(const es_handles *set, const void *address)
{
    size_t i = handle_home(set, address);

    while (set->slots[i] != NULL && set->slots[i] != address) {
        i = (i + 1) & (set->cap - 1);
    }
    return i;
}

static bool
handles_grow(es_handles *set)
{
    es_handles more = {.cap = set->cap == 0 ? HANDLES_FIRST_CAP : 2 * set->cap};

    more.slots = calloc(more.cap, sizeof(*more.slots));
    if (more.slots == NULL) {
        return false;
    }
    more.n = set->n;
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i] != NULL) {
            more.slots[handle_slot(&more, set->slots[i])] = set->slots[i];
        }
    }
    free(set->slots);
    *set = more;
    return true;
}

static bool
handles_add(es_handles *set, const void *address)
{
    if (2 * (set->n + 1) > set->cap && !handles_grow(set)) {
        return false;
    }
    set->slots[handle_slot(set, address)] = address;
    set->n++;
    return true;
}

static bool
handles_has(const es_handles *set, const void *address)
{
    return set->cap > 0 && set->slots[handle_slot(set, address)] != NULL;
}

/* Takes an address out and closes the gap: what follows without a free slot
 * between moves up unless it would get before its home. */
static void
handles_remove(es_handles *set, const void *address)
{
    size_t mask = set->cap - 1;
    size_t gap;

    if (!handles_has(set, address)) {
        return;
    }
    gap = handle_slot(set, address);
    for (size_t i = (gap + 1) & mask; set->slots[i] != NULL;
         i = (i + 1) & mask) {
        size_t home = handle_home(set, set->slots[i]);

        if (((i - home) & mask) >= ((i - gap) & mask)) {
            set->slots[gap] = set->slots[i];
            gap = i;
        }
    }
    set->slots[gap] = NULL;
    set->n--;
}

void
es_handles_fini(es_handles *handles)
{
    free(handles->slots);
    *handles = (es_handles){NULL, 0, 0};
}

/* --- the methods --------------------------------------------------------- */

ES_FFI_METHOD(new_handle)
{
    static const es_params params = {"new_handle", {"x"}, 1, 1};
    es_py *py = ffi->py;
    es_cdata_keep *keep;
    PyObject *arg;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    keep =
        es_cdata_keep_new(py, py->type_void_ptr, NULL, -1, ES_KEEP_HANDLE, arg);
    if (keep == NULL) {
        return NULL;
    }
    keep->head.data = (char *)keep;
    if (!handles_add(&py->handles, keep)) {
        Py_DECREF(keep);
        return PyErr_NoMemory();
    }
    return (PyObject *)keep;
}

void
es_handle_forget(const es_cdata_keep *keep)
{
    handles_remove(&es_cdata_py(&keep->head)->handles, keep);
}

ES_FFI_METHOD(from_handle)
{
    static const es_params params = {"from_handle", {"x"}, 1, 1};
    PyObject *arg;
    const es_cdata *cd;
    const ec_type *type;

    if (es_args(&params, args, nargs, kwnames, &arg) < 0) {
        return NULL;
    }
    if (!es_is_cdata(ffi->py, arg)) {
        PyErr_SetString(PyExc_TypeError, "expected a 'cdata' object");
        return NULL;
    }
    cd = (es_cdata *)arg;
    type = es_cdata_ctype(cd);
    if (type != ffi->py->type_void_ptr && type != ffi->py->type_char_ptr) {
        PyErr_Format(PyExc_TypeError,
                     "expected a 'cdata' object with a 'void *' out of "
                     "new_handle(), got '%s'",
                     type->name);
        return NULL;
    }
    if (cd->data == NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "cannot use from_handle() on NULL pointer");
        return NULL;
    }
    if (!handles_has(&ffi->py->handles, cd->data)) {
        PyErr_Format(PyExc_RuntimeError,
                     "from_handle(): %R is not a handle that is alive in "
                     "this interpreter",
                     arg);
        return NULL;
    }
    return Py_NewRef(((es_cdata_keep *)(void *)cd->data)->owner);
}
