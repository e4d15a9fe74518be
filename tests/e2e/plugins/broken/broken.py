# broken.py - does not compile.  SPDX-License-Identifier: MIT
from broken import ffi


@ffi.def_extern()
def broken_allow(user):
    return 0 +
