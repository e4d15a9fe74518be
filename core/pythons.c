/* pythons.c - the list of Pythons that libembed was built for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pythons.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the directory of the backends ---------------------------------------*/

/* Where the list was looked for. */
typedef struct search {
    char list[PATH_MAX]; /* the last one */
    int error;           /* why that one cannot be read: an errno value */
} search;

/* Takes BASE/BELOW as the directory of backends if the list of them is there.
 * BASE is of `base_len` bytes.  Returns true when the search is over: also when
 * there is a list that cannot be read. */
static bool
dir_try(search *s, const char *base, size_t base_len, const char *below,
        char *out)
{
    int n = snprintf(out, PATH_MAX, "%.*s%s", (int)base_len, base, below);
    int m = snprintf(s->list, sizeof s->list, "%.*s%s/pythons", (int)base_len,
                     base, below);
    s->error = ENAMETOOLONG;
    if (n > 0 && n < PATH_MAX && m > 0 && (size_t)m < sizeof s->list) {
        s->error = euidaccess(s->list, R_OK) == 0 ? 0 : errno;
    }
    return s->error != ENOENT && s->error != ENOTDIR;
}

/* The same beside a file, and in a tree that has it in bin/. */
static bool
dir_try_beside(search *s, const char *file, char *out)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL &&
           (dir_try(s, file, (size_t)(slash - file), "/embed", out) ||
            dir_try(s, file, (size_t)(slash - file), "/../lib/embed", out));
}

/* What dir_try() came to. */
static embed_status
search_end(const search *s, const char *origin, ec_err *err)
{
    return s->error == 0 ? EMBED_OK
                         : ec_fail(err, EMBED_E_PYTHON, "%s%s: %s", origin,
                                   s->list, ec_errno_text(s->error));
}

embed_status
ec_pythons_dir(char *out, ec_err *err)
{
    const char *home = secure_getenv("EMBED_HOME");
    char own[PATH_MAX] = "";
    char program[PATH_MAX] = "";
    search s = {.error = 0};
    Dl_info info;
    if (home != NULL && home[0] != '\0') {
        (void)dir_try(&s, home, strlen(home), "/lib/embed", out);
        return search_end(&s, "EMBED_HOME: ", err);
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a function as an address
    if (dladdr((const void *)(uintptr_t)&ec_pythons_dir, &info) != 0) {
        if (realpath(info.dli_fname, own) == NULL) {
            (void)snprintf(own, sizeof own, "%s", info.dli_fname);
        }
        if (dir_try_beside(&s, own, out)) {
            return search_end(&s, "", err);
        }
    }
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    return dir_try_beside(&s, program, out)
               ? search_end(&s, "", err)
               : ec_fail(err, EMBED_E_PYTHON,
                         "cannot find libembed's backends, the directory "
                         "lib/embed of its tree, from %s; set EMBED_HOME to "
                         "that tree",
                         own[0] == '\0' ? program : own);
}

/* --- the list --------------------------------------------------------------*/

static embed_status
list_fail(const char *list, int error, ec_err *err)
{
    return ec_fail(err, EMBED_E_PYTHON, "%s: %s", list, ec_errno_text(error));
}

/* Takes a field off a line, in place; NULL: there is none. */
static char *
field_take(char **at)
{
    char *field = *at;
    *at = NULL;
    if (field != NULL) {
        char *tab = strchr(field, '\t');
        if (tab != NULL) {
            *tab = '\0';
            *at = tab + 1;
        }
    }
    return field;
}

/* Splits a line, which `out` points into; false: it is none. */
static bool
line_split(char *text, ec_pythons_line *out)
{
    text[strcspn(text, "\n")] = '\0';
    out->backend = field_take(&text);
    out->version = field_take(&text);
    out->library = field_take(&text);
    out->executable = field_take(&text);
    return out->executable != NULL;
}

/* Can the line be used?  Else `miss` notes it, if it is the first. */
static bool
line_is_usable(const ec_pythons_line *line, ec_pythons_miss *miss)
{
    if (euidaccess(line->library, R_OK) == 0) {
        return true;
    }
    if (miss->library[0] == '\0') {
        miss->error = errno;
        (void)snprintf(miss->backend, sizeof miss->backend, "%s",
                       line->backend);
        (void)snprintf(miss->library, sizeof miss->library, "%s",
                       line->library);
    }
    return false;
}

embed_status
ec_pythons_find(const char *list, const char *backend, bool with_library,
                ec_pythons_line *out, ec_pythons_miss *miss, ec_err *err)
{
    char *text = NULL;
    size_t size = 0;
    bool found = false;
    *miss = (ec_pythons_miss){.error = 0};
    *out = (ec_pythons_line){.text = NULL};
    FILE *file = fopen(list, "re");
    if (file == NULL) {
        return list_fail(list, errno, err);
    }
    errno = 0;
    while (!found && getline(&text, &size, file) > 0) {
        ec_pythons_line line = {.text = text};
        found = line_split(text, &line) &&
                (backend == NULL || strcmp(backend, line.backend) == 0) &&
                (!with_library || line_is_usable(&line, miss));
        if (found) {
            *out = line;
        }
        errno = 0;
    }
    int error = ferror(file) != 0 || errno == ENOMEM ? errno : 0;
    (void)fclose(file);
    if (!found) {
        free(text);
    }
    return error != 0 ? list_fail(list, error, err) : EMBED_OK;
}

/* Writes the names in the list, for messages. */
static void
list_names(const char *list, char *out, size_t cap)
{
    FILE *file = fopen(list, "re");
    char *text = NULL;
    size_t size = 0;
    size_t used = 0;
    (void)snprintf(out, cap, "none");
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
}

embed_status
ec_pythons_none(const char *list, const char *origin, const char *backend,
                const ec_pythons_miss *miss, ec_err *err)
{
    char names[200];
    list_names(list, names, sizeof names);
    if (miss->library[0] == '\0') {
        return ec_fail(err, EMBED_E_PYTHON,
                       "%s: there is no backend for %s here; built for: %s",
                       origin, backend == NULL ? "any Python" : backend, names);
    }
    if (backend == NULL) {
        return ec_fail(err, EMBED_E_PYTHON,
                       "no usable Python: %s names %s; the first: %s: %s; set "
                       "EMBED_PYTHON to a python3.X",
                       list, names, miss->library, ec_errno_text(miss->error));
    }
    return ec_fail(err, EMBED_E_PYTHON, "%s: %s: %s", origin, miss->library,
                   ec_errno_text(miss->error));
}
