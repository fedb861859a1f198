from __future__ import annotations

import itertools
import json
import logging
import os
import random
import socket as sockets
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional

import zmq

from .clock import _now, _ServerClock
from .errors import (
    AuthenticationError,
    BusyError,
    ConnectionLostError,
    DeviceUnavailableError,
    RigwireError,
    RpcTimeoutError,
    ValidationError,
    WrongDeviceError,
    _failure_of,
)
from .keys import _Keys
from .link import _event_of, _Link, _text
from .mailbox import _resolve

_LOG = logging.getLogger("rigwire")

_CONNECT_WITHIN = 3.0
_ANSWER_WITHIN = 1.0
_STATUS_EVERY = 2.0
_LONGEST_PAUSE = 1.0
_MOST_REQUESTS = 4096
_PROGRESS = b'{"event":"PROGRESS",'
_AT_ONCE = 100


class _Reply(NamedTuple):
    head: Dict[str, Any]
    data: Optional[bytes]


class _Request:
    """One request, from the caller to its end."""

    def __init__(
        self,
        place: str,
        message: Dict[str, Any],
        frame: Optional[bytes] = None,
        timeout: Optional[float] = 10.0,
        is_command: bool = False,
        is_idle: bool = False,
        on_progress: Optional[Callable[[Dict[str, Any], Optional[bytes]], None]] = None,
    ) -> None:
        self.place = place
        self.message = message
        self.frame = frame
        self.timeout = timeout
        self.until = None if timeout is None else _now() + timeout
        self.is_command = is_command
        """Must not be carried out late."""
        self.is_idle = is_idle
        """Its time runs anew with each progress."""
        self.on_progress = on_progress
        self.number = b""
        self.asked = 0.0
        self.future: Future[_Reply] = Future()


class _Engine:
    """The thread that owns the sockets of one client: nothing else touches them."""

    def __init__(self, url: str, name: Optional[str], type_: str, keys: Optional[_Keys], max_bytes: int) -> None:
        self.url = url
        self.name = name
        self._type = type_
        self._keys = keys
        self._max_bytes = max_bytes
        self._context: "zmq.Context[Any]" = zmq.Context()
        self._wake_reader, self._wake_writer = sockets.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._posted: Deque[Callable[[], None]] = deque()
        self._is_closing = False
        self._pid = os.getpid()
        self._numbers = itertools.count(1)
        self._waiting: Deque[_Request] = deque()
        self._calls: Dict[bytes, _Request] = {}
        self._timers: List[Any] = []
        self._link: Optional[_Link] = None
        self._pause = 0.05
        self._connect_at: Optional[float] = _now()
        self._give_up_at = 0.0
        self._status_at: Optional[float] = None
        self._is_asking_clock = False
        self._closes_in_a_row = 0
        self._problem = "not yet connected"
        self._running: Dict[str, Any] = {}
        self.on_ready: Callable[[_Link], None] = self.ready
        self.on_signal: Callable[[List[bytes]], None] = lambda frames: None
        self.on_tick: Callable[[_Link], None] = lambda link: None
        self.on_refused: Callable[[RigwireError], None] = lambda error: None
        self._thread = threading.Thread(target=self._run, name=f"rigwire {url}", daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        return f"{self.name or self._type or 'device'} at {self.url}"

    @property
    def link(self) -> Optional[_Link]:
        return self._link

    def post(self, action: Callable[[], None]) -> None:
        """Has something done by the thread of the sockets."""
        if os.getpid() != self._pid:
            raise RigwireError(f"{self.place}: this client was made before a fork: make one in this process")
        self._posted.append(action)
        try:
            self._wake_writer.send(b"\0")
        except OSError:
            pass  # it is full, so the thread wakes up anyway, or closed

    def submit(self, request: _Request) -> "Future[_Reply]":
        if self._is_closing:
            raise DeviceUnavailableError(f"{request.place}: the client was closed; nothing was sent")

        def give_up(future: "Future[_Reply]") -> None:
            if future.cancelled() and not self._is_closing:
                self.post(lambda: self.cancel(request))

        request.future.add_done_callback(give_up)
        self.post(lambda: self.take(request))
        return request.future

    def take(self, request: _Request) -> None:
        """In the thread of the sockets, as all that follows."""
        if len(self._waiting) + len(self._calls) >= _MOST_REQUESTS:
            _resolve(request.future, None, BusyError(f"{request.place}: {_MOST_REQUESTS} requests wait already"))
        elif self._is_closing:
            error = DeviceUnavailableError(f"{request.place}: the client was closed; nothing was sent")
            _resolve(request.future, None, error)
        else:
            self._waiting.append(request)
            self._flush()

    def cancel(self, request: _Request) -> None:
        if self._calls.pop(request.number, None) is not None:
            self._send_cancel(request)

    def close(self, timeout: Optional[float] = 2.0) -> None:
        """Ends the thread and closes the sockets. Idempotent."""
        if os.getpid() != self._pid or self._is_closing:
            return
        self._is_closing = True
        self.post(lambda: None)
        if timeout is not None and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while not self._is_closing:
                self._turn()
        except Exception:
            _LOG.exception("%s: the client ended", self.place)
        finally:
            self._is_closing = True
            self._drop_link()
            error = ConnectionLostError(f"{self.place}: the client was closed; what was sent may have been carried out")
            for request in [*self._waiting, *self._calls.values()]:
                _resolve(request.future, None, error)
            while self._posted:
                self._guarded(self._posted.popleft())
            self._wake_reader.close()
            self._wake_writer.close()
            self._context.term()

    def _turn(self) -> None:
        poller = zmq.Poller()
        poller.register(self._wake_reader, zmq.POLLIN)
        link = self._link
        if link is not None:
            wants_room = link.is_ready and bool(self._waiting) and not self._is_asking_clock
            poller.register(link.requests, zmq.POLLIN | (zmq.POLLOUT if wants_room else 0))
            for socket in (link.events, link.signals, link.signal_events):
                if socket is not None:
                    poller.register(socket, zmq.POLLIN)
        poller.poll(self._milliseconds_to_next())
        try:
            self._wake_reader.recv(4096)
        except BlockingIOError:
            pass
        while self._posted:
            self._guarded(self._posted.popleft())
        if self._link is not None:
            self._read(self._link)
        self._guarded(self._on_time)
        self._guarded(self._flush)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            _LOG.debug("%s: %s", self.place, error, exc_info=True)

    # Connecting

    def _connect(self) -> None:
        self._connect_at = None
        self._give_up_at = _now() + _CONNECT_WITHIN
        try:
            self._link = _Link(self._context, self.url, self._keys, self._max_bytes)
        except zmq.ZMQError as error:
            self._lose(f"{error}")

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
        calls, self._calls = self._calls, {}
        for request in calls.values():
            text = f"{request.place}: the connection was lost ({problem}); it may have been carried out"
            _resolve(request.future, None, ConnectionLostError(text))
        if error is not None:
            waiting, self._waiting = self._waiting, deque()
            for request in waiting:
                _resolve(request.future, None, error)
            self.on_refused(error)
        self._pause = 0.05 if was_ready else min(self._pause * 2, _LONGEST_PAUSE)
        self._connect_at = _now() + self._pause * random.uniform(0.75, 1.0)

    def _read_event(self, link: _Link) -> bool:
        event = _event_of(link.events)
        if event is None:
            return False
        kind = event["event"]
        if kind == zmq.EVENT_CONNECTED:
            link.is_open = True
        elif kind == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            link.is_shaken = True
            self._closes_in_a_row = 0
            self.ask({"event": "GET_INVENTORY"}, self._greeted)
        elif kind == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            self._refuse(self._not_allowed())
        elif kind == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
            self._refuse(self._mismatch())
        elif kind in (zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL):
            self._closed_by_peer(link)
        elif kind in (zmq.EVENT_CLOSED, zmq.EVENT_CONNECT_RETRIED) and not link.is_open:
            self._lose("nothing listens there")
        return self._link is link

    def _closed_by_peer(self, link: _Link) -> None:
        if link.is_shaken or self._keys is None:
            self._lose("the device closed the connection, or does not answer")
            return
        self._closes_in_a_row += 1
        if self._closes_in_a_row < 2:
            self._lose("closed during the security handshake")  # a cut looks the same: once more
            return
        self._refuse(
            "closed during the security handshake: most likely the device's public key is not the expected one: "
            "give this client the device's public key (server_key, RIGWIRE_SERVER_KEY)"
        )

    def _not_allowed(self) -> str:
        if self._keys is None:
            return self._mismatch()
        key = self._keys.public.decode()
        return f"the device does not allow this client's key: put it among its allowed keys: public {key}"

    def _mismatch(self) -> str:
        if self._keys is None:
            return "the device talks only to clients with keys: give this client some (keys, RIGWIRE_KEYS)"
        return "the device has no keys, or does not know these: give it some, or make this client without keys"

    def _refuse(self, problem: str) -> None:
        self._lose(problem, AuthenticationError(f"{self.place}: {problem}; nothing was sent"))

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
        if self.name is not None and name != self.name:
            return f"the device there is called {name!r}, not {self.name!r}"
        if self._type and isinstance(kind, str) and kind and kind != self._type:
            return f"the device there is a {kind!r}, not a {self._type!r}"
        return None

    def ready(self, link: _Link) -> None:
        """The device is who it should be, and the signals are subscribed: requests may leave."""
        if self._link is link:
            link.is_ready = True
            self._pause = 0.05
            self._flush()

    # Sending

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
        if link is None:
            return
        if not self._send(link, request, [_text(message)]):
            _resolve(request.future, None, RpcTimeoutError("it could not be sent"))

    def _flush(self) -> None:
        while self._waiting and self._link is not None and self._link.is_ready and not self._is_asking_clock:
            link, request = self._link, self._waiting[0]
            if request.future.done():
                self._waiting.popleft()
                continue
            if not self._stamp(link, request):
                self._ask_status(link)
                return
            frames = self._frames(link, request)
            if frames is not None and not self._send(link, request, frames):
                return
            self._waiting.popleft()

    def _stamp(self, link: _Link, request: _Request) -> bool:
        """Says until when it may be begun, on the device's clock; False where that has to be asked anew first."""
        if not request.is_command or request.until is None or link.clock is None:
            return True
        now = _now()
        left = request.until - now
        if not link.clock.is_good_for(left, now) and "status" in link.features:
            return False
        request.message["deadline"] = link.clock.deadline(now, request.until)
        return True

    def _frames(self, link: _Link, request: _Request) -> Optional[List[bytes]]:
        problem: Optional[str] = None
        if link.max_message_bytes > self._max_bytes and request.message["event"] != "PROPERTY_SET":
            request.message["maxReplyBytes"] = self._max_bytes
        text = json.dumps(request.message, separators=(",", ":")).encode()
        frame = request.frame
        if frame is not None and "arrays" not in link.features:
            problem = "the device takes no arrays: send a list"
        elif len(text) > link.max_text_bytes or len(text) + len(frame or b"") > link.max_message_bytes:
            problem = f"a message of {len(text) + len(frame or b'')} bytes is more than the device takes"
        if problem is not None:
            _resolve(request.future, None, ValidationError(f"{request.place}: {problem}; nothing was sent"))
            return None
        return [text] if frame is None else [text, frame]

    def _send(self, link: _Link, request: _Request, frames: List[bytes]) -> bool:
        request.number = str(next(self._numbers)).encode()
        try:
            link.requests.send_multipart([request.number, b"", *frames], zmq.NOBLOCK)
        except zmq.Again:
            return False
        request.asked = _now()
        self._calls[request.number] = request
        return True

    def _send_cancel(self, request: _Request) -> None:
        link = self._link
        if link is not None and "cancel" in link.features:
            try:
                link.requests.send_multipart([b"", _text({"event": "CANCEL", "id": request.number.decode()})], zmq.NOBLOCK)
            except zmq.Again:
                pass  # its deadline keeps it from being begun late

    # Receiving

    def _read(self, link: _Link) -> None:
        for _ in range(_AT_ONCE):
            try:
                frames = link.requests.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._guarded(lambda: self._take_reply(frames))
            if self._link is not link:
                return
        while self._read_event(link):
            pass
        if self._link is link and link.signals is not None:
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

    def _take_reply(self, frames: List[bytes]) -> None:
        if len(frames) < 3 or frames[1] != b"":
            return  # a probe
        number, head = frames[0], frames[2]
        request = self._calls.get(number)
        if request is None:
            return  # it was given up
        if len(frames) == 3 and head.startswith(_PROGRESS):
            self._take_progress(request, json.loads(head))
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

    def _take_progress(self, request: _Request, told: Dict[str, Any]) -> None:
        if request.is_idle and request.timeout is not None:
            request.until = _now() + request.timeout
        if request.on_progress is not None:
            request.on_progress(told, None)

    # Time

    def _milliseconds_to_next(self) -> Optional[int]:
        moments = [moment for moment in (self._connect_at, self._status_at) if moment is not None]
        if self._link is not None and not self._link.is_shaken:
            moments.append(self._give_up_at)
        for request in [*self._waiting, *self._calls.values()]:
            if request.until is not None:
                moments.append(request.until)
        return None if not moments else int(max(min(moments) - _now(), 0) * 1000) + 1

    def _on_time(self) -> None:
        now = _now()
        if self._connect_at is not None and now >= self._connect_at:
            self._connect()
        link = self._link
        if link is not None and not link.is_shaken and now >= self._give_up_at:
            self._lose("nobody answers there")
        elif link is not None and self._status_at is not None and now >= self._status_at:
            self._status_at = now + _STATUS_EVERY
            self._ask_status(link)
            self.on_tick(link)
        self._end_late(now)

    def _end_late(self, now: float) -> None:
        for request in [one for one in self._calls.values() if one.until is not None and now >= one.until]:
            self._calls.pop(request.number, None)
            self._send_cancel(request)
            text = f"{request.place}: no reply within {request.timeout:g} s; it may have been carried out{self._hint(request)}"
            _resolve(request.future, None, RpcTimeoutError(text))
        for request in [one for one in self._waiting if one.until is not None and now >= one.until]:
            self._waiting.remove(request)
            text = f"{request.place}: it could not be sent within {request.timeout:g} s: {self._problem}; nothing was sent"
            _resolve(request.future, None, DeviceUnavailableError(text))

    def _hint(self, request: _Request) -> str:
        method = self._running.get("method")
        is_own = self._running.get("id") == request.number.decode()
        return f"; the device is busy with {method}" if isinstance(method, str) and not is_own else ""

    def _ask_status(self, link: _Link) -> None:
        if self._is_asking_clock:
            return
        self._is_asking_clock = True

        def told(reply: _Reply, asked: float) -> None:
            self._is_asking_clock = False
            clock, running = reply.head.get("clock"), reply.head.get("running")
            self._running = running if isinstance(running, dict) else {}
            if link.clock is not None and isinstance(clock, (int, float)):
                link.clock.add(clock, asked, _now())
            self._flush()

        def silent(error: BaseException) -> None:
            self._is_asking_clock = False
            self._problem = "the device does not answer"

        self.ask({"event": "STATUS"}, told, silent)
