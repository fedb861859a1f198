from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Set

import zmq
from zmq.utils.monitor import parse_monitor_message

from .clock import _ServerClock
from .keys import _Keys

_PING_MS = 2000
_PONG_WITHIN_MS = 3000
_SIGNALS_WAITING = 10_000


def _text(value: Any) -> bytes:
    """JSON without spaces, as devices write the beginnings of signals."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "backslashreplace")


def _make_socket(context: "zmq.Context[Any]", kind: int, keys: Optional[_Keys], max_bytes: int) -> "zmq.Socket[Any]":
    socket: "zmq.Socket[Any]" = context.socket(kind)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.IPV6, 1)
    socket.setsockopt(zmq.RECONNECT_IVL, -1)  # what waited would be delivered when the device is back
    socket.setsockopt(zmq.MAXMSGSIZE, max_bytes)
    if keys is not None:
        socket.curve_serverkey = keys.server
        socket.curve_publickey = keys.public
        socket.curve_secretkey = keys.secret
    return socket


class _Link:
    """One connection to a device, which never comes back by itself."""

    def __init__(self, context: "zmq.Context[Any]", url: str, keys: Optional[_Keys], max_bytes: int) -> None:
        self._context = context
        self._keys = keys
        self._max_bytes = max_bytes
        self._monitored: List["zmq.Socket[Any]"] = []
        self.url = url
        self.requests = _make_socket(context, zmq.DEALER, keys, max_bytes)
        self.requests.setsockopt(zmq.IMMEDIATE, 1)
        self.requests.setsockopt(zmq.HEARTBEAT_IVL, _PING_MS)
        self.requests.setsockopt(zmq.HEARTBEAT_TIMEOUT, _PONG_WITHIN_MS)
        self.events = self._monitor(self.requests)
        self.requests.connect(url)
        self.signals: Optional["zmq.Socket[Any]"] = None
        self.signal_events: Optional["zmq.Socket[Any]"] = None
        self.is_open = False
        """TCP has connected."""
        self.is_shaken = False
        """ZeroMQ has shaken hands, keys included."""
        self.is_ready = False
        """The device told who it is, and signals are subscribed."""
        self.info: Dict[str, Any] = {}
        self.clock: Optional[_ServerClock] = None
        self.counted: Set[str] = set()
        """Signals whose number is known since this connection."""

    @property
    def features(self) -> List[str]:
        features = self.info.get("features")
        return features if isinstance(features, list) else []

    @property
    def max_message_bytes(self) -> float:
        limit = self.info.get("maxMessageBytes")
        return limit if isinstance(limit, (int, float)) else float("inf")

    @property
    def max_text_bytes(self) -> float:
        limit = self.info.get("maxTextBytes")
        return limit if isinstance(limit, (int, float)) else self.max_message_bytes

    def _monitor(self, socket: "zmq.Socket[Any]") -> "zmq.Socket[Any]":
        events: "zmq.Socket[Any]" = socket.get_monitor_socket()
        self._monitored.append(socket)
        events.setsockopt(zmq.LINGER, 0)
        return events

    def open_signals(self, port: int) -> None:
        address = f"{self.url}.signals" if port == 0 else f"{self.url.rpartition(':')[0]}:{port}"
        self.signals = _make_socket(self._context, zmq.SUB, self._keys, self._max_bytes)
        self.signals.setsockopt(zmq.RCVHWM, _SIGNALS_WAITING)
        self.signals.setsockopt(zmq.SUBSCRIBE, b'{"event":"ARRAYS"}')
        self.signal_events = self._monitor(self.signals)
        self.signals.connect(address)

    def subscribe(self, name: str, is_original: bool) -> None:
        if self.signals is not None:
            for topic in [b""] if is_original else _topics(name):
                self.signals.setsockopt(zmq.SUBSCRIBE, topic)

    def unsubscribe(self, name: str, is_original: bool) -> None:
        if self.signals is not None and not is_original:
            self.counted.discard(name)
            for topic in _topics(name):
                self.signals.setsockopt(zmq.UNSUBSCRIBE, topic)

    def mark(self, token: str, is_wanted: bool) -> None:
        if self.signals is not None:
            option = zmq.SUBSCRIBE if is_wanted else zmq.UNSUBSCRIBE
            self.signals.setsockopt(option, _text({"event": "CONFIRM", "token": token}))

    def close(self) -> None:
        for socket in self._monitored:
            socket.disable_monitor()
        for one in (self.events, self.signal_events, self.requests, self.signals):
            if one is not None:
                one.close(0)


def _topics(name: str) -> List[bytes]:
    return [_text({"event": event, "signal": name})[:-1] + b"," for event in ("SIGNAL_END", "EMIT_SIGNAL")]


def _event_of(socket: "zmq.Socket[Any]") -> Optional[Dict[str, Any]]:
    """The next event of a connection; nothing where there is none."""
    try:
        return dict(parse_monitor_message(socket.recv_multipart(zmq.NOBLOCK)))
    except zmq.Again:
        return None
