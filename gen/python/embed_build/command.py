"""Finds and runs the `embed` command.

SPDX-License-Identifier: MIT
"""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def prefix():
    """The directory that has bin/embed, include and lib; None when this
    package was copied away from them."""
    path = os.path.normpath(os.path.join(HERE, *[os.pardir] * 4))
    return path if os.access(os.path.join(path, "bin", "embed"),
                             os.X_OK) else None


def find():
    """The command: EMBED_COMMAND, the one this package came with, or that of
    PATH."""
    given = os.environ.get("EMBED_COMMAND")
    if given:
        return given
    own = prefix()
    if own is not None:
        return os.path.join(own, "bin", "embed")
    on_path = shutil.which("embed")
    if on_path is None:
        raise FileNotFoundError(
            "the command 'embed' is neither beside this package nor on PATH; "
            "install libembed or set EMBED_COMMAND")
    return on_path


class Failed(Exception):
    """The command has refused its input; the text is what it printed."""


def run(arguments, cwd, verbose=False, captures=True):
    """Runs the command in `cwd`; returns its output.  With captures=False
    what it prints is not looked at."""
    line = [find()] + arguments
    if verbose:
        print(" ".join(line), flush=True)
    try:
        done = subprocess.run(line, cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE if captures else None,
                              stderr=subprocess.PIPE if captures else None,
                              check=False)
    except OSError as e:
        raise type(e)(e.errno, "cannot run %s: %s" % (line[0], e.strerror)) \
            from None
    errors = (done.stderr or b"").decode("utf-8", "replace")
    if done.returncode != 0:
        raise Failed(errors.rstrip("\n") or
                     "%s: exit status %d" % (line[0], done.returncode))
    return (done.stdout or b"").decode("utf-8", "replace")
