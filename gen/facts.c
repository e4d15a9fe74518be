/* facts.c - questions to the C compiler about a header, and its answers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/cc.h"
#include "gen/file.h"

#define EXPR_SIZE 2048

typedef struct eg_fact {
    size_t start; /* of its statements in `code` */
    int64_t answer;
    bool is_known;
} eg_fact;

void
eg_facts_fini(eg_facts *facts)
{
    eg_text_fini(&facts->code);
    free(facts->list);
    *facts = (eg_facts)EG_FACTS_INIT;
}

/* Makes room for one more. */
static bool
list_grow(eg_facts *facts)
{
    if (facts->n < facts->cap) {
        return true;
    }
    size_t cap = facts->cap == 0 ? 64 : facts->cap * 2;
    eg_fact *list = realloc(facts->list, cap * sizeof *list);
    if (list == NULL) {
        facts->failed = true;
        return false;
    }
    facts->list = list;
    facts->cap = cap;
    return true;
}

size_t
eg_facts_add(eg_facts *facts, const char *macro, const char *fmt, ...)
{
    char expr[EXPR_SIZE];
    va_list args;
    if (!list_grow(facts)) {
        return facts->n;
    }
    facts->list[facts->n] = (eg_fact){.start = facts->code.len};
    va_start(args, fmt);
    (void)vsnprintf(expr, sizeof expr, fmt, args);
    va_end(args);
    if (macro != NULL) {
        eg_text_printf(&facts->code, "#ifdef %s\n", macro);
    }
    /* `%` takes integers only. */
    eg_text_printf(&facts->code,
                   "    printf(\"%%lld\\n\", "
                   "((void)sizeof((%s) %% 1), (long long)(%s)));\n",
                   expr, expr);
    if (macro != NULL) {
        eg_text_puts(&facts->code, "#else\n    puts(\"-1\");\n#endif\n");
    }
    return facts->n++;
}

/* --- the program ----------------------------------------------------------*/

/* Where it is, and what is needed to make it. */
typedef struct asker {
    eg_facts *facts;
    const eg_opts *opts;
    const char *include;
    const char *source;
    const char *program;
} asker;

/* Questions [first, end). */
static void
program_make(const asker *a, size_t first, size_t end, eg_text *out)
{
    const eg_facts *facts = a->facts;
    size_t from = first < facts->n ? facts->list[first].start : 0;
    size_t to = end < facts->n ? facts->list[end].start : facts->code.len;
    eg_text_printf(out, "%s\n#include <stddef.h>\n#include <stdio.h>\n",
                   a->include);
    eg_text_puts(out, "int main(void)\n{\n");
    if (first < end) {
        eg_text_add(out, eg_text_string(&facts->code) + from, to - from);
    }
    eg_text_puts(out, "    return 0;\n}\n");
}

/* Compiles the program and runs it. */
static embed_status
program_run(const asker *a, bool is_silent, eg_text *out, ec_err *err)
{
    eg_cmd compile = EG_CMD_INIT;
    eg_cmd run = EG_CMD_INIT;
    eg_cmd_compiler(&compile);
    eg_cmd_add(&compile, "-w");
    eg_cmd_add_list(&compile, a->opts->cpp.items, a->opts->cpp.n);
    eg_cmd_add(&compile, a->source);
    eg_cmd_add(&compile, "-o");
    eg_cmd_add(&compile, a->program);
    if (is_silent) {
        eg_cmd_silence(&compile);
    }
    embed_status status = eg_cmd_run(&compile, NULL, err);
    if (status == EMBED_OK) {
        eg_cmd_add(&run, a->program);
        status = eg_cmd_run(&run, out, err);
    }
    eg_cmd_fini(&run);
    eg_cmd_fini(&compile);
    return status;
}

/* Reads the numbers that the program printed. */
static embed_status
answers_read(eg_facts *facts, size_t first, size_t end, const eg_text *text,
             ec_err *err)
{
    const char *at = eg_text_string(text);
    for (size_t i = first; i < end; i++) {
        char *after = NULL;
        facts->list[i].answer = strtoll(at, &after, 10);
        if (after == at) {
            return ec_fail(err, EMBED_E_INVALID,
                           "the program that asks the compiler ended early");
        }
        at = after;
    }
    for (size_t i = first; i < end; i++) {
        facts->list[i].is_known = true;
    }
    return EMBED_OK;
}

/* Asks questions [first, end); all of them, or none, are answered. */
static embed_status
ask_once(const asker *a, size_t first, size_t end, ec_err *err)
{
    eg_text code = EG_TEXT_INIT;
    eg_text out = EG_TEXT_INIT;
    program_make(a, first, end, &code);
    embed_status status =
        code.failed
            ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
            : eg_file_write(a->source, eg_text_string(&code), code.len, err);
    if (status == EMBED_OK) {
        status = program_run(a, first < end, &out, err);
    }
    if (status == EMBED_OK) {
        status = answers_read(a->facts, first, end, &out, err);
    }
    eg_text_fini(&out);
    eg_text_fini(&code);
    return status;
}

/* As ask_once(), leaving out those that cannot be compiled. */
static embed_status // NOLINTNEXTLINE(misc-no-recursion): halves
ask_range(const asker *a, size_t first, size_t end, ec_err *err)
{
    embed_status status = ask_once(a, first, end, err);
    if (status != EMBED_E_INVALID || first == end) {
        return status;
    }
    ec_err_clear(err);
    if (end - first == 1) {
        return EMBED_OK;
    }
    size_t middle = first + (end - first) / 2;
    status = ask_range(a, first, middle, err);
    return status == EMBED_OK ? ask_range(a, middle, end, err) : status;
}

static embed_status
ask(const asker *a, ec_err *err)
{
    embed_status status = ask_once(a, 0, a->facts->n, err);
    if (status != EMBED_E_INVALID || a->facts->n == 0) {
        return status;
    }
    /* Is it the header? */
    ec_err_clear(err);
    status = ask_once(a, 0, 0, err);
    return status == EMBED_OK ? ask_range(a, 0, a->facts->n, err) : status;
}

embed_status
eg_facts_ask(eg_facts *facts, const eg_opts *opts, const char *include,
             ec_err *err)
{
    eg_text dir = EG_TEXT_INIT;
    eg_text source = EG_TEXT_INIT;
    eg_text program = EG_TEXT_INIT;
    if (facts->failed || facts->code.failed) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = eg_file_temp_dir(&dir, err);
    if (status == EMBED_OK) {
        eg_text_printf(&source, "%s/facts.c", eg_text_string(&dir));
        eg_text_printf(&program, "%s/facts", eg_text_string(&dir));
        const asker a = {facts, opts, include, eg_text_string(&source),
                         eg_text_string(&program)};
        status = ask(&a, err);
    }
    (void)unlink(eg_text_string(&source));
    (void)unlink(eg_text_string(&program));
    (void)rmdir(eg_text_string(&dir));
    eg_text_fini(&program);
    eg_text_fini(&source);
    eg_text_fini(&dir);
    return status;
}

bool
eg_facts_answer(const eg_facts *facts, size_t number, int64_t *out)
{
    if (number >= facts->n || !facts->list[number].is_known) {
        return false;
    }
    *out = facts->list[number].answer;
    return true;
}
