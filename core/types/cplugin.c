/* cplugin.c - a plug-in's descriptor, made at run time out of declarations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cplugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/ccall.h"
#include "core/types/ctable_make.h"

/* Largest result, as it is on the stack of each call. */
#define RESULT_MAX 65536

/* One function implemented in Python. */
typedef struct function {
    struct embed_export record;
    const struct embed_plugin *plugin;
    const ec_type *type;
    bool is_noreturn;
    size_t buffer_size; /* of a call: arguments, then the result over them */
    ec_closure *closure;
    struct function *next;
} function;

/* One constant: what its getter says. */
typedef struct constant {
    uint64_t value;
    bool is_signed;
    ec_closure *closure;
    struct constant *next;
} constant;

typedef struct made_plugin {
    struct embed_plugin plugin; /* first */
    ec_types *types;
    ec_scope *scope; /* NULL once it is made */
    ec_made tables;
    function *functions;
    constant *constants;
} made_plugin;

void
ec_plugin_free(struct embed_plugin *plugin)
{
    made_plugin *p = (made_plugin *)plugin;
    for (function *f = p->functions; f != NULL; f = f->next) {
        ec_closure_destroy(f->closure);
    }
    for (constant *c = p->constants; c != NULL; c = c->next) {
        ec_closure_destroy(c->closure);
    }
    if (p->scope != NULL) {
        ec_scope_destroy(p->scope);
    }
    if (p->types != NULL) {
        ec_types_destroy(p->types);
    }
    free(p);
}

/* --- calls ----------------------------------------------------------------*/

/* A call of an export: as the stub that `embed build` generates. */
static void
function_called(void *arg, void *result, void **values)
{
    function *f = arg;
    char *buffer = __builtin_alloca_with_align(f->buffer_size, 128);
    for (size_t i = 0; i < f->type->n_args; i++) {
        const ec_type *type = f->type->args[i];
        const void *from =
            ec_type_is_by_pointer(type) ? (void *)&values[i] : values[i];
        size_t size =
            ec_type_is_by_pointer(type) ? sizeof(void *) : (size_t)type->size;
        memcpy(buffer + i * EC_SLOT_SIZE, from, size);
    }
    embed_plugin_entry(f->plugin)(&f->record.externpy, buffer);
    if (f->is_noreturn) {
        /* As embed_plugin_returned(), which a backend does not have. */
        (void)fprintf(stderr,
                      "libembed: function %s() is declared to never return, "
                      "but its Python code has, or failed; the process is "
                      "ended\n",
                      f->record.externpy.name);
        abort();
    }
    memcpy(result, buffer, f->record.externpy.size_of_result);
}

/* A getter, `int (unsigned long long *)`: is it 0 or less? */
static void
constant_called(void *arg, void *result, void **values)
{
    const constant *c = arg;
    int is_negative =
        c->value == 0 || (c->is_signed && (int64_t)c->value < 0) ? 1 : 0;
    **(unsigned long long **)values[0] = c->value;
    memcpy(result, &is_negative, sizeof is_negative);
}

/* --- making ---------------------------------------------------------------*/

/* Says where something was written. */
static embed_status
fail_at(ec_err *err, const ec_pos *pos, const char *what, const char *name)
{
    return ec_fail(err, EMBED_E_INVALID, "%s:%d:%d: error: %s: '%s'", pos->file,
                   pos->line, pos->column, what, name);
}

/* Reads a failure value that is a number.  False: it is none. */
static bool
number_read(const made_plugin *p, const ec_type *type, const char *text,
            void *out)
{
    ec_diag diag;
    int64_t value = 0;
    if (type->kind == EC_KIND_FLOAT) {
        char *end = NULL;
        double number = strtod(text, &end);
        float single = (float)number;
        long double extended = number;
        memcpy(out,
               type->size == sizeof single   ? (void *)&single
               : type->size == sizeof number ? (void *)&number
                                             : (void *)&extended,
               (size_t)type->size);
        return end != text && *end == '\0';
    }
    if (!ec_type_is_integer(type) && type->kind != EC_KIND_POINTER) {
        return false;
    }
    bool is_null = type->kind == EC_KIND_POINTER && strcmp(text, "NULL") == 0;
    if (!is_null && ec_parse_const(p->scope, text, strlen(text), &value, NULL,
                                   &diag) != EMBED_OK) {
        return false;
    }
    /* The low bytes come first. */
    memcpy(out, &value, (size_t)type->size);
    return true;
}

static embed_status
failure_make(const made_plugin *p, const ec_decl *decl, const void **out,
             ec_err *err)
{
    const ec_type *type = decl->type->result;
    if (decl->on_failure == NULL) {
        return EMBED_OK;
    }
    void *value = ec_types_alloc(p->types, 16);
    if (value == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *out = value;
    return number_read(p, type, decl->on_failure, value)
               ? EMBED_OK
               : fail_at(err, &decl->on_failure_pos,
                         "without a compiler a failure value is a number or "
                         "NULL, as the result is",
                         decl->on_failure);
}

static embed_status
function_make(made_plugin *p, const ec_decl *decl, struct embed_global *global,
              function **out, ec_err *err)
{
    const ec_type *result = decl->type->result;
    size_t result_size = result->size < 0 ? 0 : (size_t)result->size;
    size_t args_size = decl->type->n_args * EC_SLOT_SIZE;
    size_t name_size = strlen(p->plugin.name) + strlen(decl->name) + 2;
    char *name = ec_types_alloc(p->types, name_size);
    function *f = ec_types_alloc(p->types, sizeof *f);
    if (name == NULL || f == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (result_size > RESULT_MAX) {
        return fail_at(err, &decl->pos, "its result is too large", decl->name);
    }
    (void)snprintf(name, name_size, "%s.%s", p->plugin.name, decl->name);
    *f = (function){
        .record = {.externpy = {.name = name, .size_of_result = result_size},
                   .file = decl->pos.file,
                   .line = decl->pos.line,
                   .column = decl->pos.column},
        .plugin = &p->plugin,
        .type = decl->type,
        .is_noreturn = (decl->flags & EC_DECL_NORETURN) != 0,
        .buffer_size = args_size > result_size ? args_size : result_size,
        .next = p->functions};
    f->buffer_size += EC_SLOT_SIZE; /* never 0 */
    embed_status status = failure_make(p, decl, &f->record.failure, err);
    if (status != EMBED_OK) {
        return status;
    }
    status = ec_closure_create(p->types, decl->type, function_called, f,
                               &f->closure, err);
    if (status != EMBED_OK) {
        ec_err_prefix(err, "%s:%d:%d: error: ", decl->pos.file, decl->pos.line,
                      decl->pos.column);
        return status;
    }
    p->functions = f;
    global->address = &f->record.externpy;
    global->size_or_direct_fn = ec_closure_code(f->closure);
    *out = f;
    return EMBED_OK;
}

static embed_status
constant_make(made_plugin *p, ec_type *getter, const ec_decl *decl,
              struct embed_global *global, ec_err *err)
{
    constant *c = ec_types_alloc(p->types, sizeof *c);
    if (c == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *c = (constant){.value = (uint64_t)decl->value,
                    .is_signed = ec_type_is_signed(decl->type),
                    .next = p->constants};
    embed_status status = ec_closure_create(p->types, getter, constant_called,
                                            c, &c->closure, err);
    if (status == EMBED_OK) {
        p->constants = c;
        global->address = ec_closure_code(c->closure);
    }
    return status;
}

/* Order of declaration. */
static int
export_compare(const void *a, const void *b)
{
    const struct embed_export *x = *(const struct embed_export *const *)a;
    const struct embed_export *y = *(const struct embed_export *const *)b;
    return x->line != y->line      ? (x->line < y->line ? -1 : 1)
           : x->column < y->column ? -1
                                   : x->column > y->column;
}

/* Makes what the names of the tables stand for. */
static embed_status
globals_make(made_plugin *p, ec_type *getter, ec_err *err)
{
    size_t n = (size_t)p->tables.context.num_globals;
    struct embed_export **exports =
        // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
        ec_types_alloc(p->types, (n + 1) * sizeof *exports);
    p->plugin.trampolines =
        // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
        ec_types_alloc(p->types, (n + 1) * sizeof *p->plugin.trampolines);
    if (exports == NULL || p->plugin.trampolines == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < n && status == EMBED_OK; i++) {
        const ec_decl *decl = p->tables.decls[i];
        struct embed_global *global = &p->tables.globals[i];
        function *f = NULL;
        if (decl->kind == EC_DECL_CONSTANT) {
            status = constant_make(p, getter, decl, global, err);
        } else {
            status = function_make(p, decl, global, &f, err);
        }
        if (f != NULL) {
            exports[p->plugin.num_exports++] = &f->record;
        }
    }
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    qsort((void *)exports, p->plugin.num_exports, sizeof *exports,
          export_compare);
    p->plugin.exports = exports;
    return status;
}

/* Parses, and refuses what only a compiler could make. */
static embed_status
declarations_read(const made_plugin *p, const char *text, const char *file,
                  ec_err *err)
{
    const ec_parse_opts opts = {.flags = EC_PARSE_CDEF | EC_PARSE_RUN_TIME};
    ec_diag diag;
    embed_status status =
        ec_parse_decls(p->scope, text, strlen(text), file, &opts, &diag);
    if (status == EMBED_E_NOMEM) {
        return ec_fail(err, status, "out of memory");
    }
    if (status != EMBED_OK) {
        char full[sizeof(ec_diag) + 256];
        (void)ec_diag_format(&diag, full, sizeof full);
        (void)ec_fail(err, EMBED_E_INVALID, "%s:%d:%d: error: %s",
                      diag.pos.file, diag.pos.line, diag.pos.column,
                      diag.message);
        err->traceback = strdup(full);
        return EMBED_E_INVALID;
    }
    for (size_t i = 0; i < ec_scope_count(p->scope); i++) {
        const ec_decl *decl = ec_scope_at(p->scope, i);
        if (decl->kind == EC_DECL_VARIABLE) {
            return fail_at(err, &decl->pos,
                           "without a compiler there are no C variables",
                           decl->name);
        }
    }
    return EMBED_OK;
}

/* From the text to the whole descriptor. */
static embed_status
plugin_fill(made_plugin *p, const char *declarations, const char *file,
            ec_err *err)
{
    static const char getter_text[] = "int(unsigned long long *)";
    ec_diag diag;
    ec_type *getter = NULL;
    embed_status status = declarations_read(p, declarations, file, err);
    if (status == EMBED_OK) {
        status = ec_table_make(p->scope, &p->tables, err);
    }
    if (status == EMBED_OK &&
        ec_parse_type(p->scope, getter_text, sizeof getter_text - 1, &getter,
                      &diag) != EMBED_OK) {
        status = ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (status == EMBED_OK) {
        status = globals_make(p, getter, err);
    }
    p->plugin.context = &p->tables.context;
    p->plugin.context_version = p->tables.version;
    return status;
}

embed_status
ec_plugin_make(const char *name, const char *declarations, const char *file,
               struct embed_plugin **out, ec_err *err)
{
    made_plugin *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    p->types = ec_types_create();
    p->scope = p->types == NULL ? NULL : ec_scope_create(p->types, NULL);
    p->plugin = (struct embed_plugin){.abi = EMBED_PLUGIN_ABI,
                                      .size = sizeof(struct embed_plugin)};
    if (p->scope != NULL) {
        p->plugin.name = ec_types_strndup(p->types, name, strlen(name));
    }
    embed_status status = p->plugin.name == NULL
                              ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                              : plugin_fill(p, declarations, file, err);
    if (status != EMBED_OK) {
        ec_plugin_free(&p->plugin);
        return status;
    }
    ec_scope_destroy(p->scope);
    p->scope = NULL;
    *out = &p->plugin;
    return EMBED_OK;
}
