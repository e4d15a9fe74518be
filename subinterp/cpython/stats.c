/* stats.c - what is known of an extension in numbers.
 *
 * The calls are counted by call.c.  Memory: CPython takes arenas of a size of
 * its own (1 MiB) for objects up to 512 bytes; an interpreter with its own
 * allocator state has its own.  Larger objects come from malloc(), which does
 * not know whose they are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/stats.h"

#include <search.h>
#include <stdlib.h>

#include "core/ticks.h"
#include "subinterp/cpython/thread.h"

/* One arena; in a tree, by its address. */
typedef struct arena {
    void *address;
    size_t size;
    const PyInterpreterState *owner; /* NULL: made before there was any */
} arena;

static PyObjectArenaAllocator real; /* constant after es_stats_init() */
/* A thread that has it has a GIL, so nobody has it when the process forks. */
static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_LEAF);
static void *arenas; /* guarded by: lock */

static int
arena_compare(const void *a, const void *b)
{
    const arena *x = a;
    const arena *y = b;
    return ((uintptr_t)x->address > (uintptr_t)y->address) -
           ((uintptr_t)x->address < (uintptr_t)y->address);
}

static void *
arena_alloc(void *ctx, size_t size)
{
    void *address = real.alloc(ctx, size);
    arena *fresh = address == NULL ? NULL : malloc(sizeof *fresh);
    if (fresh != NULL) {
        const PyThreadState *tstate = PyThreadState_GetUnchecked();
        *fresh = (arena){address, size, tstate == NULL ? NULL : tstate->interp};
        ec_mutex_lock(&lock);
        arena **node = tsearch(fresh, &arenas, arena_compare);
        bool is_counted = node != NULL && *node == fresh;
        ec_mutex_unlock(&lock);
        if (!is_counted) {
            free(fresh); /* it is not counted */
        }
    }
    return address;
}

static void
arena_free(void *ctx, void *address, size_t size)
{
    const arena key = {address, size, NULL};
    arena *known = NULL;
    ec_mutex_lock(&lock);
    arena **node = tfind(&key, &arenas, arena_compare);
    if (node != NULL) {
        known = *node;
        (void)tdelete(&key, &arenas, arena_compare);
    }
    ec_mutex_unlock(&lock);
    free(known);
    real.free(ctx, address, size);
}

void
es_stats_init(void)
{
    if (real.alloc != NULL) {
        return; /* an earlier start got as far as this */
    }
    PyObject_GetArenaAllocator(&real);
    PyObjectArenaAllocator ours = {real.ctx, arena_alloc, arena_free};
    PyObject_SetArenaAllocator(&ours);
}

/* What a walk over the tree adds up. */
typedef struct sum {
    const PyInterpreterState *owner;
    uint64_t bytes;
} sum;

static void
arena_add(const void *node, VISIT which, void *arg)
{
    const arena *a = *(arena *const *)node;
    sum *s = arg;
    if ((which == postorder || which == leaf) && a->owner == s->owner) {
        s->bytes += a->size;
    }
}

static void
counts_add(const es_inst *inst, void *arg)
{
    embed_statistics *out = arg;
    const es_counts *c = &inst->counts;
    uint64_t refused = atomic_load(&c->refused);
    out->calls += atomic_load(&c->calls) + refused;
    out->errors += atomic_load(&c->errors) + refused;
    out->call_ns += ec_ticks_ns(atomic_load(&c->call_ticks));
    out->wait_ns += ec_ticks_ns(atomic_load(&c->wait_ticks));
}

void
es_stats(const ec_slot *slot, void *arg, embed_statistics *out)
{
    const es_inst *inst = arg;
    es_insts_walk(slot, counts_add, out);
    if (inst != NULL && inst->interp->level == EMBED_ISOLATION_OWN &&
        inst->interp != &es_main) {
        sum s = {inst->interp->is, 0};
        ec_mutex_lock(&lock);
        twalk_r(arenas, arena_add, &s);
        ec_mutex_unlock(&lock);
        out->memory = s.bytes;
    }
}
