"""Where libembed's results differ from CFFI's, and why that is right.

SPDX-License-Identifier: MIT
"""

# Names that stand for each other: (pattern in CFFI's result, ours).
NAMES = [
    (r"_cffi_backend\.", "libembed."),
    (r"\bfrom cffi callback\b", "from libembed callback"),
    (r"\b_CDataBase\b", "CData"),
    (r"\b__CDataOwn\b", "CDataOwn"),
    (r"\bcffi library\b", "libembed library"),
]

# Rows that end the process under CFFI, or undefined there: code -> reason.
NOT_RUN = {
    "ffi.typeof('struct opaque').fields":
        "ends in a failed assertion in some versions of CFFI",
    "h = ffi.new_handle(log); p = ffi.cast('void *', h); del h; "
    "ffi.from_handle(p)":
        "a dead handle is fatal there (ffi.md 8, 4)",
    "h = ffi.new_handle(3); p = ffi.cast('void *', h); del h; gc.collect(); "
    "ffi.from_handle(p)": "a dead handle is fatal there (ffi.md 8, 4)",
    "ffi.from_handle(ffi.cast('void *', 4096))":
        "a dead handle is fatal there (ffi.md 8, 4)",
}

NOT_RUN.update(dict.fromkeys((
    "ffi.cast('point_t *', 0).x",
    "ffi.cast('point_t *', 0).x = 1",
    "ffi.cast('struct bits *', 0).a",
    "ffi.cast('struct bits *', 0).a = 1",
    "ffi.cast('struct nested *', 0).pts",
    "ffi.new('struct nested *').next.id",
    "ffi.new('struct nested **')[0].id",
    "ffi.new('struct nested **')[0].id = 1",
), "reads or writes through NULL there (ffi.md 8, 5)"))

# code -> reason: the results differ.
ACCEPTED = {
}
