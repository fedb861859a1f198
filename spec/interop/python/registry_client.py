"""A REQ client of a device registry, as an original device is one. Argument: the registry's URL.

Each line `{"event": ..., "payload": ...}` is sent as it is; the reply is printed. `{"watch": true}` subscribes to what
the registry publishes, and prints the next change.
"""

import json
import sys

import zmq
from json_lines import tell, told

url = sys.argv[1]
context = zmq.Context.instance()
requests = context.socket(zmq.REQ)
requests.setsockopt(zmq.RCVTIMEO, 5_000)
requests.setsockopt(zmq.LINGER, 0)
requests.connect(url)


def ask(message):
    requests.send_string(json.dumps(message))
    return json.loads(requests.recv_string())


def watch():
    # XPUB tells the registry of the subscription to the token, which is behind the one to everything.
    port = ask({"event": "WATCH", "payload": {}})["payload"]["signal_port"]
    changes = context.socket(zmq.SUB)
    changes.setsockopt(zmq.RCVTIMEO, 5_000)
    changes.setsockopt(zmq.LINGER, 0)
    changes.connect(f"{url.rsplit(':', 1)[0]}:{port}")
    changes.setsockopt_string(zmq.SUBSCRIBE, "")
    changes.setsockopt_string(zmq.SUBSCRIBE, '{"event":"CONFIRM","token":"python"}')
    tell(ask({"event": "WATCH", "payload": {"token": "python"}}))
    tell(json.loads(changes.recv_string()))


for line in told():
    if "watch" in line:
        watch()
    else:
        tell(ask(line))
