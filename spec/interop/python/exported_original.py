"""Drives an original with the module that was generated for it."""
import math
import sys

from cam import Cam, RemoteError, RpcTimeoutError
from json_lines import tell

(url,) = sys.argv[1:]
told = {}
cam = Cam(url, name="cam")
told["calls"] = [cam.echo("x", 2), cam.nothing(), cam.by_name(5, mode="fast"), cam.by_name(mode="slow", second=9)]
numbers = cam.numbers()
told["numbers"] = [math.isnan(numbers["nan"]), str(numbers["big"])]
picture, info = cam.get_image(lores=True)
told["picture"] = [bytes(picture).hex(), info]
try:
    cam.boom()
except RemoteError as error:
    told["failed"] = [type(error).__name__, str(error).replace(url, "URL"), "ValueError: bad thing" in error.traceback]
modes, moves, stops = cam.mode_changed.subscribe(), cam.moved.subscribe(), cam.stopped.subscribe()
before = cam.mode
cam.mode = "VIDEO"
told["property"] = [before, cam.mode, cam.fixed]
cam.move(2.5)
told["signals"] = [modes.next(5).value, moves.next(5).value]
try:
    cam.slow(400, "late", timeout=0.1)
except RpcTimeoutError as error:
    told["slow"] = type(error).__name__
told["next"] = cam.echo("next")
tell(told)

tell({"missed": [stops.next(20).missed, stops.next(20).missed]})
