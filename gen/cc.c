/* cc.c - the C compiler as a child process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cc.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void
eg_cmd_fini(eg_cmd *cmd)
{
    for (size_t i = 0; i < cmd->n; i++) {
        free(cmd->argv[i]);
    }
    free(cmd->argv);
    *cmd = (eg_cmd)EG_CMD_INIT;
}

/* Appends a string that becomes the command's; NULL means out of memory. */
static void
cmd_take(eg_cmd *cmd, char *argument)
{
    if (argument != NULL && cmd->n + 1 >= cmd->cap) {
        size_t cap = cmd->cap == 0 ? 32 : cmd->cap * 2;
        char **argv = realloc(cmd->argv, cap * sizeof *argv);
        if (argv == NULL) {
            free(argument);
            argument = NULL;
        } else {
            cmd->argv = argv;
            cmd->cap = cap;
        }
    }
    if (argument == NULL) {
        cmd->failed = true;
        return;
    }
    cmd->argv[cmd->n++] = argument;
    cmd->argv[cmd->n] = NULL;
}

void
eg_cmd_silence(eg_cmd *cmd)
{
    cmd->is_silent = true;
}

void
eg_cmd_add(eg_cmd *cmd, const char *argument)
{
    cmd_take(cmd, strdup(argument));
}

void
eg_cmd_add2(eg_cmd *cmd, const char *first, const char *second)
{
    eg_text both = EG_TEXT_INIT;
    eg_text_puts(&both, first);
    eg_text_puts(&both, second);
    cmd_take(cmd, both.failed ? NULL : strdup(eg_text_string(&both)));
    eg_text_fini(&both);
}

void
eg_cmd_add_list(eg_cmd *cmd, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        eg_cmd_add(cmd, list[i]);
    }
}

void
eg_cmd_variable(eg_cmd *cmd, const char *variable, const char *usual)
{
    static const char blanks[] = " \t\n";
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const char *cc = getenv(variable);
    size_t before = cmd->n;
    while (cc != NULL && *(cc += strspn(cc, blanks)) != '\0') {
        size_t len = strcspn(cc, blanks);
        cmd_take(cmd, strndup(cc, len));
        cc += len;
    }
    if (cmd->n == before) {
        eg_cmd_add(cmd, usual);
    }
}

void
eg_cmd_compiler(eg_cmd *cmd)
{
    eg_cmd_variable(cmd, "CC", "cc");
}

/* True when `file` has one of the suffixes, which end with NULL. */
static bool
has_suffix(const char *file, const char *const *suffixes)
{
    const char *dot = strrchr(file, '.');
    while (dot != NULL && *suffixes != NULL && strcmp(dot, *suffixes) != 0) {
        suffixes++;
    }
    return dot != NULL && *suffixes != NULL;
}

static const char *const cxx_suffixes[] = {".cpp", ".cc", ".cxx",
                                           ".c++", ".C",  NULL};

bool
eg_cmd_is_source(const char *file)
{
    static const char *const c_suffixes[] = {".c", NULL};
    return has_suffix(file, c_suffixes) || has_suffix(file, cxx_suffixes);
}

void
eg_cmd_compiler_for(eg_cmd *cmd, const char *file)
{
    bool is_cxx = has_suffix(file, cxx_suffixes);
    eg_cmd_variable(cmd, is_cxx ? "CXX" : "CC", is_cxx ? "c++" : "cc");
}

/* Starts the command with its standard output going to `out_fd` unless that
 * is -1; returns 0 or an errno value. */
static int
cmd_spawn(const eg_cmd *cmd, int out_fd, pid_t *out_pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    if (out_fd >= 0) {
        error = posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
    }
    if (error == 0 && cmd->is_silent) {
        error = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
                                                 O_WRONLY, 0);
    }
    if (error == 0) {
        error = posix_spawnp(out_pid, cmd->argv[0], &actions, NULL, cmd->argv,
                             environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads `fd` to its end; returns 0 or an errno value. */
static int
fd_read_all(int fd, eg_text *out)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0) {
            return 0;
        }
        if (n > 0) {
            eg_text_add(out, chunk, (size_t)n);
        } else if (errno != EINTR) {
            return errno;
        }
    }
}

/* Waits for a child; returns its wait status, or -1. */
static int
pid_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return status;
}

/* Says what became of a command: its start's errno value, its output's, its
 * wait status. */
static embed_status
cmd_result(const char *name, int start_error, int read_error, int status,
           ec_err *err)
{
    char buffer[128];
    if (start_error != 0 || read_error != 0) {
        int error = start_error != 0 ? start_error : read_error;
        return ec_fail(err, EMBED_E_IO, "cannot run '%s': %s", name,
                       strerror_r(error, buffer, sizeof buffer));
    }
    if (status != -1 && WIFSIGNALED(status)) {
        return ec_fail(err, EMBED_E_INVALID, "'%s' was ended by signal %d",
                       name, WTERMSIG(status));
    }
    if (status != 0) {
        return ec_fail(err, EMBED_E_INVALID, "'%s' failed", name);
    }
    return EMBED_OK;
}

embed_status
eg_cmd_run(const eg_cmd *cmd, eg_text *out, ec_err *err)
{
    if (cmd->failed) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    int fds[2] = {-1, -1};
    if (out != NULL && pipe2(fds, O_CLOEXEC) != 0) {
        return cmd_result(cmd->argv[0], errno, 0, 0, err);
    }
    pid_t pid = -1;
    int start_error = cmd_spawn(cmd, fds[1], &pid);
    if (fds[1] >= 0) {
        (void)close(fds[1]);
    }
    int read_error = 0;
    if (start_error == 0 && out != NULL) {
        read_error = fd_read_all(fds[0], out);
    }
    if (fds[0] >= 0) {
        (void)close(fds[0]);
    }
    int status = start_error == 0 ? pid_wait(pid) : 0;
    if (out != NULL && out->failed) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    return cmd_result(cmd->argv[0], start_error, read_error, status, err);
}
