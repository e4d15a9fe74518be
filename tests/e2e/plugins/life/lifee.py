# lifee.py - see lifecommon.py.  SPDX-License-Identifier: MIT
from lifee import ffi, lib

import lifecommon

lifecommon.begin(ffi, lib, globals())
if lib.life_script:
    exec(compile(ffi.string(lib.life_script), "<script>", "exec"), globals())
lifecommon.end(ffi, lib)
