"""What goes wrong in build scripts, under the names that CFFI gives it.

SPDX-License-Identifier: MIT
"""


class FFIError(Exception):
    """A declaration cannot be used, or is there twice."""


class CDefError(Exception):
    """A declaration cannot be read: where, the line, and a caret."""


class VerificationError(Exception):
    """The C compiler refused the generated code or the C source."""


class VerificationMissing(Exception):
    """Kept for `except` clauses; never raised."""


class PkgConfigError(Exception):
    """pkg-config is missing or does not know a library."""
