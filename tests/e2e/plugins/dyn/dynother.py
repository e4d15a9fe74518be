import dynother
import embed
from dynother import ffi

dynother.embed = embed
dynother.numbers = ffi.new("int[]", [10, 20])


@ffi.def_extern()
def dynother_ready():
    return 1
