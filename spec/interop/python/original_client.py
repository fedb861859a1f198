"""A client as the original's (plantimager RPC): one REQ socket, one request after the other, all signals in one SUB.

Arguments: the server's URL, and for one that wants keys its public key and the client's own two. Each line on stdin is
one step; each is answered with one line.
"""

import itertools
import json
import sys

import zmq

from json_lines import tell, told
from rpc_wire import meaning, shown, to_bytes

HANDSHAKE_TIMEOUT_MS = 1_000
PROPERTY_TIMEOUT_MS = 10_000
LOOK_MS = 100


class OriginalClient:
    def __init__(self, url, *keys):
        self.context = zmq.Context()
        self.host = url.rpartition(":")[0]
        self.keys = keys
        self.requests = self.socket(zmq.REQ)
        self.requests.connect(url)
        self.signals = None
        self.timeouts = {}

    def socket(self, kind):
        socket = self.context.socket(kind)
        socket.linger = 0
        if self.keys:
            server, public, secret = (key.encode() for key in self.keys)
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = server, public, secret
        return socket

    def get_inventory(self, _):
        reply = self.ask({"event": "GET_INVENTORY"}, HANDSHAKE_TIMEOUT_MS)
        inventory = json.loads(reply[0])
        self.timeouts = {**inventory["json_methods"], **inventory["buffer_methods"]}
        return shown(reply)

    def init_signals(self, _):
        reply = self.ask({"event": "INIT_SIGNALS_HANDLING"}, HANDSHAKE_TIMEOUT_MS)
        self.signals = self.socket(zmq.SUB)
        self.signals.subscribe(b"")
        self.signals.connect(f"{self.host}:{json.loads(reply[0])['signal_port']}")
        return shown(reply)

    def call(self, step):
        params = {"args": step.get("args", []), "kwargs": step.get("kwargs", {})}
        message = {"event": "METHOD_CALL", "method": step["method"], "params": params}
        return shown(self.ask(message, self.timeouts.get(step["method"], PROPERTY_TIMEOUT_MS)))

    def get(self, step):
        return shown(self.ask({"event": "PROPERTY_GET", "property": step["property"]}, PROPERTY_TIMEOUT_MS))

    def set(self, step):
        message = {"event": "PROPERTY_SET", "property": step["property"], "value": step["value"]}
        return shown(self.ask(message, PROPERTY_TIMEOUT_MS))

    def event(self, step):
        return shown(self.ask({"event": step["event"]}, HANDSHAKE_TIMEOUT_MS))

    def send(self, step):
        """Sends frames as they are given."""
        return shown(self.exchange([to_bytes(frame) for frame in step["frames"]], PROPERTY_TIMEOUT_MS))

    def next_signals(self, step):
        """The next so many published messages, in the order in which they came."""
        return [shown(self.received(self.signals, PROPERTY_TIMEOUT_MS)) for _ in range(step["count"])]

    def listen(self, step):
        """Sets a property to one value after the other until a signal comes: from then on every signal comes."""
        for value in itertools.cycle(step["values"]):
            self.set({**step, "value": value})
            if self.signals.poll(LOOK_MS, zmq.POLLIN):
                return None

    def read(self, step):
        """What Python understands of a JSON text."""
        return meaning(json.loads(step["text"]))

    def ask(self, message, timeout_ms):
        return self.exchange([json.dumps(message).encode()], timeout_ms)

    def exchange(self, frames, timeout_ms):
        self.requests.send_multipart(frames)
        return self.received(self.requests, timeout_ms)

    def received(self, socket, timeout_ms):
        if not socket.poll(timeout_ms, zmq.POLLIN):
            raise TimeoutError(f"nothing came within {timeout_ms} ms")
        return socket.recv_multipart()


client = OriginalClient(*sys.argv[1:])
for step in told():
    tell(getattr(client, step["do"])(step))
client.context.destroy(linger=0)
