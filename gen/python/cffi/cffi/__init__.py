"""embed_build under the name that build scripts of CFFI import.

SPDX-License-Identifier: MIT
"""
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _load(name):
    """Loads a package that is not on sys.path, from beside this directory."""
    if name in sys.modules:
        return sys.modules[name]
    folder = os.path.join(os.path.dirname(os.path.dirname(_HERE)), name)
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_embed_build = _load("embed_build")

FFI = _embed_build.FFI
FFIError = _embed_build.FFIError
CDefError = _embed_build.CDefError
VerificationError = _embed_build.VerificationError
VerificationMissing = _embed_build.VerificationMissing
PkgConfigError = _embed_build.PkgConfigError

__all__ = _embed_build.__all__
# The version of CFFI whose build API this is.
__version__ = "2.0.0"
__version_info__ = (2, 0, 0)
