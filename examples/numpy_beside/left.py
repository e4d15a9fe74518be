"""Has an interpreter of its own, beside one that has numpy.

SPDX-License-Identifier: MIT
"""
import os
import sys

from left import ffi


@ffi.def_extern()
def left_refused():
    """Can numpy be had here? It says no; and nobody else's is seen."""
    assert "numpy" not in sys.modules
    sys.path.append(os.environ["STATS_SITE"])
    try:
        import numpy
    except ImportError:
        return 1
    return 0


@ffi.def_extern()
def left_sum(values, n):
    return sum(values[0:n])
