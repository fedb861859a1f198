"""A client with the module of docs/arrays.md, `rig_arrays.py`: tells in one line what it got of a device with arrays.

Argument: the device's URL.
"""

import json
import sys

import numpy
import zmq

from json_lines import tell
from rig_arrays import call, call_buffer, with_arrays

DEADLINE_MS = 10_000

url = sys.argv[1]
context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.linger = 0
socket.rcvtimeo = DEADLINE_MS
socket.connect(url)

frame = call_buffer(socket, "frame")
several = call_buffer(socket, "several")
mask = call(socket, "mask", "eye", numpy.eye(3, dtype="u1"))
refused = ""
try:
    call(socket, "take", numpy.zeros(1, dtype="f4"))
except RuntimeError as error:
    refused = str(error).split(": nothing is converted")[0]
# Of the other order of bytes: what the processor of another computer may have.
echoed = call_buffer(socket, "same", numpy.array([[1.5], [-2]], dtype=">f4"))["nd"]

socket.send_json({"event": "INIT_SIGNALS_HANDLING"})
port = socket.recv_json()["signal_port"]
signals = context.socket(zmq.SUB)
signals.linger = 0
signals.subscribe(b'{"event":"ARRAYS"}')
signals.subscribe(b'{"event":"EMIT_SIGNAL","signal":"imageTaken",')
signals.connect(f"{url.rpartition(':')[0]}:{port}")
while not signals.poll(100, zmq.POLLIN):
    call(socket, "takeImage", 7, numpy.array([[1, 2], [3, 4]], dtype="i2"))
text, data = signals.recv_multipart()
number, image = with_arrays(json.loads(text)["args"], data)
# The last, so that the test sees what was given.
taken = call(socket, "take", numpy.arange(4, dtype="f8"))

tell(
    {
        "frame": {
            "dtype": frame["nd"].dtype.str,
            "values": frame["nd"].tolist(),
            "exposure": frame["exposure"],
        },
        "several": {
            "image": several["image"].tolist(),
            "spectrum": several["spectrum"].tolist(),
            "raw": several["raw"].tobytes().decode(),
            "gain": several["gain"],
        },
        "mask": mask,
        "taken": taken,
        "echoed": echoed.tolist(),
        "refused": refused,
        "signal": [number, image.tolist()],
    }
)
context.destroy(linger=0)
