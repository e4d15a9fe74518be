/* embed.h - what a host can ask of libembed.
 *
 * A host needs none of this: it calls the functions that a plug-in exports,
 * and the first call starts everything.  This header is for hosts that want
 * to start extensions at a moment of their choice, to see what went wrong, and
 * to shut down in order.
 *
 * Threads: every function may be called from any thread unless it says
 * otherwise.  Strings are UTF-8 and NUL-terminated.
 *
 * Cancellation: a thread is not cancelled (pthread_cancel) inside a call of an
 * export or of a function of this header, nor in C code that is called from
 * there, whether its cancelability is deferred or asynchronous: the call finishes,
 * and cancellation acts after it.  embed_interrupt() ends a call.
 *
 * A thread may end (pthread_exit) in C code that Python code calls: its calls give
 * up the GIL and go; what their Python code refers to is not freed, and locks that
 * it holds stay locked.  In the middle of init code, that has failed.
 *
 * C code that Python code calls must not leave it by longjmp().  Calls that the
 * thread makes later give their failure value (EMBED_E_STATE) where that is
 * noticed; what else happens on this thread is undefined.  Other threads go on.
 *
 * Structs that begin with `size`: the caller sets it to the struct's sizeof
 * (EMBED_..._INIT does) before each call.  The members that both the caller and
 * the library know are filled, the others are left alone, and `size` says
 * afterwards how many bytes were filled.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_H
#define EMBED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EMBED_VERSION_MAJOR 0
#define EMBED_VERSION_MINOR 1
#define EMBED_VERSION_PATCH 0

#if defined(__GNUC__)
# define EMBED_API __attribute__((visibility("default")))
#else
# define EMBED_API
#endif

/** Result of every fallible call.  Zero is success; the values are ABI. */
typedef enum embed_status {
    EMBED_OK = 0,
    EMBED_E_NOMEM = 1,   /* an allocation failed */
    EMBED_E_NAME = 2,    /* no extension of that name, or the name is taken */
    EMBED_E_ABI = 3,     /* plug-in and library do not fit each other */
    EMBED_E_PYTHON = 4,  /* no usable Python, or it did not start */
    EMBED_E_INIT = 5,    /* the interpreter or the init code failed */
    EMBED_E_REENTRY = 6, /* called out of libembed itself, or while it starts
                            Python on this thread */
    EMBED_E_CYCLE = 7,   /* extensions wait for each other's init code */
    EMBED_E_CLOSED = 8,  /* after embed_shutdown() or process exit began */
    EMBED_E_UNATTACHED = 9, /* no Python code attached to the function */
    EMBED_E_EXCEPTION = 10, /* the Python function raised */
    EMBED_E_CONVERT = 11,   /* an argument or result could not be converted */
    EMBED_E_STACK = 12,     /* too little C stack left on this thread: CPython
                               needs one of 144 KiB */
    EMBED_E_FORK = 13,      /* lost in fork(); see "on_fork" */
    EMBED_E_INVALID = 14,   /* bad argument: a declaration, an option, NULL */
    EMBED_E_IO = 15,        /* a file could not be read or written */
    EMBED_E_TIMEOUT = 16,   /* not finished within the time given */
    EMBED_E_STATE = 17,     /* not possible in the extension's present state */
    EMBED_E_INTERRUPTED = 18, /* the call was interrupted by the host */
    EMBED_E_DEADLINE = 19     /* the call took longer than its deadline */
} embed_status;

/** Where an extension is in its life. */
typedef enum embed_state {
    EMBED_STATE_EMPTY = 0,    /* registered, nothing created yet */
    EMBED_STATE_CREATING = 1, /* a thread creates it or runs its init code */
    EMBED_STATE_READY = 2,    /* calls are routed to it */
    EMBED_STATE_DRAINING = 3, /* ending; calls in flight may finish */
    EMBED_STATE_PARKED = 4,   /* closed; its interpreter could not be ended
                                 safely and is kept, unused */
    EMBED_STATE_FAILED = 5,   /* init failed; see embed_retry() */
    EMBED_STATE_CLOSED = 6    /* closed and its interpreter ended */
} embed_state;

/** How much of its Python an extension shares. */
typedef enum embed_isolation {
    EMBED_ISOLATION_DEFAULT = 0, /* own */
    EMBED_ISOLATION_OWN = 1,     /* own interpreter, own GIL */
    EMBED_ISOLATION_SUB = 2,     /* own interpreter, the main GIL */
    EMBED_ISOLATION_SHARED = 3   /* the one shared interpreter */
} embed_isolation;

/** What is known of one extension.  Set `size` (EMBED_INFO_INIT) first. */
typedef struct embed_info {
    size_t size;               /* in: sizeof(embed_info); out: bytes filled */
    const char *name;          /* borrowed, valid for ever */
    const char *library;       /* file the extension is in; borrowed, valid for
                                  ever; NULL when unknown */
    embed_state state;         /* at the moment of the call */
    embed_isolation isolation; /* asked for before READY, in force after */
    size_t n_exports;          /* functions it exports */
    int64_t interp_id;         /* CPython's interpreter id, -1 when none */
    size_t n_attached; /* exports that have Python code; 0 when it is not
                                  READY or CREATING */
} embed_info;

#define EMBED_INFO_INIT                                                       \
 {                                                                            \
  sizeof(embed_info), NULL, NULL, EMBED_STATE_EMPTY, EMBED_ISOLATION_DEFAULT, \
      0, -1, 0                                                                \
 }

/** What is known of one export.  Set `size` (EMBED_EXPORT_INFO_INIT) first. */
typedef struct embed_export_info {
    size_t size;      /* in: sizeof(embed_export_info); out: bytes filled */
    const char *name; /* of the function; borrowed, valid for ever */
    int is_attached;  /* 1: it has Python code; else 0 */
} embed_export_info;

#define EMBED_EXPORT_INFO_INIT       \
 {                                   \
  sizeof(embed_export_info), NULL, 0 \
 }

/** Which exports must have Python code when the init code has run. */
typedef enum embed_required {
    EMBED_REQUIRED_NONE = -1, /* none */
    EMBED_REQUIRED_KEPT = 0,  /* default: for a reload those that have code in
                                 what it replaces */
    EMBED_REQUIRED_ALL = 1    /* all */
} embed_required;

/**
 * The last failure on this thread.  All strings are borrowed from the
 * library until the next call into libembed or into an extension on this
 * thread; "" where there is nothing to say, never NULL.
 */
typedef struct embed_error {
    size_t size;           /* bytes that the library has filled */
    embed_status status;   /* EMBED_OK: nothing failed yet */
    const char *message;   /* one line */
    const char *type;      /* exception type, such as "ValueError" */
    const char *value;     /* str(exception) */
    const char *traceback; /* as Python prints it, several lines */
    const char *extension; /* name of the extension */
    const char *function;  /* name of the exported function */
} embed_error;

/**
 * Called on the failing thread for every failure of an exported call and of
 * an init code, after the last error is set.  No lock and no GIL is held; the
 * hook may call into libembed and into extensions.
 *
 * @param error  not kept; valid during the call.
 * @param arg    what embed_set_error_hook() was given.
 */
typedef void embed_error_hook(const embed_error *error, void *arg);

/** Returns the version of the library, such as "0.1.0". */
EMBED_API const char *embed_version(void);

/**
 * Starts an extension now instead of on its first call: interpreter, init
 * code.  Does nothing when it is READY.
 *
 * @param name  as given to `embed build`.  Not kept.
 *
 * Returns:  EMBED_OK, or
 *           EMBED_E_NAME    nothing of that name is loaded;
 *           EMBED_E_ABI     it was made for another libembed;
 *           EMBED_E_PYTHON  there is no usable Python;
 *           EMBED_E_INIT    its init code failed, now or earlier;
 *           EMBED_E_UNATTACHED  see embed_set_required();
 *           EMBED_E_REENTRY, EMBED_E_CYCLE, EMBED_E_CLOSED, EMBED_E_NOMEM.
 *           embed_last_error() has the text.
 * Blocks:   while the extension is created, here or by another thread.
 */
EMBED_API embed_status embed_start(const char *name);

/**
 * Chooses how much of its Python an extension shares, for its next start.  Comes
 * before what it was built with; the environment variables EMBED_ISOLATION and
 * EMBED_SHARED_INTERP come before this.
 *
 * @param level  DEFAULT: as it was built
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_INVALID;
 *           EMBED_E_STATE  it has started: the level is for after an unload (a
 *                          reload of level shared is not possible).
 */
EMBED_API embed_status embed_set_isolation(const char *name,
                                           embed_isolation level);

/**
 * Chooses what the Python of an extension has around it, for its next start.
 * Comes before what it was built with; the operator's variable EMBED_<NAME>_VENV,
 * _PATH, ... (capitals, "_" for what is no letter or digit) comes before this.
 *
 *   "venv"      a virtual environment made for this Python.  An interpreter of
 *               the extension's own is as that environment's python command; a
 *               shared one gets its packages
 *   "path"      directories, separated by ":", before the standard library
 *   "site"      directories of packages, after it; their .pth files count
 *   "isolated"  "1": nothing of the directory that the library is in, nor of
 *               the packages that are installed for Python
 *   "argv"      sys.argv[1:], to be split as a shell does
 *   "preload"   Python code that runs before the init code
 *   "on_fork"   what a fork child has of the extension.  "keep", the default:
 *               its state, whatever its threads were doing; if C code keeps the
 *               GIL, that is not possible, and calls fail with EMBED_E_FORK.
 *               "restart": a new interpreter, made by the next call; not at
 *               level shared.  "fail": nothing; calls fail with EMBED_E_FORK
 *
 * Relative paths are relative to the current directory, those of a build to the
 * directory of the library.  In a shared interpreter `site`, the packages of
 * `venv`, and `argv` are there for all extensions: of a package that is there
 * already, in another version, stderr says so at the start, which fails if the
 * extension was built with --strict.
 *
 * @param value  "": nothing, although it was built in; NULL: as it was built.
 *               Copied.
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_INVALID; EMBED_E_NOMEM;
 *           EMBED_E_STATE  it has started: it is for its next start, or
 *                          embed_reload().
 */
EMBED_API embed_status embed_set_option(const char *name, const char *option,
                                        const char *value);

/**
 * Says which exports must have Python code after the init code, for all starts and
 * reloads from now on.  A start fails otherwise, and a reload changes nothing,
 * with EMBED_E_UNATTACHED; the last error has the names.  By default a reload
 * loses none: a program that is empty, or half written, is refused.
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_INVALID.
 */
EMBED_API embed_status embed_set_required(const char *name,
                                          embed_required required);

/**
 * Makes an extension out of text, without compiler and library: C declarations,
 * as for cdef(), of what it exports, and the Python code that implements them.
 * It is then as any other: started by the first call, or by embed_start(); its
 * functions are what embed_symbol() gives.
 *
 * There is no preprocessor (`#define NAME 1` is understood, comments are), and
 * no C code or variables.  EMBED_ON_FAILURE() takes a number or NULL.
 *
 * @param name     what Python code imports `ffi` and `lib` from: identifiers
 *                 with dots between them, 63 bytes at most, no keywords of
 *                 Python, and not a module of its standard library ("logging")
 * @param source   UTF-8; the functions are attached by @ffi.def_extern()
 * @param options  pairs of a name and a value, then NULL: "isolation" ("own",
 *                 "sub", "shared"), and those of embed_set_option(); NULL: none
 *
 * All strings are copied.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID  a declaration, name or option: the last
 *                                      error says where, its traceback shows
 *                                      the line;
 *           EMBED_E_NAME    there is an extension of that name already;
 *           EMBED_E_PYTHON  there is no usable Python;
 *           EMBED_E_CLOSED, EMBED_E_NOMEM.
 */
EMBED_API embed_status embed_open_source(const char *name,
                                         const char *declarations,
                                         const char *source,
                                         const char *const *options);

/**
 * As embed_open_source(), with the Python code in a file: it is read again by
 * each start, also that of embed_reload().  Modules beside the file can be
 * imported.
 *
 * @param name  NULL: the file's name up to its first dot
 *
 * Returns:  as embed_open_source(); EMBED_E_IO.
 */
EMBED_API embed_status embed_open_file(const char *name,
                                       const char *declarations,
                                       const char *file,
                                       const char *const *options);

/** A C function of any type: to be cast to the one it has. */
typedef void embed_function(void);

/**
 * Returns the C function that an extension exports, of the type that was
 * declared, also for a library that was built; NULL with the reason in the last
 * error (EMBED_E_NAME, EMBED_E_INVALID, EMBED_E_ABI).  Valid for ever; the
 * extension is not started by it.
 */
EMBED_API embed_function *embed_symbol(const char *name, const char *function);

/**
 * Forgets the failure or the unload of an extension and starts it again, in a
 * new interpreter.
 *
 * Returns:  as embed_start(); EMBED_OK too when it was READY.
 * Blocks:   as embed_start().
 */
EMBED_API embed_status embed_retry(const char *name);

/**
 * Describes one extension.
 *
 * @param info  `size` set by the caller; filled on success.
 *
 * Returns:  EMBED_OK, EMBED_E_NAME, EMBED_E_INVALID (NULL, or no size).
 * Blocks:   never on Python.
 */
EMBED_API embed_status embed_lookup(const char *name, embed_info *info);

/**
 * Fills `info` for an export of an extension: its name, and whether Python code is
 * attached to it now.
 *
 * @param i     from 0 to embed_info.n_exports - 1
 * @param info  `size` set by the caller; filled on success
 *
 * Returns:  EMBED_OK; EMBED_E_NAME: there is no such extension or export;
 *           EMBED_E_INVALID (NULL, or size not set).
 */
EMBED_API embed_status embed_lookup_export(const char *name, size_t i,
                                           embed_export_info *info);

/**
 * Describes all extensions, sorted by name.
 *
 * @param infos  array of `cap` elements, each with `size` set: the first one's
 *               says how far they are apart, also where the library knows
 *               another size.  May be NULL.
 *
 * Returns:  how many there are, which may be more than `cap`.  Nothing is
 *           filled when a size is not set (EMBED_E_INVALID as the last error)
 *           or memory is out (EMBED_E_NOMEM).
 */
EMBED_API size_t embed_list(embed_info *infos, size_t cap);

/** Returns the last failure on this thread.  Never NULL. */
EMBED_API const embed_error *embed_last_error(void);

/** Forgets the last failure on this thread. */
EMBED_API void embed_clear_error(void);

/**
 * Sets the process's error hook; NULL removes it.  While a hook is set,
 * libembed's own one-line reports on stderr are left to it; Python's
 * tracebacks go to sys.stderr all the same.
 *
 * @param arg  handed to the hook as it is.
 */
EMBED_API void embed_set_error_hook(embed_error_hook *hook, void *arg);

/**
 * Gives back what this thread holds in every extension: its cached thread
 * states and thread-locals.  Done by itself when a thread ends.
 *
 * Returns:  EMBED_OK; EMBED_E_STATE inside a call into an extension.
 */
EMBED_API embed_status embed_thread_release(void);

/** What was counted of an extension since it was first counted.  Set `size`
 *  (EMBED_STATISTICS_INIT) first. */
typedef struct embed_statistics {
    size_t size;      /* in: sizeof(embed_statistics); out: bytes filled */
    uint64_t calls;   /* that have ended, or failed to begin */
    uint64_t errors;  /* of these: that gave the failure value */
    uint64_t call_ns; /* time in them, with what they waited for in there; that
                         of a call from inside another one is in both */
    uint64_t wait_ns; /* time before them, mostly waiting for the GIL; on PyPy
                         in call_ns */
    uint64_t memory;  /* bytes that its interpreter has for small objects
                           (CPython's arenas); 0 where it shares them: levels
                           sub and shared */
} embed_statistics;

#define EMBED_STATISTICS_INIT             \
 {                                        \
  sizeof(embed_statistics), 0, 0, 0, 0, 0 \
 }

/**
 * Has the calls of an extension counted from now on, or not any more.  A call
 * that is not counted costs nothing for it.
 *
 * Each call is timed: by the processor's counter, which takes some 50 ns of a
 * call, where Linux keeps its time by it ("tsc" is its clock source; ARM); else
 * by CLOCK_MONOTONIC, some 80 ns.
 *
 * @param on  1 or 0
 *
 * Returns:  EMBED_OK; EMBED_E_NAME.
 */
EMBED_API embed_status embed_count(const char *name, int on);

/**
 * Says what was counted, over all interpreters that the extension has had.
 *
 * @param out  `size` set by the caller; filled on success
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_INVALID (NULL, or no size).
 * Blocks:   never on Python.
 */
EMBED_API embed_status embed_stats(const char *name, embed_statistics *out);

/**
 * Writes what there is and what runs: the Python, all extensions with their
 * state, who creates them and who waits for that, the threads that are in a
 * call and their Python stacks.  For logs, for watchdogs, and for a debugger:
 * `call embed_dump(0)`.  Nothing is interrupted; nothing of Python runs.
 *
 * @param out  NULL: stderr
 *
 * Blocks:   up to 0.2 s for each extension where C code keeps the GIL.
 */
EMBED_API void embed_dump(FILE *out);

/**
 * Keeps this thread inside an extension until embed_release(): its calls cost
 * less, as the GIL stays with it.  Other threads' calls of the extension wait
 * meanwhile.  Starts the extension when it has not started.  May be nested,
 * also for different extensions; calls of others are possible meanwhile.
 *
 * Returns:  EMBED_OK; as embed_start(); EMBED_E_STATE from inside Python.  On
 *           PyPy it does nothing.
 * Blocks:   while another thread has the GIL.
 * Threads:  for the calling thread, which has to release it.  A thread that
 *           ends lets go.
 */
EMBED_API embed_status embed_hold(const char *name);

/**
 * Undoes the last embed_hold() of this thread.
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_STATE when the last one was of
 *           another extension, or there is none.
 */
EMBED_API embed_status embed_release(const char *name);

/**
 * Ends the calls in flight of an extension, and its init code: the exception
 * embed.Interrupted is raised in each, with the next step of Python code.  Such
 * a call gives its failure value, and EMBED_E_INTERRUPTED as the last error of
 * its thread.  Calls made after this function has returned are not touched.
 * C code is not interrupted, but for time.sleep(); it raises when it returns.
 *
 * Returns:  EMBED_OK, also when there was no call;
 *           EMBED_E_NAME;
 *           EMBED_E_TIMEOUT  C code has kept the GIL for a second: nothing was
 *                            interrupted;
 *           EMBED_E_STATE    the extension shares its interpreter (level
 *                            shared, PyPy).
 * Blocks:   until the exceptions are set, mostly less than a millisecond.
 */
EMBED_API embed_status embed_interrupt(const char *name);

/** Called inside an extension, for embed_call_pending(). */
typedef void embed_pending_fn(void *arg);

/**
 * Has a C function called inside an extension at its next safe point: its GIL is
 * held, and all Python code of it stands between two steps.  For code that uses
 * Python's C API, or must not run while Python code of the extension does.  The
 * functions of one extension are called one after the other, in the order they
 * were given, on a thread of libembed's; they may call exports.
 *
 * This function does not wait for any of that, so a thread that must not wait
 * for Python may call it; not a signal handler.
 *
 * @param fn   Not called if the extension ends before; otherwise once.
 * @param arg  handed to it as it is
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_INVALID (NULL); EMBED_E_NOMEM;
 *           EMBED_E_STATE  it is not running; or on PyPy.
 */
EMBED_API embed_status embed_call_pending(const char *name,
                                          embed_pending_fn *fn, void *arg);

/**
 * Bounds the time of each later call of an extension.  One that takes longer
 * is interrupted by embed.DeadlineExceeded, a subclass of embed.Interrupted,
 * and gives EMBED_E_DEADLINE.  What C code does is as for embed_interrupt().
 * A call that nobody can look after, as no thread can be started, is not made: it
 * gives its failure value, and EMBED_E_NOMEM.
 *
 * @param timeout_ms  0 or less: no deadline
 *
 * Returns:  EMBED_OK; EMBED_E_NAME; EMBED_E_STATE as embed_interrupt(), when
 *           it is known.
 */
EMBED_API embed_status embed_set_deadline(const char *name, int timeout_ms);

/**
 * The same for each later call from this thread, to any extension; the shorter
 * of both times counts.
 *
 * @param timeout_ms       0 or less: no deadline
 * @param out_previous_ms  what it was before, 0: none; to be set again by code
 *                         that wants a deadline for a while.  Set on success;
 *                         may be NULL.
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON; EMBED_E_STATE on PyPy.
 */
EMBED_API embed_status embed_set_thread_deadline(int timeout_ms,
                                                 int *out_previous_ms);

/**
 * Ends one extension: new calls give their failure value, calls in flight may
 * finish, its exit handlers run, and its interpreter is ended where its Python
 * version can do that safely, else parked.  embed_retry() starts it again.
 *
 * @param timeout_ms  upper bound for the whole; negative: the default (2000).
 *
 * Returns:  EMBED_OK; EMBED_E_NAME;
 *           EMBED_E_TIMEOUT  something of it still runs (it is parked);
 *           EMBED_E_STATE    it is not running; or shares its interpreter (level
 *                            shared, PyPy); or inside a call into an extension,
 *                            or a hold.
 */
EMBED_API embed_status embed_unload(const char *name, int timeout_ms);

/**
 * Replaces a running extension: a new interpreter is made and runs the init
 * code; then all new calls go there, at once; then the old one is ended as by
 * embed_unload().  No call fails for it.  While the new init code runs, and
 * when it fails, calls go to the old one, those of the init code itself, too.
 * What is not running is started, as by embed_retry().
 *
 * @param timeout_ms  upper bound for the end of the old one; negative: the
 *                    default (2000).
 *
 * Returns:  EMBED_OK; EMBED_E_NAME;
 *           EMBED_E_INIT     the init code failed: nothing has changed;
 *           EMBED_E_UNATTACHED  it has attached no code to an export that has
 *                            some now (see embed_set_required()): nothing has
 *                            changed;
 *           EMBED_E_TIMEOUT  it is replaced, but calls into the old one still
 *                            run (it is parked);
 *           EMBED_E_CLOSED   it was closed meanwhile;
 *           EMBED_E_STATE    it shares its interpreter (level shared, PyPy); or
 *                            inside a call into an extension, or a hold.
 * Blocks:   while another thread reloads it.
 */
EMBED_API embed_status embed_reload(const char *name, int timeout_ms);

/**
 * Ends all extensions: new calls give their failure value, calls in flight
 * may finish, exit handlers run, streams are flushed, and each interpreter is
 * ended where its Python version can do that safely, else parked.
 *
 * @param timeout_ms  upper bound for the whole; negative: the default (2000).
 *
 * Returns:  EMBED_OK; EMBED_E_TIMEOUT when something still runs (it is
 *           parked); EMBED_E_STATE inside a call into an extension.
 */
EMBED_API embed_status embed_shutdown(int timeout_ms);

#ifdef __cplusplus
}
#endif

#endif /* EMBED_H */
