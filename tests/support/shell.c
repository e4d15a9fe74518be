/* shell.c - tests that run commands in a directory of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/pythons.h"

#define COMMAND_SIZE 4096
#define OUTPUT_SIZE  65536

static char output[OUTPUT_SIZE];

/* Sets `name` to an absolute path. */
static bool
path_set(const char *name, const char *path, const char *below)
{
    char full[PATH_MAX];
    char value[PATH_MAX + 32];
    if (realpath(path, full) == NULL) {
        return false;
    }
    (void)snprintf(value, sizeof value, "%s%s", full, below);
    return setenv(name, value, 1) == 0;
}

/* A command of the Python under test; NULL: the build does not know it. */
static const char *
python_command(void)
{
    static pythons_line python;
    if (e2e_is_pypy()) {
        return "pypy3";
    }
    return pythons_current(&python) ? python.executable : NULL;
}

int
shell_enter(void **state)
{
    const char *python = python_command();
    const char *build = getenv("EMBED_BUILD");
    char dir[PATH_MAX];
    build = build == NULL ? "build/release" : build;
    if (!path_set("BUILD", build, "") || !path_set("EMBED_BUILD", build, "") ||
        !path_set("EMBED", build, "/bin/embed") || !path_set("SRC", ".", "") ||
        setenv("CC", "cc", 0) != 0 || python == NULL ||
        setenv("PYTHON", python, 1) != 0) {
        return -1;
    }
    (void)snprintf(dir, sizeof dir, "%s/tests/scratch-XXXXXX",
                   getenv("EMBED_BUILD"));
    *state = getcwd(NULL, 0);
    return mkdtemp(dir) == NULL || *state == NULL ? -1 : chdir(dir);
}

int
shell_leave(void **state)
{
    char *here = getcwd(NULL, 0);
    int status = chdir(*state);
    if (status == 0 && strstr(here, "/tests/scratch-") != NULL) {
        status = shell("rm -rf '%s'", here);
    }
    free(here);
    free(*state);
    return status;
}

void
shell_write(const char *file, const char *text)
{
    FILE *f = fopen(file, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int
shell_run(const char *format, va_list args)
{
    char command[COMMAND_SIZE];
    char line[COMMAND_SIZE + 64];
    size_t used = 0;
    (void)vsnprintf(command, sizeof command, format, args);
    (void)snprintf(line, sizeof line, "{ %s\n} 2>&1 </dev/null", command);
    FILE *pipe = popen(line, "re"); // NOLINT(cert-env33-c): our own words
    if (pipe == NULL) {
        fail_msg("no shell for: %s", command);
    }
    size_t n = 1;
    while (n > 0) {
        char spill[1024];
        bool is_full = used == sizeof output - 1;
        n = is_full ? fread(spill, 1, sizeof spill, pipe)
                    : fread(output + used, 1, sizeof output - 1 - used, pipe);
        used += is_full ? 0 : n;
    }
    output[used] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
shell(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int code = shell_run(format, args);
    va_end(args);
    return code;
}

void
shell_expect(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int got = shell_run(format, args);
    va_end(args);
    if (got != code) {
        fail_msg("exit code %d, expected %d: %s\n%s", got, code, format,
                 output);
    }
}

const char *
shell_output(void)
{
    return output;
}

void
shell_expect_output(const char *expected)
{
    assert_string_equal(output, expected);
}

void
shell_expect_in_output(const char *expected)
{
    if (strstr(output, expected) == NULL) {
        fail_msg("not found: %s\nin: %s", expected, output);
    }
}

void
shell_only_plain(void)
{
    if (e2e_is_sanitized()) {
        skip();
    }
}

bool
shell_is_first_python(void)
{
    pythons_line first;
    pythons_line current;
    return !pythons_first(&first) || !pythons_current(&current) ||
           strcmp(first.backend, current.backend) == 0;
}
