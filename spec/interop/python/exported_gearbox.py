"""Drives a device whose values are members of enums with the module that was generated for it."""
import sys

from gearbox import Gear, Gearbox, Pace, Shift
from json_lines import tell

(url,) = sys.argv[1:]
told = {}
with Gearbox(url) as gearbox:
    told["before"] = repr(gearbox.pace)
    gearbox.pace = Pace.VeryFast
    told["after"] = [gearbox.pace is Pace.VeryFast, gearbox.pace == "very fast"]
    shift = gearbox.shift(Shift(gear=Gear.First))
    told["shift"] = [repr(shift.gear), repr(shift.pace), shift.gear > Gear.Neutral]
    try:
        gearbox.pace = "slowly"  # type: ignore[assignment]
    except Exception as error:
        told["refused"] = str(error)
tell(told)
