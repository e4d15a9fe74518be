/* plan_check.c - what cannot be generated, said where it is written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/plan_check.h"

#include <stdio.h>
#include <string.h>

/* Where a reason is written. */
typedef struct reason {
    char text[256];
} reason;

static bool
is_va_list(const ec_type *type)
{
    static const char *const names[] = {
        "va_list",
        "__builtin_va_list",
        "__gnuc_va_list",
        "struct __va_list_tag",
    };
    while (type->kind == EC_KIND_POINTER || type->kind == EC_KIND_ARRAY) {
        type = type->item;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(type->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* True for `typedef int... T` and for `struct S { ...; }` of a cdef text: the
 * compiler knows the size. */
static bool
is_known_to_c(const ec_type *type)
{
    const unsigned open = EC_TYPE_PARTIAL | EC_TYPE_INCOMPLETE;
    return type->kind == EC_KIND_INT || type->kind == EC_KIND_UINT ||
           type->kind == EC_KIND_FLOAT ||
           (type->flags & open) == EC_TYPE_PARTIAL;
}

/* True when values of the type can be passed; else says why not. `what` is
 * such as "argument 2". */
static bool
value_check(const eg_plan *plan, const ec_type *type, const char *what,
            reason *why)
{
    if (is_va_list(type)) {
        (void)snprintf(why->text, sizeof why->text, "%s is a va_list", what);
    } else if (type->size < 0 && !is_known_to_c(type)) {
        (void)snprintf(why->text, sizeof why->text,
                       "%s has the incomplete type '%s'", what, type->name);
    } else if (type->kind == EC_KIND_ARRAY || type->kind == EC_KIND_FUNCTION) {
        (void)snprintf(why->text, sizeof why->text,
                       "%s has the type '%s', which is no value", what,
                       type->name);
    } else if (type->kind != EC_KIND_POINTER &&
               !eg_is_spellable(&plan->speller, type)) {
        bool is_nameless = strchr(type->name, '$') != NULL;
        (void)snprintf(why->text, sizeof why->text,
                       is_nameless ? "%s has a type without a name"
                                   : "%s has the type '%s', which Python "
                                     "cannot pass",
                       what, type->name);
    } else {
        return true;
    }
    return false;
}

static bool
function_check(const eg_plan *plan, const ec_type *fn, reason *why)
{
    char what[32];
    if ((fn->flags & EC_TYPE_VARIADIC) != 0) {
        (void)snprintf(why->text, sizeof why->text,
                       "functions with '...' cannot be implemented in Python");
        return false;
    }
    for (size_t i = 0; i < fn->n_args; i++) {
        (void)snprintf(what, sizeof what, "argument %zu", i + 1);
        if (!value_check(plan, fn->args[i], what, why)) {
            return false;
        }
    }
    return fn->result->kind == EC_KIND_VOID ||
           value_check(plan, fn->result, "the result", why);
}

/* Functions of the C library that a call of an export needs: the process would
 * not come as far as to make one. */
static bool
is_needed_by_calls(const char *name)
{
    static const char *const names[] = {
        "malloc",
        "calloc",
        "realloc",
        "reallocarray",
        "free",
        "memalign",
        "aligned_alloc",
        "posix_memalign",
        "valloc",
        "pvalloc",
        "malloc_usable_size",
        "memcpy",
        "memmove",
        "memset",
        "memcmp",
        "strlen",
        "strcmp",
        "strncmp",
        "strchr",
        "strrchr",
        "dlopen",
        "dlclose",
        "dlsym",
        "dladdr",
        "dlerror",
        "dl_iterate_phdr",
        "pthread_once",
        "pthread_self",
        "pthread_getspecific",
        "pthread_setspecific",
        "pthread_mutex_lock",
        "pthread_mutex_unlock",
        "pthread_cond_wait",
        "pthread_cond_timedwait",
        "pthread_cond_signal",
        "pthread_cond_broadcast",
        "__errno_location",
        "__tls_get_addr",
        "__cxa_thread_atexit_impl",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void
export_check(const eg_plan *plan, const eg_global *global, eg_report *report)
{
    const ec_decl *decl = global->decl;
    reason why;
    if (!function_check(plan, global->type, &why)) {
        eg_report_error_at(report, &decl->pos, decl->name,
                           "cannot export '%s': %s", decl->name, why.text);
    }
    if (is_needed_by_calls(decl->name)) {
        eg_report_error_at(report, &decl->pos, decl->name,
                           "cannot export '%s': a call of an export needs that "
                           "function of the C library itself",
                           decl->name);
    }
    if (decl->on_failure != NULL &&
        global->type->result->kind == EC_KIND_VOID) {
        eg_report_error_at(report, &decl->on_failure_pos, "EMBED_ON_FAILURE",
                           "'%s' returns nothing: it cannot have a failure "
                           "value",
                           decl->name);
    }
}

static void
c_function_check(const eg_plan *plan, const eg_global *global,
                 eg_report *report)
{
    const ec_decl *decl = global->decl;
    reason why;
    if (!function_check(plan, global->type, &why)) {
        eg_report_error_at(report, &decl->pos, decl->name,
                           "Python cannot call '%s': %s", decl->name, why.text);
    }
}

bool
eg_plan_can_call(const eg_plan *plan, const ec_type *fn)
{
    reason why;
    return function_check(plan, fn, &why);
}

bool
eg_plan_takes_va_list(const ec_type *fn)
{
    for (size_t i = 0; i < fn->n_args; i++) {
        if (is_va_list(fn->args[i])) {
            return true;
        }
    }
    return false;
}

bool
eg_plan_check(const eg_plan *plan, eg_report *report)
{
    for (size_t i = 0; i < plan->n_exports; i++) {
        export_check(plan, plan->exports[i], report);
    }
    for (size_t i = 0; i < plan->n_globals; i++) {
        const eg_global *global = &plan->globals[i];
        if (global->kind == EG_GLOBAL_FUNCTION) {
            c_function_check(plan, global, report);
        }
    }
    if (plan->n_exports == 0 && report->errors == 0 &&
        !plan->spec->opts->is_script) {
        eg_report_warning(report, "%s declares no functions to export",
                          plan->spec->opts->api);
    }
    return report->errors == 0;
}
