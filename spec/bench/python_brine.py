"""Prints how many REGISTER messages the real rpyc encodes and decodes in a second, as JSON."""

import json
import time

from rpyc.core import brine

MESSAGE = ("RPYC", "REGISTER", (("FOO", "BAR"), 12345))
BYTES = brine.dump(MESSAGE)


def per_second(work):
    """The best of five rounds of half a second."""
    best = 0.0
    for _ in range(5):
        count = 0
        start = time.perf_counter()
        while time.perf_counter() - start < 0.5:
            for _ in range(1000):
                work()
            count += 1000
        best = max(best, count / (time.perf_counter() - start))
    return best


print(
    json.dumps(
        {
            "encode": per_second(lambda: brine.dump(MESSAGE)),
            "decode": per_second(lambda: brine.load(BYTES)),
        }
    )
)
