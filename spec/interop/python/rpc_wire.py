"""What the device RPC peers share: frames as the tests write them, and JSON by its meaning (plantimager RPC)."""

import base64
import json
import math


def to_bytes(frame):
    """A frame as the recordings write it, `{"text": …}` or `{"base64": …}`, as its bytes."""
    return frame["text"].encode() if "text" in frame else base64.b64decode(frame["base64"])


def shown(reply):
    """A reply for the test: JSON frames with their text and what Python understands of it, bytes as base64."""
    first, *data = reply
    text = first.decode()
    return [{"text": text, "meaning": meaning(json.loads(text))}] + [
        {"base64": base64.b64encode(each).decode()} for each in data
    ]


def meaning(value):
    """A value so that plain JSON carries all of it: numbers as their digits, whole ones without a fraction."""
    if isinstance(value, dict):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [meaning(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return {"number": str(value)}
