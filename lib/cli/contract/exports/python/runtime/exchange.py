from __future__ import annotations

import itertools
import json
from typing import Any, Dict, List

import zmq

from .clock import _now
from .errors import ConnectionLostError, RigwireError, RpcTimeoutError, _failure_of
from .link import _Link, _text
from .mailbox import _resolve
from .requests import _Reply, _Request

_PROGRESS = b'{"event":"PROGRESS",'


class _Exchange:
    """The requests that are under way, each with its number, and their replies."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._calls: Dict[bytes, _Request] = {}

    @property
    def requests(self) -> List[_Request]:
        return list(self._calls.values())

    def send(self, link: _Link, request: _Request, frames: List[bytes]) -> bool:
        """Says False where the connection takes nothing more just now."""
        request.number = str(next(self._numbers)).encode()
        try:
            link.requests.send_multipart([request.number, b"", *frames], zmq.NOBLOCK)
        except zmq.Again:
            return False
        self._calls[request.number] = request
        return True

    def cancel(self, link: _Link, request: _Request) -> None:
        """Gives a request up: its reply is dropped, and the device ends what it began."""
        if self._calls.pop(request.number, None) is None or "cancel" not in link.features:
            return
        try:
            link.requests.send_multipart([b"", _text({"event": "CANCEL", "id": request.number.decode()})], zmq.NOBLOCK)
        except zmq.Again:
            pass  # its deadline keeps it from being begun late

    def fail(self, problem: str) -> None:
        """The connection is no more: nobody knows what became of them."""
        calls, self._calls = self._calls, {}
        for request in calls.values():
            text = f"{request.place}: {problem}; it may have been carried out"
            _resolve(request.future, None, ConnectionLostError(text))

    def end_late(self, link: _Link, now: float, running: Dict[str, Any]) -> None:
        for request in [one for one in self._calls.values() if one.is_late(now)]:
            self.cancel(link, request)
            text = f"{request.place}: no reply within {request.timeout:g} s; it may have been carried out"
            _resolve(request.future, None, RpcTimeoutError(f"{text}{_hint(request, running)}"))

    def take(self, frames: List[bytes]) -> None:
        """A reply, or what comes before it."""
        if len(frames) < 3 or frames[1] != b"":
            return  # a probe
        number, head = frames[0], frames[2]
        request = self._calls.get(number)
        if request is None:
            return  # it was given up
        if len(frames) == 3 and head.startswith(_PROGRESS):
            self._progress(request, json.loads(head))
            return
        del self._calls[number]
        try:
            told = json.loads(head)
            if not isinstance(told, dict):
                raise ValueError("it is no object")
        except (ValueError, RecursionError) as error:
            _resolve(request.future, None, RigwireError(f"{request.place}: the reply cannot be read: {error}"))
            return
        data = frames[3] if len(frames) > 3 else None
        if data is None and told.get("success") is False:
            _resolve(request.future, None, _failure_of(request.place, told))
        else:
            _resolve(request.future, _Reply(told, data))

    def _progress(self, request: _Request, told: Dict[str, Any]) -> None:
        if request.is_idle and request.timeout is not None:
            request.until = _now() + request.timeout
        if request.on_progress is not None:
            request.on_progress(told, None)


def _hint(request: _Request, running: Dict[str, Any]) -> str:
    """What the device does instead."""
    method = running.get("method")
    is_own = running.get("id") == request.number.decode()
    return f"; the device is busy with {method}" if isinstance(method, str) and not is_own else ""
