/* func.c - C functions as Python callables.
 *
 * A call goes through the trampoline that the generator made: arguments in
 * 8-byte slots, the C compiler's own calling sequence behind it.  Where there
 * is none, libffi calls the function that takes structs by pointer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/func.h"

#include "subinterp/cpython/ffi/above.h"
#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/convert_arg.h"
#include "subinterp/cpython/ffi/convert_int.h"
#include "subinterp/cpython/ffi/ctype.h"
#include "subinterp/cpython/ffi/func_address.h"
#include "subinterp/cpython/ffi/func_int.h"
#include "subinterp/cpython/ffi/scalar.h"

#include <stdlib.h>
#include <structmember.h>

/* Frames up to this size are on the C stack. */
#define FRAME_STACK 512

/* Bytes of a C signature that are shown. */
#define SIGNATURE_SIZE 1024

/* --- the call ------------------------------------------------------------ */

/* Checks what a call got; -1 with an exception when it is wrong. */
static int
call_check(const es_func *f, Py_ssize_t nargs, PyObject *kwnames)
{
    const char *name = f->global->name;
    Py_ssize_t want = (Py_ssize_t)f->n_args;

    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
        return -1;
    }
    if (nargs == want) {
        return 0;
    }
    if (want == 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no arguments (%zd given)",
                     name, nargs);
    } else if (want == 1) {
        PyErr_Format(PyExc_TypeError,
                     "%s() takes exactly one argument (%zd given)", name,
                     nargs);
    } else {
        PyErr_Format(PyExc_TypeError, "%s expected %zd arguments, got %zd",
                     name, want, nargs);
    }
    return -1;
}

/* Returns what an integer type is called in messages about arguments: by its
 * size, as generated code knows no more; NULL for other types. */
static const char *
int_name(const ec_type *type)
{
    static const char *const names[2][5] = {
        {NULL, "8-bit int", "16-bit int", NULL, "32-bit int"},
        {NULL, "8-bit unsigned int", "16-bit unsigned int", NULL,
         "32-bit unsigned int"},
    };

    if (type->kind == EC_KIND_BOOL) {
        return type->name;
    }
    if (type->kind != EC_KIND_INT && type->kind != EC_KIND_UINT) {
        return NULL;
    }
    return type->size <= 4 ? names[type->kind == EC_KIND_UINT][type->size]
                           : NULL;
}

/* Converts an argument that has no short way.  0, or -1 with an exception. */
static int
arg_to_c(const es_func *f, ec_type *type, void *data, PyObject *value,
         es_temp *temp)
{
    const char *name = int_name(type);

    return name != NULL ? es_int_to_c_as(f->py, type, name, data, value)
                        : es_arg_to_c(f->py, type, data, value, temp);
}

/* Converts the arguments into the frame.  0, or -1 with an exception. */
static inline int
call_args(const es_func *f, PyObject *const *args, char *frame, es_temp *temp)
{
    for (size_t i = 0; i < f->n_args; i++) {
        const func_arg *a = &f->args[i];
        char *data = frame + a->offset;

        if (a->arg.op == ES_OP_BYREF) {
            ES_STORE(char *, frame + EC_SLOT_SIZE * i, data);
            memset(data, 0, (size_t)a->arg.type->size);
        }
        if (!es_op_store(f->py, a->arg, data, args[i]) &&
            arg_to_c(f, a->arg.type, data, args[i], temp) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Makes the call in a frame of f->frame_size bytes. */
static inline PyObject *
call_in_frame(const es_func *f, PyObject *const *args, char *frame)
{
    es_temp temp = ES_TEMP_INIT;
    PyObject *result = NULL;

    if (call_args(f, args, frame, &temp) == 0) {
        es_released released;

        es_gil_release(&released);
        if (f->trampoline != NULL) {
            f->trampoline(frame);
        } else {
            es_func_call_address(f, frame);
        }
        es_gil_regain(&released);
        result = f->result.op == ES_OP_BYREF
                     ? es_result_from_c(f->py, f->result.type, frame)
                     : es_op_load(f->py, f->result, frame);
    }
    if (temp.blocks != NULL) {
        es_temp_free(&temp);
    }
    return result;
}

/* A call whose frame is too large for the C stack. */
__attribute__((noinline)) static PyObject *
call_on_heap(const es_func *f, PyObject *const *args)
{
    char *frame = aligned_alloc(ES_FUNC_ALIGN, f->frame_size);

    if (frame == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = call_in_frame(f, args, frame);
    free(frame);
    return result;
}

static PyObject *
func_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf,
                PyObject *kwnames)
{
    const es_func *f = (es_func *)self;
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);

    if ((nargs != (Py_ssize_t)f->n_args || kwnames != NULL) &&
        call_check(f, nargs, kwnames) < 0) {
        return NULL;
    }
    if (f->frame_size > FRAME_STACK) {
        return call_on_heap(f, args);
    }
    _Alignas(ES_FUNC_ALIGN) char frame[FRAME_STACK];
    return call_in_frame(f, args, frame);
}

/* --- the plan ------------------------------------------------------------ */

/* Completes a type and chooses its operation.  0, or -1 with an exception. */
static int
plan_type(es_py *py, ec_type *type, es_arg *out)
{
    ec_err err = EC_ERR_INIT;

    if (ec_type_complete(py->types, type, &err) != EMBED_OK) {
        es_raise(&err, py->error);
        return -1;
    }
    if (type->size < 0 && type->kind != EC_KIND_VOID) {
        PyErr_Format(py->error, "size of type '%s' is not known", type->name);
        return -1;
    }
    *out = (es_arg){es_op_of(type), type};
    return 0;
}

/* Lays out the frame of a call.  0, or -1 with an exception set. */
static int
plan_make(es_func *f)
{
    const ec_type *type = f->type;
    size_t n = type->n_args;

    f->args = calloc(n == 0 ? 1 : n, sizeof *f->args);
    if (f->args == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    f->n_args = n;
    if (plan_type(f->py, type->result, &f->result) < 0) {
        return -1;
    }
    size_t end = EC_SLOT_SIZE * n;
    size_t result_size =
        type->result->size < 0 ? 0 : (size_t)type->result->size;
    if (end < result_size) {
        end = result_size;
    }
    for (size_t i = 0; i < n; i++) {
        func_arg *a = &f->args[i];

        if (plan_type(f->py, type->args[i], &a->arg) < 0) {
            return -1;
        }
        a->offset = EC_SLOT_SIZE * i;
        if (a->arg.op == ES_OP_BYREF) {
            a->offset = es_func_round_up(end, ES_FUNC_ALIGN);
            end = a->offset + (size_t)a->arg.type->size;
        }
    }
    f->frame_size = es_func_round_up(end == 0 ? 1 : end, ES_FUNC_ALIGN);
    return 0;
}

/* --- the object ---------------------------------------------------------- */

static void
func_dealloc(PyObject *self)
{
    es_func *f = (es_func *)self;
    PyTypeObject *type = Py_TYPE(self);

    if (f->weakrefs != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    free(f->args);
    if (f->py != NULL) {
        es_py_unref(f->py);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
func_repr(PyObject *self)
{
    const es_func *f = (es_func *)self;

    return PyUnicode_FromFormat("<built-in C function %s of '%s.lib'>",
                                f->global->name, f->plugin->name);
}

static PyObject *
func_get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((es_func *)self)->global->name);
}

static PyObject *
func_get_module(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromFormat("%s.lib", ((es_func *)self)->plugin->name);
}

/* __doc__: the C declaration, and where it comes from. */
static PyObject *
func_get_doc(PyObject *self, void *Py_UNUSED(closure))
{
    const es_func *f = (es_func *)self;
    char signature[SIGNATURE_SIZE];

    (void)ec_type_spell(f->type, f->global->name, signature, sizeof signature);
    return PyUnicode_FromFormat("%s;\n\nC function of %s.lib", signature,
                                f->plugin->name);
}

static const PyGetSetDef func_getset[] = {
    {"__name__", func_get_name, NULL, NULL, NULL},
    {"__qualname__", func_get_name, NULL, NULL, NULL},
    {"__module__", func_get_module, NULL, NULL, NULL},
    {"__doc__", func_get_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const PyMemberDef func_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(es_func, vectorcall),
     READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(es_func, weakrefs), READONLY,
     NULL},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject *
es_func_type_create(void)
{
    PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)(uintptr_t)func_dealloc},
        {Py_tp_repr, (void *)(uintptr_t)func_repr},
        {Py_tp_call, (void *)(uintptr_t)PyVectorcall_Call},
        {Py_tp_getset, (void *)(uintptr_t)func_getset},
        {Py_tp_members, (void *)(uintptr_t)func_members},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "embed.CFunction",
        .basicsize = sizeof(es_func),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL |
                 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };

    return (PyTypeObject *)PyType_FromSpec(&spec);
}

PyObject *
es_func_new(es_py *py, const struct embed_plugin *plugin, int index,
            ec_type *type)
{
    es_func *f = (es_func *)py->lib_func_type->tp_alloc(py->lib_func_type, 0);

    if (f == NULL) {
        return NULL;
    }
    f->vectorcall = func_vectorcall;
    f->py = es_py_ref(py);
    f->plugin = plugin;
    f->global = &plugin->context->globals[index];
    f->trampoline =
        plugin->trampolines == NULL ? NULL : plugin->trampolines[index];
    f->type = type;
    if (plan_make(f) < 0 ||
        (f->trampoline == NULL && es_func_plan_address(f) < 0)) {
        Py_DECREF(f);
        return NULL;
    }
    return (PyObject *)f;
}

PyObject *
es_lib_func_pointer(es_py *py, PyObject *func)
{
    const es_func *f = (es_func *)func;
    ec_type *type = es_pointer_type(py, f->type);

    return type != NULL ? es_cdata_new(py, type, f->global->size_or_direct_fn)
                        : NULL;
}
