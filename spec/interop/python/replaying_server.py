"""Answers the requests of a recording with the recorded replies, and publishes its signals once it is subscribed to.

Arguments: the recording. A request that was not recorded ends the script.
"""

import json
import sys

import zmq

from json_lines import end_with_the_test, tell
from rpc_wire import to_bytes

with open(sys.argv[1], encoding="utf-8") as file:
    recording = json.load(file)
replies = [
    (json.loads(to_bytes(exchange["request"][0])), [to_bytes(frame) for frame in exchange["reply"]])
    for exchange in recording["exchanges"]
]

context = zmq.Context.instance()
requests = context.socket(zmq.REP)
requests.linger = 0
port = requests.bind_to_random_port("tcp://127.0.0.1")
signals = context.socket(zmq.XPUB)
signals.linger = 0
signal_port = signals.bind_to_random_port("tcp://127.0.0.1")

end_with_the_test()
tell(f"tcp://127.0.0.1:{port}")
poller = zmq.Poller()
poller.register(requests, zmq.POLLIN)
poller.register(signals, zmq.POLLIN)
while True:
    ready = dict(poller.poll())
    if requests in ready:
        request = json.loads(requests.recv())
        reply = next(reply for recorded, reply in replies if recorded == request)
        if request["event"] == "INIT_SIGNALS_HANDLING":
            reply = [json.dumps({**json.loads(reply[0]), "signal_port": signal_port}).encode()]
        requests.send_multipart(reply)
    if signals in ready and signals.recv().startswith(b"\x01"):
        for frames in recording["signals"]:
            signals.send_multipart([to_bytes(frame) for frame in frames])
