from __future__ import annotations

import json
from collections import deque
from typing import Deque, List, Optional

from .clock import _now
from .errors import DeviceUnavailableError, RigwireError, RpcTimeoutError, ValidationError
from .exchange import _Exchange
from .link import _Link
from .mailbox import _resolve
from .requests import _Request


class _Outbox:
    """Requests that wait until the device is there, takes them, and its clock is known well enough."""

    def __init__(self, exchange: _Exchange, max_bytes: int) -> None:
        self._exchange = exchange
        self._max_bytes = max_bytes
        self._waiting: Deque[_Request] = deque()

    @property
    def requests(self) -> List[_Request]:
        return list(self._waiting)

    def add(self, request: _Request) -> None:
        self._waiting.append(request)

    def flush(self, link: _Link) -> bool:
        """Sends what the connection takes. Says False where the device's clock has to be asked first."""
        while self._waiting:
            request = self._waiting[0]
            if not request.future.done():
                if not _stamp(link, request):
                    return False
                frames = self._frames(link, request)
                if frames is not None and not self._exchange.send(link, request, frames):
                    return True
            self._waiting.popleft()
        return True

    def refuse(self, error: RigwireError) -> None:
        """Nothing of it will be sent."""
        waiting, self._waiting = self._waiting, deque()
        for request in waiting:
            _resolve(request.future, None, error)

    def end_late(self, now: float, problem: str, is_connected: bool) -> None:
        for request in [one for one in self._waiting if one.is_late(now)]:
            self._waiting.remove(request)
            text = f"{request.place}: it could not be sent within {request.timeout:g} s: {problem}; nothing was sent"
            _resolve(request.future, None, RpcTimeoutError(text) if is_connected else DeviceUnavailableError(text))

    def _frames(self, link: _Link, request: _Request) -> Optional[List[bytes]]:
        """As it is sent; nothing where the device cannot take it, of which its caller is told."""
        if link.max_message_bytes > self._max_bytes and request.message["event"] != "PROPERTY_SET":
            request.message["maxReplyBytes"] = self._max_bytes
        text = json.dumps(request.message, separators=(",", ":")).encode()
        frame, size = request.frame, len(text) + len(request.frame or b"")
        problem: Optional[str] = None
        if frame is not None and "arrays" not in link.features:
            problem = "the device takes no arrays: send a list"
        elif len(text) > link.max_text_bytes or size > link.max_message_bytes:
            problem = f"a message of {size} bytes is more than the device takes"
        if problem is not None:
            _resolve(request.future, None, ValidationError(f"{request.place}: {problem}; nothing was sent"))
            return None
        return [text] if frame is None else [text, frame]


def _stamp(link: _Link, request: _Request) -> bool:
    """Says until when it may be begun, on the device's clock; False where that is not known well enough."""
    if not request.is_command or request.until is None or link.clock is None:
        return True
    now = _now()
    if not link.clock.is_good_for(request.until - now, now) and "status" in link.features:
        return False
    request.message["deadline"] = link.clock.deadline(now, request.until)
    return True
