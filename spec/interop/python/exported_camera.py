"""Takes pictures with the module that was generated for the sample camera."""
import asyncio
import sys

from camera import AsyncCamera, Camera, ValidationError
from json_lines import tell

url, keys, server = sys.argv[1:]
told = {}
with Camera(url, name="cam", keys=keys, server_key=server) as camera:
    picture, info = camera.get_image()
    told["picture"] = [bytes(picture[:3]).hex(), info]
    told["smaller"] = len(camera.get_image(lores=True).data) < len(picture)
    told["read"] = [camera.mode, camera.video_url, camera.rotation, camera.resolution, camera.encoding]
    with camera.mode_changed.subscribe() as modes, camera.resolution_changed.subscribe() as sizes:
        camera.resolution = (40, 20)
        camera.mode = "VIDEO"
        told["signals"] = [modes.next(5).value, sizes.next(5).value]
    told["streams"] = camera.video_url.startswith("http://127.0.0.1:")
    camera.config = {"iso": 100}
    camera.config = {"gain": 2.5}
    told["config"] = camera.config
    told["refused"] = []
    for name, value in (("mode", "OTHER"), ("resolution", (0, 20)), ("resolution", (40, 20, 3)), ("rotation", 0.5)):
        try:
            setattr(camera, name, value)
        except ValidationError as error:
            told["refused"].append(str(error).partition(": ")[2])


async def take():
    async with AsyncCamera(url, name="cam", keys=keys, server_key=server) as camera:
        async with camera.encoding_changed.subscribe() as encodings:
            await camera.encoding.set("png")
            event = await asyncio.wait_for(encodings.__anext__(), 5)
        picture, info = await camera.get_image()
        return [await camera.encoding.get(), bytes(picture[1:4]).decode(), info["size"], event.value]


told["later"] = asyncio.run(take())
tell(told)
