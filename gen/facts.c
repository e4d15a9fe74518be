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

void
eg_facts_fini(eg_facts *facts)
{
    eg_text_fini(&facts->code);
    eg_text_fini(&facts->prelude);
    free(facts->answers);
    *facts = (eg_facts)EG_FACTS_INIT;
}

size_t
eg_facts_add(eg_facts *facts, const char *macro, const char *fmt, ...)
{
    char expr[EXPR_SIZE];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(expr, sizeof expr, fmt, args);
    va_end(args);
    if (macro != NULL) {
        eg_text_printf(&facts->code, "#ifdef %s\n", macro);
    }
    eg_text_printf(&facts->code, "    printf(\"%%lld\\n\", (long long)(%s));\n",
                   expr);
    if (macro != NULL) {
        eg_text_puts(&facts->code, "#else\n    puts(\"-1\");\n#endif\n");
    }
    return facts->n++;
}

static void
program_make(const eg_facts *facts, const char *include, eg_text *out)
{
    eg_text_printf(out, "%s\n#include <stddef.h>\n#include <stdio.h>\n",
                   include);
    eg_text_puts(out, eg_text_string(&facts->prelude));
    eg_text_puts(out, "int main(void)\n{\n");
    eg_text_puts(out, eg_text_string(&facts->code));
    eg_text_puts(out, "    return 0;\n}\n");
}

/* Reads the numbers that the program printed. */
static embed_status
answers_read(eg_facts *facts, const eg_text *text, ec_err *err)
{
    const char *at = eg_text_string(text);
    facts->answers = calloc(facts->n + 1, sizeof *facts->answers);
    if (facts->answers == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < facts->n; i++) {
        char *end = NULL;
        facts->answers[i] = strtoll(at, &end, 10);
        if (end == at) {
            return ec_fail(err, EMBED_E_INVALID,
                           "the program that asks the compiler ended early");
        }
        at = end;
    }
    return EMBED_OK;
}

/* Compiles `source` to `program` and runs it. */
static embed_status
program_run(const eg_opts *opts, const char *source, const char *program,
            eg_text *out, ec_err *err)
{
    eg_cmd compile = EG_CMD_INIT;
    eg_cmd run = EG_CMD_INIT;
    eg_cmd_compiler(&compile);
    eg_cmd_add(&compile, "-w");
    eg_cmd_add_list(&compile, opts->cpp.items, opts->cpp.n);
    eg_cmd_add(&compile, source);
    eg_cmd_add(&compile, "-o");
    eg_cmd_add(&compile, program);
    embed_status status = eg_cmd_run(&compile, NULL, err);
    if (status == EMBED_OK) {
        eg_cmd_add(&run, program);
        status = eg_cmd_run(&run, out, err);
    }
    eg_cmd_fini(&run);
    eg_cmd_fini(&compile);
    return status;
}

embed_status
eg_facts_ask(eg_facts *facts, const eg_opts *opts, const char *include,
             ec_err *err)
{
    eg_text dir = EG_TEXT_INIT;
    eg_text source = EG_TEXT_INIT;
    eg_text program = EG_TEXT_INIT;
    eg_text code = EG_TEXT_INIT;
    eg_text out = EG_TEXT_INIT;
    program_make(facts, include, &code);
    embed_status status = eg_file_temp_dir(&dir, err);
    if (status == EMBED_OK) {
        eg_text_printf(&source, "%s/facts.c", eg_text_string(&dir));
        eg_text_printf(&program, "%s/facts", eg_text_string(&dir));
        status = eg_file_write(eg_text_string(&source), eg_text_string(&code),
                               code.len, err);
    }
    if (status == EMBED_OK) {
        status = program_run(opts, eg_text_string(&source),
                             eg_text_string(&program), &out, err);
    }
    if (status == EMBED_OK) {
        status = answers_read(facts, &out, err);
    }
    (void)unlink(eg_text_string(&source));
    (void)unlink(eg_text_string(&program));
    (void)rmdir(eg_text_string(&dir));
    eg_text_fini(&out);
    eg_text_fini(&code);
    eg_text_fini(&program);
    eg_text_fini(&source);
    eg_text_fini(&dir);
    return status;
}

int64_t
eg_facts_answer(const eg_facts *facts, size_t number)
{
    return facts->answers == NULL ? 0 : facts->answers[number];
}
