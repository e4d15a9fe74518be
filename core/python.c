/* python.c - picks the Python of this process and loads its backend.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/python.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/pypy.h"
#include "core/pythons.h"

/* A Python's "major.minor", as in names of backends and libraries. */
#define VERSION_SIZE 16
#define NAME_SIZE    48
/* Longest text that says who wished for a Python. */
#define ORIGIN_SIZE 256

#define DIGITS "0123456789"

typedef const char *version_fn(void);
typedef int is_initialized_fn(void);

/* A libpython that some code of this process has loaded already. */
typedef struct loaded {
    char path[PATH_MAX]; /* "" for the executable */
    char version[VERSION_SIZE];
    char full[VERSION_SIZE]; /* with its last part; "" of PyPy */
    bool is_live;
} loaded;

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

/* Copies "3.13.0" out of "3.13.0 (main, ...)". */
static void
version_full(const char *text, char *out)
{
    (void)snprintf(out, VERSION_SIZE, "%.*s", (int)strcspn(text, " "), text);
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
        out->full[0] = '\0';
        out->is_live = true;
        return true;
    }
    if (!symbol(handle, "Py_GetVersion", &version) ||
        !symbol(handle, "Py_IsInitialized", &live)) {
        return false;
    }
    (void)snprintf(out->path, sizeof out->path, "%s", path);
    version_short(version(), out->version);
    version_full(version(), out->full);
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

/* --- what EMBED_PYTHON says ----------------------------------------------*/

/* What a text of the user's resolves to. */
typedef struct chosen {
    char backend[NAME_SIZE];
    char library[PATH_MAX];
    char executable[PATH_MAX];
} chosen;

/* What is wished for. */
typedef struct wish {
    const char *backend;      /* NULL: any */
    const char *library;      /* NULL: the line's; "": the executable's own */
    const char *executable;   /* NULL: the line's */
    const char *version;      /* all of it, "3.12.1"; NULL: any */
    char origin[ORIGIN_SIZE]; /* for messages: "EMBED_PYTHON='3.14'" */
} wish;

/* Writes "cpython-3.13" for what begins with "3.13"; "" for other text.  A "t"
 * behind it is another kind of Python (without a GIL). */
static void
backend_for_version(const char *text, char *out, size_t cap)
{
    char version[VERSION_SIZE];
    version_short(text, version);
    size_t n = strlen(version);
    out[0] = '\0';
    if (strchr(version, '.') != NULL) {
        (void)snprintf(out, cap, "cpython-%s%s", version,
                       text[n] == 't' ? "t" : "");
    }
}

/* Is it "3.13", or "3.13.1" and the like? */
static bool
is_version(const char *text)
{
    size_t major = strspn(text, DIGITS);
    size_t minor = text[major] == '.' ? strspn(text + major + 1, DIGITS) : 0;
    const char *rest = text + major + 1 + minor;
    return major > 0 && minor > 0 &&
           (*rest == '\0' || (*rest == '.' && isdigit((unsigned char)rest[1])));
}

/* Understands a version: "3.13", "3.13.1", "python3.13", "cpython-3.13". */
static embed_status
version_parse(const char *text, chosen *c, wish *w)
{
    const char *version = text;
    if (strncmp(text, "cpython-", 8) == 0) {
        version += 8;
    } else if (strncmp(text, "python", 6) == 0) {
        version += 6;
    }
    w->backend = text;
    if (is_version(version)) {
        backend_for_version(version, c->backend, sizeof c->backend);
        w->backend = c->backend;
        w->version =
            strchr(strchr(version, '.') + 1, '.') != NULL ? version : NULL;
    }
    return EMBED_OK;
}

/* Finds the libpython of an installation by one of its commands.  Returns
 * EMBED_OK, `out` being "" when there is none; EMBED_E_PYTHON when there is one
 * that cannot be read. */
static embed_status
library_of_executable(const char *executable, const char *version, char *out,
                      size_t cap, ec_err *err)
{
    const char *slash = strrchr(executable, '/');
    /* Where Debian, other distributions and private installations have it. */
    static const char *const dirs[] = {"lib", "lib/x86_64-linux-gnu",
                                       "lib/aarch64-linux-gnu", "lib64"};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        char path[PATH_MAX];
        int n =
            snprintf(path, sizeof path, "%.*s/../%s/libpython%s.so.1.0",
                     (int)(slash - executable), executable, dirs[i], version);
        if (n < 0 || (size_t)n >= sizeof path) {
            continue;
        }
        if (euidaccess(path, R_OK) == 0 && strlen(path) < cap) {
            char real[PATH_MAX];
            (void)snprintf(out, cap, "%s",
                           realpath(path, real) != NULL ? real : path);
            return EMBED_OK;
        }
        if (errno != ENOENT && errno != ENOTDIR) {
            int error = errno;
            return ec_fail(err, EMBED_E_PYTHON, "%s: %s", path,
                           ec_errno_text(error));
        }
    }
    return EMBED_OK;
}

/* Understands the path of a command. */
static embed_status
command_parse(const char *text, const char *real, chosen *c, wish *w,
              ec_err *err)
{
    /* The path as written: in a virtual environment the link itself tells
     * Python where it is. */
    (void)snprintf(c->executable, sizeof c->executable, "%s", text);
    w->executable = c->executable;
    char version[VERSION_SIZE];
    version_short(strrchr(real, '/') + 1 + strlen("python"), version);
    embed_status status = library_of_executable(real, version, c->library,
                                                sizeof c->library, err);
    if (status != EMBED_OK) {
        ec_err_prefix(err, "%s: ", w->origin);
    } else if (c->library[0] != '\0') {
        w->library = c->library;
    }
    return status;
}

/* Understands EMBED_PYTHON: a version, a name, or the path of an executable
 * or of a libpython. */
static embed_status
choice_parse(const char *text, chosen *c, wish *w, ec_err *err)
{
    const char *base = strrchr(text, '/');
    *w = (wish){.backend = NULL};
    (void)snprintf(w->origin, sizeof w->origin, "EMBED_PYTHON='%.200s'", text);
    if (ec_pypy_is_named(base == NULL ? text : base + 1)) {
        w->backend = EC_PYPY;
        w->executable = base == NULL ? "" : text;
        embed_status status =
            ec_pypy_find(text, c->library, sizeof c->library, err);
        if (status != EMBED_OK) {
            ec_err_prefix(err, "%s: ", w->origin);
        }
        return status;
    }
    if (base == NULL) {
        return version_parse(text, c, w);
    }
    char real[PATH_MAX];
    if (realpath(text, real) == NULL) {
        int error = errno;
        return ec_fail(err, EMBED_E_PYTHON, "%s: %s", w->origin,
                       ec_errno_text(error));
    }
    base = strrchr(real, '/') + 1;
    bool is_library = strncmp(base, "libpython", 9) == 0;
    if (!is_library && strncmp(base, "python", 6) != 0) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "%s: neither a python3.X nor a libpython3.X", w->origin);
    }
    backend_for_version(base + (is_library ? 9 : 6), c->backend,
                        sizeof c->backend);
    w->backend = c->backend;
    if (!is_library) {
        return command_parse(text, real, c, w, err);
    }
    (void)snprintf(c->library, sizeof c->library, "%s", real);
    w->library = c->library;
    w->executable = "";
    return EMBED_OK;
}

/* --- loading --------------------------------------------------------------*/

/* Puts libpython into the global scope: extension modules of the standard
 * library do not name it themselves (R14).  Refuses when another version's
 * symbols would be found first (R15), and when it is not the one of several that
 * was wished for. */
static embed_status
library_promote(const char *library, const char *backend, const wish *w,
                ec_err *err)
{
    if (library[0] != '\0' &&
        dlopen(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) == NULL) {
        return ec_fail(err, EMBED_E_PYTHON, "cannot load %s: %s", library,
                       dl_reason());
    }
    version_fn *version = NULL;
    char found[VERSION_SIZE] = "";
    char full[VERSION_SIZE] = "";
    if (symbol(RTLD_DEFAULT, "Py_GetVersion", &version)) {
        version_short(version(), found);
        version_full(version(), full);
    }
    if (strcmp(backend + strlen("cpython-"), found) != 0) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "another Python, %s, is loaded in this process before "
                       "%s; set EMBED_PYTHON=%s or load that one first",
                       found[0] != '\0' ? found : "of unknown version", backend,
                       found);
    }
    if (w->version != NULL && strcmp(w->version, full) != 0) {
        return ec_fail(err, EMBED_E_PYTHON, "%s: %s is %s", w->origin, library,
                       full);
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

/* Does the Python that runs differ from what EMBED_PYTHON asks for?  Then that
 * is said. */
static bool
is_other(const char *env, const loaded *there)
{
    chosen c = {.backend = ""};
    wish w;
    char backend[NAME_SIZE];
    ec_err why = EC_ERR_INIT;
    bool is_pypy = strcmp(there->version, EC_PYPY) == 0;
    (void)snprintf(backend, sizeof backend, "%s%s", is_pypy ? "" : "cpython-",
                   there->version);
    bool is_same = choice_parse(env, &c, &w, &why) == EMBED_OK &&
                   strcmp(w.backend, backend) == 0 &&
                   (w.version == NULL || strcmp(w.version, there->full) == 0);
    ec_err_clear(&why);
    if (!is_same) {
        ec_notice_once("EMBED_PYTHON='%s' has no effect: another Python, %s, "
                       "runs in this process already",
                       env, is_pypy ? there->version : there->full);
    }
    return !is_same;
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
        (void)snprintf(w->origin, sizeof w->origin, "%s",
                       there->is_live ? "a Python runs in this process already"
                                      : "a libpython is loaded already");
        python->is_live = there->is_live;
        python->is_other = has_env && is_other(env, there);
        return EMBED_OK;
    }
    return has_env ? choice_parse(env, c, w, err) : EMBED_OK;
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

/* Takes PyPy when no CPython of the list can be used, and says so: nobody has
 * asked for one interpreter for all. */
static embed_status
pypy_pick(const ec_pythons_miss *miss, ec_python *python, ec_err *err)
{
    char pypy[PATH_MAX];
    ec_err why = EC_ERR_INIT;
    embed_status status = ec_pypy_find(NULL, pypy, sizeof pypy, &why);
    if (status == EMBED_OK) {
        ec_notice_once("PyPy (%s) is used, in which all extensions share one "
                       "interpreter: no CPython that libembed was built for "
                       "can be: %s: %s",
                       pypy, miss->library, ec_errno_text(miss->error));
        python->is_fallback = true;
        status = python_keep(python, EC_PYPY, pypy, "", err);
    }
    ec_err_clear(&why);
    return status;
}

/* Picks a line of the list, or PyPy when nothing was wished for and none of
 * them can be used. */
static embed_status
cpython_pick(const char *list, wish *w, const loaded *there, ec_python *python,
             ec_err *err)
{
    ec_pythons_line found;
    ec_pythons_miss miss;
    bool is_own = w->library == NULL;
    embed_status status =
        ec_pythons_find(list, w->backend, is_own, &found, &miss, err);
    if (status == EMBED_OK && found.text == NULL && !is_own &&
        w->library == there->path && !python->is_live) {
        /* Some library brought a libpython that nobody started: not ours to
         * use, and harmless unless its symbols come first (checked below). */
        *w = (wish){.origin = "default"};
        status = ec_pythons_find(list, NULL, true, &found, &miss, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    if (found.text == NULL) {
        return w->backend == NULL && miss.library[0] != '\0' &&
                       pypy_pick(&miss, python, err) == EMBED_OK
                   ? EMBED_OK
                   : ec_pythons_none(list, w->origin, w->backend, &miss, err);
    }
    if (miss.library[0] != '\0' && miss.error != ENOENT) {
        ec_notice_once("%s is used, not %s: %s: %s", found.backend,
                       miss.backend, miss.library, ec_errno_text(miss.error));
    }
    if (w->executable != NULL && w->executable[0] != '\0' &&
        w->library == NULL) {
        ec_notice_once("%s: its libpython was not found beside it; %s is used",
                       w->origin, found.library);
    }
    status = python_keep(
        python, found.backend, w->library != NULL ? w->library : found.library,
        w->executable != NULL ? w->executable : found.executable, err);
    free(found.text);
    return status != EMBED_OK
               ? status
               : library_promote(python->library, python->backend, w, err);
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

    embed_status status = ec_pythons_dir(dir, err);
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
