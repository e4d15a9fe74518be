/* interp.h - interpreters and the extensions in them.
 *
 * An es_interp is one CPython interpreter; an es_inst is one extension in it.
 * Own and sub levels have one instance each; the shared one has many.  A guest
 * is a library that was imported and has no program of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_INTERP_H
#define EMBED_SUBINTERP_CPYTHON_INTERP_H

#include "subinterp/cpython/py.h"

#include <stdatomic.h>

#include "core/backend.h"
#include "subinterp/cpython/ext/ext.h"

typedef struct es_state es_state;
typedef struct es_pending es_pending;
typedef struct es_guard es_guard;

/* Why entries of an instance must take the slow path; bits of `gate`. */
enum {
    ES_GATE_CLOSED = 1,  /* the instance ends or has ended */
    ES_GATE_FORK = 2,    /* fork() is under way: wait */
    ES_GATE_FORKED = 4,  /* first entry in a fork child: tell Python */
    ES_GATE_WATCHED = 8, /* calls have a deadline: see control.h */
};

typedef struct es_interp {
    PyInterpreterState *is; /* constant */
    int64_t id;             /* CPython's; constant */
    unsigned index;         /* place in es_thread.states; constant */
    embed_isolation level;  /* constant */
    PyThreadState *initial; /* the service thread's; NULL for the main one */
    es_py *py;              /* guarded by: its GIL; NULL before the first
                                extension */
    es_state *states;       /* guarded by: threads lock; all cached states */
    es_guard *guard;        /* what looks after its deadlines; set once, while
                               a call is in flight that has one; or NULL */
    es_state *gone_states;  /* guarded by: threads lock; those whose thread is
                               not in this fork child */
    bool is_orphan;         /* guarded by: threads lock; to be ended when the
                                last cached state goes */
    bool is_ending;         /* guarded by: threads lock; no new states */
    bool survives_fork;     /* while a fork() is under way: its child can use
                               it.  Written and read by the forking thread */

    /* For forked.c: */
    PyObject *at_fork;      /* guarded by: its GIL; list of functions to be
                                called in a child; NULL: nobody remembers */
    _Atomic bool is_forked; /* in a child that nobody has entered it in yet */
    const void *settler;    /* guarded by: threads lock; the thread that is
                                the first to enter */
    uint64_t forked_id;     /* numbers of thread states: the last one that was
                                made before the fork; constant in a child */
    unsigned long forker_ident; /* the thread that forked, as Python names it;
                                   constant in a child */
} es_interp;

/** What was counted of an instance's calls; only what call_counted() adds.
 *  Changed with its GIL held, so never by two at once; read at any time. */
typedef struct es_counts {
    _Atomic uint64_t calls;
    _Atomic uint64_t errors;
    _Atomic uint64_t call_ticks;
    _Atomic uint64_t wait_ticks;
    _Atomic uint64_t refused; /* calls that could not begin: without a GIL */
} es_counts;

typedef struct es_inst {
    es_interp *interp;     /* constant */
    ec_slot *slot;         /* constant */
    es_pyext *ext;         /* guarded by: the GIL; set by init */
    PyObject *names;       /* as ext; imports in a shared one; may be NULL */
    bool is_guest;         /* constant; in an interpreter that is another
                              extension's, or the host's */
    _Atomic unsigned gate; /* ES_GATE_*; 0: free to enter */
    es_counts counts;
    es_pending *pending;  /* guarded by: threads lock; in order */
    bool has_worker;      /* guarded by: the same; a thread calls them */
    struct es_inst *next; /* constant; all that ever were: never freed, as
                              a late caller may still look at its gate */
    ec_flag attached[];   /* attached[num_exports]; see ext/ext.h */
} es_inst;

/** The main interpreter, which level `shared` lives in. Valid after
 *  es_runtime_start(). */
extern es_interp es_main;

/** Makes the interpreter of an extension (or takes the shared one) and its
 *  instance. ec_backend.create */
embed_status es_interp_create(ec_slot *slot, void **out, ec_err *err);

/** Prepares the interpreter on this thread and runs the init code.
 *  ec_backend.init */
embed_status es_interp_init(void *arg, ec_err *err);

/** Makes the instance of an extension whose code is in an interpreter already,
 *  with its GIL held.  Takes over a reference to `ext`.  NULL: out of memory. */
es_inst *es_inst_adopt(ec_slot *slot, es_interp *interp, es_pyext *ext);

/** ec_backend.attached; arg: es_inst */
const ec_flag *es_inst_attached(void *arg);

/** ec_backend.retire */
embed_status es_interp_retire(void *arg, bool hooks, uint64_t deadline_ns,
                              bool *out_parked, ec_err *err);

/** Ends an interpreter that nobody uses any more; on the service thread.  Takes
 *  ownership.  It stays as it is where ending it would not be safe.
 *  @param arg  es_interp */
void es_interp_end_job(void *arg);

/** Ends all subinterpreters, on every version: their Python is being ended by
 *  its owner, and would abort the process otherwise.  All gates are shut.  No
 *  GIL is held. */
void es_interps_end_all(void);

/** May interpreters be ended by this CPython at all (C8, C9)? */
bool es_interp_may_end(void);

int64_t es_interp_id(void *inst);

/** The newest of all instances that there are or were; es_inst.next leads to
 *  the others.  NULL: none. */
es_inst *es_insts_first(void);

/** Calls `fn` for each instance that there is or was of an extension. */
void es_insts_walk(const ec_slot *slot,
                   void (*fn)(const es_inst *inst, void *arg), void *arg);

#endif /* EMBED_SUBINTERP_CPYTHON_INTERP_H */
