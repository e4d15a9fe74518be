/* fuzz_environment.c - the operator's variables, and the list of Pythons: what is malformed
 * has no effect.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/config.h"
#include "core/environment.h"
#include "core/pythons.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes after it is the list of Pythons. */
#define SEPARATOR '\x01'
#define VALUE_MAX 4096

static const char *const variables[] = {
    "EMBED_ISOLATION", "EMBED_SHARED_INTERP", "EMBED_EXIT_TIMEOUT_MS",
    "EMBED_HOME",      "EMBED_FUZZ_VENV",     "EMBED_FUZZ_PATH",
    "EMBED_FUZZ_SITE", "EMBED_FUZZ_ISOLATED", "EMBED_FUZZ_ARGV",
    "EMBED_FUZZ_MORE",
};
#define N_VARIABLES (sizeof variables / sizeof variables[0])

/* Sets a variable to each line; those without one are not there. */
static void
variables_set(const uint8_t *data, size_t size)
{
    static char value[VALUE_MAX];
    size_t at = 0;
    for (size_t i = 0; i < N_VARIABLES; i++) {
        const uint8_t *end =
            at >= size ? NULL : memchr(data + at, '\n', size - at);
        size_t len = end == NULL ? 0 : (size_t)(end - data) - at;
        if (end == NULL || len >= sizeof value) {
            (void)unsetenv(variables[i]);
            continue;
        }
        (void)memcpy(value, data + at, len);
        value[len] = '\0';
        (void)setenv(variables[i], value, 1);
        at += len + 1;
    }
}

/* An extension's level and settings. */
static void
extension_use(void)
{
    static struct embed_plugin plugin = {.name = "fuzz"};
    ec_slot slot = {.plugin = &plugin};
    ec_err err = EC_ERR_INIT;
    embed_isolation level = ec_config_level("fuzz", EMBED_ISOLATION_SUB);
    int timeout = ec_config_exit_timeout_ms();

    ec_config_check();
    if (level < EMBED_ISOLATION_OWN || level > EMBED_ISOLATION_SHARED ||
        timeout < 0 || ec_environment_choose(&slot, &err) != EMBED_OK) {
        abort();
    }
    for (const ec_setting *s = slot.settings; s != NULL && s->name != NULL;
         s++) {
        if (s->origin[0] == '\0' || s->value[0] == '\0') {
            abort();
        }
    }
    ec_err_clear(&err);
    free((void *)slot.settings);
}

static void
list_read(const uint8_t *data, size_t size)
{
    static int file = -1;
    char path[32];
    char dir[PATH_MAX];
    ec_err err = EC_ERR_INIT;
    if (file < 0) {
        file = memfd_create("pythons", MFD_CLOEXEC);
    }
    if (file < 0 || ftruncate(file, 0) != 0 ||
        pwrite(file, data, size, 0) != (ssize_t)size) {
        abort();
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    (void)ec_pythons_dir(dir, &err);
    for (int i = 0; i < 4; i++) {
        ec_pythons_line line = {.text = NULL};
        ec_pythons_miss miss = {0};
        const char *backend = i < 2 ? NULL : "cpython-3.13";
        if (ec_pythons_find(path, backend, i % 2 != 0, &line, &miss, &err) ==
                EMBED_OK &&
            line.text == NULL) {
            (void)ec_pythons_none(path, "fuzz", backend, &miss, &err);
        }
        free(line.text);
    }
    ec_err_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size == 0 ? NULL : memchr(data, SEPARATOR, size);
    size_t len = end == NULL ? size : (size_t)(end - data);

    variables_set(data, len);
    extension_use();
    if (end != NULL) {
        list_read(end + 1, size - len - 1);
    }
    return 0;
}
