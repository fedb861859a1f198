from __future__ import annotations

import array
import math
import sys
from typing import Any, Dict, List, Optional

from .errors import ValidationError

Array = Any
"""A numpy.ndarray where numpy is installed, else a memoryview with the shape and the format of the array."""

_FORMATS = {
    "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d",
}  # fmt: skip


def _numpy() -> Any:
    """numpy, or nothing where it is not installed."""
    try:
        import importlib

        return importlib.import_module("numpy")
    except ImportError:
        return None


def _as_array(layout: Dict[str, Any], data: bytes) -> Any:
    """What {"shape": ..., "dtype": ..., "offset": ...} describes; of kind bytes, the bytes."""
    shape, dtype, offset = layout["shape"], str(layout["dtype"]), layout.get("offset", 0)
    code = _FORMATS[dtype[1:]]
    count = math.prod(shape)
    size = count * int(dtype[2:])
    if offset < 0 or count < 0 or offset + size > len(data):
        raise ValueError("an array does not lie within its message")
    if layout.get("kind") == "bytes":
        return bytes(memoryview(data)[offset : offset + size])
    numpy = _numpy()
    if numpy is not None:
        return numpy.frombuffer(data, dtype, count, offset).reshape(shape) if count else numpy.zeros(shape, dtype)
    view = memoryview(data)[offset : offset + size]
    if dtype[0] == (">" if sys.byteorder == "little" else "<"):
        swapped = array.array(code, view.tobytes())
        swapped.byteswap()
        view = memoryview(swapped).cast("B")
    return view.cast("B").cast(code, shape) if count else memoryview(b"").cast(code)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"nd"} and isinstance(value["nd"], dict)


def _with_arrays(value: Any, data: bytes) -> Any:
    """A value in which arrays stand where it refers to them."""
    if isinstance(value, list):
        return [_with_arrays(item, data) for item in value]
    if not isinstance(value, dict):
        return value
    if _is_reference(value):
        return _as_array(value["nd"], data)
    return {key: _with_arrays(item, data) for key, item in value.items()}


class _ArrayWriter:
    """Collects the arrays of a message into the frame behind it, each at a multiple of 8 bytes."""

    def __init__(self) -> None:
        self._parts: List[bytes] = []
        self._size = 0

    @property
    def frame(self) -> Optional[bytes]:
        return b"".join(self._parts) if self._parts else None

    def add(self, value: Any, is_shaped: bool) -> Dict[str, Any]:
        """The reference that stands in the place of an array."""
        if isinstance(value, (bytes, bytearray)):
            layout: Dict[str, Any] = {"shape": [len(value)], "dtype": "|u1", "kind": "bytes"}
            return self._placed(layout, bytes(value))
        view = memoryview(value)
        dtype = _dtype_of(view, value)
        layout = {"shape": list(view.shape or ()), "dtype": dtype}
        if is_shaped and len(layout["shape"]) == 1:
            layout["kind"] = "nd"
        return self._placed(layout, view.tobytes())

    def _placed(self, layout: Dict[str, Any], data: bytes) -> Dict[str, Any]:
        padding = -self._size % 8
        self._parts.append(b"\0" * padding)
        self._size += padding
        if self._size > 0:
            layout["offset"] = self._size
        self._parts.append(data)
        self._size += len(data)
        return {"nd": layout}


def _dtype_of(view: memoryview, value: Any) -> str:
    told = getattr(getattr(value, "dtype", None), "str", None)
    if isinstance(told, str):
        dtype = told
    else:
        kind = {"b": "i", "h": "i", "i": "i", "l": "i", "q": "i", "f": "f", "d": "f"}.get(view.format[-1:], "u")
        order = "|" if view.itemsize == 1 else "<" if sys.byteorder == "little" else ">"
        dtype = f"{order}{kind}{view.itemsize}"
    if dtype[1:] not in _FORMATS:
        raise ValidationError(f"an array of {dtype} cannot be sent: convert it, for instance to float64")
    return dtype


def _is_array(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray, memoryview, array.array)):
        return True
    return hasattr(value, "__array_interface__") and hasattr(value, "shape") and len(value.shape) > 0
