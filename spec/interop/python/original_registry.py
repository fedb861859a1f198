"""A device registry as the originals behave (plantimager registry): a REP socket, no answer but UNSUPPORTED to additions.

Arguments: the port, 0 for any. Prints its port, then every request. It keeps devices as long as it lives.
"""

import json
import sys
import uuid

import zmq
from json_lines import end_with_the_test, tell


class Registry:
    def __init__(self):
        self.devices = {}

    def answer(self, event, payload):
        if event == "REGISTER":
            return "REGISTER_ACK", self.register(**payload)
        if event == "UNREGISTER":
            known = self.remove(lambda device: device["uuid"] == payload["uuid"])
            return "ACK", {"req_event": event, "success": known}
        if event == "CHECK_ALIVE":
            known = any(device["uuid"] == payload["uuid"] for device in self.devices.values())
            return "ACK", {"req_event": event, "success": known}
        return "UNSUPPORTED", {"req_event": event}

    def register(self, device_type, addr, name, overwrite=False):
        if name in self.devices and not overwrite:
            number = 1
            while f"{name}-{number}" in self.devices:
                number += 1
            name = f"{name}-{number}"
        self.remove(lambda device: device["addr"] == addr)
        ours = str(uuid.uuid1())
        self.devices[name or f"{device_type}-0"] = {"type": device_type, "addr": addr, "uuid": ours}
        return {"name": name or f"{device_type}-0", "uuid": ours}

    def remove(self, matches):
        found = [name for name, device in self.devices.items() if matches(device)]
        for name in found:
            del self.devices[name]
        return found != []


end_with_the_test()
socket = zmq.Context.instance().socket(zmq.REP)
if sys.argv[1] == "0":
    port = socket.bind_to_random_port("tcp://127.0.0.1")
else:
    port = int(sys.argv[1])
    socket.bind(f"tcp://127.0.0.1:{port}")
tell({"port": port})
registry = Registry()
while True:
    # As the original does: one frame, JSON, no envelope to be seen.
    message = json.loads(socket.recv_string())
    event, payload = registry.answer(message["event"], message["payload"])
    socket.send_string(json.dumps({"event": event, "payload": payload}))
    tell({"event": message["event"], "payload": message["payload"], "devices": sorted(registry.devices)})
