/* forks.c - children of fork() that check something and end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/forks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"

static bool is_child;

/* Asked by LeakSanitizer: in a child, what belongs to the threads that stayed
 * behind would look lost. */
int __lsan_is_turned_off(void);
__attribute__((visibility("default"))) int
__lsan_is_turned_off(void)
{
    return is_child;
}

void
forks_in_child(void)
{
    is_child = true;
    (void)alarm(e2e_is_sanitized() ? 4 * FORKS_ALARM_S : FORKS_ALARM_S);
}

int
forks_wait(void (*child)(void))
{
    pid_t pid = e2e_fork();
    E2E_CHECK(pid >= 0);
    if (pid == 0) {
        forks_in_child();
        child();
        exit(0); /* NOLINT(concurrency-mt-unsafe): handlers are the point */
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        E2E_CHECK_INT(errno, EINTR);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void
forks_need_quiet_allocator(void)
{
    if (e2e_is_sanitized()) {
        skip();
    }
}
