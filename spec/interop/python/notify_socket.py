"""Listens at a datagram socket as systemd does, and tells what arrives and when, in ms of the wall clock."""

import socket
import sys
import time

from json_lines import end_with_the_test, tell

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
tell("listening")
end_with_the_test()
while True:
    text = listener.recv(4096).decode()
    # systemd's program waits until its message was read; receiving that drops the descriptor it waits for.
    if text.strip() != "BARRIER=1":
        tell({"text": text, "at": time.time() * 1000})
