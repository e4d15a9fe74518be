/* fuzz_inspect.c - the reader of libraries on any file: it may refuse it, it must
 * not crash, hang or leak.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact copy, so that reading beyond the end is seen. */
    void *copy = malloc(size == 0 ? 1 : size);
    ec_err err = EC_ERR_INIT;
    eg_text out = EG_TEXT_INIT;

    if (copy == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    if (eg_inspect(copy, size, &out, &err) != EMBED_OK && err.text[0] == '\0') {
        abort(); /* refused without a reason */
    }
    ec_err_clear(&err);
    eg_text_fini(&out);
    free(copy);
    return 0;
}
