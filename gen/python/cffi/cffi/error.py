"""cffi.error, for scripts that import from it.

SPDX-License-Identifier: MIT
"""
from . import (CDefError, FFIError, PkgConfigError, VerificationError,
               VerificationMissing)

__all__ = ["FFIError", "CDefError", "VerificationError",
           "VerificationMissing", "PkgConfigError"]
