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

    # Preparing an interpreter.

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
        self.more()

    def share(self):
        """Adds what is its own to an interpreter that others use, too."""
        import site
        venv = self.venv()
        for path in site.getsitepackages([venv]) if venv is not None else ():
            site.addsitedir(path)
        self.more()

    def more(self):
        if self.get("site"):
            import site
            for path in self.dirs("site"):
                site.addsitedir(path)
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
