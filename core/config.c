/* config.c - what the operator says in environment variables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_TIMEOUT_DEFAULT_MS 2000
#define EXIT_TIMEOUT_MAX_MS     600000

/* True when `name` is an item of the comma-separated list. */
static bool
list_has(const char *list, const char *name)
{
    size_t len = strlen(name);
    while (*list != '\0') {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ", \t");
        if (n == len && strncmp(list, name, n) == 0) {
            return true;
        }
        list += n;
    }
    return false;
}

embed_isolation
ec_config_level(const char *name, embed_isolation built)
{
    const char *shared = secure_getenv("EMBED_SHARED_INTERP");
    if (shared != NULL &&
        (strcmp(shared, "1") == 0 || list_has(shared, name))) {
        return EMBED_ISOLATION_SHARED;
    }
    return built == EMBED_ISOLATION_DEFAULT ? EMBED_ISOLATION_OWN : built;
}

int
ec_config_exit_timeout_ms(void)
{
    const char *text = secure_getenv("EMBED_EXIT_TIMEOUT_MS");
    if (text != NULL && text[0] != '\0') {
        char *end = NULL;
        long ms = strtol(text, &end, 10);
        if (*end == '\0' && ms >= 0 && ms <= EXIT_TIMEOUT_MAX_MS) {
            return (int)ms;
        }
    }
    return EXIT_TIMEOUT_DEFAULT_MS;
}
