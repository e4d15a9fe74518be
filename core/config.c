/* config.c - what the operator says in environment variables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/log.h"

#define EXIT_TIMEOUT_DEFAULT_MS 2000
#define EXIT_TIMEOUT_MAX_MS     600000

#define SEPARATORS ", \t"

/* Are the first len bytes of `text` this word? */
static bool
is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncmp(text, word, len) == 0;
}

/* The next item of a list, of *out_len bytes; NULL: there is none. */
static const char *
item_next(const char **at, size_t *out_len)
{
    const char *item = *at + strspn(*at, SEPARATORS);
    *out_len = strcspn(item, SEPARATORS);
    *at = item + *out_len;
    return *out_len == 0 ? NULL : item;
}

/* --- EMBED_SHARED_INTERP --------------------------------------------------*/

/* Can these bytes be the name of an extension? */
static bool
is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!isalnum(c) && c != '_' && c != '.' && c < 0x80) {
            return false;
        }
    }
    return len > 0 && !isdigit((unsigned char)text[0]);
}

/* Is it what other programs take for 0 or 1? */
static bool
is_truth(const char *text)
{
    static const char *const words[] = {"true", "false", "yes",
                                        "no",   "on",    "off"};
    bool found = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        found = found || strcasecmp(text, words[i]) == 0;
    }
    return found;
}

/* Is `name` in the list? */
static bool
shared_has(const char *list, const char *name)
{
    size_t len = 0;
    const char *item = NULL;
    bool found = false;
    while (!is_truth(list) && !found && (item = item_next(&list, &len))) {
        found = is_word(item, len, name);
    }
    return found;
}

static void
shared_check(const char *text)
{
    const char *at = text;
    size_t len = 0;
    const char *item = NULL;
    if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0) {
        return;
    }
    while ((item = item_next(&at, &len)) != NULL) {
        if (!is_name(item, len) || is_truth(text)) {
            ec_notice_once("EMBED_SHARED_INTERP: '%.*s' is not 0, 1 or the "
                           "name of an extension; it has no effect",
                           (int)len, item);
        }
    }
}

/* --- EMBED_ISOLATION ------------------------------------------------------*/

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

/* Splits NAME=LEVEL.  Returns the level; DEFAULT: it is none. */
static embed_isolation
level_split(const char *item, size_t len, size_t *out_name_len)
{
    const char *equals = memchr(item, '=', len);
    *out_name_len = equals == NULL ? 0 : (size_t)(equals - item);
    return *out_name_len == 0
               ? EMBED_ISOLATION_DEFAULT
               : ec_config_level_of(equals + 1, len - *out_name_len - 1);
}

/* The level that a list of NAME=LEVEL has for `name`, or for "*"; DEFAULT:
 * none.  The last one counts. */
static embed_isolation
list_level(const char *list, const char *name)
{
    embed_isolation found = EMBED_ISOLATION_DEFAULT;
    bool is_named = false;
    size_t len = 0;
    const char *item = NULL;
    while ((item = item_next(&list, &len)) != NULL) {
        size_t name_len = 0;
        embed_isolation level = level_split(item, len, &name_len);
        bool is_this = is_word(item, name_len, name);
        bool is_any = is_word(item, name_len, "*") && !is_named;
        if (level != EMBED_ISOLATION_DEFAULT && (is_this || is_any)) {
            found = level;
            is_named = is_named || is_this;
        }
    }
    return found;
}

static void
levels_check(const char *list)
{
    size_t len = 0;
    const char *item = NULL;
    while ((item = item_next(&list, &len)) != NULL) {
        size_t name_len = 0;
        embed_isolation level = level_split(item, len, &name_len);
        bool is_named = is_name(item, name_len) || is_word(item, name_len, "*");
        if (level == EMBED_ISOLATION_DEFAULT || !is_named) {
            ec_notice_once("EMBED_ISOLATION: '%.*s' is not NAME=own, NAME=sub "
                           "or NAME=shared; it has no effect",
                           (int)len, item);
        }
    }
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
        (strcmp(shared, "1") == 0 || shared_has(shared, name))) {
        return EMBED_ISOLATION_SHARED;
    }
    return built == EMBED_ISOLATION_DEFAULT ? EMBED_ISOLATION_OWN : built;
}

/* --- EMBED_EXIT_TIMEOUT_MS ------------------------------------------------*/

int
ec_config_exit_timeout_ms(void)
{
    const char *text = secure_getenv("EMBED_EXIT_TIMEOUT_MS");
    if (text == NULL || text[0] == '\0') {
        return EXIT_TIMEOUT_DEFAULT_MS;
    }
    char *end = NULL;
    long ms = isdigit((unsigned char)text[0]) ? strtol(text, &end, 10) : -1;
    if (ms >= 0 && ms <= EXIT_TIMEOUT_MAX_MS && *end == '\0') {
        return (int)ms;
    }
    ec_notice_once("EMBED_EXIT_TIMEOUT_MS='%s' is not a number from 0 to %d; "
                   "it has no effect",
                   text, EXIT_TIMEOUT_MAX_MS);
    return EXIT_TIMEOUT_DEFAULT_MS;
}

void
ec_config_check(void)
{
    const char *shared = secure_getenv("EMBED_SHARED_INTERP");
    const char *levels = secure_getenv("EMBED_ISOLATION");
    if (shared != NULL) {
        shared_check(shared);
    }
    if (levels != NULL) {
        levels_check(levels);
    }
    (void)ec_config_exit_timeout_ms();
}
