# pypy_start.py - the part of the PyPy backend that runs in PyPy.
#
# Run once, as the init code of a module of its own, after a line that sets
# BRIDGE: the address of a pp_bridge, through which C and this file find each
# other's functions.  Python 3.9 and up.
#
# SPDX-License-Identifier: MIT
import _cffi_backend
import atexit
import os
import sys
import types

ffi = _cffi_backend.FFI()
bridge = ffi.cast("void **", BRIDGE)

# C's functions: an export's name and failure value (NULL: none); a report.
export_name = ffi.cast("char *(*)(void *, int)", bridge[0])
export_failure = ffi.cast("void *(*)(void *, int)", bridge[1])
report = ffi.cast("void (*)(void *, int, int, char *, char *, char *)", bridge[2])
# An embed_bundled, NULL: no more; the name of an included extension.
bundled = ffi.cast("void **(*)(void *, int)", bridge[3])
include_name = ffi.cast("char *(*)(void *, int)", bridge[4])
# An ec_setting, NULL: no more.
setting = ffi.cast("void **(*)(void *, int)", bridge[5])

# A report that is about no export, but the init code.
INIT = -1

# Values of embed_status.
E_INIT, E_UNATTACHED, E_EXCEPTION, E_CONVERT = 5, 9, 10, 11


def decode(chars):
    return ffi.string(chars).decode("utf-8", "replace")


def text_at(i):
    return decode(ffi.cast("char *", bridge[i]))


def all_of(function, instance):
    """The results of a C function for 0, 1, ... up to NULL."""
    results = []
    while True:
        result = function(instance, len(results))
        if not result:
            return results
        results.append(result)


def module_of(name, text):
    """A module that runs `text`."""
    module = types.ModuleType(name)
    exec(compile(text, "<%s>" % name, "exec", dont_inherit=True),
         module.__dict__)
    return module


def encode(text):
    return text.encode("utf-8", "replace").replace(b"\0", b"\\x00")


def trace_of(error):
    """The text Python prints for an exception; never raises."""
    try:
        import traceback
        frames = error.__traceback__
        # Without those of this file.
        while frames is not None and frames.tb_frame.f_globals is globals():
            frames = frames.tb_next
        return "".join(traceback.format_exception(type(error), error, frames))
    except BaseException:
        return type(error).__name__ + "\n"


def type_of(error):
    kind = type(error)
    prefix = "" if kind.__module__ == "builtins" else "%s." % kind.__module__
    return prefix + kind.__qualname__


def value_of(error):
    try:
        return str(error)
    except BaseException:
        return ""


def show(text):
    """Writes to sys.stderr, whatever that is."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except BaseException:
        pass


def show_ignored(what, error, trace):
    """What Python does with an exception that nobody can get."""
    hook = sys.unraisablehook
    if hook is sys.__unraisablehook__:
        show("Exception ignored %s:\n%s" % (what, trace))
        return
    try:
        hook(types.SimpleNamespace(
            exc_type=type(error), exc_value=error,
            exc_traceback=error.__traceback__,
            err_msg="Exception ignored " + what, object=None))
    except BaseException:
        pass


def tell(instance, index, status, error, trace):
    report(instance, index, status, encode(type_of(error)),
           encode(value_of(error)), encode(trace))


class Unattached(Exception):
    """Raised for an export that has no Python code."""


def no_code(*arguments):
    """What exports without Python code call."""
    raise Unattached


class FFI:
    """The `ffi` of an extension: PyPy's own, but for def_extern().  Without
    arguments: one with declarations of its own, as cffi.FFI()."""

    def __init__(self, real=None, lib=None, instance=None):
        if real is None:
            import cffi
            real = cffi.FFI()
        def put(name, value):
            object.__setattr__(self, name, value)
        put("error", _cffi_backend.FFI.error)
        for name in dir(real):
            if not name.startswith("_") and name not in ("def_extern", "errno"):
                put(name, getattr(real, name))
        put("_real", real)
        put("_lib", lib)
        put("_instance", instance)
        # "NAME.function"
        put("_index", {decode(name).rpartition(".")[2]: i for i, name in
                       enumerate(all_of(export_name, instance))}
            if instance is not None else {})

    def __setattr__(self, name, value):
        if name != "errno" and type(self) is FFI:
            raise AttributeError(
                "'libembed.FFI' object attribute %r is read-only" % name
                if hasattr(self, name) else
                "'libembed.FFI' object has no attribute %r and no __dict__ for "
                "setting new attributes" % name)
        object.__setattr__(self, name, value)

    def __repr__(self):
        return repr(self._real)

    @property
    def errno(self):
        return self._real.errno

    @errno.setter
    def errno(self, value):
        self._real.errno = value

    def def_extern(self, name=None, error=None, onerror=None):
        if callable(name):
            raise TypeError("@ffi.def_extern needs parentheses: write "
                            "@ffi.def_extern()")
        if name is not None and not isinstance(name, str):
            raise TypeError("def_extern() argument 'name' must be str or None, "
                            "not %s" % type(name).__name__)
        if onerror is not None and not callable(onerror):
            raise TypeError("expected a callable object for 'onerror', not %s"
                            % type(onerror).__name__)

        def attach(python):
            if not callable(python):
                raise TypeError("expected a callable object, not %s"
                                % type(python).__name__)
            self._attach(python.__name__ if name is None else name, python,
                         error, onerror)
            return python
        return attach

    def _attach(self, key, python, error, onerror):
        index = self._index.get(key)
        if index is None and self._instance is None:
            raise self.error("def_extern(): only for the ffi of an extension")
        if index is None:
            # PyPy says what is wrong with the name.
            self._real.def_extern(name=key)(python)
            return
        if self._has_complex(key):
            def python(*arguments):
                raise NotImplementedError(
                    "PyPy cannot give complex numbers to Python code")
        if error is None:
            error = self._failure(key, index)
        self._real.def_extern(
            name=key, error=error,
            onerror=self._handler(index, python, onerror))(python)
        if python is not no_code:
            set_attached(self._instance, index)

    def _has_complex(self, key):
        """PyPy would read them where their pointers are."""
        return any(argument.cname in ("double _Complex", "_cffi_double_complex_t")
                   for argument in self._real.typeof(getattr(self._lib, key)).args)

    def _failure(self, key, index):
        """The declared failure value as a Python object; None: zero bytes."""
        at = export_failure(self._instance, index)
        result = self._real.typeof(getattr(self._lib, key)).result
        if not at or result.kind == "void":
            return None
        pointer = self._real.cast(self._real.getctype(result, "*"),
                                  int(ffi.cast("uintptr_t", at)))
        return pointer[0]

    def _handler(self, index, python, onerror):
        instance = self._instance

        def handle(kind, error, traceback):
            if kind is Unattached:
                tell(instance, index, E_UNATTACHED, error, "")
                return None
            trace = trace_of(error)
            second = None
            if onerror is not None:
                try:
                    value = onerror(kind, error, traceback)
                    if value is not None:
                        return value
                except BaseException as raised:
                    second = raised
            # PyPy's own conversions have no frame.
            status = E_CONVERT if traceback is None else E_EXCEPTION
            if onerror is None or second is not None:
                show_ignored("from libembed callback %r" % (python,), error,
                             trace)
            if second is not None:
                show_ignored("during handling of the above exception by "
                             "'onerror'", second, trace_of(second))
            tell(instance, index, status, error, trace)
            return None
        return handle

    def _attach_nothing(self):
        """Has exports without Python code fail as they should."""
        for key in self._index:
            self._attach(key, no_code, None, None)


FFI.__module__ = "libembed"


def source_show(name, source):
    """Gives tracebacks the lines of the init code."""
    import linecache
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)


def real_ffi(instance, is_real):
    """Gives the modules of included extensions PyPy's ffi, or ours again."""
    for name in all_of(include_name, instance):
        module = sys.modules.get(decode(name))
        ours = getattr(module, "_embed_ffi", None)
        if ours is not None:
            module.ffi = ours._real if is_real else ours


def load(instance):
    """Before PyPy reads an extension's tables: it takes no other ffi."""
    real_ffi(instance, True)
    return 0


def environment_of(instance, name, library):
    """The Environment of an extension."""
    settings = []
    for item in all_of(setting, instance):
        key, origin, value = (os.fsdecode(ffi.string(ffi.cast("char *", x)))
                              for x in item[0:3])
        is_built = ffi.cast("_Bool *", item + 3)[0]
        settings.append((key, origin, value, is_built))
    return environment.Environment(name, library, settings)


def names_install(instance, name, library, roots):
    """Makes the modules that belong to the extension importable by it."""
    hook = None
    files = {}
    for file in all_of(bundled, instance):
        path, data = (ffi.cast("char *", x) for x in (file[0], file[1]))
        size = int(ffi.cast("uintptr_t", file[2]))
        files[decode(path)] = ffi.buffer(data, size)
    if files:
        root = library or name
        hook = importer.install(root, files)
        roots.insert(0, root)
    return private.install(name, roots, hook)


def forget(name):
    """Takes an extension's modules out of sys.modules."""
    for key in name, name + ".lib":
        sys.modules.pop(key, None)
    names = installed.pop(name, None)
    if names is not None:
        names.uninstall()


def init(instance, name, code, size, file, library):
    """Makes the module of an extension, whose tables PyPy has loaded, and runs
    its init code.  0: done."""
    name = decode(name)
    file = decode(file)
    label = file if file.startswith("/") else "<init code for '%s'>" % name
    env = ""
    real_ffi(instance, False)
    try:
        loaded = sys.modules[name]
        module = types.ModuleType(name)
        module.ffi = module._embed_ffi = FFI(loaded.ffi, loaded.lib, instance)
        module.lib = loaded.lib
        sys.modules[name] = module
        sys.modules[name + ".lib"] = module.lib
        module.ffi._attach_nothing()
        library = decode(library)
        env = environment_of(instance, name, library)
        for line in env.share(is_strict(instance) != 0):
            notice(instance, os.fsencode(line))
        names = installed[name] = names_install(instance, name, library,
                                                env.roots())
        source = ffi.buffer(code, size)[:].decode("utf-8-sig")
        source_show(label, source)
        env.preload()
        exec(names.compile(source, label),
             {"__name__": name, "__file__": file})
        return 0
    except BaseException as error:
        trace = trace_of(error)
        forget(name)
        show("Failed to initialize the Python-libembed embedding logic:\n\n"
             "%s\nFrom: %s\nPython: %s\nsys.path: %r\n%s\n"
             % (trace, name, sys.version.replace("\n", " "), sys.path, env))
        tell(instance, INIT, E_INIT, error, trace)
        return 1


def attempt(call, *arguments):
    try:
        call(*arguments)
    except BaseException:
        pass


def join_threads(seconds):
    """As threading._shutdown(), which would wait for the thread that imported
    threading first."""
    import time
    threading = sys.modules["threading"]
    end = time.monotonic() + seconds

    def pools():
        for call in reversed(list(getattr(threading, "_threading_atexits", ()))):
            attempt(call)
    others = [t for t in threading.enumerate()
              if not t.daemon and t is not threading.main_thread()
              and not isinstance(t, threading._DummyThread)]
    closer = threading.Thread(target=pools, daemon=True)
    closer.start()
    for thread in [closer] + others:
        attempt(thread.join, max(0.0, end - time.monotonic()))


def finish(seconds):
    """What Python does at its end, which PyPy does not when it is embedded."""
    import gc
    import io
    if "threading" in sys.modules:
        attempt(join_threads, seconds)
    attempt(atexit._run_exitfuncs)
    attempt(gc.collect)
    for thing in gc.get_objects():
        if isinstance(thing, io.IOBase):
            attempt(thing.flush)
    return 0


def command():
    """PyPy's own command, as it is on PATH; "" when it is not."""
    version = "pypy%d.%d" % sys.version_info[:2]
    for name in version, "pypy3":
        for directory in os.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(directory, name)
            if directory and os.access(path, os.X_OK):
                return path
    return ""


def prepare(executable):
    """What an embedded PyPy lacks."""
    if not getattr(sys, "argv", None):
        sys.argv = [""]
    if "__main__" not in sys.modules:
        sys.modules["__main__"] = types.ModuleType("__main__")
    sys.executable = decode(executable) or command()
    return 0


def limit(levels):
    """Each level stands for 768 bytes of stack."""
    attempt(sys.setrecursionlimit, levels)
    return 0


def forked():
    """What os.fork() does in a child."""
    for name, call in ("threading", "_after_fork"), ("random", "seed"):
        if name in sys.modules:
            attempt(getattr(sys.modules[name], call))
    return 0


def embed_create():
    """The module `embed`."""
    module = types.ModuleType("embed")
    real = _cffi_backend.FFI
    module.FFI = FFI
    module.CData, module.CType = real.CData, real.CType
    module.buffer, module.error = real.buffer, real.error
    module.__version__ = text_at(VERSION)
    module.on_unload = atexit.register

    def slow(name):
        # The package costs more than all else here.
        if name != "CDefError":
            raise AttributeError("module 'embed' has no attribute %r" % name)
        import cffi
        return cffi.CDefError
    module.__getattr__ = slow
    sys.modules.setdefault("embed", module)


# Items of the bridge.
(BUNDLE, PRIVATE, ENVIRONMENT, VERSION, ATTACH, NOTICE, STRICT,
 FIRST) = range(6, 14)

# C's: an export has code now; a line for the operator; is it strict?
set_attached = ffi.cast("void (*)(void *, int)", bridge[ATTACH])
notice = ffi.cast("void (*)(void *, char *)", bridge[NOTICE])
is_strict = ffi.cast("int (*)(void *)", bridge[STRICT])

importer = module_of("embed_bundle", text_at(BUNDLE))
private = module_of("embed_private", text_at(PRIVATE))
environment = module_of("embed_environment", text_at(ENVIRONMENT))
installed = {} # name -> private.Names
embed_create()

callbacks = [
    ffi.callback("int (*)(void *)", load, error=-1),
    ffi.callback("int (*)(void *, char *, char *, size_t, char *, char *)",
                 init, error=-1),
    ffi.callback("int (*)(double)", finish, error=-1),
    ffi.callback("int (*)(char *)", prepare, error=-1),
    ffi.callback("int (*)(int)", limit, error=-1),
    ffi.callback("int (*)(void)", lambda: 0, error=-1),
    ffi.callback("int (*)(void)", forked, error=-1),
]
for i, callback in enumerate(callbacks):
    bridge[FIRST + i] = ffi.cast("void *", callback)
# For ever.
sys.modules["_libembed"].callbacks = callbacks
