/* emit_bundle.c - bundled files as data.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/emit_parts.h"

#include <string.h>

/* Bytes of a file on one line. */
#define LINE_BYTES 64

static void
emit_file(const eg_emitter *em, const eg_bundled *file, size_t number)
{
    const char *data = eg_text_string(&file->data);
    eg_text *out = em->out;
    eg_text_printf(out, "\nstatic const char embed_b_%zu[] =", number);
    for (size_t at = 0; at < file->data.len || at == 0; at += LINE_BYTES) {
        size_t left = file->data.len - at;
        eg_text_puts(out, "\n    ");
        eg_text_literal(out, data + at, left < LINE_BYTES ? left : LINE_BYTES);
    }
    eg_text_puts(out, ";\n");
}

void
eg_emit_bundle(const eg_emitter *em)
{
    const eg_bundle *bundle = &em->plan->spec->bundle;
    eg_text *out = em->out;
    if (bundle->n == 0) {
        return;
    }
    eg_emit_heading(em, "bundled files");
    for (size_t i = 0; i < bundle->n; i++) {
        emit_file(em, &bundle->files[i], i);
    }
    eg_text_puts(out,
                 "\nstatic const struct embed_bundled embed_bundle[] = {\n");
    for (size_t i = 0; i < bundle->n; i++) {
        const char *path = bundle->files[i].path;
        eg_text_puts(out, "    {");
        eg_text_literal(out, path, strlen(path));
        eg_text_printf(out, ", embed_b_%zu, sizeof embed_b_%zu - 1},\n", i, i);
    }
    eg_text_puts(out, "};\n");
}
