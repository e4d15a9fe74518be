/* guard.c - keeping CPython's known import hazards away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ext/guard.h"

#include "subinterp/cpython/ext/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_3_13 0x030d0000UL
#define VERSION_3_14 0x030e0000UL

/* Exceptions that a chain of causes is followed to. */
#define CHAIN_MAX 16

/* What an ImportError says of a module that failed in main. */
#define REFUSED_BY_MAIN " failed in the main interpreter"

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

/* Adds directories to sys.path that are not there.  Returns what it was before,
 * a new reference, or NULL with an exception. */
static PyObject *
search_extend(PyObject *path, char *const *search)
{
    ES_OWNED PyObject *before = PyList_GetSlice(path, 0, PyList_Size(path));

    for (size_t i = 0; before != NULL && search[i] != NULL; i++) {
        ES_OWNED PyObject *dir = PyUnicode_FromString(search[i]);
        int there = dir == NULL ? -1 : PySequence_Contains(path, dir);

        if (there < 0 || (there == 0 && PyList_Append(path, dir) < 0)) {
            PyErr_Clear();
        }
    }
    return es_take(&before);
}

/* Does the module's file come from a directory of `search` that main does not
 * have? */
static bool
is_from(PyObject *module, char *const *search, PyObject *before)
{
    ES_OWNED PyObject *file = PyObject_GetAttrString(module, "__file__");
    char *text =
        file == NULL || !PyUnicode_Check(file) ? NULL : es_utf8_dup(file);
    bool found = false;

    for (size_t i = 0; text != NULL && search[i] != NULL && !found; i++) {
        ES_OWNED PyObject *dir = PyUnicode_FromString(search[i]);
        size_t n = strlen(search[i]);

        found = n > 0 && strncmp(text, search[i], n) == 0 && text[n] == '/' &&
                dir != NULL && PySequence_Contains(before, dir) == 0;
    }
    PyErr_Clear();
    free(text);
    return found;
}

/* The names that sys.modules has and `names` has not, of modules that is_from()
 * speaks of.  New reference; NULL: out of memory. */
static PyObject *
modules_added(PyObject *modules, PyObject *names, char *const *search,
              PyObject *before)
{
    ES_OWNED PyObject *all = PyDict_Keys(modules);
    ES_OWNED PyObject *added = PyList_New(0);

    for (Py_ssize_t i = 0;
         all != NULL && added != NULL && i < PyList_GET_SIZE(all); i++) {
        PyObject *name = PyList_GET_ITEM(all, i);

        if (PySet_Contains(names, name) == 0 &&
            is_from(PyDict_GetItem(modules, name), search, before)) {
            (void)PyList_Append(added, name);
        }
    }
    return es_take(&added);
}

/* Was the module executed, so that a second import would do it again?  (Those of
 * single-phase initialisation CPython keeps.) */
static bool
is_executed(PyObject *module)
{
    const PyModuleDef *def =
        PyModule_Check(module) ? PyModule_GetDef(module) : NULL;

    return def != NULL && def->m_slots != NULL;
}

/* Takes those modules out of sys.modules again: other users of main have paths of
 * their own.  They stay alive.  With a C module among them that may not be
 * executed twice all stay where they are. */
static void
modules_remove(PyObject *modules, PyObject *added, PyObject *kept)
{
    Py_ssize_t n = PyList_GET_SIZE(added);

    for (Py_ssize_t i = 0; i < n; i++) {
        if (is_executed(PyDict_GetItem(modules, PyList_GET_ITEM(added, i)))) {
            return;
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *name = PyList_GET_ITEM(added, i);

        (void)PyDict_SetItem(kept, name, PyDict_GetItem(modules, name));
        (void)PyDict_DelItem(modules, name);
    }
}

/* module_create() with the directories of `search` on sys.path, for modules that
 * import others when they are made. */
static PyObject *
module_create_in(PyObject *name, PyObject *file, char *const *search,
                 PyObject *kept)
{
    PyObject *path = PySys_GetObject("path");       /* borrowed */
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */

    if (path == NULL || !PyList_Check(path) || modules == NULL ||
        !PyDict_Check(modules)) {
        return module_create(name, file);
    }
    /* Code of the module's may replace them in sys. */
    ES_OWNED PyObject *held_path = Py_NewRef(path);
    ES_OWNED PyObject *held_modules = Py_NewRef(modules);
    (void)held_path;
    (void)held_modules;
    ES_OWNED PyObject *names = PySet_New(modules);
    ES_OWNED PyObject *before = search_extend(path, search);
    if (names == NULL || before == NULL) {
        return NULL;
    }
    PyObject *module = module_create(name, file);
    PyObject *exc = PyErr_GetRaisedException();
    (void)PyList_SetSlice(path, 0, PyList_Size(path), before);
    ES_OWNED PyObject *added = modules_added(modules, names, search, before);
    if (added != NULL) {
        modules_remove(modules, added, kept);
    }
    PyErr_Clear();
    PyErr_SetRaisedException(exc);
    return module;
}

embed_status
es_guard_preload_in_main(const es_guard_module *m, ec_err *err)
{
    ES_OWNED PyObject *name = PyUnicode_FromString(m->name);
    ES_OWNED PyObject *file = PyUnicode_DecodeFSDefault(m->file);
    ES_OWNED PyObject *key = NULL;
    ES_OWNED PyObject *module = NULL;
    PyObject *kept = kept_modules(); /* borrowed from the interpreter */

    if (name != NULL && file != NULL) {
        key = PyTuple_Pack(2, name, file);
    }
    int there = key == NULL || kept == NULL ? -1 : PyDict_Contains(kept, key);
    if (there > 0) {
        return EMBED_OK;
    }
    if (there == 0) {
        module = module_create_in(name, file, m->search, kept);
    }
    if (module == NULL || PyDict_SetItem(kept, key, module) < 0) {
        ES_OWNED PyObject *exc = PyErr_GetRaisedException();

        return es_err_from_object(err, EMBED_E_INIT, NULL, exc);
    }
    return EMBED_OK;
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
    bool is_required; /* what main does not take is not loaded here */
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
    if (Py_Version >= VERSION_3_13 || strcmp(name, "_zoneinfo") != 0) {
        return true;
    }
    ES_OWNED PyObject *datetime = PyImport_ImportModule("_datetime");

    return datetime != NULL;
}

/* Copies the directories of sys.path that are str, ended by NULL; NULL when out
 * of memory. */
static char **
search_dup(void)
{
    PyObject *path = PySys_GetObject("path"); /* borrowed */
    Py_ssize_t n =
        path != NULL && PyList_Check(path) ? PyList_GET_SIZE(path) : 0;
    char **search = calloc((size_t)n + 1, sizeof *search);
    size_t used = 0;

    for (Py_ssize_t i = 0; search != NULL && i < n; i++) {
        PyObject *item = PyList_GET_ITEM(path, i);
        char *dir = PyUnicode_Check(item) ? es_utf8_dup(item) : NULL;

        if (dir != NULL) {
            search[used++] = dir;
        }
    }
    return search;
}

static void
search_free(char **search)
{
    for (size_t i = 0; search != NULL && search[i] != NULL; i++) {
        free(search[i]);
    }
    free((void *)search);
}

/* Has a module loaded in the main interpreter; false with an exception. */
static bool
preload_module(const preload_box *box, const es_guard_module *m)
{
    ec_err err = EC_ERR_INIT;
    bool ok = m->search != NULL;

    if (!ok) {
        (void)PyErr_NoMemory();
    } else if (box->preload(m, &err) != EMBED_OK && box->is_required) {
        /* Not that one: its objects are the main interpreter's. */
        ES_OWNED PyObject *text = PyUnicode_FromFormat(
            "module %s" REFUSED_BY_MAIN ", where CPython loads it first: %s",
            m->name, err.text);
        ES_OWNED PyObject *name = PyUnicode_FromString(m->name);
        ES_OWNED PyObject *file = PyUnicode_DecodeFSDefault(m->file);

        if (text != NULL && name != NULL && file != NULL) {
            (void)PyErr_SetImportError(text, name, file);
        }
        ok = false;
    }
    ec_err_clear(&err);
    return ok;
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
    char *file =
        nargs < 1 || PyErr_Occurred() ? NULL : spec_text(args[0], "origin");
    /* Never without main: that is what keeps the process whole. */
    bool ok = !PyErr_Occurred() && (name == NULL || module_is_usable(name));
    if (ok && name != NULL && file != NULL) {
        char **search = search_dup();
        const es_guard_module m = {name, file, search};

        ok = preload_module(box, &m);
        search_free(search);
    }
    free(name);
    free(file);
    if (!ok) {
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
preload_capsule(es_guard_preload_fn *preload, bool is_required)
{
    preload_box *box = malloc(sizeof *box);

    if (box == NULL) {
        return PyErr_NoMemory();
    }
    *box = (preload_box){preload, is_required};
    PyObject *capsule = PyCapsule_New(box, preload_tag, preload_box_destroy);
    if (capsule == NULL) {
        free(box);
    }
    return capsule;
}

int
es_guard_install(es_guard_preload_fn *preload, bool has_own_gil)
{
    if (Py_Version >= VERSION_3_13 && !has_own_gil) {
        return 0;
    }
    ES_OWNED PyObject *imp = PyImport_ImportModule("_imp");
    ES_OWNED PyObject *original = NULL;
    ES_OWNED PyObject *capsule = preload_capsule(preload, has_own_gil);
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
    if (strstr(text, REFUSED_BY_MAIN) != NULL) {
        return REFUSAL_GIL;
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
