/* forks.h - children of fork() that check something and end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_FORKS_H
#define EMBED_TESTS_SUPPORT_FORKS_H

#include <stdbool.h>

/** Can a child not start threads?  So with ThreadSanitizer, if the parent had
 *  some. */
#if defined(__SANITIZE_THREAD__)
# define FORKS_NO_THREADS true
#else
# define FORKS_NO_THREADS false
#endif

/** Seconds after which a child that hangs is ended. */
#define FORKS_ALARM_S 20

/** Forks; the child runs `child` and ends through exit().  Returns how it
 *  ended: its exit code, or -signal. */
int forks_wait(void (*child)(void));

/** To be called first in a child that was not made by forks_wait(). */
void forks_in_child(void);

/** Skips the test where the sanitizers' allocators would not survive a fork()
 *  while other threads allocate. */
void forks_need_quiet_allocator(void);

#endif /* EMBED_TESTS_SUPPORT_FORKS_H */
