"""A server as the original's (plantimager RPC): a REP socket, one request after the other, and a PUB for the signals.

Arguments: the URL to serve at; default a free port. It prints its URL. A line `{"emit": NAME, "args": [...]}` on stdin
publishes a signal, `{"publish": TEXT}` any text; both are answered, as is every other line, with what was asked so far.
"""

import json
import os
import sys
import time
import traceback
from collections import Counter

import zmq

from json_lines import tell

STDIN = 0


class Device:
    def __init__(self, emit):
        self._emit = emit
        self.mode = "STILL"

    @property
    def fixed(self):
        return 7

    def echo(self, message, times=1):
        return f"Echo: {message}" * times

    def mirror(self, value):
        return value

    def numbers(self):
        return {
            "nan": float("nan"),
            "infinities": [float("inf"), float("-inf")],
            "big": 1763633000123456789,
            "negative": -(2**63),
            "text": "NaN \u00e9 \U0001f33f",
        }

    def understood(self, value):
        """What Python made of the argument, in Python's words."""
        return repr(value)

    def slow(self, milliseconds, answer):
        time.sleep(milliseconds / 1000)
        return answer

    def nothing(self):
        return None

    def boom(self):
        raise ValueError("bad thing")

    def move(self, distance):
        """Tells of itself before it answers."""
        self._emit("moved", [distance, [1, 2]])
        return distance

    def by_name(self, first=0, second=1, *, mode, gain=2):
        return [first, second, mode, gain]

    def get_image(self, lores=False):
        return b"\xff\xd8" + bytes([lores]), {"format": "jpeg", "lores": lores, "error": None}

    def empty_image(self):
        return b"", {"size": [0, 0]}

    def bad_image(self):
        raise RuntimeError("shutter stuck")


INVENTORY = {
    "json_methods": {
        "echo": 1500, "mirror": 10000, "numbers": 10000, "understood": 10000, "slow": 10000, "nothing": 10000,
        "boom": 10000, "move": 10000, "by_name": 10000,
    },
    "buffer_methods": {"get_image": None, "empty_image": 10000, "bad_image": 10000},
    "signals": ["modeChanged", "moved", "stopped"],
    "properties": ["mode", "fixed"],
    "name": "cam",
}


class OriginalServer:
    def __init__(self, url):
        context = zmq.Context.instance()
        self.requests = context.socket(zmq.REP)
        self.requests.linger = 0
        self.requests.bind(url)
        self.signals = context.socket(zmq.PUB)
        self.signals.linger = 0
        self.signal_port = self.signals.bind_to_random_port("tcp://127.0.0.1")
        self.device = Device(self.emit)
        # How often the signals were connected: the original publishes each signal as many times.
        self.connections = 0
        self.asked = Counter()
        self.line = b""

    def run(self):
        tell(self.requests.getsockopt_string(zmq.LAST_ENDPOINT))
        poller = zmq.Poller()
        poller.register(self.requests, zmq.POLLIN)
        poller.register(STDIN, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self.requests in ready:
                request = json.loads(self.requests.recv())
                if request["event"] == "STOP_SERVER":
                    self.requests.send(dumped({"success": True}))
                    # Its reply leaves before the process does.
                    self.signals.close()
                    self.requests.close(linger=5_000)
                    zmq.Context.instance().term()
                    return
                self.requests.send_multipart(self.answer(request))
            if STDIN in ready:
                self.take_lines()

    def answer(self, request):
        event = request["event"]
        self.asked[event] += 1
        try:
            if event == "GET_INVENTORY":
                return [dumped(INVENTORY)]
            if event == "INIT_SIGNALS_HANDLING":
                self.connections += 1
                return [dumped({"success": True, "signal_port": self.signal_port})]
            if event == "METHOD_CALL":
                return self.call(request["method"], **request["params"])
            if event == "PROPERTY_GET":
                return [dumped({"success": True, "value": getattr(self.device, request["property"])})]
            setattr(self.device, request["property"], request["value"])
            self.emit("modeChanged", [request["value"]])
            return [dumped({"success": True})]
        except Exception as error:
            return [dumped({"success": False, "error": str(error), "traceback": traceback.format_exc()})]

    def call(self, name, args, kwargs):
        self.asked[name] += 1
        if name in INVENTORY["json_methods"]:
            return [dumped({"success": True, "result": getattr(self.device, name)(*args, **kwargs)})]
        if name in INVENTORY["buffer_methods"]:
            data, info = getattr(self.device, name)(*args, **kwargs)
            return [dumped(info), data]
        return [dumped({"success": False, "error": f"Method {name} not implemented"})]

    def emit(self, name, args):
        for _ in range(self.connections):
            self.signals.send(dumped({"event": "EMIT_SIGNAL", "signal": name, "args": args, "blocking": False}))

    def take_lines(self):
        chunk = os.read(STDIN, 65_536)
        if not chunk:
            os._exit(0)
        *lines, self.line = (self.line + chunk).split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "emit" in order:
                self.emit(order["emit"], order["args"])
            elif "publish" in order:
                self.signals.send(order["publish"].encode())
            tell(self.asked)


def dumped(message):
    return json.dumps(message).encode()


OriginalServer(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:*").run()
