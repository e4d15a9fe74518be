/* child.c - something tried out in a child process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gen/clock.h"

static long
now_ms(void)
{
    return (long)(eg_clock_ns() / 1000000u);
}

_Noreturn static void
child_main(eg_child_fn *fn, void *arg, int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    FILE *out = fdopen(fd, "w");
    if (null < 0 || out == NULL || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0) {
        _exit(EXIT_FAILURE);
    }
    (void)setvbuf(out, NULL, _IOLBF, 0); /* what it says comes out, whatever
                                            comes next */
    fn(arg, out);
    (void)fflush(out);
    exit(EXIT_SUCCESS); // NOLINT(concurrency-mt-unsafe): exit handlers run
}

/* Reads until the child closes the pipe.  False when time is up. */
static bool
pipe_read(int fd, long end_ms, eg_text *out)
{
    char buffer[4096];
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        long left = end_ms - now_ms();
        int ready = left <= 0 ? 0 : poll(&p, 1, (int)left);
        if (ready == 0) {
            return false;
        }
        ssize_t n = ready < 0 ? -1 : read(fd, buffer, sizeof buffer);
        if (n > 0) {
            eg_text_add(out, buffer, (size_t)n);
        } else if (n == 0) {
            return true;
        } else if (errno != EINTR) {
            return false;
        }
    }
}

static void
ended_with(eg_child *result, int status)
{
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Waits for the child, and ends it when time is up. */
static void
child_wait(pid_t pid, long end_ms, eg_child *result)
{
    int status = 0;
    const struct timespec moment = {0, 5000000};
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_ms() >= end_ms) {
            result->timed_out = true;
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            break;
        }
        (void)nanosleep(&moment, NULL);
    }
    ended_with(result, status);
}

bool
eg_child_run(eg_child_fn *fn, void *arg, unsigned timeout_s, eg_child *result)
{
    int fds[2];
    long end_ms = now_ms() + (long)timeout_s * 1000;
    *result = (eg_child){.text = EG_TEXT_INIT};
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return false;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(fds[0]);
        child_main(fn, arg, fds[1]);
    }
    (void)close(fds[1]);
    if (pid > 0) {
        (void)pipe_read(fds[0], end_ms, &result->text);
        child_wait(pid, end_ms, result);
    }
    (void)close(fds[0]);
    return pid > 0;
}

bool
eg_child_follow(eg_child_main_fn *fn, void *arg, eg_child *result)
{
    int status = 0;
    *result = (eg_child){.text = EG_TEXT_INIT};
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        exit(fn(arg)); // NOLINT(concurrency-mt-unsafe): it is part of it
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    ended_with(result, status);
    return pid > 0;
}
