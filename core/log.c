/* log.c - what libembed does, for the operator: EMBED_LOG=LEVEL[,FILE].
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 1024

static const char *const names[] = {"off", "error", "warning", "info", "debug"};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ec_log_level level_max;
static int out = STDERR_FILENO;

/* Writes a line that is all of `text`; what cannot be written is lost. */
static void
line_write(const char *text)
{
    size_t n = strlen(text);
    ssize_t done = write(out, text, n);
    (void)done;
}

static void
setting_read(void)
{
    const char *text = secure_getenv("EMBED_LOG");
    if (text == NULL || text[0] == '\0') {
        return;
    }
    size_t n = strcspn(text, ",");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == n && strncmp(text, names[i], n) == 0) {
            level_max = (ec_log_level)i;
            n = i == EC_LOG_OFF ? strlen(text) : n;
            break;
        }
        if (i == EC_LOG_DEBUG) {
            line_write("libembed: error: EMBED_LOG must be LEVEL[,FILE] with "
                       "error, warning, info or debug\n");
            return;
        }
    }
    if (text[n] == ',') {
        int fd =
            open(text + n + 1, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0) {
            line_write("libembed: error: the file that EMBED_LOG names cannot "
                       "be written\n");
        } else {
            out = fd;
        }
    }
}

void
ec_log(ec_log_level level, const char *extension, const char *format, ...)
{
    int saved = errno;
    (void)pthread_once(&once, setting_read);
    if (level <= level_max) {
        char line[LINE_SIZE];
        int n = snprintf(line, sizeof line, "libembed: %s: %.127s%s",
                         names[level], extension == NULL ? "" : extension,
                         extension == NULL ? "" : ": ");
        size_t used = n < 0 ? 0 : (size_t)n;
        va_list args;
        va_start(args, format);
        n = vsnprintf(line + used, sizeof line - used - 1, format, args);
        va_end(args);
        used += n < 0 ? 0 : (size_t)n;
        used = used < sizeof line - 2 ? used : sizeof line - 2;
        line[used] = '\n';
        line[used + 1] = '\0';
        line_write(line);
    }
    errno = saved;
}
