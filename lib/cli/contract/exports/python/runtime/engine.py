from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Callable, Dict, List, Optional, Tuple

import zmq

from .clock import _now, _ServerClock
from .connector import _Connector
from .errors import (
    AuthenticationError,
    BusyError,
    DeviceUnavailableError,
    RigwireError,
    RpcTimeoutError,
    WrongDeviceError,
)
from .exchange import _Exchange
from .keys import _Keys
from .link import _event_of, _Link, _text
from .mailbox import _resolve
from .outbox import _Outbox
from .requests import _Reply, _Request
from .socket_thread import _SocketThread

_ANSWER_WITHIN = 1.0
_STATUS_EVERY = 2.0
_MOST_REQUESTS = 4096
_AT_ONCE = 100
_FULL = "the device takes no more at present"


class _Engine(_SocketThread):
    """One client of one device: its connection, made anew when it is lost, and the requests on it."""

    def __init__(self, url: str, name: Optional[str], type_: str, keys: Optional[_Keys], max_bytes: int) -> None:
        super().__init__(f"{name or type_ or 'device'} at {url}")
        self._name = name
        self._type = type_
        self._context: "zmq.Context[Any]" = zmq.Context()
        self._connector = _Connector(self._context, url, keys, max_bytes)
        self._exchange = _Exchange()
        self._outbox = _Outbox(self._exchange, max_bytes)
        self._link: Optional[_Link] = None
        self._status_at: Optional[float] = None
        self._is_asking_clock = False
        self._problem = "not yet connected"
        self._running: Dict[str, Any] = {}
        self.on_ready: Callable[[_Link], None] = self.ready
        self.on_signal: Callable[[List[bytes]], None] = lambda frames: None
        self.on_tick: Callable[[_Link], None] = lambda link: None
        self.on_refused: Callable[[RigwireError], None] = lambda error: None
        self._thread.start()

    @property
    def link(self) -> Optional[_Link]:
        return self._link

    def submit(self, request: _Request) -> "Future[_Reply]":
        if self._is_closing:
            raise self._closed(request)

        def give_up(future: "Future[_Reply]") -> None:
            if future.cancelled() and not self._is_closing and not self.is_forked:
                self.post(lambda: self._cancel(request))

        request.future.add_done_callback(give_up)
        self.post(lambda: self._take(request))
        return request.future

    def _closed(self, request: _Request) -> DeviceUnavailableError:
        return DeviceUnavailableError(f"{request.place}: the client was closed; nothing was sent")

    # In the thread of the sockets, as all that follows

    def _take(self, request: _Request) -> None:
        if len(self._outbox.requests) + len(self._exchange.requests) >= _MOST_REQUESTS:
            _resolve(request.future, None, BusyError(f"{request.place}: {_MOST_REQUESTS} requests wait already"))
        elif self._is_closing:
            _resolve(request.future, None, self._closed(request))
        else:
            self._outbox.add(request)
            self._flush()

    def _cancel(self, request: _Request) -> None:
        if self._link is not None:
            self._exchange.cancel(self._link, request)

    def _sockets(self) -> List[Tuple["zmq.Socket[Any]", int]]:
        link = self._link
        if link is None:
            return []
        wants_room = link.is_ready and len(self._outbox.requests) > 0 and not self._is_asking_clock
        read = [socket for socket in (link.events, link.signals, link.signal_events) if socket is not None]
        requests = (link.requests, zmq.POLLIN | (zmq.POLLOUT if wants_room else 0))
        return [requests, *((socket, int(zmq.POLLIN)) for socket in read)]

    def _milliseconds_to_next(self) -> Optional[int]:
        deadlines = [request.until for request in (*self._outbox.requests, *self._exchange.requests)]
        moments = [one for one in (self._connector.next_at, self._status_at, *deadlines) if one is not None]
        return None if not moments else int(max(min(moments) - _now(), 0) * 1000) + 1

    def _turn(self) -> None:
        if self._link is not None:
            self._read(self._link)
        self._guarded(self._on_time)
        self._guarded(self._flush)

    def _end(self) -> None:
        self._drop_link()
        self._exchange.fail("the client was closed")
        closed = DeviceUnavailableError(f"{self.place}: the client was closed; nothing was sent")
        self._outbox.refuse(closed)
        self._context.term()

    # The connection

    def _on_time(self) -> None:
        now = _now()
        if self._connector.is_due(now):
            try:
                self._link = self._connector.connect()
            except zmq.ZMQError as error:
                self._lose(f"{error}")
        if self._connector.is_overdue(now):
            self._lose("nobody answers there")
        link = self._link
        if link is not None and self._status_at is not None and now >= self._status_at:
            self._status_at = now + _STATUS_EVERY
            self._ask_status(link)
            self.on_tick(link)
        if self._link is not None:
            self._exchange.end_late(self._link, now, self._running)
        is_connected = self._link is not None and self._link.is_ready
        self._outbox.end_late(now, self._problem, is_connected)

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _lose(self, problem: str, error: Optional[RigwireError] = None) -> None:
        """What is in flight fails; what is unsent stays here until its time is over, or fails at once with an error."""
        was_ready = self._link is not None and self._link.is_ready
        self._drop_link()
        self._problem = problem
        self._is_asking_clock = False
        self._status_at = None
        self._connector.lost(was_ready)
        self._exchange.fail(f"the connection was lost ({problem})")
        if error is not None:
            self._outbox.refuse(error)
            self.on_refused(error)

    def _greeted(self, reply: _Reply, asked: float) -> None:
        link = self._link
        if link is None:
            return
        told = reply.head.get("rigwire")
        link.info = told if isinstance(told, dict) else {}
        wrong = self._wrong_device(reply.head.get("name"), link.info.get("type"))
        if wrong is not None:
            self._lose(wrong, WrongDeviceError(f"{self.place}: {wrong}; nothing was asked of it"))
            return
        clock = link.info.get("clock")
        if isinstance(clock, (int, float)):
            link.clock = _ServerClock(clock, _now())
        if "presence" in link.features:
            link.requests.send(b"rigwire:present", zmq.NOBLOCK)
        if "status" in link.features:
            self._status_at = _now() + _STATUS_EVERY
        self.on_ready(link)

    def _wrong_device(self, name: Any, kind: Any) -> Optional[str]:
        if self._name is not None and name != self._name:
            return f"the device there is called {name!r}, not {self._name!r}"
        if self._type and isinstance(kind, str) and kind and kind != self._type:
            return f"the device there is a {kind!r}, not a {self._type!r}"
        return None

    def ready(self, link: _Link) -> None:
        """The device is who it should be, and the signals are subscribed: requests may leave."""
        if self._link is link:
            link.is_ready = True
            self._problem = _FULL
            self._flush()

    # Requests

    def ask(
        self,
        message: Dict[str, Any],
        on_reply: Callable[[_Reply, float], None],
        on_failure: Optional[Callable[[BaseException], None]] = None,
    ) -> None:
        """A question of the client's own, past those that wait. Unless it is said otherwise, its failure ends the connection."""
        link, asked = self._link, _now()
        request = _Request(self.place, message, timeout=_ANSWER_WITHIN)

        def answered(future: "Future[_Reply]") -> None:
            if self._link is not link:
                return
            error = future.exception()
            if error is None:
                self._guarded(lambda: on_reply(future.result(), asked))
            elif on_failure is not None:
                on_failure(error)
            else:
                self._lose(f"no answer to {message['event']}: {error}")

        request.future.add_done_callback(answered)
        if link is not None and not self._exchange.send(link, request, [_text(message)]):
            text = f"{self.place}: {message['event']} could not be sent: {_FULL}"
            _resolve(request.future, None, RpcTimeoutError(text))

    def _flush(self) -> None:
        link = self._link
        if link is None or not link.is_ready or self._is_asking_clock or self._outbox.flush(link):
            return
        self._problem = "the device does not answer"
        self._ask_status(link)

    def _ask_status(self, link: _Link) -> None:
        """The device's clock, and what it runs."""
        if self._is_asking_clock:
            return
        self._is_asking_clock = True

        def told(reply: _Reply, asked: float) -> None:
            self._is_asking_clock = False
            self._problem = _FULL
            clock, running = reply.head.get("clock"), reply.head.get("running")
            self._running = running if isinstance(running, dict) else {}
            if link.clock is not None and isinstance(clock, (int, float)):
                link.clock.add(clock, asked, _now())
            self._flush()

        def silent(error: BaseException) -> None:
            self._is_asking_clock = False
            self._problem = "the device does not answer"

        self.ask({"event": "STATUS"}, told, silent)

    # What comes

    def _read(self, link: _Link) -> None:
        for _ in range(_AT_ONCE):
            try:
                frames = link.requests.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._guarded(lambda: self._exchange.take(frames))
            if self._link is not link:
                return
        was_shaken = link.is_shaken
        problem = self._connector.read(link)
        if problem is not None:
            is_refusal, text = problem.is_refusal, problem.text
            self._lose(text, AuthenticationError(f"{self.place}: {text}; nothing was sent") if is_refusal else None)
            return
        if link.is_shaken and not was_shaken:
            self.ask({"event": "GET_INVENTORY"}, self._greeted)
        if link.signals is not None:
            self._read_signals(link, link.signals)

    def _read_signals(self, link: _Link, signals: "zmq.Socket[Any]") -> None:
        for _ in range(_AT_ONCE):
            try:
                frames = signals.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._guarded(lambda: self.on_signal(frames))
        event = None if link.signal_events is None else _event_of(link.signal_events)
        if event is not None and event["event"] in (zmq.EVENT_DISCONNECTED, zmq.EVENT_CLOSED):
            self._lose("the connection of the signals was closed")
