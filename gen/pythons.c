/* pythons.c - the Pythons that libembed was built for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/pythons.h"

#include <stdlib.h>
#include <string.h>

#include "gen/file.h"
#include "gen/paths.h"

/* Takes a field off a line, in place. */
static const char *
field_take(char **at)
{
    char *field = *at;
    size_t n = strcspn(field, "\t\n");
    *at = field + n + (field[n] == '\t');
    field[n] = '\0';
    return field;
}

static embed_status
lines_split(eg_pythons *out, ec_err *err)
{
    size_t lines = 0;
    char *at = out->text.data;
    for (const char *c = at; c != NULL && *c != '\0'; c++) {
        lines += *c == '\n';
    }
    out->items = calloc(lines + 1, sizeof *out->items);
    if (out->items == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    while (out->n < lines) {
        char *end = strchr(at, '\n');
        *end = '\0';
        eg_python *python = &out->items[out->n++];
        python->backend = field_take(&at);
        python->version = field_take(&at);
        python->library = field_take(&at);
        python->command = field_take(&at);
        at = end + 1;
    }
    return EMBED_OK;
}

embed_status
eg_pythons_read(eg_pythons *out, ec_err *err)
{
    eg_text path = EG_TEXT_INIT;
    *out = (eg_pythons){.text = EG_TEXT_INIT};
    embed_status status = eg_paths_lib(&path, err);
    if (status == EMBED_OK) {
        eg_text_puts(&path, "/embed/pythons");
        status = eg_file_read(eg_text_string(&path), &out->text, err);
    }
    if (status == EMBED_OK) {
        status = lines_split(out, err);
    }
    eg_text_fini(&path);
    return status;
}

void
eg_pythons_fini(eg_pythons *pythons)
{
    eg_text_fini(&pythons->text);
    free(pythons->items);
}

const char *
eg_python_name(const eg_python *python)
{
    const char *dash = strchr(python->backend, '-');
    return dash == NULL ? python->backend : dash + 1;
}
