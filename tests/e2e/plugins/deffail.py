from deffail import ffi


@ffi.def_extern()
def deffail_int(value):
    return value


def fail():
    raise SystemExit("not today")


fail()
