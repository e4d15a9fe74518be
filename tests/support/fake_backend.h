/* fake_backend.h - a backend without Python, for tests of core.
 *
 * Defines ec_python_load() itself, so a test that uses it takes the real
 * core/python.c out of the link.  What a creation does is a hook of the test,
 * so interleavings can be forced.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_FAKE_BACKEND_H
#define EMBED_TESTS_SUPPORT_FAKE_BACKEND_H

#include <stdatomic.h>

#include "core/backend.h"

typedef embed_status fake_hook(ec_slot *slot, ec_err *err);

typedef struct fake_backend {
    fake_hook *on_start;  /* slot is NULL; NULL: succeeds */
    bool may_start_again; /* its failure is not final */
    fake_hook *on_create; /* NULL: succeeds */
    fake_hook *on_init;   /* NULL: succeeds */
    embed_status load;    /* what ec_python_load() returns */
    atomic_int loads, starts, creates, inits, retires, calls, exits;
    bool parks;       /* retire says so */
    bool has_modules; /* import succeeds */
    atomic_int modules;
    ec_slot *loses; /* what does not survive fork(); NULL: everything does */
    atomic_int prepares, locks, parents, children;
} fake_backend;

extern fake_backend fake;

/** A plug-in named `name` with one export, `int f(void)`, whose failure value
 *  is -1; registered. */
typedef struct fake_plugin {
    struct embed_plugin plugin;
    struct embed_export export;
    struct embed_export *exports[1];
    char export_name[64];
} fake_plugin;

void fake_plugin_init(fake_plugin *p, const char *name);
ec_slot *fake_plugin_slot(const fake_plugin *p);

/** Calls the export as generated code does; the fake returns 42. */
int fake_plugin_call(fake_plugin *p);

/** Makes the calling thread the service thread, or an ordinary one again. */
void fake_set_service_thread(bool is_service);

#endif /* EMBED_TESTS_SUPPORT_FAKE_BACKEND_H */
