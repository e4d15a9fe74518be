/* fuzz_parse.c - the C parser on any bytes: it may refuse them, it must not
 * crash, hang or leak.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/types/cparse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parses declarations in one mode, and formats what is wrong with them. */
static void
parse_decls(const char *text, size_t len, unsigned flags)
{
    ec_types *types = ec_types_create();
    ec_scope *scope = ec_scope_create(types, NULL);
    ec_parse_opts opts = {.flags = flags, .main_file = "main.h"};
    ec_diag diag;
    char line[128];

    if (ec_parse_decls(scope, text, len, "fuzz.h", &opts, &diag) ==
        EMBED_E_INVALID) {
        (void)ec_diag_format(&diag, line, sizeof(line));
    }
    ec_scope_destroy(scope);
    ec_types_destroy(types);
}

/* Parses an expression, as a type and as a constant. */
static void
parse_expressions(const char *text, size_t len)
{
    ec_types *types = ec_types_create();
    ec_scope *scope = ec_scope_create(types, NULL);
    ec_diag diag;
    ec_type *type = NULL;
    int64_t value = 0;
    bool is_unsigned = false;

    (void)ec_parse_type(scope, text, len, &type, &diag);
    (void)ec_parse_const(scope, text, len, &value, &is_unsigned, &diag);
    ec_scope_destroy(scope);
    ec_types_destroy(types);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact copy, so that reading beyond the end is seen. */
    char *text = malloc(size == 0 ? 1 : size);

    if (text == NULL) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)data[i];
    }
    parse_decls(text, size, 0);
    parse_decls(text, size, EC_PARSE_SKIP);
    parse_decls(text, size, EC_PARSE_CDEF);
    parse_expressions(text, size);
    free(text);
    return 0;
}
