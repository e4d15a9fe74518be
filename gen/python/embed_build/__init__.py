"""Build scripts as CFFI's users write them, for libembed.

    from embed_build import FFI

    ffi = FFI()
    ffi.embedding_api("int add(int, int);")
    ffi.embedding_init_code("...")
    ffi.set_source("mylib", "")
    ffi.compile()

The declarations are read and the C code is made by the `embed` command.  The
directory `cffi` beside this package has a package of that name which is this
one: on PYTHONPATH it makes scripts that say `import cffi` run unchanged.

SPDX-License-Identifier: MIT
"""
from .api import FFI
from .errors import (CDefError, FFIError, PkgConfigError, VerificationError,
                     VerificationMissing)

__all__ = ["FFI", "FFIError", "CDefError", "VerificationError",
           "VerificationMissing", "PkgConfigError"]

__version__ = "0.1.0"
__version_info__ = (0, 1, 0)
