/* cmd_check.c - `embed check`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/child.h"
#include "gen/embed_lib.h"
#include "gen/pythons.h"

/* How long one module may take; how often it is loaded again to see what that
 * leaves. */
#define TIMEOUT_S 60
#define WARM_UPS  2
#define RELOADS   4

/* More than there are options. */
#define SETTINGS_MAX 8

/* Longest reason that a table shows. */
#define REASON_MAX 120

static const char declarations[] =
    "int load(const char *name) EMBED_ON_FAILURE(-1);\n"
    "const char *names(void);\n";

static const char program[] =
    "from %s import ffi\n"
    "import importlib, sys\n"
    "@ffi.def_extern()\n"
    "def load(name):\n"
    "    importlib.import_module(ffi.string(name).decode())\n"
    "    return 0\n"
    "@ffi.def_extern()\n"
    "def names():\n"
    "    global text\n"
    "    text = ffi.new('char[]', '\\n'.join(\n"
    "        sorted(sys.stdlib_module_names)).encode())\n"
    "    return text\n";

typedef int load_fn(const char *name);

/* One module at one level, in the child. */
typedef struct trial {
    const char *python; /* for EMBED_PYTHON */
    const char *module;
    const char *level;
    const eg_list *settings; /* --venv and its like: pairs */
    bool with_reloads;
    eg_embed embed;
    FILE *out;
} trial;

/* --- in the child ---------------------------------------------------------*/

/* Opens an extension.  Its function, or NULL. */
static embed_function *
extension_open(const trial *t, const char *name, const char *function)
{
    const char *options[2 * (size_t)SETTINGS_MAX + 3] = {"isolation", t->level};
    char code[sizeof program + 32];
    for (size_t i = 0; i < t->settings->n && i < 2 * (size_t)SETTINGS_MAX;
         i++) {
        options[i + 2] = t->settings->items[i];
    }
    (void)snprintf(code, sizeof code, program, name);
    if (t->embed.open_source(name, declarations, code, options) != EMBED_OK) {
        return NULL;
    }
    return t->embed.symbol(name, function);
}

/* The exit code tells of a failure that has nothing to do with the module. */
static void
give_up(const trial *t)
{
    (void)fprintf(t->out, "error %s\n", t->embed.last_error()->message);
}

/* Imports the module; false when that fails, which is told. */
static bool
import(const trial *t, load_fn *load)
{
    if (load == NULL || load(t->module) != 0) {
        give_up(t);
        return false;
    }
    return true;
}

/* What one of two threads does. */
typedef struct racer {
    const trial *trial;
    load_fn *load;
    pthread_barrier_t *barrier;
    bool is_good;
} racer;

static void *
racer_run(void *arg)
{
    racer *r = arg;
    (void)pthread_barrier_wait(r->barrier);
    r->is_good = import(r->trial, r->load);
    return NULL;
}

/* Imports it in two extensions at the same moment. */
static bool
race(const trial *t)
{
    pthread_barrier_t barrier;
    pthread_t other;
    racer racers[2] = {
        {t, (load_fn *)extension_open(t, "check_c", "load"), &barrier, false},
        {t, (load_fn *)extension_open(t, "check_d", "load"), &barrier, false}};
    if (t->embed.start("check_c") != EMBED_OK ||
        t->embed.start("check_d") != EMBED_OK ||
        pthread_barrier_init(&barrier, NULL, 2) != 0 ||
        pthread_create(&other, NULL, racer_run, &racers[0]) != 0) {
        give_up(t);
        return false;
    }
    (void)racer_run(&racers[1]);
    (void)pthread_join(other, NULL);
    return racers[0].is_good && racers[1].is_good;
}

/* Resident memory in KiB. */
static long
memory_kib(void)
{
    long size = 0;
    long resident = 0;
    FILE *in = fopen("/proc/self/statm", "re");
    if (in != NULL) {
        // NOLINTNEXTLINE(cert-err34-c): the kernel's numbers
        if (fscanf(in, "%ld %ld", &size, &resident) != 2) {
            resident = 0;
        }
        (void)fclose(in);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Makes the extension's interpreter anew and imports the module there. */
static bool
again(const trial *t, load_fn *load)
{
    embed_status status = t->embed.reload("check_a", -1);
    if (status != EMBED_OK && status != EMBED_E_TIMEOUT) {
        give_up(t);
        return false;
    }
    return import(t, load);
}

static bool
reloads(const trial *t, load_fn *load)
{
    long before = 0;
    for (int i = 0; i < WARM_UPS + RELOADS; i++) {
        before = i == WARM_UPS ? memory_kib() : before;
        if (!again(t, load)) {
            return false;
        }
    }
    (void)fprintf(t->out, "memory %ld\n", (memory_kib() - before) / RELOADS);
    return true;
}

static bool
trial_begin(trial *t, FILE *out)
{
    ec_err err = EC_ERR_INIT;
    t->out = out;
    // NOLINTBEGIN(concurrency-mt-unsafe): one thread
    (void)setenv("EMBED_PYTHON", t->python, 1);
    (void)setenv("BROWSER", "true", 1); /* for `antigravity` */
    (void)unsetenv("EMBED_ISOLATION");
    (void)unsetenv("EMBED_SHARED_INTERP");
    (void)unsetenv("EMBED_LOG");
    // NOLINTEND(concurrency-mt-unsafe)
    if (eg_embed_load(&t->embed, &err) != EMBED_OK) {
        (void)fprintf(out, "error %s\n", err.text);
        ec_err_clear(&err);
        return false;
    }
    return true;
}

static void
trial_run(void *arg, FILE *out)
{
    trial *t = arg;
    if (!trial_begin(t, out)) {
        return;
    }
    (void)fprintf(out, "phase import\n");
    load_fn *a = (load_fn *)extension_open(t, "check_a", "load");
    if (!import(t, a)) {
        return;
    }
    (void)fprintf(out, "phase second import\n");
    if (!import(t, (load_fn *)extension_open(t, "check_b", "load"))) {
        return;
    }
    (void)fprintf(out, "phase concurrent import\n");
    if (!race(t)) {
        return;
    }
    if (t->with_reloads) {
        (void)fprintf(out, "phase reload\n");
        if (!reloads(t, a)) {
            return;
        }
    }
    (void)fprintf(out, "phase exit\n");
}

static void
names_run(void *arg, FILE *out)
{
    trial *t = arg;
    if (trial_begin(t, out)) {
        const char *(*names)(void) =
            (const char *(*)(void))extension_open(t, "check_a", "names");
        const char *text = names == NULL ? NULL : names();
        (void)fputs(text == NULL ? "" : text, out);
    }
}

/* --- in the parent --------------------------------------------------------*/

/* A table that is being printed. */
typedef struct table {
    const eg_opts *opts;
    const eg_python *python;
    size_t n;
    size_t n_own, n_sub;
    size_t n_absent;
    long base_kib; /* what a reload costs without any module */
} table;

/* What came of one trial. */
typedef struct verdict {
    bool is_good;
    long memory_kib; /* for each reload */
    char reason[REASON_MAX + 1];
} verdict;

/* Finds the last line that begins with a word; what comes after it, up to its
 * end, goes to out[cap].  False: there is none. */
static bool
line_find(const char *text, const char *word, char *out, size_t cap)
{
    bool found = false;
    size_t len = strlen(word);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        if (n > len && strncmp(text, word, len) == 0 && text[len] == ' ') {
            (void)snprintf(out, cap, "%.*s", (int)(n - len - 1),
                           text + len + 1);
            found = true;
        }
        text += n + (text[n] == '\n');
    }
    return found;
}

static void
verdict_read(const eg_child *child, verdict *out)
{
    char phase[32] = "start";
    char reason[256];
    char memory[32] = "0";
    const char *text = eg_text_string(&child->text);
    (void)line_find(text, "phase", phase, sizeof phase);
    (void)line_find(text, "memory", memory, sizeof memory);
    bool has_reason = line_find(text, "error", reason, sizeof reason);
    out->memory_kib = strtol(memory, NULL, 10);
    out->is_good = !has_reason && strcmp(phase, "exit") == 0 &&
                   child->signal == 0 && child->exit_code == 0;
    if (child->timed_out) {
        (void)snprintf(reason, sizeof reason, "hangs");
    } else if (child->signal != 0) {
        (void)snprintf(reason, sizeof reason, "crash, signal %d",
                       child->signal);
    } else if (!has_reason) {
        (void)snprintf(reason, sizeof reason, "exit code %d", child->exit_code);
    }
    char *hint = strstr(reason, " (hint");
    if (hint != NULL) {
        *hint = '\0'; /* the table says which level fits */
    }
    (void)snprintf(out->reason, sizeof out->reason, "%s: %.90s", phase, reason);
}

static verdict
trial_make(const table *tab, const char *module, const char *level,
           bool with_reloads)
{
    trial t = {.python = eg_python_name(tab->python),
               .module = module,
               .level = level,
               .settings = &tab->opts->settings,
               .with_reloads = with_reloads};
    eg_child child;
    verdict v = {.reason = "no child process"};
    if (eg_child_run(trial_run, &t, TIMEOUT_S, &child)) {
        verdict_read(&child, &v);
    }
    eg_text_fini(&child.text);
    return v;
}

/* Does this Python not have it? */
static bool
is_absent(const verdict *v, const char *module)
{
    char text[REASON_MAX];
    (void)snprintf(text, sizeof text,
                   "import: ModuleNotFoundError: No module named '%s'", module);
    return !v->is_good && strcmp(v->reason, text) == 0;
}

static void
row_print(table *tab, const char *module)
{
    /* CPython 3.12 keeps interpreters: there a reload is no test of the
     * module, and costs what it costs. */
    bool ends = strcmp(eg_python_name(tab->python), "3.12") != 0;
    verdict own = trial_make(tab, module, "own", ends);
    if (is_absent(&own, module)) {
        (void)printf("  %-24s not there\n", module);
        tab->n_absent++;
        return;
    }
    verdict sub = trial_make(tab, module, "sub", false);
    long leak = own.memory_kib - tab->base_kib;
    char kib[24] = "-";
    tab->n++;
    tab->n_own += own.is_good;
    tab->n_sub += sub.is_good;
    if (own.is_good && ends) {
        (void)snprintf(kib, sizeof kib, "%ld", leak > 0 ? leak : 0);
    }
    (void)printf("  %-24s %-4s %-4s %8s  ", module, own.is_good ? "yes" : "NO",
                 sub.is_good ? "yes" : "NO", kib);
    if (own.is_good && sub.is_good) {
        (void)printf("\n");
    } else if (sub.is_good) {
        (void)printf("own: %s\n", own.reason);
    } else {
        verdict shared = trial_make(tab, module, "shared", false);
        (void)printf("%s: %s%s\n", own.is_good ? "sub" : "own",
                     own.is_good ? sub.reason : own.reason,
                     shared.is_good ? " (shared: yes)" : " (shared: NO)");
    }
    (void)fflush(stdout);
}

/* Checks all modules of the standard library. */
static void
stdlib_check(table *tab)
{
    trial t = {.python = eg_python_name(tab->python),
               .level = "own",
               .settings = &tab->opts->settings};
    eg_child child;
    if (eg_child_run(names_run, &t, TIMEOUT_S, &child)) {
        const char *at = eg_text_string(&child.text);
        while (*at != '\0') {
            char name[128];
            size_t n = strcspn(at, "\n");
            (void)snprintf(name, sizeof name, "%.*s", (int)n, at);
            row_print(tab, name);
            at += n + (at[n] == '\n');
        }
    }
    eg_text_fini(&child.text);
}

/* Returns how many are not fit for level own. */
static size_t
table_print(const eg_opts *opts, const eg_python *python)
{
    table tab = {.opts = opts, .python = python};
    (void)printf("CPython %s\n  %-24s %-4s %-4s %8s  %s\n", python->version,
                 "module", "own", "sub", "KiB/load", "why not");
    tab.base_kib = trial_make(&tab, "sys", "own", true).memory_kib;
    for (size_t i = 0; i < opts->args.n; i++) {
        row_print(&tab, opts->args.items[i]);
    }
    if (opts->is_stdlib) {
        stdlib_check(&tab);
    }
    (void)printf(
        "  %zu modules: %zu fit for own, %zu for sub; %zu not there\n\n", tab.n,
        tab.n_own, tab.n_sub, tab.n_absent);
    /* Of the standard library each system has its own part. */
    return tab.n - tab.n_own + (opts->is_stdlib ? 0 : tab.n_absent);
}

embed_status
eg_cmd_check(const eg_opts *opts, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_pythons pythons;
    size_t unfit = 0;
    embed_status status = eg_pythons_read(&pythons, &err);
    for (size_t i = 0; status == EMBED_OK && i < pythons.n; i++) {
        unfit += table_print(opts, &pythons.items[i]);
    }
    if (status != EMBED_OK) {
        status = eg_report_take(report, &err);
    } else if (unfit > 0) {
        eg_report_error(report, "%zu not fit for level own", unfit);
        status = EMBED_E_INVALID;
    }
    eg_pythons_fini(&pythons);
    return status;
}
