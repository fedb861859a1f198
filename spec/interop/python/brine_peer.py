"""Loads what it is told in hex with the real rpyc, and answers with what it found and what it dumps for it."""

from json_lines import tell, told
from rpyc.core import brine


def literal(value):
    """The value in the form of the recordings."""
    if value is None:
        return {"t": "none"}
    if value is Ellipsis:
        return {"t": "ellipsis"}
    if value is NotImplemented:
        return {"t": "notimplemented"}
    if isinstance(value, bool):
        return {"t": "bool", "v": value}
    if isinstance(value, (int, float)):
        return {"t": type(value).__name__, "v": repr(value)}
    if isinstance(value, str):
        return {"t": "str", "v": value}
    if isinstance(value, bytes):
        return {"t": "bytes", "v": value.hex()}
    if isinstance(value, complex):
        return {"t": "complex", "v": [repr(value.real), repr(value.imag)]}
    if isinstance(value, slice):
        return {"t": "slice", "v": [literal(part) for part in (value.start, value.stop, value.step)]}
    return {"t": type(value).__name__, "v": [literal(item) for item in value]}


tell("ready")
for message in told():
    try:
        loaded = brine.load(bytes.fromhex(message))
    except Exception as error:
        tell({"refused": repr(error)})
    else:
        tell({"literal": literal(loaded), "hex": brine.dump(loaded).hex()})
