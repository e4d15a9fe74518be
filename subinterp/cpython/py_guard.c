/* py_guard.c - keeping CPython's known import hazards away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/py_guard.h"

#include "subinterp/cpython/py_error.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_3_13 0x030d0000UL
#define VERSION_3_14 0x030e0000UL

/* Exceptions that a chain of causes is followed to. */
#define CHAIN_MAX 16

/* Room for a hint. */
#define HINT_SIZE 384

/* --- the main interpreter ------------------------------------------------ */

/* C modules of the standard library with single-phase initialisation on 3.12.
 * Left out are those that change the process when loaded (readline, tkinter)
 * and those no longer built (nis, ossaudiodev). */
static const char *const single_phase_312[] = {
    "_ctypes",      "_curses", "_curses_panel", "_decimal",
    "_elementtree", "_lsprof", "_zoneinfo",     "pyexpat",
};

/* Imports `name`; false with an exception when memory ran out. */
static bool
main_import(const char *name)
{
    ES_OWNED PyObject *module = PyImport_ImportModule(name);

    if (module == NULL) {
        if (PyErr_ExceptionMatches(PyExc_MemoryError)) {
            return false;
        }
        PyErr_Clear();
    }
    return true;
}

/* Says whether `name` is linked into the interpreter, and thus out of the
 * reach of es_guard_install(). */
static bool
is_builtin(const char *name)
{
    PyObject *names =
        PySys_GetObject("builtin_module_names"); /* borrowed from sys */

    for (Py_ssize_t i = 0;
         names != NULL && PyTuple_Check(names) && i < PyTuple_GET_SIZE(names);
         i++) {
        PyObject *item = PyTuple_GET_ITEM(names, i);

        if (PyUnicode_Check(item) &&
            PyUnicode_CompareWithASCIIString(item, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Imports the signal module while its grip on SIGINT can be undone: in the main
 * interpreter that happens on its first import, on whatever thread.  Tells it
 * that SIGINT has its default action, if it has.  False with an exception when
 * memory ran out. */
static bool
main_import_signal(const struct sigaction *before)
{
    ES_OWNED PyObject *signals = PyImport_ImportModule("_signal");

    if (signals != NULL && before->sa_handler == SIG_DFL) {
        Py_XDECREF(PyObject_CallMethod(signals, "signal", "ii", SIGINT, 0));
    }
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_MemoryError)) {
        return false;
    }
    PyErr_Clear(); /* not Python's main thread: the module is told nothing */
    return true;
}

static bool
main_import_all(void)
{
    if (Py_Version >= VERSION_3_14) {
        return true;
    }
    /* Its types are shared by all interpreters: the first load must be here,
     * and must last (gh-136421). */
    if (!main_import("_datetime")) {
        return false;
    }
    size_t n = sizeof single_phase_312 / sizeof single_phase_312[0];
    for (size_t i = 0; i < n && Py_Version < VERSION_3_13; i++) {
        if (is_builtin(single_phase_312[i]) &&
            !main_import(single_phase_312[i])) {
            return false;
        }
    }
    return true;
}

int
es_guard_main(void)
{
    struct sigaction before;
    bool saved = sigaction(SIGINT, NULL, &before) == 0;
    bool done = (!saved || main_import_signal(&before)) && main_import_all();

    if (saved) {
        (void)sigaction(SIGINT, &before, NULL);
    }
    return done ? 0 : -1;
}

/* Returns the dict of modules that main keeps for others; borrowed. */
static PyObject *
kept_modules(void)
{
    PyObject *state = PyInterpreterState_GetDict(PyInterpreterState_Get());
    PyObject *kept = NULL;

    if (state == NULL) {
        return NULL;
    }
    kept = PyDict_GetItemString(state, "libembed.kept_modules");
    if (kept == NULL) {
        ES_OWNED PyObject *made = PyDict_New();

        if (made == NULL ||
            PyDict_SetItemString(state, "libembed.kept_modules", made) < 0) {
            return NULL;
        }
        kept = made; /* `state` holds it */
    }
    return kept;
}

/* Makes the module of a C module file; its exec slots are not run.  New
 * reference. */
static PyObject *
module_create(PyObject *name, PyObject *path)
{
    ES_OWNED PyObject *machinery = PyImport_ImportModule("importlib.machinery");
    ES_OWNED PyObject *imp = PyImport_ImportModule("_imp");
    ES_OWNED PyObject *spec = NULL;

    if (machinery == NULL || imp == NULL) {
        return NULL;
    }
    spec = PyObject_CallMethod(machinery, "ModuleSpec", "OO", name, Py_None);
    if (spec == NULL || PyObject_SetAttrString(spec, "origin", path) < 0) {
        return NULL;
    }
    return PyObject_CallMethod(imp, "create_dynamic", "O", spec);
}

void
es_guard_preload_in_main(const char *name, const char *path)
{
    ES_OWNED PyObject *name_str = PyUnicode_FromString(name);
    ES_OWNED PyObject *path_str = PyUnicode_DecodeFSDefault(path);
    ES_OWNED PyObject *key = NULL;
    PyObject *kept = kept_modules(); /* borrowed from the interpreter */

    if (name_str != NULL && path_str != NULL) {
        key = PyTuple_Pack(2, name_str, path_str);
    }
    if (key != NULL && kept != NULL && PyDict_Contains(kept, key) == 0) {
        ES_OWNED PyObject *module = module_create(name_str, path_str);

        PyErr_Clear();
        /* A failure is kept too: it is not tried again. */
        (void)PyDict_SetItem(kept, key, module == NULL ? Py_None : module);
    }
    PyErr_Clear();
}

/* --- subinterpreters ----------------------------------------------------- */

/* What the replacement of _imp.create_dynamic keeps, as items of a tuple. */
enum {
    LOADER_ORIGINAL,
    LOADER_PRELOAD,
    LOADER_COUNT,
};

static const char preload_tag[] = "libembed.preload";

/* A function pointer on the heap, so that a capsule can carry it. */
typedef struct preload_box {
    es_guard_preload_fn *preload;
} preload_box;

static void
preload_box_destroy(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, preload_tag));
}

/* Returns an attribute of a module spec as malloc()ed UTF-8; NULL: there is
 * none, or, with an exception, memory ran out. */
static char *
spec_text(PyObject *spec, const char *attr)
{
    ES_OWNED PyObject *value = PyObject_GetAttrString(spec, attr);

    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_Clear();
        return NULL;
    }
    char *text = es_utf8_dup(value);
    if (text == NULL) {
        PyErr_NoMemory();
    }
    return text;
}

/* Says whether the module can work here.  _zoneinfo uses the C side of
 * datetime and does not expect to find the pure Python one: with an
 * ImportError here zoneinfo takes its own Python code.  False with an
 * exception set. */
static bool
module_is_usable(const char *name)
{
    if (strcmp(name, "_zoneinfo") != 0) {
        return true;
    }
    ES_OWNED PyObject *datetime = PyImport_ImportModule("_datetime");

    return datetime != NULL;
}

/* Has a module loaded in the main interpreter. */
static void
preload_module(const preload_box *box, const char *name, const char *path)
{
    /* Main's GIL may be the one held here. */
    PyThreadState *tstate = PyEval_SaveThread();

    (void)box->preload(name, path);
    PyEval_RestoreThread(tstate);
}

/* _imp.create_dynamic(spec, file=None) of a subinterpreter: has the module
 * loaded in the main interpreter before it is loaded here. */
static PyObject *
create_dynamic(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    preload_box *box = PyCapsule_GetPointer(
        PyTuple_GET_ITEM(self, LOADER_PRELOAD), preload_tag);

    if (box == NULL) {
        return NULL;
    }
    char *name = nargs < 1 ? NULL : spec_text(args[0], "name");
    char *path =
        nargs < 1 || PyErr_Occurred() ? NULL : spec_text(args[0], "origin");
    /* Never without main: that is what keeps the process whole. */
    bool usable = !PyErr_Occurred() && (name == NULL || module_is_usable(name));
    if (usable && name != NULL && path != NULL) {
        preload_module(box, name, path);
    }
    free(name);
    free(path);
    if (!usable) {
        return NULL;
    }
    return PyObject_Vectorcall(PyTuple_GET_ITEM(self, LOADER_ORIGINAL), args,
                               (size_t)nargs, NULL);
}

static const PyMethodDef create_dynamic_method = {
    "create_dynamic", (PyCFunction)(void (*)(void))create_dynamic,
    METH_FASTCALL, "Loads a C module, in the main interpreter first."};

/* Makes the capsule that carries `preload`; new reference. */
static PyObject *
preload_capsule(es_guard_preload_fn *preload)
{
    preload_box *box = malloc(sizeof *box);

    if (box == NULL) {
        return PyErr_NoMemory();
    }
    box->preload = preload;
    PyObject *capsule = PyCapsule_New(box, preload_tag, preload_box_destroy);
    if (capsule == NULL) {
        free(box);
    }
    return capsule;
}

int
es_guard_install(es_guard_preload_fn *preload)
{
    if (Py_Version >= VERSION_3_13) {
        return 0;
    }
    ES_OWNED PyObject *imp = PyImport_ImportModule("_imp");
    ES_OWNED PyObject *original = NULL;
    ES_OWNED PyObject *capsule = preload_capsule(preload);
    ES_OWNED PyObject *self = NULL;
    ES_OWNED PyObject *wrapper = NULL;

    if (imp != NULL && capsule != NULL) {
        original = PyObject_GetAttrString(imp, "create_dynamic");
    }
    if (original != NULL && capsule != NULL) {
        self = PyTuple_Pack(LOADER_COUNT, original, capsule);
    }
    if (self != NULL) {
        /* CPython only reads the definition. */
        wrapper = PyCFunction_New((PyMethodDef *)&create_dynamic_method, self);
    }
    if (wrapper == NULL) {
        return -1;
    }
    return PyObject_SetAttrString(imp, "create_dynamic", wrapper);
}

/* --- hints --------------------------------------------------------------- */

/* Kinds of refusal, by the words of the one who refuses. */
typedef enum refusal {
    REFUSAL_NONE,
    REFUSAL_GIL,  /* wants the main GIL, or the main interpreter */
    REFUSAL_ONCE, /* wants to be the only one in the process */
} refusal;

static refusal
refusal_of(const char *text)
{
    if (strstr(text, "does not support loading in subinterpreters") != NULL) {
        return REFUSAL_GIL;
    }
    if (strstr(text, "cannot load module more than once per process") != NULL ||
        strstr(text, "Interpreter change detected") != NULL) {
        return REFUSAL_ONCE;
    }
    return REFUSAL_NONE;
}

/* Writes the name of the module that `exc` is about to out[cap], "" when
 * nothing tells. */
static void
refused_module(PyObject *exc, const char *text, char *out, size_t cap)
{
    static const char before[] = "module ";
    const char *name = strncmp(text, before, sizeof before - 1) == 0
                           ? text + sizeof before - 1
                           : "";
    ES_OWNED PyObject *attr = PyObject_GetAttrString(exc, "name");
    char *copy = NULL;

    if (attr != NULL && PyUnicode_Check(attr)) {
        copy = es_utf8_dup(attr);
    }
    PyErr_Clear();
    name = copy == NULL ? name : copy;
    (void)snprintf(out, cap, "%.*s", (int)strcspn(name, " \n"), name);
    free(copy);
}

/* Writes the hint for one exception; false when there is none. */
static bool
hint_one(PyObject *exc, char *out, size_t cap)
{
    char module[128];

    if (!PyErr_GivenExceptionMatches(exc, PyExc_ImportError)) {
        return false;
    }
    ES_OWNED PyObject *str = PyObject_Str(exc);
    PyErr_Clear();
    char *text = str == NULL ? NULL : es_utf8_dup(str);
    refusal why = text == NULL ? REFUSAL_NONE : refusal_of(text);
    if (why != REFUSAL_NONE) {
        const char *option = why == REFUSAL_GIL
                                 ? "`embed build --isolation sub` or `shared`"
                                 : "`embed build --isolation shared`";

        refused_module(exc, text, module, sizeof module);
        (void)snprintf(out, cap,
                       "hint: %s%s does not work in an interpreter of its "
                       "own; build the extension with %s, or run it with "
                       "EMBED_SHARED_INTERP=1",
                       module[0] == '\0' ? "a C module" : "module ", module,
                       option);
    }
    free(text);
    return why != REFUSAL_NONE;
}

/* Writes the hint for an exception or what led to it; false when there is
 * none. */
static bool
hint_find(PyObject *exc, char *out, size_t cap)
{
    ES_OWNED PyObject *at = Py_NewRef(exc);

    for (int i = 0; i < CHAIN_MAX && at != NULL; i++) {
        if (hint_one(at, out, cap)) {
            return true;
        }
        PyObject *next = PyException_GetCause(at);

        if (next == NULL) {
            next = PyException_GetContext(at);
        }
        Py_SETREF(at, next);
    }
    return false;
}

void
es_guard_hint_add(PyObject *exc, ec_err *err)
{
    char hint[HINT_SIZE];

    if (!hint_find(exc, hint, sizeof hint)) {
        return;
    }
    size_t n = strlen(err->text);
    (void)snprintf(err->text + n, sizeof err->text - n, " (%s)", hint);
    if (err->traceback != NULL) {
        size_t old = strlen(err->traceback);
        size_t size = old + strlen(hint) + sizeof "\n";
        char *longer = realloc(err->traceback, size);

        if (longer != NULL) {
            (void)snprintf(longer + old, size - old, "%s\n", hint);
            err->traceback = longer;
        }
    }
}
