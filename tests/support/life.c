/* life.c - the plug-ins of tests/e2e/plugins/life, loaded.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/life.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/e2e.h"

/* Much longer than anything takes, shorter than a scenario's own limit. */
#define WAIT_MS 20000

static void
bind(life *l, char letter, void *library)
{
    (void)snprintf(l->name, sizeof l->name, "life%c", letter);
    l->add = E2E_FN(__typeof__(l->add), library, "life_add");
    l->run = E2E_FN(__typeof__(l->run), library, "life_run");
    l->late = E2E_FN(__typeof__(l->late), library, "life_late");
    l->zero = E2E_FN(__typeof__(l->zero), library, "life_zero");
}

static void *
handle_of(const life *l)
{
    char name[16];
    (void)snprintf(name, sizeof name, "life/%s", l->name);
    return e2e_load(name);
}

void
life_load(life *l, char letter, const char *script, life_hook_fn *hook)
{
    (void)snprintf(l->name, sizeof l->name, "life%c", letter);
    void *library = handle_of(l);
    bind(l, letter, library);
    life_set_script(l, script);
    *(life_hook_fn **)e2e_symbol(library, "life_hook") = hook;
}

void
life_load_file(life *l, char letter, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    bind(l, letter, library);
}

void
life_set_script(const life *l, const char *script)
{
    *(const char **)e2e_symbol(handle_of(l), "life_script") = script;
}

embed_state
life_state(const life *l)
{
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup(l->name, &info), EMBED_OK);
    return info.state;
}

bool
life_wait_ms(sem_t *sem, long ms)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += ms % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    int rc = 0;
    do {
        rc = sem_timedwait(sem, &end);
    } while (rc != 0 && errno == EINTR);
    return rc == 0;
}

void
life_wait(sem_t *sem)
{
    E2E_CHECK(life_wait_ms(sem, WAIT_MS));
}

pthread_t
life_thread(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    E2E_CHECK_INT(pthread_create(&thread, NULL, run, arg), 0);
    return thread;
}

void
life_join(pthread_t thread)
{
    E2E_CHECK_INT(pthread_join(thread, NULL), 0);
}

const char *
life_dump_with(const char *part)
{
    static char text[16384];
    const struct timespec nap = {.tv_nsec = 1000000};
    double end = e2e_now() + WAIT_MS * 1e-3;
    do {
        FILE *out = fmemopen(text, sizeof text, "w");
        E2E_CHECK(out != NULL);
        embed_dump(out);
        (void)fclose(out);
        (void)nanosleep(&nap, NULL);
    } while (strstr(text, part) == NULL && e2e_now() < end);
    E2E_CHECK(strstr(text, part) != NULL);
    return text;
}

int
life_count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = strstr(text, part); at != NULL;
         at = strstr(at + 1, part)) {
        n++;
    }
    return n;
}
