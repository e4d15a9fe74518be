from types_ import lib


@ffi.def_extern()
def shift(p, n, by):
    """A \"quoted\" text: é, ??= and \t."""
    return p
