"""The FFI object of build scripts.

SPDX-License-Identifier: MIT
"""
import os
import re
import sysconfig
import tempfile

from . import command, options
from .errors import CDefError, FFIError, VerificationError

# How positions in the text of cdef() are shown.
SHOWN_FILE = "<cdef source string>"

# What an importing Python of any version looks for.
ANY_SUFFIX = ".abi3.so"


class Text:
    """The text of one cdef() or embedding_api()."""

    def __init__(self, source, pack, is_api, overrides):
        self.source = source
        self.pack = pack
        self.option = ("--api" if is_api else
                       "--override" if overrides else "--cdef")

    def write(self, path):
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.source + "\n")


def checked_pack(packed, pack):
    """The alignment that both arguments stand for; None: the usual."""
    if packed and packed not in (False, True):
        raise ValueError("'packed' should be False or True; use 'pack' to "
                         "give another value")
    if pack is None or pack == 0:
        return 1 if packed else None
    if packed:
        raise ValueError("cannot give both 'pack' and 'packed'")
    if not isinstance(pack, int):
        raise TypeError("'pack' must be an int, not %s" % type(pack).__name__)
    if pack < 0 or pack & (pack - 1):
        raise ValueError("'pack' must be a power of two, not %r" % (pack,))
    return pack


def normalised(source):
    """Init code without leading blank lines and common indentation."""
    source = re.sub(r"\A(?:[ \t]*(?:\r\n|\r|\n))+", "", source)
    lines = source.splitlines() or [""]
    margins = [re.match(r"[ \t]*", x).group() for x in lines if x.strip()]
    margin = os.path.commonprefix(margins)
    return "".join(x[len(margin):] + "\n" for x in lines)


def check_writable(path):
    """OSError unless a file can be made where `path` says."""
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(path)):
            pass
    except OSError as e:
        raise OSError(e.errno, e.strerror, path) from None


class FFI:
    """Collects declarations, Python code and C code, and compiles them to a
    library."""

    def __init__(self, backend=None):
        if backend is not None:
            raise NotImplementedError("there are no other backends")
        self._texts = []
        self._included = []
        self._init_code = None
        self._source = None

    def __getattr__(self, name):
        raise AttributeError(
            "ffi.%s: build scripts only declare and compile; the whole API is "
            "there in the library's own code (from NAME import ffi)" % name)

    # --- declarations --------------------------------------------------------

    def cdef(self, csource, override=False, packed=False, pack=None):
        """Declares what Python code will know: types, functions, variables,
        constants, extern "Python"."""
        self._declare(csource, checked_pack(packed, pack), False, override)

    def embedding_api(self, csource, packed=False, pack=None):
        """As cdef(); the functions are exported, implemented in Python."""
        self._declare(csource, checked_pack(packed, pack), True, False)
        if self._init_code is None:
            self._init_code = ""

    def _declare(self, source, pack, is_api, overrides):
        if not isinstance(source, str):
            raise TypeError("cdef() argument must be a string")
        self._texts.append(Text(source, pack, is_api, overrides))
        try:
            self._declarations()
        except Exception:
            del self._texts[-1]
            raise

    def _declarations(self):
        """Lets the parser look at all declarations so far."""
        with tempfile.TemporaryDirectory(prefix="embed-") as work:
            arguments = ["declarations", "--module", "--name", "x"]
            self._run(arguments + self._text_arguments(work), work, work)

    def include(self, ffi_to_include):
        """The declarations of another module are known here, too."""
        if not isinstance(ffi_to_include, FFI):
            raise TypeError("ffi.include() expects an argument that is also "
                            "of type FFI, not %r"
                            % type(ffi_to_include).__name__)
        if ffi_to_include is self:
            raise ValueError("self.include(self)")
        self._included.append(ffi_to_include)

    def _all_included(self):
        """The included ones and those that they include, each once; inner
        ones first."""
        found = []
        for other in self._included:
            for each in other._all_included() + [other]:
                if each not in found:
                    found.append(each)
        return found

    # --- code ----------------------------------------------------------------

    def embedding_init_code(self, pysource):
        """The Python code that the first call runs."""
        if self._init_code:
            raise ValueError("embedding_init_code() can only be called once")
        if not isinstance(pysource, str):
            raise TypeError("embedding_init_code() argument must be a str, "
                            "not %s" % type(pysource).__name__)
        source = normalised(pysource)
        compile(source, "cffi_init", "exec", dont_inherit=True)
        self._init_code = source

    def set_source(self, module_name, source, source_extension=".c", **kwds):
        """The name, and C code to compile in; `kwds` as for a distutils
        Extension."""
        if self._source is not None:
            raise ValueError("set_source() cannot be called several times per "
                             "ffi object")
        if not isinstance(module_name, str):
            raise TypeError("'module_name' must be a string")
        if not module_name:
            raise ValueError("'module_name' must not be empty")
        if os.sep in module_name or "/" in module_name:
            raise ValueError("'module_name' must not contain '/': use a "
                             "dotted name to make a 'package.module' "
                             "location")
        if source is not None and not isinstance(source, str):
            raise TypeError("'source' must be a string or None, not %s"
                            % type(source).__name__)
        options.check(kwds)
        self._source = module_name, source, source_extension, kwds

    def set_source_pkgconfig(self, module_name, pkgconfig_libs, source,
                             source_extension=".c", **kwds):
        """As set_source(), with what pkg-config says of some libraries."""
        if not isinstance(pkgconfig_libs, (list, tuple)):
            raise TypeError("the pkgconfig_libs argument must be a list of "
                            "package names")
        if "source_extension" in kwds:
            raise TypeError("source_extension is given twice")
        for name, values in options.pkgconfig(pkgconfig_libs).items():
            kwds[name] = list(kwds.get(name) or ()) + values
        self.set_source(module_name, source, source_extension, **kwds)

    def def_extern(self, *args, **kwds):
        """Only the ffi of a library has it."""
        raise ValueError("ffi.def_extern() is only available on API-mode FFI "
                         "objects")

    # --- output --------------------------------------------------------------

    def _checked_source(self):
        if self._source is None:
            raise ValueError("set_source() must be called before compile(), "
                             "emit_c_code() and distutils_extension()")
        if self._source[1] is None:
            raise TypeError("set_source(): the source is None, which asks for "
                            "a Python module; give a string, such as ''")
        return self._source

    def _text_arguments(self, work):
        """Writes all declarations to `work`."""
        arguments = []

        def add(option, text, name):
            path = os.path.join(work, name)
            text.write(path)
            if text.pack is not None:
                arguments.extend(["--pack", str(text.pack)])
            arguments.extend([option, path])

        for i, other in enumerate(self._all_included()):
            name = other._source[0] if other._source is not None else None
            for k, text in enumerate(other._texts):
                add("--include", text, "include%d_%d.h" % (i + 1, k + 1))
            if name is not None:
                arguments += ["--include-module", name]
        for i, text in enumerate(self._texts):
            add(text.option, text, "cdef%d.h" % (i + 1))
        return arguments

    def _build_arguments(self, work):
        """Writes all inputs to `work`; the arguments of `embed build`."""
        name, source, extension, _ = self._checked_source()
        for other in self._all_included():
            if other._source is None:
                raise ValueError("ffi.include() of an ffi without "
                                 "set_source()")
        arguments = ["build", "--name", name]
        arguments += self._text_arguments(work)
        path = os.path.join(work, name.rpartition(".")[2] + extension)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
        arguments += ["--source", path]
        if self._init_code is None:
            return arguments + ["--module"]
        init = os.path.join(work, name + ".py")
        with open(init, "w", encoding="utf-8", newline="\n") as file:
            file.write(self._init_code)
        if not any(text.option == "--api" for text in self._texts):
            empty = os.path.join(work, "api.h")
            Text("", None, True, False).write(empty)
            arguments += ["--api", empty]
        return arguments + [init]

    def _run(self, arguments, work, cwd, verbose=False):
        """Runs the command on inputs in `work`."""
        try:
            command.run(arguments, cwd, verbose)
        except command.Failed as e:
            text = re.sub(re.escape(work) + r"/(cdef|include)[0-9_]+\.h",
                          SHOWN_FILE, str(e))
            if re.search(r"error: (multiple|conflicting) declarations of ",
                         text):
                raise FFIError(
                    text + "\n(for interactive usage, try cdef(xx, "
                    "override=True))") from None
            if "functions with '...' cannot be implemented" in text:
                raise NotImplementedError(text) from None
            raise CDefError(text) from None

    def emit_c_code(self, filename):
        """Writes the C code to a file, given by name or as an object."""
        kwds = self._checked_source()[3]
        if hasattr(filename, "write"):
            with tempfile.TemporaryDirectory(prefix="embed-") as work:
                path = os.path.join(work, "out.c")
                self.emit_c_code(path)
                with open(path, encoding="utf-8") as file:
                    filename.write(file.read())
            return
        path = os.path.abspath(os.fspath(filename))
        check_writable(path)
        with tempfile.TemporaryDirectory(prefix="embed-") as work:
            self._run(self._build_arguments(work) +
                      ["--emit-c", path, "--"] + options.arguments(kwds, None),
                      work, os.getcwd())

    def _c_file(self, tmpdir):
        """The place of the C file below `tmpdir`, relative to it; its
        directory is made."""
        name, _, extension, _ = self._checked_source()
        parts = name.split(".")
        os.makedirs(os.path.join(tmpdir, *parts[:-1]), exist_ok=True)
        return os.path.join(*parts) + extension

    def _target(self, target):
        """The file name of the library."""
        name = self._source[0]
        last = name.rpartition(".")[2]
        if target is None:
            target = name + ".*" if self._init_code is not None else \
                last + ANY_SUFFIX
        if target == "*":
            return last + sysconfig.get_config_var("EXT_SUFFIX")
        return target[:-1] + "so" if target.endswith(".*") else target

    def compile(self, tmpdir=".", verbose=0, target=None, debug=None):
        """Makes the library in `tmpdir`; returns its absolute path."""
        kwds = self._checked_source()[3]
        tmpdir = os.path.abspath(os.fspath(tmpdir))
        os.makedirs(tmpdir, exist_ok=True)
        c_file = self._c_file(tmpdir)
        output = os.path.join(tmpdir, os.path.dirname(c_file),
                              self._target(target))
        os.makedirs(os.path.dirname(output), exist_ok=True)
        check_writable(os.path.join(tmpdir, c_file))
        check_writable(output)
        with tempfile.TemporaryDirectory(prefix="embed-") as work:
            arguments = self._build_arguments(work) + ["--emit-c", c_file]
            compiler = ["--"] + options.arguments(kwds, debug)
            # The text says how it is made again, so both runs are the same.
            self._run(arguments + compiler, work, tmpdir)
            try:
                command.run(arguments + ["-o", output] + compiler,
                            tmpdir, verbose, captures=False)
            except command.Failed as e:
                raise VerificationError("CompileError: %s" % e) from None
        return output

    def distutils_extension(self, tmpdir="build", verbose=True):
        """An Extension for setup(ext_modules=[...])."""
        name, _, _, kwds = self._checked_source()
        tmpdir = os.fspath(tmpdir)
        os.makedirs(tmpdir, exist_ok=True)
        c_file = os.path.join(tmpdir, self._c_file(tmpdir))
        if verbose:
            print("generating %s" % c_file)
        self.emit_c_code(c_file)
        return make_extension(name, c_file, kwds)


def make_extension(name, c_file, kwds):
    from setuptools import Extension

    prefix = command.prefix()
    if prefix is None:
        raise FileNotFoundError("the directories of libembed's headers and "
                                "library are not beside this package")
    kwds = dict(kwds)

    def add(key, *values):
        kwds[key] = list(kwds.get(key) or ()) + list(values)

    kwds["sources"] = [c_file] + list(kwds.get("sources") or ())
    add("include_dirs", os.path.join(prefix, "include"))
    add("library_dirs", os.path.join(prefix, "lib"))
    add("runtime_library_dirs", os.path.join(prefix, "lib"))
    add("libraries", "embed")
    add("extra_compile_args", "-fvisibility=hidden")
    add("extra_link_args", "-Wl,-Bsymbolic-functions", "-Wl,-z,nodelete")
    return Extension(name=name, **kwds)
