"""Built with --isolation shared: numpy refuses interpreters of its own.

SPDX-License-Identifier: MIT
"""
import os
import site

from stats import ffi

site.addsitedir(os.environ["STATS_SITE"]) # the virtual environment's

import numpy
import pandas


def array(pointer, ctype, n):
    """The host's memory as an array, without a copy."""
    memory = ffi.buffer(pointer, n * ffi.sizeof(ctype))
    return numpy.frombuffer(memory, dtype={"double": "f8", "int": "i4"}[ctype])


@ffi.def_extern(error=float("nan"))
def stats_mean(values, n):
    return float(array(values, "double", n).mean())


@ffi.def_extern(error=float("nan"))
def stats_median_of_groups(groups, values, n):
    frame = pandas.DataFrame({"group": array(groups, "int", n),
                              "value": array(values, "double", n)})
    return float(frame.groupby("group")["value"].median().sum())
