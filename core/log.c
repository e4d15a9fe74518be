/* log.c - what libembed does, for the operator: EMBED_LOG=LEVEL[,FILE].
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/inside.h"
#include "core/libc.h"

#define LINE_SIZE 1024

static const char *const names[] = {"off", "error", "warning", "info", "debug"};

/* How many texts ec_notice_once() remembers; a process has a few. */
#define TOLD_MAX 64u

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ec_log_level level_max;
static int out = STDERR_FILENO;
static _Atomic uint64_t told[TOLD_MAX]; /* hashes of texts; 0: free */

/* Writes a line to `fd` in one piece.  Returns false when it did not arrive. */
static bool
line_write(int fd, const char *line)
{
    size_t n = strlen(line);
    ssize_t done = 0;
    do {
        done = write(fd, line, n);
    } while (done < 0 && errno == EINTR);
    return done == (ssize_t)n;
}

/* Makes "libembed: LEVEL: EXTENSION: TEXT" and a newline.  What is not to be
 * printed would make several lines of it, or change the terminal. */
static void __attribute__((format(printf, 4, 0)))
line_make(char *line, ec_log_level level, const char *extension,
          const char *format, va_list args)
{
    int n = snprintf(line, LINE_SIZE, "libembed: %s: %.127s%s", names[level],
                     extension == NULL ? "" : extension, extension ? ": " : "");
    size_t used = n < 0 ? 0 : (size_t)n;
    n = vsnprintf(line + used, LINE_SIZE - used - 1, format, args);
    used += n < 0 ? 0 : (size_t)n;
    used = used < LINE_SIZE - 2 ? used : LINE_SIZE - 2;
    for (size_t i = 0; i < used; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c < ' ' || c == 0x7f) {
            line[i] = '?';
        }
    }
    line[used] = '\n';
    line[used + 1] = '\0';
}

/* Says on stderr what is wrong with EMBED_LOG. */
static void __attribute__((format(printf, 1, 2)))
setting_complain(const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    line_make(line, EC_LOG_ERROR, NULL, format, args);
    va_end(args);
    (void)line_write(STDERR_FILENO, line);
}

/* The level whose name the first n bytes of `text` are; DEBUG + 1: none. */
static ec_log_level
level_named(const char *text, size_t n)
{
    ec_log_level level = EC_LOG_OFF;
    while (level <= EC_LOG_DEBUG &&
           (strlen(names[level]) != n || strncmp(text, names[level], n) != 0)) {
        level++;
    }
    return level;
}

static void
setting_read(void)
{
    const char *text = secure_getenv("EMBED_LOG");
    if (text == NULL || text[0] == '\0') {
        return;
    }
    size_t n = strcspn(text, ",");
    ec_log_level level = level_named(text, n);
    if (level > EC_LOG_DEBUG) {
        setting_complain("EMBED_LOG='%.200s' is not LEVEL[,FILE] with off, "
                         "error, warning, info or debug; it has no effect",
                         text);
        return;
    }
    level_max = level;
    if (text[n] == ',' && level > EC_LOG_OFF) {
        int fd = ec_libc_now.open(
            text + n + 1, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0) {
            setting_complain("EMBED_LOG='%.200s': the file cannot be written: "
                             "%s; stderr has the log",
                             text, ec_errno_text(errno));
        } else {
            out = fd;
        }
    }
}

/* Writes a line to the log; to stderr when its file takes no more. */
static void
log_write(const char *line)
{
    if (!line_write(out, line) && out != STDERR_FILENO) {
        ec_notice_once("EMBED_LOG: its file cannot be written: %s",
                       ec_errno_text(errno));
        (void)line_write(STDERR_FILENO, line);
    }
}

void
ec_log(ec_log_level level, const char *extension, const char *format, ...)
{
    int saved = errno;
    ec_inside_enter();
    (void)pthread_once(&once, setting_read);
    if (level <= level_max) {
        char line[LINE_SIZE];
        va_list args;
        va_start(args, format);
        line_make(line, level, extension, format, args);
        va_end(args);
        log_write(line);
    }
    ec_inside_leave();
    errno = saved;
}

/* Writes a line to stderr, and to the log's file where it has one. */
static void
notice_write(const char *line)
{
    (void)line_write(STDERR_FILENO, line);
    if (level_max >= EC_LOG_WARNING && out != STDERR_FILENO) {
        (void)line_write(out, line);
    }
}

void
ec_notice(const char *extension, const char *format, ...)
{
    int saved = errno;
    ec_inside_enter();
    (void)pthread_once(&once, setting_read);
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    line_make(line, EC_LOG_WARNING, extension, format, args);
    va_end(args);
    notice_write(line);
    ec_inside_leave();
    errno = saved;
}

/* Remembers a line.  Returns false when it is known, by its hash (FNV-1a, of 64
 * bits); true also when there is no room left. */
static bool
told_add(const char *line)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = line; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    }
    hash |= 1; /* 0 is a free place */
    for (size_t i = 0; i < TOLD_MAX; i++) {
        uint64_t there = 0;
        _Atomic uint64_t *place = &told[(hash + i) % TOLD_MAX];
        if (atomic_compare_exchange_strong(place, &there, hash)) {
            return true;
        }
        if (there == hash) {
            return false;
        }
    }
    return true;
}

void
ec_notice_once(const char *format, ...)
{
    int saved = errno;
    ec_inside_enter();
    (void)pthread_once(&once, setting_read);
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    line_make(line, EC_LOG_WARNING, NULL, format, args);
    va_end(args);
    if (told_add(line)) {
        notice_write(line);
    }
    ec_inside_leave();
    errno = saved;
}
