"""Imports of an extension's own modules in an interpreter that it shares.

Two extensions may each ship a helper.py.  Where they share sys.modules, each
gets its own under a name of its own, "NAME::helper": the import statements in
its code are compiled as if they said so.  That costs nothing when they run,
leaves everybody else's imports alone, and works the same on all Pythons.

An import that is no statement (importlib.import_module("helper")) gives the
same module as long as no other extension has one of that name.

SPDX-License-Identifier: MIT
"""
import _ast
import importlib.machinery
import importlib.util
import sys

PathFinder = importlib.machinery.PathFinder
PyCF_ONLY_AST = _ast.PyCF_ONLY_AST


def no_stats(path):
    """Has importlib neither read nor write a .pyc: it is not the same code."""
    raise OSError("not cached: %s" % path)


def copy_of(alias, name, asname):
    """An alias of the same place in the source."""
    made = _ast.alias(name=name, asname=asname)
    for attribute in alias._attributes:
        setattr(made, attribute, getattr(alias, attribute))
    return made


class Names:
    """What is one extension's own; a finder of sys.meta_path for it."""

    def __init__(self, name, roots, hook):
        self.name = name
        # importlib takes a dot for the name of a package.
        self.prefix = name.replace(".", ":") + "::"
        self.roots = roots
        self.hook = hook
        self.tops = set() # that sys.modules also has under their plain names

    # Compiling.

    def has(self, name):
        """Does the import of this name mean something of the extension's?"""
        if name == self.name or name.startswith(self.name + "."):
            return False # ffi and lib
        top = name.partition(".")[0]
        spec = PathFinder.find_spec(top, self.roots)
        if spec is None or self.is_binary(spec):
            return False
        if spec.origin is None or spec.loader is None:
            # A namespace package: anything else of the name comes first.
            return (top not in sys.modules and
                    top not in sys.builtin_module_names and
                    PathFinder.find_spec(top) is None)
        return True

    @staticmethod
    def is_binary(spec):
        """C code is the process's."""
        return isinstance(spec.loader, importlib.machinery.ExtensionFileLoader)

    def aliases(self, names):
        """The names of one `import` statement."""
        for alias in names:
            if not self.has(alias.name):
                yield alias
                continue
            top, dot, _ = alias.name.partition(".")
            if alias.asname is not None or not dot:
                yield copy_of(alias, self.prefix + alias.name,
                              alias.asname or top)
                continue
            # `import a.b` imports that and binds `a`.
            yield copy_of(alias, self.prefix + alias.name, None)
            yield copy_of(alias, self.prefix + top, top)

    def rewrite(self, tree):
        todo = [tree]
        while todo:
            node = todo.pop()
            if isinstance(node, _ast.Import):
                node.names = list(self.aliases(node.names))
            elif isinstance(node, _ast.ImportFrom):
                if node.level == 0 and self.has(node.module):
                    node.module = self.prefix + node.module
            else:
                # Statements are in lists: bodies, handlers, cases.
                for field in node._fields:
                    inner = getattr(node, field, None)
                    if isinstance(inner, list):
                        todo += [x for x in inner
                                 if isinstance(x, (_ast.stmt, _ast.excepthandler))
                                 or hasattr(x, "body")]

    def compile(self, source, path):
        tree = compile(source, path, "exec", PyCF_ONLY_AST, dont_inherit=True)
        self.rewrite(tree)
        return compile(tree, path, "exec", dont_inherit=True)

    # Finding.

    def find_spec(self, fullname, path=None, target=None):
        if not fullname.startswith(self.prefix):
            is_inner = path is not None and \
                fullname.partition(".")[0] in self.tops
            return self.plain_spec(fullname, path) if is_inner else None
        if path is None:
            spec = PathFinder.find_spec(fullname[len(self.prefix):], self.roots)
        else:
            spec = PathFinder.find_spec(fullname, path)
        if spec is None or self.is_binary(spec):
            return spec
        inside = spec.submodule_search_locations
        if spec.origin is None or spec.loader is None:
            made = importlib.machinery.ModuleSpec(fullname, None,
                                                  is_package=True)
            made.submodule_search_locations = list(inside)
            return made
        loader = spec.loader
        loader.name = fullname
        loader.path_stats = no_stats
        loader.source_to_code = self.compile
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=loader,
            submodule_search_locations=inside)

    def plain_spec(self, fullname, path=None):
        """Finds the extension's module under its plain name."""
        spec = self.find_spec(self.prefix + fullname, path)
        if spec is None or self.is_binary(spec):
            return spec
        self.tops.add(fullname.partition(".")[0])
        made = importlib.machinery.ModuleSpec(
            fullname, Plain(spec), origin=spec.origin,
            is_package=spec.submodule_search_locations is not None)
        made.submodule_search_locations = spec.submodule_search_locations
        return made

    def plain_forget(self, top):
        self.tops.discard(top)
        for name in list(sys.modules):
            if name.partition(".")[0] == top:
                sys.modules.pop(name, None)

    def invalidate_caches(self):
        pass

    # Life.

    def others(self):
        return [x.names for x in sys.meta_path
                if type(x).__name__ == Last.__name__ and x.names is not self]

    def install(self):
        for other in self.others():
            for top in [x for x in other.tops if self.has(x)]:
                other.plain_forget(top)
        self.last = Last(self)
        sys.meta_path.insert(0, self)
        sys.meta_path.append(self.last)
        return self

    def uninstall(self):
        for finder in self, self.last:
            if finder in sys.meta_path:
                sys.meta_path.remove(finder)
        if self.hook in sys.path_hooks:
            sys.path_hooks.remove(self.hook)
        for top in list(self.tops):
            self.plain_forget(top)
        for name in list(sys.modules):
            if name.startswith(self.prefix):
                sys.modules.pop(name, None)


class Plain:
    """Loads the extension's module for its plain name: it is the same one."""

    def __init__(self, spec):
        self.spec = spec

    def create_module(self, spec):
        return importlib.import_module(self.spec.name)

    def exec_module(self, module):
        # importlib has put in that of the plain name.
        module.__spec__ = self.spec

    def __getattr__(self, name):
        """What else the loader can; it wants to hear its own name."""
        value = getattr(self.spec.loader, name)
        if name in ("get_code", "get_source", "get_filename", "is_package",
                    "get_resource_reader"):
            return lambda fullname=None: value(self.spec.name)
        return value


class Last:
    """The finder for what no other has found: C modules of the extension, and
    what it imports by functions."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, fullname, path=None, target=None):
        names = self.names
        if path is not None or fullname.startswith(names.prefix):
            return None
        spec = PathFinder.find_spec(fullname, names.roots)
        if spec is None or names.is_binary(spec):
            return spec
        if not names.has(fullname) or not self.is_asked_by_it():
            return None
        if any(other.has(fullname) for other in names.others()):
            raise ModuleNotFoundError(
                "No module named %r: several extensions of the shared "
                "interpreter have one; that of %r is %r"
                % (fullname, names.name, names.prefix + fullname),
                name=fullname)
        return names.plain_spec(fullname)

    def is_asked_by_it(self):
        frame = sys._getframe(2)
        while frame is not None:
            name = frame.f_globals.get("__name__")
            if isinstance(name, str) and (name == self.names.name or
                                          name.startswith(self.names.prefix)):
                return True
            frame = frame.f_back
        return False

    def invalidate_caches(self):
        pass


def install(name, roots, hook=None):
    """Makes what is in `roots`, entries as of sys.path, the extension's own.

    hook: an item of sys.path_hooks that one of them needs.
    Returns the Names, whose compile() its init code needs.
    """
    return Names(name, roots, hook).install()
