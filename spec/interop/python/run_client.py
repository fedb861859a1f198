"""A client with the modules of the documentation, `rig_runs.py` and `rig_arrays.py`: calls methods that take time.

Argument: the device's URL.
"""

import sys

import zmq

from json_lines import tell
from rig_arrays import with_arrays
from rig_runs import GivenUp, run

url = sys.argv[1]
context = zmq.Context()
socket = context.socket(zmq.DEALER)
socket.linger = 0
socket.connect(url)


def give_up_at_five(value):
    if value == 5:
        raise GivenUp()


moved = []
arrived = run(socket, "moveTo", 3, on_progress=moved.append)

given_up = False
try:
    run(socket, "moveTo", 1_000, on_progress=give_up_at_five)
except GivenUp:
    given_up = True

# Has its turn when what was given up has ended.
steps = []
info, data = run(socket, "scan", 2, on_progress=steps.append)
scan = with_arrays(info, data)

refused = ""
try:
    run(socket, "moveTo", "far")
except RuntimeError as error:
    refused = str(error)

silent = False
try:
    run(socket, "hang", idle=0.2)
except (TimeoutError, RuntimeError):  # the device gives it up at the same time
    silent = True

plain = context.socket(zmq.REQ)
plain.linger = 0
plain.connect(url)
plain.send_json({"event": "METHOD_CALL", "method": "moveTo", "params": {"args": [0]}})
from_req = plain.recv_json()

tell(
    {
        "moved": moved,
        "arrived": arrived,
        "given_up": given_up,
        "steps": steps,
        "scan": {"gain": scan["gain"], "counts": scan["counts"].tolist()},
        "refused": refused,
        "silent": silent,
        "from_req": from_req,
    }
)
context.destroy(linger=0)
