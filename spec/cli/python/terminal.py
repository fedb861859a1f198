"""Runs a program in a terminal of its own.

Arguments: columns, rows, the program and its arguments. What the program prints is told as {"text": ...}, its end as
{"ended": CODE}. A line {"press": TEXT} on stdin presses keys.
"""

import codecs
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

STDIN = 0
columns, rows = int(sys.argv[1]), int(sys.argv[2])


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(STDIN, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])

# A read may end in the middle of a character.
decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
orders = b""
while True:
    ready, _, _ = select.select([terminal, STDIN], [], [])
    if terminal in ready:
        try:
            printed = os.read(terminal, 65_536)
        except OSError:  # Linux tells the end of the program so.
            printed = b""
        if not printed:
            break
        tell({"text": decoder.decode(printed)})
    if STDIN in ready:
        chunk = os.read(STDIN, 65_536)
        if not chunk:
            os.kill(child, 9)
            break
        *lines, orders = (orders + chunk).split(b"\n")
        for line in lines:
            os.write(terminal, json.loads(line)["press"].encode())
tell({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})
