/* err.c - an error as a value: status, text, and what Python said.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
text_dup(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

embed_status
ec_fail(ec_err *err, embed_status status, const char *fmt, ...)
{
    if (err != NULL) {
        /* Formatted first: an argument may point into `err` itself. */
        char text[EC_ERR_TEXT_SIZE];
        va_list ap;
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        ec_err_clear(err);
        err->status = status;
        memcpy(err->text, text, sizeof text);
    }
    return status;
}

const char *
ec_errno_text(int error)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a constant for each
    return strerror(error);
}

void
ec_err_prefix(ec_err *err, const char *fmt, ...)
{
    if (err == NULL) {
        return;
    }
    char text[EC_ERR_TEXT_SIZE];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text) {
        return;
    }
    (void)snprintf(text + n, sizeof text - (size_t)n, "%s", err->text);
    memcpy(err->text, text, sizeof text);
}

embed_status
ec_err_copy(ec_err *to, const ec_err *from)
{
    if (to == NULL || to == from) {
        return from->status;
    }
    ec_err_clear(to);
    to->status = from->status;
    memcpy(to->text, from->text, sizeof to->text);
    to->type = text_dup(from->type);
    to->value = text_dup(from->value);
    to->traceback = text_dup(from->traceback);
    return to->status;
}

void
ec_err_clear(ec_err *err)
{
    if (err == NULL) {
        return;
    }
    free(err->type);
    free(err->value);
    free(err->traceback);
    *err = (ec_err)EC_ERR_INIT;
}
