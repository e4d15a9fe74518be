/* report.c - what the generator has to say to its user.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen/file.h"

void
eg_report_fini(eg_report *report)
{
    eg_text_fini(&report->text);
    report->errors = 0;
}

void
eg_report_print(eg_report *report)
{
    (void)fflush(stdout);
    (void)fputs(eg_text_string(&report->text), stderr);
    eg_report_fini(report);
}

void
eg_line_find(const eg_text *text, int number, char *out, size_t cap)
{
    const char *at = eg_text_string(text);
    for (int i = 1; at != NULL && i < number; i++) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    out[0] = '\0';
    if (at != NULL) {
        (void)snprintf(out, cap, "%.*s", (int)strcspn(at, "\r\n"), at);
    }
}

static bool
is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

int
eg_line_column(const char *line, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = line; (at = strstr(at, word)) != NULL; at++) {
        bool starts = at == line || !is_name_byte(at[-1]);
        if (starts && !is_name_byte(at[len])) {
            return (int)(at - line) + 1;
        }
    }
    return 0;
}

/* Copies line `number` of `path` to out[cap]; "" when there is none. */
static void
source_line(const char *path, int number, char *out, size_t cap)
{
    eg_text text = EG_TEXT_INIT;
    (void)eg_file_read(path, &text, NULL);
    eg_line_find(&text, number, out, cap);
    eg_text_fini(&text);
}

/* Returns the column that a message about the word at `column` of `expanded`
 * has in `line`, which is the same before macros were expanded. */
static int
line_column(const char *line, const char *expanded, int column)
{
    char word[128];
    const char *at = expanded + column - 1;
    size_t rest = strlen(at);
    size_t len = 0;
    if (rest > 0 && strlen(line) >= rest &&
        strcmp(line + strlen(line) - rest, at) == 0) {
        return (int)(strlen(line) - rest) + 1;
    }
    while (len < sizeof word - 1 && is_name_byte(at[len])) {
        len++;
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)len, at);
    const char *wanted =
        strcmp(word, "__embed_on_failure__") == 0 ? "EMBED_ON_FAILURE" : word;
    int found = len == 0 ? 0 : eg_line_column(line, wanted);
    return found > 0 ? found : (int)strspn(line, " \t") + 1;
}

static void
diag_add(eg_report *report, const ec_diag *diag)
{
    char text[2048];
    (void)ec_diag_format(diag, text, sizeof text);
    eg_text_printf(&report->text, "%s\n", text);
    report->errors++;
}

void
eg_report_diag(eg_report *report, const ec_diag *diag)
{
    ec_diag shown = *diag;
    char line[sizeof shown.source];
    source_line(diag->pos.file, diag->pos.line, line, sizeof line);
    if (line[0] != '\0' && strcmp(line, diag->source) != 0 &&
        diag->source_column >= 1 &&
        diag->source_column <= (int)strlen(diag->source) + 1) {
        shown.source_column =
            line_column(line, diag->source, diag->source_column);
        shown.pos.column = shown.source_column;
        memcpy(shown.source, line, sizeof line);
    }
    diag_add(report, &shown);
}

void
eg_report_error_at(eg_report *report, const ec_pos *pos, const char *name,
                   const char *fmt, ...)
{
    ec_diag diag = {.pos = *pos, .source_column = pos->column};
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(diag.message, sizeof diag.message, fmt, ap);
    va_end(ap);
    source_line(pos->file, pos->line, diag.source, sizeof diag.source);
    int column = name == NULL ? 0 : eg_line_column(diag.source, name);
    int columns = (int)strlen(diag.source) + 1;
    if (column > 0) {
        diag.source_column = column;
        diag.pos.column = column;
    } else if (diag.source_column > columns || diag.source_column < 1) {
        diag.source_column = columns;
    }
    diag_add(report, &diag);
}

static void plain_add(eg_report *report, const char *what, const char *fmt,
                      va_list ap) __attribute__((format(printf, 3, 0)));

/* Adds a message that has no place in a file; `what` is its kind. */
static void
plain_add(eg_report *report, const char *what, const char *fmt, va_list ap)
{
    char message[EC_ERR_TEXT_SIZE];
    (void)vsnprintf(message, sizeof message, fmt, ap);
    eg_text_printf(&report->text, "embed: %s: %s\n", what, message);
}

void
eg_report_error(eg_report *report, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    plain_add(report, "error", fmt, ap);
    va_end(ap);
    report->errors++;
}

void
eg_report_warning(eg_report *report, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    plain_add(report, "warning", fmt, ap);
    va_end(ap);
}

embed_status
eg_report_take(eg_report *report, ec_err *err)
{
    embed_status status = err->status;
    if (status != EMBED_OK) {
        eg_report_error(report, "%s", err->text);
    }
    ec_err_clear(err);
    return status;
}
