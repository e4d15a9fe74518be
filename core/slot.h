/* slot.h - one extension: what is known of it and where it is in its life.
 *
 *     EMPTY --> CREATING --ok--> READY --> DRAINING --> CLOSED or PARKED
 *                   |
 *                   +--failed--> FAILED --embed_retry()--> EMPTY
 *
 * Invariants:
 *   - `state`, `creator` and `why` change under the runtime lock only;
 *   - exactly one thread at a time is between EMPTY and READY or FAILED, and
 *     `creator` names it;
 *   - `inst` is published before init code runs, so that the creator's own
 *     calls find it; other threads use it only after they saw READY (the
 *     plug-in's entry is swapped with release order after everything else).
 *
 * Slots are never freed: plug-ins point to them for ever (R16).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_SLOT_H
#define EMBED_CORE_SLOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "core/err.h"
#include "embed/plugin.h"

typedef struct ec_thread ec_thread;

/** What a fork child has of an extension. */
typedef enum ec_on_fork {
    EC_ON_FORK_KEEP, /* its state, as far as that can be kept; else as FAIL */
    EC_ON_FORK_RESTART, /* a new interpreter, made by the next call */
    EC_ON_FORK_FAIL,    /* nothing: calls give the failure value */
} ec_on_fork;

/** One setting of what an extension's Python has around it; ends a list with
 *  `name` NULL.  See environment.h. */
typedef struct ec_setting {
    const char *name;   /* "venv": of a table, constant */
    const char *origin; /* who said so: "EMBED_LEFT_VENV" */
    const char *value;
    bool is_built; /* by the build: relative to the library's directory */
} ec_setting;

/** The function of the C library that an export is in the place of. */
typedef struct ec_original {
    void *address; /* NULL: there is none */
    bool is_simple;
    size_t n_args; /* when it is */
} ec_original;

typedef struct ec_slot {
    struct embed_plugin *plugin;   /* constant */
    const char *library;           /* file it is in, or NULL; constant */
    struct ec_original *originals; /* [num_exports]; NULL: it replaces no
                                      function of the C library; constant */
    size_t index;                  /* dense number, from 0; constant */
    embed_call_fn *start;          /* the plug-in's first entry; constant */
    embed_isolation level;         /* constant once CREATING */
    _Atomic int asked;    /* embed_isolation that the host has asked for;
                                     DEFAULT: none */
    _Atomic int required; /* embed_set_required() */
    struct ec_asked *asked_options; /* guarded by: runtime lock; what else the
                                       host has asked for; NULL: nothing */
    const ec_setting *settings;     /* of the newest start or reload, for the
                                     thread that does it: there is one only;
                                     NULL: none */
    ec_on_fork on_fork;             /* of the newest start, as `settings` */
    _Atomic bool is_told_inside;  /* stderr has been told that calls of it came
                                       out of libembed or Python itself */
    bool is_counted;              /* guarded by: runtime lock */
    _Atomic uint64_t deadline_ns; /* longest time for each call; 0: none */
    _Atomic(void *) inst;         /* the backend's instance */
    _Atomic(void *) module;       /* the backend's, for imports; NULL: none */
    embed_state state;            /* guarded by: runtime lock */
    ec_thread *creator;           /* guarded by: runtime lock; in CREATING */
    ec_thread *reloader;          /* guarded by: runtime lock; who is about to
                                replace `inst`; NULL: nobody */
    unsigned n_waiting;      /* guarded by: runtime lock; threads that wait for
                                `creator`, or for `reloader` once it is closed */
    _Atomic(void *) pending; /* the instance that is to replace it */
    _Atomic(void *) ending;  /* the instance that is out of service because all
                                is to end; who takes it from here ends it */
    ec_err why;              /* guarded by: runtime lock; in FAILED */
    bool is_loss_unsaid;     /* guarded by: runtime lock; in FAILED: lost by a
                                fork(), and nobody was told yet */
    pthread_cond_t changed;  /* with the runtime lock: state changed */
    struct ec_slot *next;    /* guarded by: registry lock */
} ec_slot;

/** True when a plug-in was built for this library's ABI.  Of one that was not,
 *  only `abi`, `size`, `name` and `entry` may be used. */
static inline bool
ec_slot_fits(const struct embed_plugin *plugin)
{
    return plugin->abi == EMBED_PLUGIN_ABI &&
           plugin->size == sizeof(struct embed_plugin);
}

/** Is an entry of the table of globals a function implemented in Python? */
static inline bool
ec_is_export(const struct embed_global *global)
{
    return ((uintptr_t)global->type_op & 0xff) == EMBED_OP_EXTERN_PYTHON;
}

/** The slot of an export; its externpy record belongs to a registered
 *  plug-in. */
static inline ec_slot *
ec_slot_of(const struct embed_externpy *fn)
{
    return (ec_slot *)fn->reserved1;
}

/** The name of an export: what follows "NAME.". */
static inline const char *
ec_export_name(const struct embed_externpy *fn)
{
    const char *dot = strrchr(fn->name, '.');
    return dot == NULL ? fn->name : dot + 1;
}

/** The number of an export in its plug-in's `exports`. */
static inline size_t
ec_export_index(const struct embed_externpy *fn)
{
    return (size_t)(uintptr_t)fn->reserved2;
}

/** What an export of a registered plug-in is in the place of; NULL: nothing. */
static inline const ec_original *
ec_export_original(const struct embed_externpy *fn)
{
    const ec_slot *slot = ec_slot_of(fn);
    const ec_original *o = slot == NULL || slot->originals == NULL
                               ? NULL
                               : &slot->originals[ec_export_index(fn)];
    return o == NULL || o->address == NULL ? NULL : o;
}

#endif /* EMBED_CORE_SLOT_H */
