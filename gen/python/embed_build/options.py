"""The keyword arguments of set_source(), which are those of a distutils
Extension, as arguments for the compiler.

SPDX-License-Identifier: MIT
"""
import os
import subprocess
import warnings

from .errors import PkgConfigError

LISTS = ("sources", "include_dirs", "define_macros", "undef_macros",
         "library_dirs", "libraries", "runtime_library_dirs", "extra_objects",
         "extra_compile_args", "extra_link_args", "export_symbols",
         "swig_opts", "depends")
OTHERS = ("language", "optional", "py_limited_api")


def check(kwds):
    """Wrong types are errors; unknown names are warnings, as in distutils."""
    for name, value in kwds.items():
        if name in LISTS:
            if not isinstance(value, (list, tuple)):
                raise TypeError("keyword '%s' must be a list or a tuple, not "
                                "%s" % (name, type(value).__name__))
        elif name not in OTHERS:
            warnings.warn("Unknown Extension options: %r" % name,
                          stacklevel=4)


def macro(item):
    if isinstance(item, str):
        return "-D" + item
    name, value = item
    return "-D" + name if value is None else "-D%s=%s" % (name, value)


def arguments(kwds, debug=False):
    """What goes to the compiler after the generated file."""
    def strings(name):
        return [os.fspath(x) for x in kwds.get(name) or ()]

    return (["-I" + x for x in strings("include_dirs")] +
            [macro(x) for x in kwds.get("define_macros") or ()] +
            ["-U" + x for x in strings("undef_macros")] +
            (["-g"] if debug else []) +
            strings("extra_compile_args") +
            strings("sources") + strings("extra_objects") +
            ["-L" + x for x in strings("library_dirs")] +
            ["-Wl,-rpath," + x for x in strings("runtime_library_dirs")] +
            ["-l" + x for x in strings("libraries")] +
            strings("extra_link_args"))


# --- pkg-config ---------------------------------------------------------------

def pkgconfig_ask(library, flag):
    command = [os.environ.get("PKG_CONFIG", "pkg-config"), "--print-errors",
               flag, library]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
    except OSError as e:
        raise PkgConfigError("cannot run pkg-config: %s" % (e.strerror,)) \
            from None
    if done.returncode != 0:
        raise PkgConfigError(done.stderr.decode("utf-8", "replace").strip())
    text = done.stdout.decode("utf-8", "surrogateescape")
    if "\\" in text:
        raise PkgConfigError("pkg-config %s gives backslashes, which cannot "
                             "be split: %r" % (library, text))
    return text.split()


def pkgconfig(libraries):
    """The keyword arguments that pkg-config has for some libraries."""
    kwds = {}

    def add(name, values):
        kwds.setdefault(name, []).extend(values)

    for library in libraries:
        flags = pkgconfig_ask(library, "--cflags")
        add("include_dirs", [x[2:] for x in flags if x.startswith("-I")])
        add("define_macros", [tuple((x[2:] + "=").split("=")[:2])
                              if "=" in x else (x[2:], None)
                              for x in flags if x.startswith("-D")])
        add("extra_compile_args",
            [x for x in flags if not x.startswith(("-I", "-D"))])
        flags = pkgconfig_ask(library, "--libs")
        add("library_dirs", [x[2:] for x in flags if x.startswith("-L")])
        add("libraries", [x[2:] for x in flags if x.startswith("-l")])
        add("extra_link_args",
            [x for x in flags if not x.startswith(("-L", "-l"))])
    return kwds
