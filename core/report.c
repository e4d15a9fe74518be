/* report.c - how a failure reaches the host: last error, hook, stderr.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lock.h"
#include "core/log.h"
#include "core/replaced.h"

/* Longest name of an extension or a function, with its NUL. */
#define NAME_SIZE 128

/* The last error of one thread. */
typedef struct last_error {
    ec_err err;
    embed_error view; /* points into the rest */
    char extension[NAME_SIZE];
    char function[NAME_SIZE];
} last_error;

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_LEAF);
static embed_error_hook *hook_fn; /* guarded by: lock */
static void *hook_arg;            /* guarded by: lock */
static _Atomic bool has_hook;     /* for who may not take the lock */
static _Atomic bool is_hushed;    /* the process is ending */
static __thread bool is_refusing __attribute__((tls_model("initial-exec")));

/* The key frees a thread's record at its end; plain memory, so that the order
 * among other keys does not matter. */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

/* A failure of this thread could not be kept, for want of memory. */
static __thread bool is_lost;

static void
last_destroy(void *arg)
{
    last_error *last = arg;
    ec_err_clear(&last->err);
    free(last);
}

static void
key_make(void)
{
    have_key = pthread_key_create(&key, last_destroy) == 0;
}

/* Returns this thread's record, or NULL when out of memory. */
static last_error *
last_of_thread(bool make)
{
    (void)pthread_once(&key_once, key_make);
    if (!have_key) {
        return NULL;
    }
    last_error *last = pthread_getspecific(key);
    if (last == NULL && make) {
        last = calloc(1, sizeof *last);
        if (last != NULL && pthread_setspecific(key, last) != 0) {
            free(last);
            last = NULL;
        }
    }
    return last;
}

static const char *
or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static embed_error
view_of(const ec_err *err, const char *extension, const char *function)
{
    return (embed_error){
        .size = sizeof(embed_error),
        .status = err->status,
        .message = err->text,
        .type = or_empty(err->type),
        .value = or_empty(err->value),
        .traceback = or_empty(err->traceback),
        .extension = extension,
        .function = function,
    };
}

static void
last_fill(last_error *last, const char *extension, const char *function,
          const ec_err *err)
{
    (void)ec_err_copy(&last->err, err);
    (void)snprintf(last->extension, sizeof last->extension, "%s", extension);
    (void)snprintf(last->function, sizeof last->function, "%s", function);
    last->view = view_of(&last->err, last->extension, last->function);
}

static void
last_set(const char *extension, const char *function, const ec_err *err)
{
    last_error *last = last_of_thread(true);
    is_lost = last == NULL;
    if (!is_lost) {
        last_fill(last, extension, function, err);
    }
}

static embed_error_hook *
hook_get(void **out_arg)
{
    ec_mutex_lock(&lock);
    embed_error_hook *hook = hook_fn;
    *out_arg = hook_arg;
    ec_mutex_unlock(&lock);
    return hook;
}

void
ec_report_set(const char *extension, const char *function, const ec_err *err)
{
    last_set(extension, function, err);
    void *arg = NULL;
    embed_error_hook *hook = hook_get(&arg);
    if (hook != NULL) {
        /* A view of its own: the hook may call into libembed. */
        embed_error view = view_of(err, extension, function);
        hook(&view, arg);
        last_set(extension, function, err);
    }
}

embed_status
ec_report_api(const char *extension, ec_err *err)
{
    embed_status status = err->status;
    if (status == EMBED_OK) {
        ec_report_clear();
    } else {
        last_set(extension, "", err);
    }
    ec_err_clear(err);
    return status;
}

/* The name of the extension: from its slot, or the front of "NAME.function"
 * where the plug-in never got one. */
static void
extension_name(const struct embed_externpy *fn, char *out, size_t cap)
{
    const ec_slot *slot = ec_slot_of(fn);
    if (slot != NULL) {
        (void)snprintf(out, cap, "%s", slot->plugin->name);
        return;
    }
    const char *dot = strrchr(fn->name, '.');
    int len = dot == NULL ? 0 : (int)(dot - fn->name);
    (void)snprintf(out, cap, "%.*s", len, fn->name);
}

/* The declared failure value; NULL: none. */
static const void *
declared_failure(const struct embed_externpy *fn)
{
    const ec_slot *slot = ec_slot_of(fn);
    if (slot != NULL) {
        return slot->plugin->exports[ec_export_index(fn)]->failure;
    }
    /* Never registered: the record starts the export in every ABI version. */
    return ((const struct embed_export *)fn)->failure;
}

void
ec_failure_value(const struct embed_externpy *fn, char *buffer)
{
    const void *failure = declared_failure(fn);
    if (fn->size_of_result == 0) {
        return;
    }
    if (failure != NULL) {
        memcpy(buffer, failure, fn->size_of_result);
    } else {
        memset(buffer, 0, fn->size_of_result);
    }
}

void
ec_report_call(struct embed_externpy *fn, const ec_err *err)
{
    int saved = errno;
    char extension[NAME_SIZE];
    extension_name(fn, extension, sizeof extension);
    ec_report_set(extension, ec_export_name(fn), err);
    errno = saved;
}

void
ec_report_hush(void)
{
    atomic_store(&is_hushed, true);
}

/* One line with C stdio, as Python may not be there to print it. */
static void
print_line(const struct embed_externpy *fn, const ec_err *err)
{
    const char *value = declared_failure(fn) == NULL
                            ? "Returning 0."
                            : "Returning its failure value.";
    /* The init code's own report said why, once and in full. */
    bool is_told = err->status == EMBED_E_INIT && err->traceback != NULL;
    const char *reason = is_told ? "initialization code failed" : err->text;
    const char *kind =
        err->status == EMBED_E_UNATTACHED ? "extern \"Python\": " : "";
    /* In one piece, and without the 8 KiB of stack that fprintf() takes for a
     * stream that has no buffer: there may be little left (C13). */
    char line[EC_ERR_TEXT_SIZE + 256];
    if (atomic_load(&is_hushed)) {
        ec_log(EC_LOG_DEBUG, NULL, "function %.127s() called, but %s", fn->name,
               reason);
        return;
    }
    (void)snprintf(line, sizeof line,
                   "%sfunction %.127s() called, but %s.  %s\n", kind, fn->name,
                   reason, value);
    (void)fputs(line, stderr);
}

void
ec_report_fail(struct embed_externpy *fn, char *buffer, const ec_err *err)
{
    int saved = errno;
    void *arg = NULL;
    if (hook_get(&arg) == NULL) {
        print_line(fn, err);
    }
    ec_failure_value(fn, buffer);
    errno = saved;
    ec_report_call(fn, err);
}

/* What a refused call leaves as the last error, where that needs no memory. */
static void
inside_set(const char *extension, const char *function, const ec_err *err)
{
    last_error *last = have_key ? pthread_getspecific(key) : NULL;
    if (last != NULL && last->err.type == NULL && last->err.value == NULL &&
        last->err.traceback == NULL) {
        last_fill(last, extension, function, err);
    }
}

void
ec_report_inside(struct embed_externpy *fn, char *buffer)
{
    static _Atomic bool is_told; /* of all that are not registered yet */
    if (ec_replaced_forward(fn, buffer)) {
        return;
    }
    int saved = errno;
    ec_slot *slot = ec_slot_of(fn);
    ec_failure_value(fn, buffer);
    if (is_refusing) {
        return; /* what is called below is an export, too */
    }
    is_refusing = true;
    ec_err err = EC_ERR_INIT;
    char extension[NAME_SIZE];
    extension_name(fn, extension, sizeof extension);
    (void)ec_fail(&err, EMBED_E_REENTRY,
                  "this thread is in the middle of libembed or of Python "
                  "itself (said once)");
    inside_set(extension, ec_export_name(fn), &err);
    _Atomic bool *told = slot == NULL ? &is_told : &slot->is_told_inside;
    if (!atomic_exchange(told, true) && !atomic_load(&has_hook)) {
        print_line(fn, &err);
    }
    is_refusing = false;
    errno = saved;
}

const embed_error *
ec_report_last(void)
{
    static const embed_error none = {
        sizeof(embed_error), EMBED_OK, "", "", "", "", "", ""};
    static const embed_error lost = {
        sizeof(embed_error),
        EMBED_E_NOMEM,
        "out of memory; what failed could not be kept",
        "",
        "",
        "",
        "",
        ""};
    if (is_lost) {
        return &lost;
    }
    last_error *last = last_of_thread(false);
    return last == NULL || last->err.status == EMBED_OK ? &none : &last->view;
}

void
ec_report_clear(void)
{
    last_error *last = last_of_thread(false);
    is_lost = false;
    if (last != NULL) {
        ec_err_clear(&last->err);
    }
}

void
ec_report_set_hook(embed_error_hook *hook, void *arg)
{
    ec_mutex_lock(&lock);
    hook_fn = hook;
    atomic_store(&has_hook, hook != NULL);
    hook_arg = arg;
    ec_mutex_unlock(&lock);
}

void
ec_report_fork_prepare(void)
{
    ec_mutex_lock(&lock);
}

void
ec_report_fork_parent(void)
{
    ec_mutex_unlock(&lock);
}

void
ec_report_fork_child(void)
{
    ec_mutex_unlock(&lock);
    ec_mutex_reinit(&lock);
}
