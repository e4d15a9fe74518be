# kept.py - attaches what the environment names.  SPDX-License-Identifier: MIT
import os
from kept import ffi

for number, name in enumerate(os.environ.get("KEPT", "one two").split(), 1):
    ffi.def_extern(name=name)(lambda number=number: number)
