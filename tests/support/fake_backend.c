/* fake_backend.c - a backend without Python, for tests of core.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/fake_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/python.h"

fake_backend fake;

static __thread bool is_service;

void
fake_set_service_thread(bool on)
{
    is_service = on;
}

static embed_status
hook_run(fake_hook *hook, ec_slot *slot, ec_err *err)
{
    return hook == NULL ? EMBED_OK : hook(slot, err);
}

static embed_status
fake_start(const ec_core *core, const ec_python *python, bool *is_final,
           ec_err *err)
{
    (void)core;
    (void)python;
    atomic_fetch_add(&fake.starts, 1);
    *is_final = !fake.may_start_again;
    return hook_run(fake.on_start, NULL, err);
}

static embed_status
fake_create(ec_slot *slot, void **inst, ec_err *err)
{
    atomic_fetch_add(&fake.creates, 1);
    embed_status status = hook_run(fake.on_create, slot, err);
    if (status == EMBED_OK) {
        *inst = slot;
    }
    return status;
}

static embed_status
fake_init(void *inst, ec_err *err)
{
    atomic_fetch_add(&fake.inits, 1);
    return hook_run(fake.on_init, inst, err);
}

static embed_status
fake_retire(void *inst, bool hooks, uint64_t deadline_ns, bool *out_parked,
            ec_err *err)
{
    (void)inst;
    (void)hooks;
    (void)deadline_ns;
    (void)err;
    atomic_fetch_add(&fake.retires, 1);
    *out_parked = fake.parks;
    return EMBED_OK;
}

static void
fake_exit(void *const *insts, size_t n, uint64_t deadline_ns)
{
    (void)insts;
    (void)n;
    (void)deadline_ns;
    atomic_fetch_add(&fake.exits, 1);
}

static void
fake_call(struct embed_externpy *fn, char *buffer)
{
    (void)fn;
    int result = 42;
    atomic_fetch_add(&fake.calls, 1);
    memcpy(buffer, &result, sizeof result);
}

static void *
fake_detach(void)
{
    return NULL;
}

static void
fake_attach(void *outer)
{
    (void)outer;
}

static bool
fake_belongs(void *inst, void *outer)
{
    (void)inst;
    (void)outer;
    return false;
}

static bool
fake_on_service_thread(void)
{
    return is_service;
}

static bool
fake_is_inside(void)
{
    return false;
}

static bool
fake_is_python(const struct embed_externpy *fn)
{
    (void)fn;
    return false;
}

static int64_t
fake_interp_id(void *inst)
{
    (void)inst;
    return 7;
}

static embed_status
fake_thread_release(ec_err *err)
{
    (void)err;
    return EMBED_OK;
}

static void
fake_fork_prepare(uint64_t deadline_ns)
{
    (void)deadline_ns;
    atomic_fetch_add(&fake.prepares, 1);
}

static void
fake_fork_lock(void)
{
    atomic_fetch_add(&fake.locks, 1);
}

static void
fake_fork_parent(void)
{
    atomic_fetch_add(&fake.parents, 1);
}

static void
fake_fork_child(void (*lost)(ec_slot *slot))
{
    atomic_fetch_add(&fake.children, 1);
    if (fake.loses != NULL) {
        lost(fake.loses);
    }
}

/* In place of core/python.c, as the next one: there is no Python to raise it
 * in. */
void
ec_python_raise(const char *text)
{
    (void)fprintf(stderr, "ImportError: %s\n", text);
}

static void *
fake_module(ec_slot *slot)
{
    atomic_fetch_add(&fake.modules, 1);
    return fake.has_modules ? slot : NULL;
}

embed_status
ec_python_load(ec_python *out_python, const ec_backend **out_backend,
               ec_err *err)
{
    static const ec_backend table = {
        .abi = EC_BACKEND_ABI,
        .name = "fake",
        .start = fake_start,
        .create = fake_create,
        .init = fake_init,
        .module = fake_module,
        .retire = fake_retire,
        .exit = fake_exit,
        .call = fake_call,
        .call_guarded = fake_call,
        .is_inside = fake_is_inside,
        .is_python = fake_is_python,
        .detach = fake_detach,
        .attach = fake_attach,
        .belongs = fake_belongs,
        .on_service_thread = fake_on_service_thread,
        .interp_id = fake_interp_id,
        .thread_release = fake_thread_release,
        .fork_prepare = fake_fork_prepare,
        .fork_lock = fake_fork_lock,
        .fork_parent = fake_fork_parent,
        .fork_child = fake_fork_child,
    };
    atomic_fetch_add(&fake.loads, 1);
    if (fake.load != EMBED_OK) {
        return ec_fail(err, fake.load, "no Python");
    }
    static char name[] = "fake";
    *out_python = (ec_python){.backend = name};
    *out_backend = &table;
    return EMBED_OK;
}

/* --- plug-ins -------------------------------------------------------------*/

static void
first_entry(struct embed_externpy *fn, char *buffer)
{
    /* The export is inside of its fake_plugin. */
    fake_plugin *p =
        (fake_plugin *)(void *)((char *)fn - offsetof(fake_plugin, export));
    embed_plugin_start(&p->plugin, fn, buffer);
}

void
fake_plugin_init(fake_plugin *p, const char *name)
{
    static const int failure = -1;
    memset(p, 0, sizeof *p);
    (void)snprintf(p->export_name, sizeof p->export_name, "%s.f", name);
    p->export = (struct embed_export){
        {p->export_name, sizeof(int), NULL, NULL}, &failure, "fake.h", 1, 1};
    p->exports[0] = &p->export;
    p->plugin.abi = EMBED_PLUGIN_ABI;
    p->plugin.size = sizeof(struct embed_plugin);
    p->plugin.name = name;
    p->plugin.entry = first_entry;
    p->plugin.exports = p->exports;
    p->plugin.num_exports = 1;
    embed_plugin_register(&p->plugin);
}

ec_slot *
fake_plugin_slot(const fake_plugin *p)
{
    return p->plugin.runtime;
}

int
fake_plugin_call(fake_plugin *p)
{
    uint64_t slot[1];
    embed_plugin_entry (&p->plugin)(&p->export.externpy, (char *)slot);
    int result;
    memcpy(&result, slot, sizeof result);
    return result;
}
