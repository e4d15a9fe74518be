# preload.py - what lifee is built to run first.  SPDX-License-Identifier: MIT
import builtins
import sys

builtins.preloaded = (__name__, "lifee" in sys.modules)
