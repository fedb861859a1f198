from __future__ import annotations

import random
from typing import Any, NamedTuple, Optional

import zmq

from .clock import _now
from .keys import _Keys
from .link import _event_of, _Link

_CONNECT_WITHIN = 3.0
_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


class _Problem(NamedTuple):
    """Why a connection is no more."""

    text: str
    is_refusal: bool = False
    """The keys do not fit: waiting does not help."""


class _Connector:
    """Makes one connection after the other, with pauses, and reads ZeroMQ's events of how each one fares."""

    def __init__(self, context: "zmq.Context[Any]", url: str, keys: Optional[_Keys], max_bytes: int) -> None:
        self._context = context
        self._url = url
        self._keys = keys
        self._max_bytes = max_bytes
        self._pause = _SHORTEST_PAUSE
        self._connect_at: Optional[float] = _now()
        self._give_up_at: Optional[float] = None
        self._closes_in_a_row = 0

    @property
    def next_at(self) -> Optional[float]:
        return self._connect_at if self._connect_at is not None else self._give_up_at

    def is_due(self, now: float) -> bool:
        return self._connect_at is not None and now >= self._connect_at

    def is_overdue(self, now: float) -> bool:
        """Nobody shook hands in time."""
        return self._give_up_at is not None and now >= self._give_up_at

    def connect(self) -> _Link:
        self._connect_at = None
        self._give_up_at = _now() + _CONNECT_WITHIN
        return _Link(self._context, self._url, self._keys, self._max_bytes)

    def lost(self, was_ready: bool) -> None:
        """The next connection is made after a pause, which grows while nobody is there."""
        self._pause = _SHORTEST_PAUSE if was_ready else min(self._pause * 2, _LONGEST_PAUSE)
        self._connect_at = _now() + self._pause * random.uniform(0.75, 1.0)
        self._give_up_at = None

    def read(self, link: _Link) -> Optional[_Problem]:
        """What has become of a connection since the last time; `link.is_shaken` where both have shaken hands."""
        while True:
            event = _event_of(link.events)
            if event is None:
                return None
            problem = self._take(link, event["event"])
            if problem is not None:
                return problem

    def _take(self, link: _Link, kind: Any) -> Optional[_Problem]:
        if kind == zmq.EVENT_CONNECTED:
            link.is_open = True
        elif kind == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            link.is_shaken = True
            self._give_up_at = None
            self._closes_in_a_row = 0
        elif kind == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            return _Problem(_mismatch(self._keys) if self._keys is None else _not_allowed(self._keys), True)
        elif kind == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
            return _Problem(_mismatch(self._keys), True)
        elif kind in (zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL):
            return self._closed_by_peer(link)
        elif kind in (zmq.EVENT_CLOSED, zmq.EVENT_CONNECT_RETRIED) and not link.is_open:
            return _Problem("nothing listens there")
        return None

    def _closed_by_peer(self, link: _Link) -> _Problem:
        if link.is_shaken or self._keys is None:
            return _Problem("the device closed the connection, or does not answer")
        self._closes_in_a_row += 1
        if self._closes_in_a_row < 2:
            return _Problem("closed during the security handshake")  # a cut looks the same: once more
        return _Problem(
            "closed during the security handshake: most likely the device's public key is not the expected one: "
            "give this client the device's public key (server_key, RIGWIRE_SERVER_KEY)",
            True,
        )


def _not_allowed(keys: _Keys) -> str:
    return f"the device does not allow this client's key: put it among its allowed keys: public {keys.public.decode()}"


def _mismatch(keys: Optional[_Keys]) -> str:
    if keys is None:
        return "the device talks only to clients with keys: give this client some (keys, RIGWIRE_KEYS)"
    return "the device has no keys, or does not know these: give it some, or make this client without keys"
