/* backend.h - the contract between core and a backend module.
 *
 * A backend is a shared object in the directory `embed` beside libembed.so,
 * loaded at run time for one kind and version of Python.  It exports one
 * symbol, embed_backend().  It calls back through ec_core only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_BACKEND_H
#define EMBED_CORE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "core/libc.h"
#include "core/slot.h"
#include "embed/plugin.h"

#define EC_BACKEND_ABI 1u

/** The Python that core picked. */
typedef struct ec_python {
    char *backend;    /* "cpython-3.13" */
    char *library;    /* libpython's file, or NULL: the executable */
    char *executable; /* a python command of that installation, or NULL */
    bool is_live;     /* it runs already in this process */
    bool is_other;    /* EMBED_PYTHON asks for another one */
    bool is_fallback; /* PyPy, as no CPython can be used */
} ec_python;

/** 1 where Python code is attached to an export, else 0. */
typedef _Atomic unsigned char ec_flag;

/** What a backend may ask of core. */
typedef struct ec_core {
    uint32_t abi;
    /** Gives a call its declared failure value and reports `err`; no GIL held.
     *  errno is kept. */
    void (*fail)(struct embed_externpy *fn, char *buffer, const ec_err *err);
    /** Reports the failure of a call whose result is in place already and
     *  which Python has printed; no GIL held.  errno is kept. */
    void (*report)(struct embed_externpy *fn, const ec_err *err);
    /** The process's Python was ended by its owner, or is about to: closes all
     *  extensions. */
    void (*python_gone)(void);
    /** Makes an extension without a program READY, in `inst`.  False when it
     *  is not EMPTY; no GIL held. */
    bool (*adopt)(ec_slot *slot, void *inst, embed_isolation level);
    /** Says on stderr what the operator has to know of an extension. */
    void (*notice)(const char *extension, const char *text);
    /** For a call that came out of libembed or Python itself: the C library's
     *  result where the export is in the place of a function of it, else the
     *  failure value.  Takes no lock, allocates nothing. */
    void (*refuse)(struct embed_externpy *fn, char *buffer);
    /** Is this thread in the middle of core? */
    bool (*is_inside)(void);
    /** What core calls of the C library; constant once start() is called. */
    const ec_libc *libc;
} ec_core;

/**
 * A kind of Python.  Functions are called without any GIL and without any
 * lock of core unless they say otherwise.  `inst` is what create() made for
 * one extension.
 */
typedef struct ec_backend {
    uint32_t abi;        /* EC_BACKEND_ABI */
    const char *name;    /* "cpython-3.13", "pypy" */
    bool is_shared_only; /* all extensions are in one interpreter */

    /** ec_plugin_make() and ec_plugin_free() of core/types, which core does not
     *  have. */
    embed_status (*plugin_make)(const char *name, const char *declarations,
                                const char *file, struct embed_plugin **out,
                                ec_err *err);
    void (*plugin_free)(struct embed_plugin *plugin);

    /** Starts Python, or joins the one that runs.  Called again after a
     *  failure.
     *  @param is_final  false; set when that makes no sense: Python itself has
     *                   failed to start */
    embed_status (*start)(const ec_core *core, const ec_python *python,
                          bool *is_final, ec_err *err);

    /** Makes the interpreter for an extension, or finds the shared one. */
    embed_status (*create)(ec_slot *slot, void **inst, ec_err *err);

    /** Runs the init code on the calling thread; slot->inst is set.  On
     *  failure the report has been printed. */
    embed_status (*init)(void *inst, ec_err *err);

    /** The definition of an extension as a module of Python; Python runs and a
     *  GIL is held.  NULL: out of memory. */
    void *(*module)(ec_slot *slot);

    /** What is attached: flags[num_exports], in an instance for ever. */
    const ec_flag *(*attached)(void *inst);

    /** Closes the instance to new calls, waits for the calls in flight and
     *  ends its interpreter where that is safe.
     *  @param hooks  run Python's exit handlers first
     *  @param out_parked  set when the interpreter had to be kept
     *  Returns EMBED_E_TIMEOUT when something still runs (then parked). */
    embed_status (*retire)(void *inst, bool hooks, uint64_t deadline_ns,
                           bool *out_parked, ec_err *err);

    /** Process exit: runs exit handlers and flushes the streams of all `insts`
     *  at once, as far as the deadline allows; says on stderr what has not
     *  ended. */
    void (*exit)(void *const *insts, size_t n, uint64_t deadline_ns);

    /** The entry of READY extensions; the same for those whose calls are
     *  counted. */
    embed_call_fn *call;
    embed_call_fn *call_counted;
    /** The same two where an export takes the place of a function of the C
     *  library: what is_inside() and is_python() speak of is refused. */
    embed_call_fn *call_guarded;
    embed_call_fn *call_guarded_counted;
    /** Is this thread in the middle of the backend? */
    bool (*is_inside)(void);
    /** Does a call come out of Python's own C code, as opposed to a C function
     *  that an extension has called?  Exact only once call_guarded is in
     *  use. */
    bool (*is_python)(const struct embed_externpy *fn);
    /** Adds up what was counted in all instances of an extension.
     *  @param inst  the one in use, or NULL */
    void (*stats)(const ec_slot *slot, void *inst, embed_statistics *out);

    /** Gives up the GIL that this thread holds, any Python's; NULL if none. */
    void *(*detach)(void);
    /** Undoes detach(); NULL is allowed. */
    void (*attach)(void *outer);
    /** Does this thread, which gave up `outer`, run Python code of `inst`'s
     *  interpreter further up its stack? */
    bool (*belongs)(void *inst, void *outer);
    /** Is this the thread that starts Python and makes interpreters? */
    bool (*on_service_thread)(void);

    int64_t (*interp_id)(void *inst);
    embed_status (*thread_release)(ec_err *err);

    /* Control over running code; NULL where there is none (PyPy).  For the
     * first two nothing is detached before. */

    /** Keeps this thread attached to the instance's interpreter.
     *  EMBED_E_STATE inside Python. */
    embed_status (*hold)(void *inst, ec_err *err);
    /** Undoes the innermost hold, of `slot`; EMBED_E_STATE: it is none. */
    embed_status (*unhold)(const ec_slot *slot, ec_err *err);
    /** Has all calls in flight raise embed.Interrupted.  EMBED_E_TIMEOUT: C
     *  code keeps the GIL; EMBED_E_STATE: it shares its interpreter. */
    embed_status (*interrupt)(void *inst, uint64_t deadline_ns, ec_err *err);
    /** Has a function called inside the instance's interpreter, on a thread of
     *  the backend's; does not wait for it. */
    embed_status (*call_pending)(void *inst, embed_pending_fn *fn, void *arg,
                                 ec_err *err);
    /** slot->deadline_ns has changed. */
    void (*deadline)(void *inst);
    /** The longest time for each call of this thread; 0: none.  Returns the
     *  one before. */
    uint64_t (*thread_deadline)(uint64_t limit_ns);
    /** Writes who is in the instance's interpreter, and where. */
    void (*dump)(void *inst, FILE *out);

    /** fork: `prepare` returns with the interpreters' gates shut, `lock` takes
     *  the backend's own locks (core holds its own by then), `parent` and
     *  `child` undo both.  `child` allocates no memory; it calls `lost` for each
     *  extension whose instance is not to be used any more: its interpreter
     *  could not be kept, or slot->on_fork says so. */
    void (*fork_prepare)(uint64_t deadline_ns);
    void (*fork_lock)(void);
    void (*fork_parent)(void);
    void (*fork_child)(void (*lost)(ec_slot *slot));
} ec_backend;

/** The symbol that a backend module exports. NULL: another ABI. */
typedef const ec_backend *ec_backend_fn(uint32_t abi);
EMBED_API const ec_backend *embed_backend(uint32_t abi);

#endif /* EMBED_CORE_BACKEND_H */
