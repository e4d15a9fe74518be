/* report.h - how a failure reaches the host: last error, hook, stderr.
 *
 * Threads: any.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_REPORT_H
#define EMBED_CORE_REPORT_H

#include "core/err.h"
#include "core/lock.h"
#include "core/slot.h"

/** From now on nothing is written to stderr: the process is ending.  The log has
 *  it, at level debug. */
void ec_report_hush(void);

/** Makes `err` this thread's last error and calls the error hook.
 *  @param function  name of the export, or "" */
void
ec_report_set(const char *extension, const char *function, const ec_err *err);

/** The end of every function of embed.h: sets or clears the last error.
 *  Frees what `err` owns.  Returns its status. */
embed_status ec_report_api(const char *extension, ec_err *err);

/** Gives a call its failure value, says so on stderr (unless a hook is set)
 *  and reports it.  errno is kept.  (ec_core.fail) */
void ec_report_fail(struct embed_externpy *fn, char *buffer, const ec_err *err);

/** A call that came out of libembed or Python itself: goes on to the function of
 *  the C library that the export is in the place of, else gets its failure
 *  value.  Takes no lock, allocates nothing, calls no hook; tells stderr once for
 *  each extension.  (ec_core.refuse) */
void ec_report_inside(struct embed_externpy *fn, char *buffer);

/** Reports a failure that Python has printed already.  errno is kept.
 *  (ec_core.report) */
void ec_report_call(struct embed_externpy *fn, const ec_err *err);

/** Gives a call its declared failure value, silently. */
void ec_failure_value(const struct embed_externpy *fn, char *buffer);

const embed_error *ec_report_last(void);
void ec_report_clear(void);
void ec_report_set_hook(embed_error_hook *hook, void *arg);

/** fork: takes the lock in prepare, releases it in parent and child. */
void ec_report_fork_prepare(void) EC_UNCHECKED;
void ec_report_fork_parent(void) EC_UNCHECKED;
void ec_report_fork_child(void) EC_UNCHECKED;

#endif /* EMBED_CORE_REPORT_H */
