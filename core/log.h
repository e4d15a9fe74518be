/* log.h - what libembed does, for the operator: EMBED_LOG=LEVEL[,FILE].
 *
 * LEVEL is error, warning, info or debug; FILE is appended to, without it lines
 * go to stderr.  Nothing is logged unless EMBED_LOG is set; set-id processes
 * ignore it (R19).  Notices go to stderr in any case.
 *
 * Threads: any, also with locks held: a line is one write().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LOG_H
#define EMBED_CORE_LOG_H

typedef enum ec_log_level {
    EC_LOG_OFF = 0,
    EC_LOG_ERROR = 1,   /* an extension cannot be used */
    EC_LOG_WARNING = 2, /* something is not as it was asked for */
    EC_LOG_INFO = 3,    /* Python and extensions: start and end */
    EC_LOG_DEBUG = 4    /* all there is */
} ec_log_level;

/** Writes "libembed: LEVEL: EXTENSION: TEXT".  errno is kept.
 *  @param extension  NULL: it is about none */
void ec_log(ec_log_level level, const char *extension, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Writes a warning that the operator has to see: to stderr, whatever EMBED_LOG
 *  says, and to its file.  errno is kept.
 *  @param extension  NULL: it is about none */
void ec_notice(const char *extension, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same about no extension; a text that was written before is not written
 *  again. */
void
ec_notice_once(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* EMBED_CORE_LOG_H */
