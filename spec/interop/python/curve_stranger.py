"""Somebody who is not let in: tries a device's requests and signals, with the keys that it has.

Arguments: the URL of the requests and that of the signals; then, to try with keys, the server's public key and the own
two. Tells how each socket was turned away; then answers each line on stdin with what has come in since.
"""

import json
import sys

import zmq
from zmq.utils.monitor import recv_monitor_message

from json_lines import tell, told

TURNED_AWAY = {
    zmq.EVENT_DISCONNECTED: "disconnected",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "no detail",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "protocol",
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "auth",
    zmq.EVENT_HANDSHAKE_SUCCEEDED: "let in",
}
DEADLINE_MS = 5_000
LISTEN_MS = 300

requests_url, signals_url, *keys = sys.argv[1:]
context = zmq.Context()


def opened(kind, url):
    socket = context.socket(kind)
    socket.linger = 0
    if keys:
        server, public, secret = (key.encode() for key in keys)
        socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = server, public, secret
    monitor = socket.get_monitor_socket()
    socket.connect(url)
    return socket, monitor


def outcome(monitor):
    """How the first handshake ended."""
    while monitor.poll(DEADLINE_MS):
        event = recv_monitor_message(monitor)["event"]
        if event in TURNED_AWAY:
            return TURNED_AWAY[event]
    return "nothing"


requests, of_requests = opened(zmq.DEALER, requests_url)
signals, of_signals = opened(zmq.SUB, signals_url)
signals.subscribe(b"")
for message in ({"event": "GET_INVENTORY"}, {"event": "METHOD_CALL", "method": "echo", "params": {"args": ["x"]}}):
    requests.send_multipart([b"", json.dumps(message).encode()], flags=zmq.NOBLOCK)
tell([outcome(of_requests), outcome(of_signals)])
for _ in told():
    tell([bool(requests.poll(LISTEN_MS)), bool(signals.poll(LISTEN_MS))])
context.destroy(linger=0)
