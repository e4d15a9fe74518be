"""What an extension's Python has around it: a virtual environment,
directories, arguments, code that runs first.

SPDX-License-Identifier: MIT
"""
import os
import sys


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


# What environments have for themselves; no program imports it.
TOOLS = ("pip", "wheel")


def packages_of(directory):
    """What is installed in a directory: {name: version}."""
    found = {}
    try:
        entries = os.listdir(directory)
    except OSError:
        return found
    for entry in entries:
        base, suffix = os.path.splitext(entry)
        if suffix not in (".dist-info", ".egg-info", ".egg"):
            continue
        parts = base.split("-")
        for i, part in enumerate(parts):
            if i > 0 and part[:1].isdigit():
                name = "-".join(parts[:i]).lower()
                found[name.replace("_", "-").replace(".", "-")] = part
                break
    return found


def other_versions(before, added):
    """Says of which packages in the directories `added` there is another version
    in `before`, where imports find it first."""
    news = [(path, packages_of(path)) for path in added]
    if not any(packages for _, packages in news):
        return []
    olds = [(path, packages_of(path)) for path in before]
    lines = []
    for new_path, packages in news:
        for name, version in sorted(packages.items()):
            first = next(((path, old[name]) for path, old in olds
                          if name in old), None)
            if (first is not None and first[1] != version
                    and name not in TOOLS):
                lines.append("package %s: version %s in %s is used, not %s in "
                             "%s: extensions share this interpreter"
                             % (name, first[1], first[0], version, new_path))
    return lines


class Environment:
    """The settings of one extension.

    settings: (name, who said so, value, is it the build) of each
    library: its file; "": unknown
    """

    def __init__(self, name, library, settings):
        self.name = name
        self.library = library
        self.settings = {s[0]: s for s in settings}

    def get(self, setting):
        return self.settings[setting][2] if setting in self.settings else ""

    def __str__(self):
        """For the report of a failure."""
        return "".join("%s: %s (%s)\n" % (name, value if name != "preload" else
                                          "%d bytes" % len(value), origin)
                       for name, origin, value, _ in self.settings.values())

    def dirs(self, setting):
        """The directories of a setting, absolute."""
        value = self.get(setting)
        base = (os.path.dirname(self.library)
                if value and self.settings[setting][3] else "")
        return [os.path.abspath(os.path.join(base, item))
                for item in value.split(os.pathsep) if item]

    # A virtual environment.

    def venv(self):
        """Its directory, checked; None: there is none."""
        if not self.get("venv"):
            return None
        import site
        venv = self.dirs("venv")[0]
        config = os.path.join(venv, "pyvenv.cfg")
        tried = [config]
        made_for = None
        try:
            os.stat(config)
        except (FileNotFoundError, NotADirectoryError):
            pass  # other errors say what is wrong
        if os.path.isfile(config):
            tried = site.getsitepackages([venv])
            if any(os.path.isdir(path) for path in tried):
                return venv
            made_for = self.version_of(config)
        here = "%d.%d" % sys.version_info[:2]
        if made_for is not None and made_for != here:
            why = ("it was made for Python %s, and this is Python %s; choose "
                   "that one with EMBED_PYTHON, or make the environment anew"
                   % (made_for, here))
        else:
            why = "this is no virtual environment of this Python"
        raise FileNotFoundError("venv %s (from %s): %s; tried %s" % (
            venv, self.settings["venv"][1], why, ", ".join(tried)))

    @staticmethod
    def version_of(config):
        """The "3.12" of a pyvenv.cfg; None: it does not say."""
        for line in text_of(config).splitlines():
            key, _, value = line.partition("=")
            # venv writes the first, virtualenv the second.
            if key.strip().lower() in ("version", "version_info"):
                return ".".join(value.strip().split(".")[:2])
        return None

    # Preparing an interpreter.  What has a result has lines for the operator.

    def unreadable(self):
        """Says which directories that were asked for cannot be read."""
        lines = []
        for setting in "path", "site":
            if setting in self.settings and not self.settings[setting][3]:
                for path in self.dirs(setting):
                    try:
                        if not os.path.isfile(path):
                            os.listdir(path)
                    except OSError as error:
                        lines.append("%s (from %s): %s: %s" % (
                            setting, self.settings[setting][1], path,
                            error.strerror))
        return lines

    def site(self):
        """Does what `site` does for a script, in an interpreter of its own."""
        import site
        venv = self.venv()
        if self.get("isolated"):
            site.PREFIXES[:] = []
        if venv is not None:
            # From here site finds pyvenv.cfg, and subprocesses the environment.
            sys.executable = os.path.join(venv, "bin", "python")
        site.main()
        for path in self.dirs("site"):
            site.addsitedir(path)
        self.arguments()
        return self.unreadable()

    def share(self, is_strict):
        """Adds what is its own to an interpreter that others use, too."""
        import site
        venv = self.venv()
        dirs = site.getsitepackages([venv]) if venv is not None else []
        dirs += self.dirs("site")
        before = list(sys.path)
        lines = other_versions(before, [d for d in dirs if d not in before])
        self.refuse(is_strict, lines)
        for path in dirs:
            site.addsitedir(path)
        # What .pth files have added.
        more = other_versions(before, [p for p in sys.path if p not in before
                                       and p not in dirs])
        if more and is_strict:
            sys.path[:] = before
        self.refuse(is_strict, more)
        self.arguments()
        return self.unreadable() + lines + more

    @staticmethod
    def refuse(is_strict, lines):
        if is_strict and lines:
            raise ImportError("it was built with --strict: " + "; ".join(lines))

    def arguments(self):
        if self.get("argv"):
            import shlex
            sys.argv = [self.name] + shlex.split(self.get("argv"))

    def roots(self):
        """What is to be first on its sys.path."""
        own = ([os.path.dirname(self.library)]
               if "/" in self.library and not self.get("isolated") else [])
        return own + self.dirs("path")

    def preload(self):
        """Runs the code that comes before its init code."""
        if self.get("preload"):
            code = compile(self.get("preload"),
                           "<preload code for '%s'>" % self.name, "exec",
                           dont_inherit=True)
            exec(code, {"__name__": "__preload__"})
