/* config.c - what the operator says in environment variables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#define EXIT_TIMEOUT_DEFAULT_MS 2000
#define EXIT_TIMEOUT_MAX_MS     600000

/* Are the first len bytes of `text` this word? */
static bool
is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncmp(text, word, len) == 0;
}

/* True when `name` is an item of the comma-separated list. */
static bool
list_has(const char *list, const char *name)
{
    while (*list != '\0') {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ", \t");
        if (is_word(list, n, name)) {
            return true;
        }
        list += n;
    }
    return false;
}

embed_isolation
ec_config_level_of(const char *text, size_t len)
{
    for (int level = EMBED_ISOLATION_OWN; level <= EMBED_ISOLATION_SHARED;
         level++) {
        if (is_word(text, len, ec_config_level_name((embed_isolation)level))) {
            return (embed_isolation)level;
        }
    }
    return EMBED_ISOLATION_DEFAULT;
}

/* The level that a list of NAME=LEVEL has for `name`, or for "*"; DEFAULT:
 * none.  The last one counts. */
static embed_isolation
list_level(const char *list, const char *name)
{
    embed_isolation found = EMBED_ISOLATION_DEFAULT;
    bool is_named = false;
    while (*list != '\0') {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ", \t");
        const char *equals = memchr(list, '=', n);
        size_t len = equals == NULL ? 0 : (size_t)(equals - list);
        bool is_this = len > 0 && is_word(list, len, name);
        bool is_any = len == 1 && list[0] == '*' && !is_named;
        if (is_this || is_any) {
            embed_isolation level = ec_config_level_of(equals + 1, n - len - 1);
            if (level == EMBED_ISOLATION_DEFAULT) {
                ec_log(EC_LOG_WARNING, name,
                       "EMBED_ISOLATION: '%.*s' is not own, sub or shared",
                       (int)(n - len - 1), equals + 1);
            } else {
                found = level;
                is_named = is_named || is_this;
            }
        }
        list += n;
    }
    return found;
}

const char *
ec_config_level_name(embed_isolation level)
{
    return level == EMBED_ISOLATION_SHARED ? "shared"
           : level == EMBED_ISOLATION_SUB  ? "sub"
                                           : "own";
}

embed_isolation
ec_config_level(const char *name, embed_isolation built)
{
    const char *levels = secure_getenv("EMBED_ISOLATION");
    embed_isolation level =
        levels == NULL ? EMBED_ISOLATION_DEFAULT : list_level(levels, name);
    const char *shared = secure_getenv("EMBED_SHARED_INTERP");
    if (level != EMBED_ISOLATION_DEFAULT) {
        return level;
    }
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
