/* python.c - picks the Python of this process and loads its backend.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/python.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/pypy.h"

/* A Python's "major.minor", as in names of backends and libraries. */
#define VERSION_SIZE 16
#define NAME_SIZE    48

typedef const char *version_fn(void);
typedef int is_initialized_fn(void);

/* A libpython that some code of this process has loaded already. */
typedef struct loaded {
    char path[PATH_MAX]; /* "" for the executable */
    char version[VERSION_SIZE];
    bool is_live;
} loaded;

/* --- the directory of the backends ---------------------------------------*/

/* Takes BASE/BELOW as the directory of backends if the list of them is there.
 * BASE is of `base_len` bytes. */
static bool
dir_try(const char *base, size_t base_len, const char *below, char *out)
{
    char list[PATH_MAX];
    int n = snprintf(out, PATH_MAX, "%.*s%s", (int)base_len, base, below);
    int m = snprintf(list, sizeof list, "%.*s%s/pythons", (int)base_len, base,
                     below);
    return n > 0 && n < PATH_MAX && m > 0 && (size_t)m < sizeof list &&
           euidaccess(list, R_OK) == 0;
}

/* The same beside a file, and in a tree that has it in bin/. */
static bool
dir_try_beside(const char *file, char *out)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL &&
           (dir_try(file, (size_t)(slash - file), "/embed", out) ||
            dir_try(file, (size_t)(slash - file), "/../lib/embed", out));
}

/* Writes the directory of backends to out[PATH_MAX]: of the tree that EMBED_HOME
 * names, beside the file that libembed is in, or beside the program, which
 * libembed.a may be linked into. */
static embed_status
backend_dir(char *out, ec_err *err)
{
    const char *home = secure_getenv("EMBED_HOME");
    char own[PATH_MAX] = "";
    char program[PATH_MAX] = "";
    Dl_info info;
    if (home != NULL && home[0] != '\0') {
        return dir_try(home, strlen(home), "/lib/embed", out)
                   ? EMBED_OK
                   : ec_fail(err, EMBED_E_PYTHON,
                             "EMBED_HOME: there is no %s/pythons", out);
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a function as an address
    if (dladdr((const void *)(uintptr_t)&ec_python_load, &info) != 0 &&
        realpath(info.dli_fname, own) != NULL && dir_try_beside(own, out)) {
        return EMBED_OK;
    }
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    return dir_try_beside(program, out)
               ? EMBED_OK
               : ec_fail(err, EMBED_E_PYTHON,
                         "cannot find libembed's backends, the directory "
                         "lib/embed of its tree, from %s; set EMBED_HOME to "
                         "that tree",
                         own[0] == '\0' ? program : own);
}

/* --- a Python that is there already --------------------------------------*/

/* Why the last dlopen() or dlsym() of this thread failed. */
static const char *
dl_reason(void)
{
    return dlerror(); // NOLINT(concurrency-mt-unsafe): one per thread
}

/* Sets *out_fn, a function pointer, to a symbol or to NULL. */
static bool
symbol(void *handle, const char *name, void *out_fn)
{
    void *address = dlsym(handle, name);
    if (address == NULL) {
        (void)dl_reason();
    }
    memcpy(out_fn, &address, sizeof address);
    return address != NULL;
}

/* Copies "3.13" out of "3.13.0 (main, ...)". */
static void
version_short(const char *text, char *out)
{
    size_t n = 0;
    int dots = 0;
    while (n < VERSION_SIZE - 1 && text[n] != '\0') {
        bool digit = text[n] >= '0' && text[n] <= '9';
        if (!digit && (text[n] != '.' || ++dots == 2)) {
            break;
        }
        out[n] = text[n];
        n++;
    }
    out[n] = '\0';
}

/* Fills `out` from the Python that `handle` has; false when it has none. */
static bool
loaded_probe(void *handle, const char *path, loaded *out)
{
    version_fn *version = NULL;
    is_initialized_fn *live = NULL;
    const char *slash = strrchr(path, '/');
    if (ec_pypy_is_named(slash == NULL ? path : slash + 1)) {
        /* It cannot be asked; who has loaded it uses it. */
        (void)snprintf(out->path, sizeof out->path, "%s", path);
        (void)snprintf(out->version, sizeof out->version, EC_PYPY);
        out->is_live = true;
        return true;
    }
    if (!symbol(handle, "Py_GetVersion", &version) ||
        !symbol(handle, "Py_IsInitialized", &live)) {
        return false;
    }
    (void)snprintf(out->path, sizeof out->path, "%s", path);
    version_short(version(), out->version);
    out->is_live = live() != 0;
    return true;
}

/* More copies of libpython than a process can sensibly have. */
#define LOADED_MAX 16

/* Files of libpython and libpypy in the process. */
typedef struct loaded_files {
    char *path[LOADED_MAX]; /* path[n]; owned */
    size_t n;
} loaded_files;

/* Only notes names: the loader holds a lock that dlopen() takes in the other
 * order. */
static int
loaded_visit(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    loaded_files *files = arg;
    const char *base = strrchr(info->dlpi_name, '/');
    if (base == NULL || (strncmp(base + 1, "libpython", 9) != 0 &&
                         strncmp(base + 1, "libpypy", 7) != 0)) {
        return 0;
    }
    files->path[files->n] = strdup(info->dlpi_name);
    if (files->path[files->n] != NULL) {
        files->n++;
    }
    return files->n == LOADED_MAX;
}

/* Takes the Python of `handle`, which it closes, as `best` if it is the first
 * (`*found` is false) or the first live one. */
static void
loaded_better(void *handle, const char *path, loaded *best, bool *found)
{
    loaded one;
    if (handle == NULL) {
        (void)dl_reason();
        return;
    }
    if (loaded_probe(handle, path, &one) &&
        (!*found || (one.is_live && !best->is_live))) {
        *best = one;
        *found = true;
    }
    (void)dlclose(handle);
}

/* Finds a Python in the process: as a library, in whatever scope, or linked
 * into the executable. */
static bool
loaded_find(loaded *out)
{
    loaded_files files = {.n = 0};
    bool found = false;
    (void)dl_iterate_phdr(loaded_visit, &files);
    for (size_t i = 0; i < files.n; i++) {
        loaded_better(dlopen(files.path[i], RTLD_LAZY | RTLD_NOLOAD),
                      files.path[i], out, &found);
        free(files.path[i]);
    }
    if (!found) {
        loaded_better(dlopen(NULL, RTLD_LAZY), "", out, &found);
    }
    return found;
}

/* --- the list of built backends ------------------------------------------*/

/* Fields of a line: backend, version, library, executable. */
enum {
    LINE_FIELDS = 4
};

typedef struct line {
    char *field[LINE_FIELDS];
    char *text; /* owns the fields */
} line;

static bool
line_split(char *text, line *out)
{
    text[strcspn(text, "\n")] = '\0';
    out->text = text;
    for (int i = 0; i < LINE_FIELDS; i++) {
        if (text == NULL) {
            return false;
        }
        out->field[i] = text;
        text = strchr(text, '\t');
        if (text != NULL) {
            *text++ = '\0';
        }
    }
    return true;
}

/* "cpython-3.13" for "3.13", "3.13.0", "cpython-3.13"; "" for other text. */
static void
backend_for_version(const char *text, char *out, size_t cap)
{
    if (strncmp(text, "cpython-", 8) == 0) {
        text += 8;
    } else if (strncmp(text, "python", 6) == 0) {
        text += 6;
    }
    char version[VERSION_SIZE];
    version_short(text, version);
    out[0] = '\0';
    if (strchr(version, '.') != NULL) {
        (void)snprintf(out, cap, "cpython-%s", version);
    }
}

/* What is asked of the list. */
typedef struct wish {
    const char *backend;    /* NULL: any */
    const char *library;    /* NULL: the line's; "": the executable's own */
    const char *executable; /* NULL: the line's */
    const char *origin;     /* for messages: "EMBED_PYTHON=3.14" */
} wish;

/* The names in the list, for messages. */
static void
list_names(const char *path, char *out, size_t cap)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    size_t used = 0;
    out[0] = '\0';
    while (file != NULL && getline(&text, &size, file) > 0) {
        size_t n = strcspn(text, "\t\n");
        int w = snprintf(out + used, cap - used, "%s%.*s", used ? ", " : "",
                         (int)n, text);
        if (w < 0 || (size_t)w >= cap - used) {
            break;
        }
        used += (size_t)w;
    }
    free(text);
    if (file != NULL) {
        (void)fclose(file);
    }
    if (used == 0) {
        (void)snprintf(out, cap, "none");
    }
}

/* Finds the first line that fits the wish and whose library is there. */
static bool
list_find(const char *path, const wish *w, line *out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    bool found = false;
    char *text = NULL;
    size_t size = 0;
    while (!found && getline(&text, &size, file) > 0) {
        found =
            line_split(text, out) &&
            (w->backend == NULL || strcmp(w->backend, out->field[0]) == 0) &&
            (w->library != NULL || euidaccess(out->field[2], R_OK) == 0);
    }
    (void)fclose(file);
    if (!found) {
        free(text);
    }
    return found;
}

/* --- what EMBED_PYTHON says ----------------------------------------------*/

/* Finds the libpython of an installation by one of its commands. */
static bool
library_of_executable(const char *executable, const char *version, char *out,
                      size_t cap)
{
    const char *slash = strrchr(executable, '/');
    if (slash == NULL) {
        return false;
    }
    /* Where Debian, other distributions and private installations have it. */
    static const char *const dirs[] = {"lib", "lib/x86_64-linux-gnu",
                                       "lib/aarch64-linux-gnu", "lib64"};
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        char path[PATH_MAX];
        int n =
            snprintf(path, sizeof path, "%.*s/../%s/libpython%s.so.1.0",
                     (int)(slash - executable), executable, dirs[i], version);
        if (n > 0 && (size_t)n < sizeof path && euidaccess(path, R_OK) == 0 &&
            strlen(path) < cap) {
            char real[PATH_MAX];
            (void)snprintf(out, cap, "%s",
                           realpath(path, real) != NULL ? real : path);
            return true;
        }
    }
    return false;
}

/* A path given by the user: what it resolves to. */
typedef struct chosen {
    char backend[NAME_SIZE];
    char library[PATH_MAX];
    char executable[PATH_MAX];
} chosen;

/* Understands EMBED_PYTHON: a version, a name, or the path of an executable
 * or of a libpython. */
static embed_status
choice_parse(const char *text, chosen *c, wish *w, ec_err *err)
{
    const char *base = strrchr(text, '/');
    if (ec_pypy_is_named(base == NULL ? text : base + 1)) {
        w->backend = EC_PYPY;
        w->executable = base == NULL ? "" : text;
        return ec_pypy_find(text, c->library, sizeof c->library, err);
    }
    if (base == NULL) {
        backend_for_version(text, c->backend, sizeof c->backend);
        w->backend = c->backend[0] != '\0' ? c->backend : text;
        return EMBED_OK;
    }
    char real[PATH_MAX];
    if (realpath(text, real) == NULL) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "EMBED_PYTHON='%s': there is no such file", text);
    }
    base = strrchr(real, '/') + 1;
    bool is_library = strncmp(base, "libpython", 9) == 0;
    const char *version = base + (is_library ? 9 : 6);
    if (!is_library && strncmp(base, "python", 6) != 0) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "EMBED_PYTHON='%s': neither a python3.X nor a "
                       "libpython3.X",
                       text);
    }
    backend_for_version(version, c->backend, sizeof c->backend);
    w->backend = c->backend;
    if (is_library) {
        (void)snprintf(c->library, sizeof c->library, "%s", real);
        w->library = c->library;
        w->executable = "";
    } else {
        /* The path as written: in a virtual environment the link itself
         * tells Python where it is. */
        (void)snprintf(c->executable, sizeof c->executable, "%s", text);
        w->executable = c->executable;
        char short_version[VERSION_SIZE];
        version_short(version, short_version);
        if (library_of_executable(real, short_version, c->library,
                                  sizeof c->library)) {
            w->library = c->library;
        }
    }
    return EMBED_OK;
}

/* --- loading --------------------------------------------------------------*/

/* Puts libpython into the global scope: extension modules of the standard
 * library do not name it themselves (R14).  Refuses when another version's
 * symbols would be found first (R15). */
static embed_status
library_promote(const char *library, const char *backend, ec_err *err)
{
    if (library[0] != '\0' &&
        dlopen(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) == NULL) {
        return ec_fail(err, EMBED_E_PYTHON, "cannot load %s: %s", library,
                       dl_reason());
    }
    version_fn *version = NULL;
    char found[VERSION_SIZE] = "";
    if (symbol(RTLD_DEFAULT, "Py_GetVersion", &version)) {
        version_short(version(), found);
    }
    if (strcmp(backend + strlen("cpython-"), found) != 0) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "another Python, %s, is loaded in this process before "
                       "%s; set EMBED_PYTHON=%s or load that one first",
                       found[0] != '\0' ? found : "of unknown version", backend,
                       found);
    }
    return EMBED_OK;
}

static embed_status
backend_open(const char *dir, const char *name, const ec_backend **out,
             ec_err *err)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/libembed-%s.so", dir, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return ec_fail(err, EMBED_E_PYTHON, "path of backend is too long");
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        return ec_fail(err, EMBED_E_PYTHON, "cannot load backend: %s",
                       dl_reason());
    }
    ec_backend_fn *get = NULL;
    const ec_backend *backend =
        symbol(handle, "embed_backend", &get) ? get(EC_BACKEND_ABI) : NULL;
    if (backend == NULL) {
        return ec_fail(err, EMBED_E_ABI, "%s is of another version of libembed",
                       path);
    }
    *out = backend;
    return EMBED_OK;
}

/* The message when the list has nothing for the wish. */
static embed_status
nothing_found(const char *list, const wish *w, ec_err *err)
{
    char names[200];
    list_names(list, names, sizeof names);
    if (w->backend == NULL) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "no usable Python: %s names %s, and none of their "
                       "libraries is there; set EMBED_PYTHON to a python3.X",
                       list, names);
    }
    const wish any_library = {.backend = w->backend, .library = ""};
    line gone;
    if (list_find(list, &any_library, &gone)) {
        embed_status status =
            ec_fail(err, EMBED_E_PYTHON, "%s: %s is not there any more",
                    w->origin, gone.field[2]);
        free(gone.text);
        return status;
    }
    return ec_fail(err, EMBED_E_PYTHON,
                   "%s: there is no backend for %s here; built for: %s",
                   w->origin, w->backend, names);
}

/* Fills `w` from what is in the process or in the environment. */
static embed_status
wish_make(wish *w, chosen *c, loaded *there, ec_python *python, ec_err *err)
{
    const char *env = secure_getenv("EMBED_PYTHON");
    bool has_env = env != NULL && env[0] != '\0';
    *w = (wish){.origin = "default"};
    bool found = loaded_find(there);
    if (found && (there->is_live || !has_env)) {
        bool is_pypy = strcmp(there->version, EC_PYPY) == 0;
        (void)snprintf(c->backend, sizeof c->backend, "%s%s",
                       is_pypy ? "" : "cpython-", there->version);
        w->backend = c->backend;
        w->library = there->path;
        w->origin = there->is_live ? "a Python runs in this process already"
                                   : "a libpython is loaded already";
        python->is_live = there->is_live;
        return EMBED_OK;
    }
    if (has_env) {
        w->origin = "EMBED_PYTHON";
        return choice_parse(env, c, w, err);
    }
    return EMBED_OK;
}

static void
python_drop(ec_python *python)
{
    free(python->backend);
    free(python->library);
    free(python->executable);
}

/* Copies what was picked. */
static embed_status
python_keep(ec_python *python, const char *backend, const char *library,
            const char *executable, ec_err *err)
{
    python->backend = strdup(backend);
    python->library = strdup(library);
    python->executable = strdup(executable);
    if (python->backend == NULL || python->library == NULL ||
        python->executable == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    return EMBED_OK;
}

/* Picks a line of the list, or PyPy when nothing was wished for and none of
 * them is there. */
static embed_status
cpython_pick(const char *list, wish *w, const loaded *there, ec_python *python,
             ec_err *err)
{
    line found;
    char pypy[PATH_MAX];
    bool is_there = list_find(list, w, &found);
    if (!is_there && w->library == there->path && !python->is_live) {
        /* Some library brought a libpython that nobody started: not ours to
         * use, and harmless unless its symbols come first (checked below). */
        *w = (wish){.origin = "default"};
        is_there = list_find(list, w, &found);
    }
    if (!is_there && w->backend == NULL &&
        ec_pypy_find(NULL, pypy, sizeof pypy, NULL) == EMBED_OK) {
        return python_keep(python, EC_PYPY, pypy, "", err);
    }
    if (!is_there) {
        return nothing_found(list, w, err);
    }
    embed_status status = python_keep(
        python, found.field[0],
        w->library != NULL ? w->library : found.field[2],
        w->executable != NULL ? w->executable : found.field[3], err);
    free(found.text);
    return status != EMBED_OK
               ? status
               : library_promote(python->library, python->backend, err);
}

embed_status
ec_python_load(ec_python *out_python, const ec_backend **out_backend,
               ec_err *err)
{
    char dir[PATH_MAX];
    char list[PATH_MAX + sizeof "/pythons"];
    wish w;
    chosen c = {.backend = ""};
    loaded there = {.path = ""};
    ec_python python = {.is_live = false};

    embed_status status = backend_dir(dir, err);
    if (status == EMBED_OK) {
        status = wish_make(&w, &c, &there, &python, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    if (w.backend != NULL && strcmp(w.backend, EC_PYPY) == 0) {
        status = python_keep(&python, EC_PYPY,
                             w.library != NULL ? w.library : c.library,
                             w.executable != NULL ? w.executable : "", err);
    } else {
        (void)snprintf(list, sizeof list, "%s/pythons", dir);
        status = cpython_pick(list, &w, &there, &python, err);
    }
    if (status == EMBED_OK) {
        status = backend_open(dir, python.backend, out_backend, err);
    }
    if (status == EMBED_OK) {
        *out_python = python;
        ec_log(EC_LOG_INFO, NULL, "Python: %s, %s%s", python.backend,
               python.library == NULL ? python.executable : python.library,
               python.is_live ? ", which runs already" : "");
    } else {
        python_drop(&python);
    }
    return status;
}

void
ec_python_raise(const char *text)
{
    void (*set_string)(void *type, const char *text) = NULL;
    void **import_error = NULL;
    loaded there;
    if (!loaded_find(&there)) {
        return;
    }
    void *handle = dlopen(there.path[0] != '\0' ? there.path : NULL,
                          RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL) {
        (void)dl_reason();
        return;
    }
    if (symbol(handle, "PyErr_SetString", &set_string) &&
        symbol(handle, "PyExc_ImportError", &import_error)) {
        set_string(*import_error, text);
    }
    (void)dlclose(handle);
}
