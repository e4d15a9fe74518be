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
eg_report_diag(eg_report *report, const ec_diag *diag)
{
    char text[2048];
    (void)ec_diag_format(diag, text, sizeof text);
    eg_text_puts(&report->text, text);
    if (text[0] != '\0' && text[strlen(text) - 1] != '\n') {
        eg_text_puts(&report->text, "\n");
    }
    report->errors++;
}

/* Copies line `number` of `path` to out[cap]; "" when there is none. */
static void
source_line(const char *path, int number, char *out, size_t cap)
{
    eg_text text = EG_TEXT_INIT;
    out[0] = '\0';
    if (eg_file_read(path, &text, NULL) == EMBED_OK) {
        const char *at = eg_text_string(&text);
        for (int i = 1; at != NULL && i < number; i++) {
            at = strchr(at, '\n');
            at = at == NULL ? NULL : at + 1;
        }
        if (at != NULL) {
            (void)snprintf(out, cap, "%.*s", (int)strcspn(at, "\r\n"), at);
        }
    }
    eg_text_fini(&text);
}

static bool
is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Returns the column, from 1, where the word `name` is in `line`; else 0. */
static int
word_column(const char *line, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = line; (at = strstr(at, name)) != NULL; at++) {
        bool starts = at == line || !is_name_byte(at[-1]);
        if (starts && !is_name_byte(at[len])) {
            return (int)(at - line) + 1;
        }
    }
    return 0;
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
    int column = name == NULL ? 0 : word_column(diag.source, name);
    int columns = (int)strlen(diag.source) + 1;
    if (column > 0) {
        diag.source_column = column;
        diag.pos.column = column;
    } else if (diag.source_column > columns || diag.source_column < 1) {
        diag.source_column = columns;
    }
    eg_report_diag(report, &diag);
}

void
eg_report_error(eg_report *report, const char *fmt, ...)
{
    char message[EC_ERR_TEXT_SIZE];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    eg_text_printf(&report->text, "embed: error: %s\n", message);
    report->errors++;
}

void
eg_report_warning(eg_report *report, const char *fmt, ...)
{
    char message[EC_ERR_TEXT_SIZE];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    eg_text_printf(&report->text, "embed: warning: %s\n", message);
}
