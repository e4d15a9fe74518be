"""What an interpreter does first in a fork child.

Threads other than the one that forked are not in this process.  What they left
half done is undone, and modules are told as os.fork() tells them.

SPDX-License-Identifier: MIT
"""
import sys


def forget_imports(forker):
    """An import that another thread had begun counts as one that failed."""
    bootstrap = sys.modules["_frozen_importlib"]
    for name, reference in list(bootstrap._module_locks.items()):
        lock = reference()
        owner = getattr(lock, "owner", None)
        if owner is None or owner == forker:
            continue
        spec = getattr(sys.modules.get(name), "__spec__", None)
        if getattr(spec, "_initializing", False):
            del sys.modules[name]
        bootstrap._module_locks.pop(name, None)
    bootstrap._blocking_on.clear() # who forks waits for no import


def end_threads(forker):
    """CPython marks the handles of threads in PyOS_AfterFork_Child() (3.13)."""
    import _thread
    import threading
    threading._active_limbo_lock = threading.RLock() # may have been held
    threading.current_thread() # known, with a handle of its own
    for thread in list(threading._active.values()):
        handle = getattr(thread, "_handle", None)
        if (handle is None or handle.is_done() or
                thread.ident in (forker, _thread.get_ident())):
            continue
        # The old handle stays as it is: it would detach a thread that is not
        # there.
        ended = _thread._make_thread_handle(thread.ident)
        ended._set_done()
        thread._handle = ended


def hooks(watched):
    """The functions that modules gave os.register_at_fork(after_in_child=).

    Those of modules that were imported before that was watched are known."""
    known = (("threading", lambda m: m._after_fork),
             ("random", lambda m: m._inst.seed),
             ("logging", lambda m: m._after_at_fork_child_reinit_locks))
    found = []
    for name, get in known:
        module = sys.modules.get(name)
        try:
            call = None if module is None else get(module)
        except AttributeError:
            continue
        if call is not None and call not in watched:
            found.append(call)
    return found + watched


def run(forker, watched):
    """Returns what is to be called then.

    forker: the thread that forked, as Python names it."""
    forget_imports(forker)
    if "threading" in sys.modules:
        end_threads(forker)
    return hooks(watched)
