/* opts.c - the command line of `embed`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/opts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gen/cc.h"
#include "gen/text.h"

static const char help_text[] =
    "usage: embed build API.h INIT.py [options]\n"
    "       embed check-api DECL.h --against REAL.h [options]\n"
    "       embed inspect LIBRARY\n"
    "       embed call [--time N] LIBRARY FUNCTION [ARGUMENT ...]\n"
    "       embed check [--stdlib] [--venv DIR] [MODULE ...]\n"
    "       embed doctor\n"
    "       embed help [build | check-api]\n"
    "       embed --version\n"
    "\n"
    "Makes a C library out of C declarations and Python code.\n";

static const char help_build_text[] =
    "usage: embed build API.h INIT.py [options] [-- compiler arguments]\n"
    "       embed build --api FILE [INIT.py] [options]\n"
    "       embed build --module --name NAME [options]\n"
    "       embed build SCRIPT.py\n"
    "       embed build GENERATED.c [-o FILE] [-- compiler arguments]\n"
    "\n"
    "Makes a shared library that exports the functions declared in API.h and\n"
    "runs INIT.py, in an interpreter of its own, on the first call.  A lone\n"
    "SCRIPT.py is a build script of CFFI; a lone GENERATED.c is what CFFI's\n"
    "emit_c_code() has written.\n"
    "\n"
    "  -o FILE              the library to write (default: lib<NAME>.so)\n"
    "  --name NAME          name of the extension (default: the stem of "
    "INIT.py)\n"
    "  --cdef FILE          declarations for C and Python that are not "
    "exported\n"
    "  --source FILE.c      C code to compile in\n"
    "  --bundle DIR         a package, or a directory of modules, to put into "
    "the\n"
    "                       library\n"
    "  --isolation LEVEL    own (default), sub or shared\n"
    "  --strict             fail where only less isolation is to be had\n"
    "  --venv DIR           a virtual environment to run in\n"
    "  --path DIRS          directories before the standard library, by ':'\n"
    "  --site DIRS          directories of packages, by ':', with .pth files\n"
    "  --isolated           without what is installed for Python, and without "
    "what\n"
    "                       is beside the library\n"
    "  --argv ARGS          sys.argv[1:], as a shell splits it\n"
    "  --preload FILE       Python code to run before INIT.py\n"
    "  --on-fork WHAT       what a fork child has: keep (its state; default),\n"
    "                       restart (a new interpreter) or fail (nothing)\n"
    "                       (relative to where the library is; the host and\n"
    "                       EMBED_<NAME>_VENV, ... come first)\n"
    "  --emit-c FILE        write the C code; with -o, keep it\n"
    "  --api FILE           declarations as in CFFI's embedding_api(), in "
    "place\n"
    "                       of API.h\n"
    "  --module             export nothing: a module for Python to import\n"
    "  --override FILE      as --cdef; its declarations replace earlier ones\n"
    "  --pack N             the next such file has #pragma pack(N) in force\n"
    "  --include FILE       declarations that another module has\n"
    "  --include-module M   the name of that module\n"
    "  -I -D -U -L -l -Wl,  as for the compiler\n"
    "  --                   everything after it goes to the compiler\n"
    "\n"
    "CC names the compiler (default: cc).\n";

static const char help_check_api_text[] =
    "usage: embed check-api DECL.h --against REAL.h [-I DIR] [-D NAME] [-- "
    "...]\n"
    "\n"
    "Compares declarations written by hand, as for cdef(), with the header "
    "that\n"
    "they stand for: sizes, offsets, types, values.  Lists every difference.\n"
    "\n"
    "  --against REAL.h     a file, or a name for #include <...>\n"
    "  -I -D -U             as for the compiler\n"
    "  --                   everything after it goes to the compiler\n"
    "\n"
    "Exits with 0 when all agree, with 1 when something differs.\n";

const char *
eg_opts_help(eg_command command)
{
    return command == EG_COMMAND_HELP_BUILD       ? help_build_text
           : command == EG_COMMAND_HELP_CHECK_API ? help_check_api_text
                                                  : help_text;
}

void
eg_opts_fini(eg_opts *opts)
{
    free((void *)opts->apis.items);
    free((void *)opts->settings.items);
    free((void *)opts->args.items);
    free((void *)opts->bundles.items);
    free((void *)opts->packed.items);
    free((void *)opts->overrides.items);
    free((void *)opts->cdefs.items);
    free((void *)opts->included.items);
    free((void *)opts->modules.items);
    free((void *)opts->sources.items);
    free((void *)opts->cpp.items);
    free((void *)opts->link.items);
    free(opts->given);
    *opts = (eg_opts){.command = EG_COMMAND_HELP};
}

/* The arguments not read yet. */
typedef struct cursor {
    char **argv;
    int argc;
    int next;
} cursor;

static bool
starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Appends to a list that was made with room for all arguments. */
static void
list_add(eg_list *list, const char *item)
{
    list->items[list->n++] = item;
}

/* Notes what was given, for a command line that does the same again. */
static void
given_add(eg_opts *opts, const char *option, const char *value, bool is_file)
{
    opts->given[opts->n_given++] = (eg_given){option, value, is_file};
}

/* Makes the lists, each with room for all of the command line. */
static embed_status
lists_init(eg_opts *opts, int argc, ec_err *err)
{
    eg_list *lists[] = {&opts->bundles, &opts->packed,   &opts->overrides,
                        &opts->apis,    &opts->cdefs,    &opts->included,
                        &opts->modules, &opts->sources,  &opts->cpp,
                        &opts->link,    &opts->settings, &opts->args};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        lists[i]->items = calloc((size_t)argc * 2 + 1, sizeof(char *));
        if (lists[i]->items == NULL) {
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
    }
    opts->given = calloc((size_t)argc + 1, sizeof *opts->given);
    return opts->given == NULL ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                               : EMBED_OK;
}

const char *
eg_opts_isolation_name(embed_isolation level)
{
    return level == EMBED_ISOLATION_SHARED ? "shared"
           : level == EMBED_ISOLATION_SUB  ? "sub"
                                           : "own";
}

static embed_status
isolation_parse(const char *text, embed_isolation *out, ec_err *err)
{
    for (int level = EMBED_ISOLATION_OWN; level <= EMBED_ISOLATION_SHARED;
         level++) {
        if (strcmp(text, eg_opts_isolation_name((embed_isolation)level)) == 0) {
            *out = (embed_isolation)level;
            return EMBED_OK;
        }
    }
    return ec_fail(err, EMBED_E_INVALID,
                   "--isolation must be own, sub or shared, not '%s'", text);
}

/* Sets *out to the value of the option `name` when `arg` is that option, given
 * as "name=value" or as two arguments; to NULL when it is another one. */
static embed_status
option_value(const char *arg, const char *name, cursor *at, const char **out,
             ec_err *err)
{
    size_t len = strlen(name);
    *out = NULL;
    if (strncmp(arg, name, len) != 0) {
        return EMBED_OK;
    }
    bool is_long = name[1] == '-';
    if (is_long && arg[len] == '=') {
        *out = arg + len + 1;
    } else if (!is_long && arg[len] != '\0') {
        *out = arg + len;
    } else if (arg[len] == '\0') {
        if (at->next >= at->argc) {
            return ec_fail(err, EMBED_E_INVALID, "option '%s' needs a value",
                           name);
        }
        *out = at->argv[at->next++];
    }
    return EMBED_OK;
}

/* Stores a value that may be given once. */
static embed_status
set_once(const char **slot, const char *name, const char *value, ec_err *err)
{
    if (*slot != NULL) {
        return ec_fail(err, EMBED_E_INVALID, "option '%s' is given twice",
                       name);
    }
    if (*value == '\0') {
        return ec_fail(err, EMBED_E_INVALID, "option '%s' needs a value", name);
    }
    *slot = value;
    return EMBED_OK;
}

/* Handles the options with a value of our own; *out_known tells whether `arg`
 * was one. */
static embed_status
own_option(eg_opts *opts, const char *arg, cursor *at, bool *out_known,
           ec_err *err)
{
    const struct {
        const char *name;
        const char **once;
        eg_list *list;
        eg_list *also;
        bool is_file;
    } table[] = {
        {"-o", &opts->output, NULL, NULL, true},
        {"--name", &opts->name, NULL, NULL, false},
        {"--emit-c", &opts->emit_c, NULL, NULL, true},
        {"--cdef", NULL, &opts->cdefs, NULL, true},
        {"--api", NULL, &opts->cdefs, &opts->apis, true},
        {"--override", NULL, &opts->cdefs, &opts->overrides, true},
        {"--source", NULL, &opts->sources, NULL, true},
        {"--include", NULL, &opts->included, NULL, true},
        {"--include-module", NULL, &opts->modules, NULL, false},
        {"--pack", &opts->pack, NULL, NULL, false},
        {"--bundle", NULL, &opts->bundles, NULL, true},
        {"--against", &opts->against, NULL, NULL, true},
        {"--isolation", NULL, NULL, NULL, false},
    };
    *out_known = false;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *value = NULL;
        embed_status status = option_value(arg, table[i].name, at, &value, err);
        if (status != EMBED_OK) {
            return status;
        }
        if (value == NULL) {
            continue;
        }
        *out_known = true;
        given_add(opts, table[i].name, value, table[i].is_file);
        if (table[i].once != NULL) {
            return set_once(table[i].once, table[i].name, value, err);
        }
        if (table[i].list == NULL) {
            return isolation_parse(value, &opts->isolation, err);
        }
        list_add(table[i].list, value);
        if (opts->pack != NULL && table[i].list != &opts->modules &&
            table[i].list != &opts->bundles &&
            table[i].list != &opts->sources) {
            list_add(&opts->packed, value);
            list_add(&opts->packed, opts->pack);
            opts->pack = NULL;
        }
        if (table[i].also != NULL) {
            list_add(table[i].also, value);
        }
        return EMBED_OK;
    }
    return EMBED_OK;
}

/* Adds a setting, which can be given once. */
static embed_status
setting_add(eg_opts *opts, const char *name, const char *value, ec_err *err)
{
    if (strcmp(name, "on_fork") == 0 && strcmp(value, "keep") != 0 &&
        strcmp(value, "restart") != 0 && strcmp(value, "fail") != 0) {
        return ec_fail(err, EMBED_E_INVALID,
                       "--on-fork is keep, restart or fail, not '%s'", value);
    }
    for (size_t i = 0; i < opts->settings.n; i += 2) {
        if (strcmp(opts->settings.items[i], name) == 0) {
            return ec_fail(err, EMBED_E_INVALID, "option '--%s' is given twice",
                           name);
        }
    }
    list_add(&opts->settings, name);
    list_add(&opts->settings, value);
    return EMBED_OK;
}

/* Handles what an extension's Python has around it, for run time; *out_known
 * tells whether `arg` was such an option. */
static embed_status
setting_option(eg_opts *opts, const char *arg, cursor *at, bool *out_known,
               ec_err *err)
{
    static const struct {
        const char *option, *setting;
    } options[] = {{"--venv", "venv"},       {"--path", "path"},
                   {"--site", "site"},       {"--argv", "argv"},
                   {"--preload", "preload"}, {"--on-fork", "on_fork"}};
    *out_known = strcmp(arg, "--isolated") == 0;
    if (*out_known) {
        given_add(opts, arg, NULL, false);
        return setting_add(opts, "isolated", "1", err);
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const char *value = NULL;
        const char *option = options[i].option;
        embed_status status = option_value(arg, option, at, &value, err);
        if (status == EMBED_OK && value != NULL) {
            *out_known = true;
            given_add(opts, option, value, false);
            status = setting_add(opts, options[i].setting, value, err);
        }
        if (status != EMBED_OK || value != NULL) {
            return status;
        }
    }
    return EMBED_OK;
}

/* Handles an option of the compiler that needs no "--" before it; *out_known
 * tells whether `arg` was one.  "-I dir" is kept as two arguments. */
static embed_status
compiler_option(eg_opts *opts, const char *arg, cursor *at, bool *out_known,
                ec_err *err)
{
    static const char *const cpp[] = {"-I", "-D", "-U"};
    static const char *const link[] = {"-L", "-l"};
    eg_list *list = NULL;
    *out_known = true;
    if (starts_with(arg, "-Wl,")) {
        list_add(&opts->link, arg);
        given_add(opts, arg, NULL, false);
        return EMBED_OK;
    }
    for (size_t i = 0; i < sizeof cpp / sizeof cpp[0]; i++) {
        list = starts_with(arg, cpp[i]) ? &opts->cpp : list;
    }
    for (size_t i = 0; i < sizeof link / sizeof link[0]; i++) {
        list = starts_with(arg, link[i]) ? &opts->link : list;
    }
    if (list == NULL) {
        *out_known = false;
        return EMBED_OK;
    }
    list_add(list, arg);
    const char *value = NULL;
    if (arg[2] == '\0') {
        if (at->next >= at->argc) {
            return ec_fail(err, EMBED_E_INVALID, "option '%s' needs a value",
                           arg);
        }
        value = at->argv[at->next++];
        list_add(list, value);
    }
    given_add(opts, arg, value, false);
    return EMBED_OK;
}

static embed_status
positional(eg_opts *opts, const char *arg, ec_err *err)
{
    if (opts->api == NULL) {
        opts->api = arg;
    } else if (opts->init == NULL) {
        opts->init = arg;
    } else {
        return ec_fail(err, EMBED_E_INVALID,
                       "unexpected argument '%s' (after API.h and INIT.py)",
                       arg);
    }
    given_add(opts, NULL, arg, true);
    return EMBED_OK;
}

/* Takes one argument after "--".  What changes how a header reads goes to the
 * preprocessor too. */
static void
rest_argument(eg_opts *opts, cursor *at)
{
    static const char *const one[] = {"-I", "-D", "-U", "-std=", "-m"};
    static const char *const two[] = {"-include", "-isystem", "-iquote"};
    const char *arg = at->argv[at->next++];
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++) {
        if (starts_with(arg, one[i])) {
            list_add(&opts->cpp, arg);
            if (strlen(arg) == 2 && arg[1] != 'm' && at->next < at->argc) {
                list_add(&opts->cpp, at->argv[at->next++]);
            }
            return;
        }
    }
    for (size_t i = 0; i < sizeof two / sizeof two[0]; i++) {
        if (strcmp(arg, two[i]) == 0 && at->next < at->argc) {
            list_add(&opts->cpp, arg);
            list_add(&opts->cpp, at->argv[at->next++]);
            return;
        }
    }
    list_add(&opts->link, arg);
}

static embed_status
build_argument(eg_opts *opts, cursor *at, ec_err *err)
{
    const char *arg = at->argv[at->next++];
    bool known = false;
    if (strcmp(arg, "--") == 0) {
        given_add(opts, arg, NULL, false);
        for (int i = at->next; i < at->argc; i++) {
            given_add(opts, NULL, at->argv[i], false);
        }
        while (at->next < at->argc) {
            rest_argument(opts, at);
        }
        return EMBED_OK;
    }
    if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
        opts->command = opts->command == EG_COMMAND_CHECK_API
                            ? EG_COMMAND_HELP_CHECK_API
                            : EG_COMMAND_HELP_BUILD;
        return EMBED_OK;
    }
    if (strcmp(arg, "--strict") == 0 || strcmp(arg, "--module") == 0) {
        *(arg[2] == 's' ? &opts->is_strict : &opts->is_module) = true;
        given_add(opts, arg, NULL, false);
        return EMBED_OK;
    }
    if (arg[0] != '-' || arg[1] == '\0') {
        return positional(opts, arg, err);
    }
    embed_status status = own_option(opts, arg, at, &known, err);
    if (status == EMBED_OK && !known) {
        status = setting_option(opts, arg, at, &known, err);
    }
    if (status == EMBED_OK && !known) {
        status = compiler_option(opts, arg, at, &known, err);
    }
    if (status == EMBED_OK && !known) {
        return ec_fail(err, EMBED_E_INVALID,
                       "unknown option '%s' (compiler options go after --)",
                       arg);
    }
    return status;
}

/* Without API.h the only argument is INIT.py, which may be left out. */
static embed_status
script_check(eg_opts *opts, ec_err *err)
{
    if (opts->init != NULL) {
        return ec_fail(err, EMBED_E_INVALID,
                       "unexpected argument '%s' (--api and --module stand in "
                       "place of API.h)",
                       opts->init);
    }
    opts->init = opts->api;
    opts->api = NULL;
    if (opts->init == NULL && opts->name == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "--name is missing");
    }
    if (opts->command == EG_COMMAND_BUILD && opts->is_module &&
        (opts->apis.n > 0 || opts->init != NULL)) {
        return ec_fail(err, EMBED_E_INVALID,
                       "--module excludes --api and INIT.py");
    }
    return EMBED_OK;
}

/* DECL.h is the only argument. */
static embed_status
check_api_check(eg_opts *opts, ec_err *err)
{
    if (opts->api == NULL || opts->against == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "%s is missing",
                       opts->api == NULL ? "DECL.h" : "--against REAL.h");
    }
    if (opts->init != NULL) {
        return ec_fail(err, EMBED_E_INVALID, "unexpected argument '%s'",
                       opts->init);
    }
    return EMBED_OK;
}

/* Checks what can only be checked once all is read. */
static embed_status
build_check(eg_opts *opts, ec_err *err)
{
    if (opts->command == EG_COMMAND_HELP_BUILD ||
        opts->command == EG_COMMAND_HELP_CHECK_API) {
        return EMBED_OK;
    }
    if (opts->command == EG_COMMAND_CHECK_API) {
        return check_api_check(opts, err);
    }
    if (opts->against != NULL) {
        return ec_fail(err, EMBED_E_INVALID,
                       "unknown option '--against' (see check-api)");
    }
    opts->is_script = opts->is_module || opts->apis.n > 0;
    if (!opts->is_script && opts->init == NULL && opts->api != NULL &&
        eg_text_ends_with(opts->api, ".py")) {
        opts->command = EG_COMMAND_SCRIPT;
        return EMBED_OK;
    }
    if (!opts->is_script && opts->init == NULL && opts->api != NULL &&
        eg_cmd_is_source(opts->api)) {
        opts->command = EG_COMMAND_GENERATED;
        return EMBED_OK;
    }
    if (opts->is_script) {
        return script_check(opts, err);
    }
    if (opts->api == NULL || opts->init == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "%s is missing",
                       opts->api == NULL ? "API.h" : "INIT.py");
    }
    return EMBED_OK;
}

static embed_status
build_parse(eg_opts *opts, eg_command command, cursor *at, ec_err *err)
{
    opts->command = command;
    embed_status status = lists_init(opts, at->argc, err);
    while (status == EMBED_OK && at->next < at->argc) {
        status = build_argument(opts, at, err);
    }
    return status == EMBED_OK ? build_check(opts, err) : status;
}

static embed_status
inspect_parse(eg_opts *opts, const cursor *at, ec_err *err)
{
    opts->command = EG_COMMAND_INSPECT;
    if (at->next + 1 != at->argc) {
        return ec_fail(err, EMBED_E_INVALID,
                       at->next == at->argc ? "LIBRARY is missing"
                                            : "one LIBRARY at a time");
    }
    opts->api = at->argv[at->next];
    return EMBED_OK;
}

static embed_status
number_parse(const char *text, long *out, ec_err *err)
{
    char *end = NULL;
    *out = strtol(text, &end, 10);
    return end != text && *end == '\0' && *out > 0
               ? EMBED_OK
               : ec_fail(err, EMBED_E_INVALID,
                         "--time must be a number of calls, not '%s'", text);
}

/* What comes after FUNCTION are its arguments, "-1" too. */
static embed_status
call_parse(eg_opts *opts, cursor *at, ec_err *err)
{
    opts->command = EG_COMMAND_CALL;
    embed_status status = lists_init(opts, at->argc, err);
    while (status == EMBED_OK && at->next < at->argc) {
        const char *arg = at->argv[at->next++];
        const char *value = NULL;
        if (opts->name != NULL) {
            list_add(&opts->args, arg);
            continue;
        }
        status = option_value(arg, "--time", at, &value, err);
        if (status == EMBED_OK && value != NULL) {
            status = number_parse(value, &opts->times, err);
        } else if (status == EMBED_OK && arg[0] == '-') {
            status = ec_fail(err, EMBED_E_INVALID, "unknown option '%s'", arg);
        } else if (status == EMBED_OK) {
            *(opts->api == NULL ? &opts->api : &opts->name) = arg;
        }
    }
    if (status == EMBED_OK && opts->name == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "%s is missing",
                       opts->api == NULL ? "LIBRARY" : "FUNCTION");
    }
    return status;
}

static embed_status
check_parse(eg_opts *opts, cursor *at, ec_err *err)
{
    opts->command = EG_COMMAND_CHECK;
    embed_status status = lists_init(opts, at->argc, err);
    while (status == EMBED_OK && at->next < at->argc) {
        const char *arg = at->argv[at->next++];
        if (strcmp(arg, "--stdlib") == 0) {
            opts->is_stdlib = true;
        } else if (arg[0] == '-') {
            bool known = false;
            status = setting_option(opts, arg, at, &known, err);
            if (status == EMBED_OK && !known) {
                status =
                    ec_fail(err, EMBED_E_INVALID, "unknown option '%s'", arg);
            }
        } else {
            list_add(&opts->args, arg);
        }
    }
    if (status == EMBED_OK && opts->args.n == 0 && !opts->is_stdlib) {
        return ec_fail(err, EMBED_E_INVALID, "MODULE is missing");
    }
    return status;
}

static embed_status
doctor_parse(eg_opts *opts, const cursor *at, ec_err *err)
{
    opts->command = EG_COMMAND_DOCTOR;
    return at->next == at->argc
               ? EMBED_OK
               : ec_fail(err, EMBED_E_INVALID, "unexpected argument '%s'",
                         at->argv[at->next]);
}

static embed_status
help_parse(eg_opts *opts, const cursor *at, ec_err *err)
{
    opts->command = EG_COMMAND_HELP;
    if (at->next == at->argc) {
        return EMBED_OK;
    }
    if (at->next + 1 == at->argc && strcmp(at->argv[at->next], "build") == 0) {
        opts->command = EG_COMMAND_HELP_BUILD;
        return EMBED_OK;
    }
    if (at->next + 1 == at->argc &&
        strcmp(at->argv[at->next], "check-api") == 0) {
        opts->command = EG_COMMAND_HELP_CHECK_API;
        return EMBED_OK;
    }
    return ec_fail(err, EMBED_E_INVALID, "no help on '%s'", at->argv[at->next]);
}

embed_status
eg_opts_parse(int argc, char **argv, eg_opts *out, ec_err *err)
{
    cursor at = {argv, argc, 2};
    embed_status status = EMBED_OK;
    *out = (eg_opts){.command = EG_COMMAND_HELP};
    if (argc < 2) {
        return ec_fail(err, EMBED_E_INVALID, "a command is missing");
    }
    const char *command = argv[1];
    if (strcmp(command, "build") == 0) {
        status = build_parse(out, EG_COMMAND_BUILD, &at, err);
    } else if (strcmp(command, "check-api") == 0) {
        status = build_parse(out, EG_COMMAND_CHECK_API, &at, err);
    } else if (strcmp(command, "inspect") == 0) {
        status = inspect_parse(out, &at, err);
    } else if (strcmp(command, "call") == 0) {
        status = call_parse(out, &at, err);
    } else if (strcmp(command, "check") == 0) {
        status = check_parse(out, &at, err);
    } else if (strcmp(command, "doctor") == 0) {
        status = doctor_parse(out, &at, err);
    } else if (strcmp(command, "declarations") == 0) {
        status = build_parse(out, EG_COMMAND_DECLARATIONS, &at, err);
    } else if (strcmp(command, "help") == 0) {
        status = help_parse(out, &at, err);
    } else if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        out->command = EG_COMMAND_HELP;
    } else if (strcmp(command, "--version") == 0) {
        out->command = EG_COMMAND_VERSION;
    } else {
        status = ec_fail(err, EMBED_E_INVALID, "unknown command '%s'", command);
    }
    if (status != EMBED_OK) {
        eg_opts_fini(out);
    }
    return status;
}
