"""Imports what `embed build --bundle` has put into a library.

An entry of sys.path, the library's own file, leads here as that of a zip file
leads to zipimport; so packages, namespace packages, resources and pkgutil work
as they do there.  Nothing is read from disk.

SPDX-License-Identifier: MIT
"""
import importlib.machinery
import importlib.util
import io
import sys


class Bundle:
    """The files of one library: {"pkg/mod.py": memoryview}, by "/"."""

    def __init__(self, root, files):
        self.root = root
        self.files = files
        self.folders = {""}
        for name in files:
            while name:
                name = name.rpartition("/")[0]
                self.folders.add(name)

    def name_of(self, path):
        """A path below the library as a name in it; None for other paths."""
        if path == self.root:
            return ""
        if path.startswith(self.root + "/"):
            return path[len(self.root) + 1:].rstrip("/")
        return None

    def path_of(self, name):
        return self.root + "/" + name if name else self.root

    def names_in(self, folder):
        """What is in a folder, sorted: names without it."""
        start = folder + "/" if folder else ""
        names = {name[len(start):].partition("/")[0]
                 for name in self.files if name.startswith(start)}
        return sorted(names)


class Finder:
    """The finder of one folder (a path entry finder)."""

    def __init__(self, bundle, folder):
        self.bundle = bundle
        self.folder = folder

    def find_spec(self, fullname, target=None):
        tail = fullname.rpartition(".")[2]
        base = self.folder + "/" + tail if self.folder else tail
        for name, is_package in ((base + "/__init__.py", True),
                                 (base + ".py", False)):
            if name in self.bundle.files:
                loader = Loader(self.bundle, fullname, name)
                return importlib.util.spec_from_file_location(
                    fullname, self.bundle.path_of(name), loader=loader,
                    submodule_search_locations=[self.bundle.path_of(base)]
                    if is_package else None)
        if base in self.bundle.folders:
            # A part of a namespace package.
            spec = importlib.machinery.ModuleSpec(fullname, None,
                                                  is_package=True)
            spec.submodule_search_locations = [self.bundle.path_of(base)]
            return spec
        return None

    def iter_modules(self, prefix=""):
        for name in self.bundle.names_in(self.folder):
            base = self.folder + "/" + name if self.folder else name
            if base + "/__init__.py" in self.bundle.files:
                yield prefix + name, True
            elif name.endswith(".py") and name != "__init__.py" and \
                    name[:-3].isidentifier():
                yield prefix + name[:-3], False


class Loader:
    """The loader of one module."""

    def __init__(self, bundle, fullname, file):
        self.bundle = bundle
        self.name = fullname
        self.file = file

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(self.name), module.__dict__)

    def _check(self, fullname):
        if fullname is not None and fullname != self.name:
            raise ImportError("loader for %s cannot handle %s"
                              % (self.name, fullname), name=fullname)

    def is_package(self, fullname):
        self._check(fullname)
        return self.file.endswith("/__init__.py")

    def get_filename(self, fullname=None):
        self._check(fullname)
        return self.bundle.path_of(self.file)

    def get_source(self, fullname):
        self._check(fullname)
        return importlib.util.decode_source(
            bytes(self.bundle.files[self.file]))

    def source_to_code(self, data, path):
        return compile(data, path, "exec", dont_inherit=True)

    def get_code(self, fullname):
        self._check(fullname)
        return self.source_to_code(bytes(self.bundle.files[self.file]),
                                   self.get_filename())

    def get_data(self, path):
        name = self.bundle.name_of(path)
        if name not in self.bundle.files:
            raise FileNotFoundError(2, "not in the library", path)
        return bytes(self.bundle.files[name])

    def get_resource_reader(self, fullname):
        return Reader(self.bundle, self.file.rpartition("/")[0])


class Reader:
    """The resources of a package: importlib.resources.abc.TraversableResources
    and the older ResourceReader."""

    def __init__(self, bundle, folder):
        self.root = Path(bundle, folder)

    def files(self):
        return self.root

    def open_resource(self, resource):
        return self.root.joinpath(resource).open("rb")

    def resource_path(self, resource):
        raise FileNotFoundError(2, "resources of a library have no path",
                                resource)

    def is_resource(self, path):
        return self.root.joinpath(path).is_file()

    def contents(self):
        return (item.name for item in self.root.iterdir())


class Path:
    """A file or folder in a library: importlib.resources.abc.Traversable."""

    def __init__(self, bundle, at):
        self.bundle = bundle
        self.at = at

    def __repr__(self):
        return "Path(%r)" % str(self)

    def __str__(self):
        return self.bundle.path_of(self.at)

    def __eq__(self, other):
        return type(other) is Path and str(other) == str(self)

    def __hash__(self):
        return hash(str(self))

    @property
    def name(self):
        return str(self).rpartition("/")[2]

    @property
    def parent(self):
        return Path(self.bundle, self.at.rpartition("/")[0])

    def is_dir(self):
        return self.at in self.bundle.folders

    def is_file(self):
        return self.at in self.bundle.files

    def exists(self):
        return self.is_dir() or self.is_file()

    def iterdir(self):
        if not self.is_dir():
            raise NotADirectoryError(20, "not a folder", str(self))
        for name in self.bundle.names_in(self.at):
            yield self.joinpath(name)

    def joinpath(self, *descendants):
        parts = [x for x in self.at.split("/") if x]
        for descendant in descendants:
            for part in str(descendant).split("/"):
                if part == "..":
                    raise ValueError("'..' in the name of a resource")
                if part not in ("", "."):
                    parts.append(part)
        return Path(self.bundle, "/".join(parts))

    __truediv__ = joinpath

    def read_bytes(self):
        if not self.is_file():
            raise FileNotFoundError(2, "not in the library", str(self))
        return bytes(self.bundle.files[self.at])

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding, errors=errors) as file:
            return file.read()

    def open(self, mode="r", *args, **kwargs):
        if mode not in ("r", "rb"):
            raise ValueError("resources can only be read, not opened as %r"
                             % (mode,))
        data = io.BytesIO(self.read_bytes())
        if mode == "rb":
            return data
        kwargs.setdefault("encoding", "utf-8")
        if kwargs["encoding"] is None:
            kwargs["encoding"] = "utf-8"
        return io.TextIOWrapper(data, *args, **kwargs)


def install(root, files):
    """Makes the library an entry that sys.path can have."""
    bundle = Bundle(root, files)

    def hook(path):
        name = bundle.name_of(path)
        if name is None or name not in bundle.folders:
            raise ImportError("not in this library", path=path)
        return Finder(bundle, name)

    sys.path_hooks.insert(0, hook)
    return hook
