/* environment.c - what an extension's Python has around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/environment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "core/life_int.h"
#include "core/log.h"

/* Longest name of a variable, with its NUL. */
#define VARIABLE_SIZE 128

#define BY_HOST  "embed_set_option()"
#define BY_BUILD "embed build"

static const char *const names[] = {"venv", "path",    "site",   "isolated",
                                    "argv", "preload", "on_fork"};
#define N_NAMES (sizeof names / sizeof names[0])

/* The settings of one start, in one piece of memory with their texts. */
typedef struct environment {
    ec_setting settings[N_NAMES + 1];
    char texts[];
} environment;

/* What the host asked for. */
struct ec_asked {
    char *values[N_NAMES]; /* owned; NULL: nothing asked */
};

/* The place of a name in the table; N_NAMES: none. */
static size_t
name_index(const char *name)
{
    size_t i = 0;
    while (i < N_NAMES && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

static const char *const on_fork_names[] = {
    [EC_ON_FORK_KEEP] = "keep",
    [EC_ON_FORK_RESTART] = "restart",
    [EC_ON_FORK_FAIL] = "fail",
};
#define N_ON_FORK (sizeof on_fork_names / sizeof on_fork_names[0])

/* Its place among the words for on_fork; N_ON_FORK: none. */
static size_t
on_fork_index(const char *value)
{
    size_t i = 0;
    while (i < N_ON_FORK && strcmp(on_fork_names[i], value) != 0) {
        i++;
    }
    return i;
}

/* What values a setting has; NULL: any text. */
static const char *
values_of(size_t index)
{
    return strcmp(names[index], "isolated") == 0  ? "0 or 1"
           : strcmp(names[index], "on_fork") == 0 ? "keep, restart or fail"
                                                  : NULL;
}

static bool
is_valid(size_t index, const char *value)
{
    if (strcmp(names[index], "on_fork") == 0) {
        return value[0] == '\0' || on_fork_index(value) < N_ON_FORK;
    }
    return strcmp(names[index], "isolated") != 0 || strcmp(value, "") == 0 ||
           strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

embed_status
ec_environment_check(const char *option, const char *value, ec_err *err)
{
    size_t i = option == NULL ? N_NAMES : name_index(option);
    if (i == N_NAMES) {
        return ec_fail(err, EMBED_E_INVALID,
                       "no option '%s': there are venv, path, site, isolated, "
                       "argv, preload, on_fork",
                       option == NULL ? "NULL" : option);
    }
    if (value != NULL && !is_valid(i, value)) {
        return ec_fail(err, EMBED_E_INVALID, "%s is %s, not '%s'", option,
                       values_of(i), value);
    }
    return EMBED_OK;
}

embed_status
ec_environment_ask(ec_slot *slot, const char *option, const char *value,
                   ec_err *err)
{
    if (ec_environment_check(option, value, err) != EMBED_OK) {
        return EMBED_E_INVALID;
    }
    size_t i = name_index(option);
    char *copy = value == NULL ? NULL : strdup(value);
    struct ec_asked *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL || (copy == NULL && value != NULL)) {
        free(copy);
        free(fresh);
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    ec_mutex_lock(&ec_life_lock);
    if (slot->asked_options == NULL) {
        slot->asked_options = fresh;
        fresh = NULL;
    }
    char *old = slot->asked_options->values[i];
    slot->asked_options->values[i] = copy;
    ec_mutex_unlock(&ec_life_lock);
    free(old);
    free(fresh);
    return EMBED_OK;
}

/* Writes the operator's variable for a setting; false when it does not fit. */
static bool
variable_name(const char *extension, const char *setting, char *out, size_t cap)
{
    int n = snprintf(out, cap, "EMBED_%s_%s", extension, setting);
    for (char *at = out; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        *at = isalnum(c) ? (char)toupper(c) : '_';
    }
    return n > 0 && (size_t)n < cap;
}

/* The operator's value; NULL: none.  `variable` is written. */
static const char *
operator_value(const ec_slot *slot, size_t i, char *variable, size_t cap)
{
    if (!variable_name(slot->plugin->name, names[i], variable, cap)) {
        return NULL;
    }
    const char *value = secure_getenv(variable);
    if (value != NULL && !is_valid(i, value)) {
        ec_notice_once("%s='%s' is not %s; it has no effect", variable, value,
                       values_of(i));
        value = NULL;
    }
    return value;
}

/* Is it a variable that is not for one extension? */
static bool
is_for_all(const char *variable, size_t len)
{
    static const char *const others[] = {
        "EMBED_EXIT_TIMEOUT_MS", "EMBED_HOME",
        "EMBED_ISOLATION",       "EMBED_LOG",
        "EMBED_PYTHON",          "EMBED_SHARED_INTERP"};
    bool found = false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        found = found || (strlen(others[i]) == len &&
                          strncmp(others[i], variable, len) == 0);
    }
    return found;
}

/* Does the text end in the variable of a setting?  Of EMBED_A_B_VENV it is not
 * known whether it is for A.B or A. */
static bool
is_for_setting(const char *text, size_t len)
{
    bool found = false;
    for (size_t i = 0; i < N_NAMES; i++) {
        size_t n = strlen(names[i]);
        found = found || (n <= len && (n == len || text[len - n - 1] == '_') &&
                          strncasecmp(text + len - n, names[i], n) == 0);
    }
    return found;
}

/* Says once on stderr which variables with the extension's name are for no
 * setting: they are misspelt. */
static void
variables_check(const ec_slot *slot)
{
    char prefix[VARIABLE_SIZE];
    if (getauxval(AT_SECURE) != 0 || /* R19 */
        !variable_name(slot->plugin->name, "", prefix, sizeof prefix)) {
        return;
    }
    size_t n = strlen(prefix);
    for (char *const *at = environ; at != NULL && *at != NULL; at++) {
        size_t len = strcspn(*at, "=");
        if (strncmp(*at, prefix, n) == 0 && !is_for_all(*at, len) &&
            !is_for_setting(*at + n, len - n)) {
            ec_notice_once("%s: there is no such setting: there are VENV, "
                           "PATH, SITE, ISOLATED, ARGV, PRELOAD; it has no "
                           "effect",
                           *at);
        }
    }
}

static const char *
built_value(const ec_slot *slot, size_t i)
{
    const char *const *pair = slot->plugin->options;
    while (pair != NULL && pair[0] != NULL) {
        if (strcmp(pair[0], names[i]) == 0) {
            return pair[1];
        }
        pair += 2;
    }
    return NULL;
}

/* Is the setting as without it? */
static bool
is_off(size_t i, const char *value)
{
    return value[0] == '\0' ||
           (strcmp(names[i], "isolated") == 0 && strcmp(value, "0") == 0);
}

/* Adds a setting to `env`, which has room; the texts go to `at`. */
static char *
setting_add(environment *env, size_t n, const ec_setting *found, char *at)
{
    size_t origin = strlen(found->origin) + 1;
    size_t value = strlen(found->value) + 1;
    env->settings[n] = *found;
    env->settings[n].origin = memcpy(at, found->origin, origin);
    env->settings[n].value = memcpy(at + origin, found->value, value);
    return at + origin + value;
}

/* Completes found[N_NAMES], which has the operator's values, and keeps what
 * there is in *out, one piece of memory; NULL: nothing. */
static embed_status
settings_keep(const ec_slot *slot, ec_setting *found, environment **out,
              ec_err *err) EC_REQUIRES(ec_life_lock)
{
    size_t n = 0;
    size_t size = sizeof(environment);
    for (size_t i = 0; i < N_NAMES; i++) {
        ec_setting s = found[i];
        if (s.value == NULL && slot->asked_options != NULL) {
            s.origin = BY_HOST;
            s.value = slot->asked_options->values[i];
        }
        if (s.value == NULL) {
            s.origin = BY_BUILD;
            s.value = built_value(slot, i);
            s.is_built = true;
        }
        if (s.value != NULL && !is_off(i, s.value)) {
            size += strlen(s.origin) + strlen(s.value) + 2;
            found[n++] = s;
        }
    }
    *out = NULL;
    if (n == 0) {
        return EMBED_OK;
    }
    *out = calloc(1, size);
    if (*out == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    char *at = (*out)->texts;
    for (size_t i = 0; i < n; i++) {
        at = setting_add(*out, i, &found[i], at);
    }
    return EMBED_OK;
}

/* Sets slot->on_fork out of slot->settings. */
static embed_status
on_fork_choose(ec_slot *slot, ec_err *err)
{
    slot->on_fork = EC_ON_FORK_KEEP;
    for (const ec_setting *s = slot->settings; s != NULL && s->name != NULL;
         s++) {
        if (strcmp(s->name, "on_fork") == 0) {
            slot->on_fork = (ec_on_fork)on_fork_index(s->value);
        }
    }
    return slot->on_fork == EC_ON_FORK_RESTART &&
                   slot->level == EMBED_ISOLATION_SHARED
               ? ec_fail(err, EMBED_E_INIT,
                         "on_fork is restart, but the extension shares its "
                         "interpreter, which cannot be made anew")
               : EMBED_OK;
}

embed_status
ec_environment_choose(ec_slot *slot, ec_err *err)
{
    char variables[N_NAMES][VARIABLE_SIZE];
    ec_setting found[N_NAMES];
    environment *env = NULL;
    for (size_t i = 0; i < N_NAMES; i++) {
        found[i] = (ec_setting){.name = names[i], .origin = variables[i]};
        found[i].value =
            operator_value(slot, i, variables[i], sizeof variables[i]);
    }
    variables_check(slot);
    ec_mutex_lock(&ec_life_lock);
    embed_status status = settings_keep(slot, found, &env, err);
    ec_mutex_unlock(&ec_life_lock);
    for (const ec_setting *s = env == NULL ? NULL : env->settings;
         s != NULL && s->name != NULL; s++) {
        ec_log(EC_LOG_DEBUG, slot->plugin->name, "%s: %s (%s)", s->name,
               s->value, s->origin);
    }
    free((void *)slot->settings);
    slot->settings = env == NULL ? NULL : env->settings;
    if (status == EMBED_OK) {
        status = on_fork_choose(slot, err);
    }
    return status;
}
