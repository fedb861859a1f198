"""What the Python halves of the interoperability tests share: JSON, a line a message."""

import json
import os
import sys
import threading


def tell(message):
    """Prints one message for the test."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def told():
    """Yields the test's messages until it closes stdin."""
    for line in sys.stdin:
        yield json.loads(line)


def end_with_the_test():
    """Ends this process when the test's process closes stdin, for scripts that block elsewhere."""

    def watch():
        for _ in sys.stdin:
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
