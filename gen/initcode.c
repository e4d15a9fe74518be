/* initcode.c - the Python code that an extension starts with.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/initcode.h"

#include <string.h>

/* Returns the length of the UTF-8 sequence at text[len]; 0 when it is not
 * one.  Source: RFC 3629, section 4. */
static size_t
utf8_length(const unsigned char *text, size_t len)
{
    unsigned char first = text[0];
    size_t n = first < 0x80    ? 1
               : first < 0xc2  ? 0
               : first < 0xe0  ? 2
               : first < 0xf0  ? 3
               : first <= 0xf4 ? 4
                               : 0;
    if (n == 0 || n > len) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool bad = (first == 0xe0 && text[1] < 0xa0) ||
               (first == 0xed && text[1] > 0x9f) ||
               (first == 0xf0 && text[1] < 0x90) ||
               (first == 0xf4 && text[1] > 0x8f);
    return bad ? 0 : n;
}

/* Reports the first byte that cannot be in the text; true when there is
 * none. */
static bool
text_check(const char *path, const eg_text *text, eg_report *report)
{
    const unsigned char *data = (const unsigned char *)eg_text_string(text);
    ec_pos pos = {path, 1, 1};
    for (size_t i = 0; i < text->len;) {
        size_t n = utf8_length(data + i, text->len - i);
        if (n == 0 || data[i] == '\0') {
            eg_report_error_at(report, &pos, NULL, "%s",
                               n == 0 ? "the init code is not UTF-8"
                                      : "the init code holds a NUL byte");
            return false;
        }
        pos.column += (int)n;
        if (data[i] == '\n') {
            pos.line++;
            pos.column = 1;
        }
        i += n;
    }
    return true;
}

/* Appends data[len] with "\r\n" and "\r" as "\n", and a "\n" at the end. */
static void
newlines_normalise(const char *data, size_t len, eg_text *out)
{
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\r') {
            eg_text_add(out, data + start, i - start);
            eg_text_puts(out, "\n");
            i += i + 1 < len && data[i + 1] == '\n';
            start = i + 1;
        }
    }
    eg_text_add(out, data + start, len - start);
    if (out->len > 0 && out->data[out->len - 1] != '\n') {
        eg_text_puts(out, "\n");
    }
}

static const char *
line_end(const char *line)
{
    return line + strcspn(line, "\n");
}

/* Returns the bytes of indentation that all lines with text share. */
static size_t
shared_indentation(const char *text)
{
    const char *first = NULL;
    size_t shared = 0;
    for (const char *at = text; *at != '\0'; at = line_end(at) + 1) {
        size_t indent = strspn(at, " \t");
        if (at[indent] == '\n') {
            continue;
        }
        if (first == NULL) {
            first = at;
            shared = indent;
        }
        size_t same = 0;
        while (same < shared && same < indent && at[same] == first[same]) {
            same++;
        }
        shared = same;
    }
    return shared;
}

/* Appends `text` with `indent` bytes taken from each line with text. */
static void
indentation_remove(const char *text, size_t indent, eg_text *out)
{
    for (const char *at = text; *at != '\0'; at = line_end(at) + 1) {
        size_t len = (size_t)(line_end(at) - at) + 1;
        bool is_blank = at[strspn(at, " \t")] == '\n';
        size_t cut = is_blank ? 0 : indent;
        eg_text_add(out, at + cut, len - cut);
    }
}

bool
eg_initcode_normalise(const char *path, const char *data, size_t len,
                      eg_text *out, eg_report *report)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t skip = len >= 3 && memcmp(data, mark, 3) == 0 ? 3 : 0;
    eg_text text = EG_TEXT_INIT;
    newlines_normalise(data + skip, len - skip, &text);
    bool good = text_check(path, &text, report);
    if (good) {
        const char *string = eg_text_string(&text);
        indentation_remove(string, shared_indentation(string), out);
    }
    out->failed = out->failed || text.failed;
    eg_text_fini(&text);
    return good;
}
