/* cdata.c - making, describing and dropping cdata objects.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/cdata.h"

#include "subinterp/cpython/ffi/cdata_call.h"
#include "subinterp/cpython/ffi/cdata_field.h"
#include "subinterp/cpython/ffi/cdata_item.h"
#include "subinterp/cpython/ffi/cdata_number.h"
#include "subinterp/cpython/ffi/ffi_callback.h"
#include "subinterp/cpython/ffi/ffi_handle.h"

#include <stdlib.h>
#include <string.h>

/* Alignment of what the object allocator returns, and of sizeof(es_cdata). */
#define CDATA_ALIGN 16

_Static_assert(sizeof(es_cdata) % CDATA_ALIGN == 0,
               "the memory of own_type starts behind the struct");

/* --- making -------------------------------------------------------------- */

/* How many base cdata an interpreter keeps the memory of: enough for those
 * that come and go in one expression or call.  Tests that look for wrong uses
 * of memory do without. */
#ifdef EC_DEBUG
# define FREE_CDATA_MAX 0
#else
# define FREE_CDATA_MAX 64
#endif

/* Returns a base cdata with one reference and nothing else in it. */
static inline es_cdata *
cdata_alloc(es_py *py)
{
    es_cdata *cd = py->free_cdata;

    if (cd == NULL) {
        return PyObject_New(es_cdata, py->cdata_type);
    }
    py->free_cdata = (es_cdata *)(void *)cd->data;
    py->n_free_cdata--;
    _Py_NewReference((PyObject *)cd);
    return cd;
}

void
es_cdata_drain(es_py *py)
{
    while (py->free_cdata != NULL) {
        es_cdata *cd = py->free_cdata;

        py->free_cdata = (es_cdata *)(void *)cd->data;
        PyObject_Free(cd);
        Py_DECREF(py->cdata_type);
    }
    py->n_free_cdata = 0;
}

PyObject *
es_cdata_new_array(es_py *py, ec_type *type, const void *data,
                   Py_ssize_t length)
{
    es_ctype *ct = es_ctype_ref(py, type);
    es_cdata *cd;

    if (ct == NULL) {
        return NULL;
    }
    cd = cdata_alloc(py);
    if (cd == NULL) {
        Py_DECREF(ct);
        return NULL;
    }
    cd->type = ct;
    cd->data = (char *)(uintptr_t)data;
    cd->weakrefs = NULL;
    cd->length = length;
    return (PyObject *)cd;
}

PyObject *
es_cdata_new(es_py *py, ec_type *type, const void *data)
{
    return es_cdata_new_array(py, type, data, -1);
}

es_cdata *
es_cdata_own(es_py *py, ec_type *type, size_t size, int align,
             Py_ssize_t length)
{
    size_t slack = align > CDATA_ALIGN ? (size_t)align : 0;
    es_ctype *ct;
    es_cdata *cd;
    uintptr_t data;

    if (size > (size_t)PY_SSIZE_T_MAX - sizeof(es_cdata) - slack) {
        PyErr_NoMemory();
        return NULL;
    }
    ct = es_ctype_ref(py, type);
    if (ct == NULL) {
        return NULL;
    }
    cd = PyObject_Calloc(1, sizeof(es_cdata) + size + slack);
    if (cd == NULL) {
        Py_DECREF(ct);
        PyErr_NoMemory();
        return NULL;
    }
    PyObject_Init((PyObject *)cd, py->own_type);
    data = (uintptr_t)(cd + 1);
    if (slack > 0) {
        data = (data + slack - 1) & ~(uintptr_t)(slack - 1);
    }
    cd->type = ct;
    cd->data = (char *)data;
    cd->length = length;
    return cd;
}

es_cdata_keep *
es_cdata_keep_new(es_py *py, ec_type *type, void *data, Py_ssize_t length,
                  es_keep what, PyObject *owner)
{
    es_ctype *ct = es_ctype_ref(py, type);
    es_cdata_keep *keep;

    if (ct == NULL) {
        return NULL;
    }
    keep = PyObject_GC_New(es_cdata_keep, py->keep_type);
    if (keep == NULL) {
        Py_DECREF(ct);
        return NULL;
    }
    keep->head.type = ct;
    keep->head.data = data;
    keep->head.weakrefs = NULL;
    keep->head.length = length;
    keep->what = what;
    keep->owner = Py_NewRef(owner);
    keep->extra = NULL;
    keep->view = NULL;
    /* Memory of ours is in no cycle. */
    if (what != ES_KEEP_OWNER || Py_TYPE(owner) == py->keep_type) {
        PyObject_GC_Track(keep);
    }
    return keep;
}

/* --- dropping ------------------------------------------------------------ */

static void
cdata_dealloc(es_cdata *cd)
{
    PyTypeObject *tp = Py_TYPE(cd);
    es_ctype *ct = cd->type;
    es_py *py = ct->py;

    if (cd->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)cd);
    }
    /* After es_py_destroy() the last ctype may take `py` with it. */
    if (py->n_free_cdata + 1 <= FREE_CDATA_MAX && py->ctypes != NULL) {
        cd->data = (char *)py->free_cdata;
        py->free_cdata = cd;
        py->n_free_cdata++;
        Py_DECREF(ct);
        return;
    }
    PyObject_Free(cd);
    Py_DECREF(ct);
    Py_DECREF(tp);
}

static void
own_dealloc(es_cdata *cd)
{
    PyTypeObject *tp = Py_TYPE(cd);

    if (cd->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)cd);
    }
    Py_DECREF(cd->type);
    PyObject_Free(cd);
    Py_DECREF(tp);
}

static int
keep_traverse(es_cdata_keep *keep, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(keep));
    Py_VISIT(keep->owner);
    Py_VISIT(keep->extra);
    if (keep->what == ES_KEEP_BUFFER && keep->view != NULL) {
        /* The exporter, a second time, or who it gets its memory from. */
        Py_VISIT(((Py_buffer *)keep->view)->obj);
    }
    return 0;
}

/* Gives up a locked buffer, once; nothing is readable any more. */
static void
buffer_unlock(es_cdata_keep *keep)
{
    Py_buffer *view = keep->view;

    keep->view = NULL;
    keep->head.data = NULL;
    if (view != NULL) {
        PyBuffer_Release(view);
        PyMem_Free(view);
    }
}

/* Calls a destructor of ffi.gc() or of an allocator, once. */
static void
destructor_run(es_cdata_keep *keep)
{
    ES_OWNED PyObject *destructor = es_take(&keep->extra);
    ES_OWNED PyObject *origin = es_take(&keep->owner);
    ES_OWNED PyObject *result = NULL;
    PyObject *pending;

    if (destructor == NULL || origin == NULL) {
        return;
    }
    pending = PyErr_GetRaisedException();
    result = PyObject_CallOneArg(destructor, origin);
    if (result == NULL) {
        PyObject *raised = PyErr_GetRaisedException();
        ES_OWNED PyObject *where =
            PyUnicode_FromFormat("from callback for ffi.gc %R", origin);

        PyErr_SetRaisedException(raised); /* steals raised */

        es_write_unraisable(where);
    }
    PyErr_SetRaisedException(pending); /* steals pending */
}

static void
keep_finalize(es_cdata_keep *keep)
{
    if (keep->what == ES_KEEP_GC) {
        destructor_run(keep);
    }
}

static int
keep_clear(es_cdata_keep *keep)
{
    if (keep->what == ES_KEEP_BUFFER) {
        buffer_unlock(keep);
    } else if (keep->what == ES_KEEP_HANDLE) {
        es_handle_forget(keep);
    }
    Py_CLEAR(keep->extra);
    Py_CLEAR(keep->owner);
    return 0;
}

static void
keep_dealloc(es_cdata_keep *keep)
{
    PyTypeObject *tp = Py_TYPE(keep);

    if (keep->what == ES_KEEP_GC &&
        PyObject_CallFinalizerFromDealloc((PyObject *)keep) < 0) {
        return;
    }
    PyObject_GC_UnTrack(keep);
    if (keep->head.weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)keep);
    }
    (void)keep_clear(keep);
    if (keep->what == ES_KEEP_CALLBACK) {
        es_callback_free(keep->view);
    }
    Py_DECREF(keep->head.type);
    PyObject_GC_Del(keep);
    Py_DECREF(tp);
}

/* es_cdata_release() of a keeping cdata; false when it is not of a kind that
 * can be released. */
static bool
keep_release(es_cdata_keep *keep)
{
    if (keep->what == ES_KEEP_OWNER && Py_TYPE(keep->owner) == Py_TYPE(keep)) {
        keep = (es_cdata_keep *)keep->owner; /* a struct of an allocator */
    }
    switch (keep->what) {
    case ES_KEEP_OWNER:
        return true;
    case ES_KEEP_BUFFER:
        buffer_unlock(keep);
        Py_CLEAR(keep->owner);
        return true;
    case ES_KEEP_GC:
        destructor_run(keep);
        return true;
    case ES_KEEP_HANDLE:
    case ES_KEEP_CALLBACK:
        break;
    }
    return false;
}

int
es_cdata_release(es_cdata *cd)
{
    const es_py *py = es_cdata_py(cd);
    ec_kind kind = es_cdata_ctype(cd)->kind;

    if (Py_TYPE(cd) == py->own_type &&
        (kind == EC_KIND_POINTER || kind == EC_KIND_ARRAY)) {
        return 0;
    }
    if (Py_TYPE(cd) == py->keep_type && keep_release((es_cdata_keep *)cd)) {
        return 0;
    }
    PyErr_SetString(PyExc_ValueError,
                    "only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() or "
                    "an allocator can be released or used in 'with'");
    return -1;
}

static PyObject *
cdata_enter(es_cdata *cd, PyObject *unused)
{
    const es_py *py = es_cdata_py(cd);
    bool is_keep = Py_TYPE(cd) == py->keep_type;

    (void)unused;
    if (is_keep && (((es_cdata_keep *)cd)->what == ES_KEEP_OWNER ||
                    ((es_cdata_keep *)cd)->what == ES_KEEP_GC ||
                    ((es_cdata_keep *)cd)->what == ES_KEEP_BUFFER)) {
        return Py_NewRef((PyObject *)cd);
    }
    /* For the others releasing does nothing, or is refused. */
    return es_cdata_release(cd) < 0 ? NULL : Py_NewRef((PyObject *)cd);
}

static PyObject *
cdata_exit(es_cdata *cd, PyObject *unused)
{
    (void)unused;
    if (es_cdata_release(cd) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* --- sizes --------------------------------------------------------------- */

Py_ssize_t
es_cdata_size(const es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);

    if (type->kind == EC_KIND_ARRAY && type->length < 0) {
        return cd->length * type->item->size;
    }
    if (ec_type_is_record(type) && cd->length >= 0) {
        return cd->length;
    }
    return type->size;
}

Py_ssize_t
es_cdata_extent(const es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);

    if (type->kind != EC_KIND_POINTER) {
        return es_cdata_size(cd);
    }
    return cd->length >= 0 ? cd->length : type->item->size;
}

static Py_ssize_t
cdata_len(es_cdata *cd)
{
    if (es_cdata_ctype(cd)->kind != EC_KIND_ARRAY) {
        PyErr_Format(PyExc_TypeError, "cdata of type '%s' has no len()",
                     es_cdata_ctype(cd)->name);
        return -1;
    }
    return es_cdata_array_length(cd);
}

/* --- repr ---------------------------------------------------------------- */

/* Describes the value of a primitive or enum. */
static PyObject *
repr_value(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);
    ES_OWNED PyObject *value = NULL;

    if (type->kind == EC_KIND_FLOAT && type->size > 8) {
        char text[64];
        long double x;

        memcpy(&x, cd->data, sizeof(x));
        (void)snprintf(text, sizeof(text), "%LE", x);
        return PyUnicode_FromString(text);
    }
    value = es_cdata_value(cd);
    if (value == NULL) {
        return NULL;
    }
    for (size_t i = 0; type->kind == EC_KIND_ENUM && i < type->n_enumerators;
         i++) {
        int overflow;

        if (type->enumerators[i].value ==
            PyLong_AsLongLongAndOverflow(value, &overflow)) {
            return PyUnicode_FromFormat("%R: %s", value,
                                        type->enumerators[i].name);
        }
    }
    return PyObject_Repr(value);
}

/* Describes what a keeping cdata keeps; NULL without an exception when its
 * address says all. */
static PyObject *
repr_keep(es_cdata_keep *keep)
{
    bool is_array = es_cdata_ctype(&keep->head)->kind == EC_KIND_ARRAY;

    switch (keep->what) {
    case ES_KEEP_OWNER:
        return PyUnicode_FromFormat("owning %zd bytes",
                                    es_cdata_extent(&keep->head));
    case ES_KEEP_BUFFER:
        if (keep->view == NULL || keep->owner == NULL) {
            return PyUnicode_FromString("buffer RELEASED");
        }
        if (is_array) {
            return PyUnicode_FromFormat("buffer len %zd from '%s' object",
                                        es_cdata_array_length(&keep->head),
                                        Py_TYPE(keep->owner)->tp_name);
        }
        return PyUnicode_FromFormat("buffer from '%s' object",
                                    Py_TYPE(keep->owner)->tp_name);
    case ES_KEEP_HANDLE:
        return PyUnicode_FromFormat("handle to %R", keep->owner);
    case ES_KEEP_CALLBACK:
        return PyUnicode_FromFormat("calling %R", keep->owner);
    case ES_KEEP_GC:
        break;
    }
    return NULL;
}

/* Describes a cdata that is an address. */
static PyObject *
repr_address(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);
    char text[32];

    if (Py_TYPE(cd) == es_cdata_py(cd)->own_type) {
        return PyUnicode_FromFormat("owning %zd bytes", es_cdata_extent(cd));
    }
    if (Py_TYPE(cd) == es_cdata_py(cd)->keep_type) {
        PyObject *what = repr_keep((es_cdata_keep *)cd);

        if (what != NULL || PyErr_Occurred()) {
            return what;
        }
    }
    if (type->kind == EC_KIND_ARRAY && type->length < 0) {
        return PyUnicode_FromFormat("sliced length %zd", cd->length);
    }
    if (cd->data == NULL) {
        return PyUnicode_FromString("NULL");
    }
    (void)snprintf(text, sizeof(text), "0x%zx", (size_t)(uintptr_t)cd->data);
    return PyUnicode_FromString(text);
}

static PyObject *
cdata_repr(es_cdata *cd)
{
    const ec_type *type = es_cdata_ctype(cd);
    bool is_view = ec_type_is_record(type) && !es_cdata_is_owning(cd);
    ES_OWNED PyObject *what =
        es_cdata_is_address(cd) ? repr_address(cd) : repr_value(cd);

    if (what == NULL) {
        return NULL;
    }
    return PyUnicode_FromFormat("<cdata '%s%s' %U>", type->name,
                                is_view ? " &" : "", what);
}

/* --- types --------------------------------------------------------------- */

static PyMethodDef cdata_methods[] = {
    {"__dir__", (PyCFunction)(void (*)(void))es_cdata_dir, METH_NOARGS, NULL},
    {"__complex__", (PyCFunction)(void (*)(void))es_cdata_complex, METH_NOARGS,
     NULL},
    {"__enter__", (PyCFunction)(void (*)(void))cdata_enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)(void (*)(void))cdata_exit, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef cdata_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(es_cdata, weakrefs),
     Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot cdata_slots[] = {
    {Py_tp_dealloc, (void *)cdata_dealloc},
    {Py_tp_repr, (void *)cdata_repr},
    {Py_tp_hash, (void *)es_cdata_hash},
    {Py_tp_richcompare, (void *)es_cdata_richcompare},
    {Py_tp_call, (void *)es_cdata_call},
    {Py_tp_getattro, (void *)es_cdata_getattro},
    {Py_tp_setattro, (void *)es_cdata_setattro},
    {Py_tp_iter, (void *)es_cdata_iter},
    {Py_tp_methods, (void *)cdata_methods},
    {Py_tp_members, (void *)cdata_members},
    {Py_nb_add, (void *)es_cdata_add},
    {Py_nb_subtract, (void *)es_cdata_subtract},
    {Py_nb_bool, (void *)es_cdata_bool},
    {Py_nb_int, (void *)es_cdata_int},
    {Py_nb_float, (void *)es_cdata_float},
    {Py_mp_length, (void *)cdata_len},
    {Py_mp_subscript, (void *)es_cdata_subscript},
    {Py_mp_ass_subscript, (void *)es_cdata_ass_subscript},
    {0, NULL},
};

static PyType_Spec cdata_spec = {
    .name = "libembed.CData",
    .basicsize = (int)sizeof(es_cdata),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = cdata_slots,
};

static PyType_Slot own_slots[] = {
    {Py_tp_dealloc, (void *)own_dealloc},
    {0, NULL},
};

static PyType_Spec own_spec = {
    .name = "libembed.CDataOwn",
    .basicsize = (int)sizeof(es_cdata),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = own_slots,
};

static PyType_Slot keep_slots[] = {
    {Py_tp_dealloc, (void *)keep_dealloc},
    {Py_tp_traverse, (void *)keep_traverse},
    {Py_tp_clear, (void *)keep_clear},
    {Py_tp_finalize, (void *)keep_finalize},
    {0, NULL},
};

static PyType_Spec keep_spec = {
    .name = "libembed.CDataKeep",
    .basicsize = (int)sizeof(es_cdata_keep),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = keep_slots,
};

int
es_cdata_types_create(es_py *py)
{
    ES_OWNED PyObject *base = PyType_FromSpec(&cdata_spec);

    if (base == NULL) {
        return -1;
    }
    py->own_type = (PyTypeObject *)PyType_FromSpecWithBases(&own_spec, base);
    py->keep_type = (PyTypeObject *)PyType_FromSpecWithBases(&keep_spec, base);
    /* No further subclasses: es_is_cdata() knows these three. */
    ((PyTypeObject *)base)->tp_flags &= ~Py_TPFLAGS_BASETYPE;
    py->cdata_type = (PyTypeObject *)es_take(&base);
    if (py->own_type == NULL || py->keep_type == NULL) {
        return -1;
    }
    return es_cdata_iter_type_create(py);
}
