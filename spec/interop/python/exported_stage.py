"""Drives the stage with the module that was generated for it."""
import asyncio
import sys

from json_lines import tell
from stage import AsyncStage, AuthenticationError, Stage, ValidationError, WrongDeviceError

url, keys, server, other = sys.argv[1:]
told = {}
with Stage(url, name="stage", keys=keys, server_key=server) as stage:
    stage.speed = 50.0
    told["speed"] = stage.speed
    events = stage.position_changed.subscribe()
    progress = []
    told["arrived"] = stage.move_to(3, on_progress=progress.append)
    told["progress"] = len(progress) > 0
    event = events.next(5)
    told["event"] = event.missed == 0
    try:
        stage.move_to(500)
    except ValidationError as error:
        told["refused"] = str(error).partition(": ")[2]
for options in ({"name": "other", "keys": keys, "server_key": server}, {"keys": other, "server_key": server}):
    with Stage(url, **options) as stage:
        try:
            stage.speed
        except (WrongDeviceError, AuthenticationError) as error:
            told.setdefault("kept_out", []).append(type(error).__name__)


async def use():
    async with AsyncStage(url, keys=keys, server_key=server) as stage:
        return await stage.move_to(5)


told["later"] = asyncio.run(use())
tell(told)
