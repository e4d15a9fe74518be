# The types of a plug-in: what the author writes.
from typing import ClassVar

from embed import FFI, CData, Lib as _Lib

class _PointsLib(_Lib):
    POINTS_MAX: ClassVar[int]
    points_used: int
    def distance(self, a: CData, b: CData, /) -> float: ...

ffi: FFI
lib: _PointsLib
