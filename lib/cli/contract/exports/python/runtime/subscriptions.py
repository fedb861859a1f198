from __future__ import annotations

import json
import os
from concurrent.futures import Future
from typing import Any, Dict, List, NamedTuple, Optional, Set

from .arrays import _with_arrays
from .engine import _Engine
from .errors import RemoteError, RpcTimeoutError
from .link import _Link
from .mailbox import _Mailbox, _resolve
from .requests import _Reply

_EVENTS_WAITING = 10_000


class _Told(NamedTuple):
    args: List[Any]
    missed: int


class _Subscription:
    """One reader of one signal."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mailbox: _Mailbox[_Told] = _Mailbox(_EVENTS_WAITING)
        self.in_force: Future[None] = Future()
        self.missed = 0
        """All that this reader missed."""
        self._untold = 0

    def put(self, args: List[Any]) -> None:
        if self.mailbox.put(_Told(args, self._untold)):
            self._untold = 0
        else:
            self.miss(1)

    def miss(self, count: int) -> None:
        """Less than none where what was counted as missed came after all."""
        count = max(count, -self._untold)
        self.missed += count
        self._untold += count


class _Subscriptions:
    """The signals of one client: subscribed anew on each connection, and counted."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine
        self._by_name: Dict[str, Set[_Subscription]] = {}
        self._last: Dict[str, int] = {}
        self._instance: Any = None
        self._port: Optional[int] = None
        self._tokens = 0
        self._counts: Dict[str, Dict[str, int]] = {}
        engine.on_ready = self._connected
        engine.on_signal = self._take
        engine.on_tick = self._look_for_losses
        engine.on_refused = self._refused

    def add(self, subscription: _Subscription) -> None:
        """In the thread of the sockets, as all that follows."""
        readers = self._by_name.setdefault(subscription.name, set())
        is_first = not readers
        readers.add(subscription)
        link = self._engine.link
        if link is None or not link.is_ready:
            return  # with the next connection
        if link.signals is None:
            self._open(link)
        elif is_first or not subscription.in_force.done():
            link.subscribe(subscription.name, self._is_original(link))
            self._confirm(link)

    def remove(self, subscription: _Subscription) -> None:
        subscription.mailbox.close()
        readers = self._by_name.get(subscription.name, set())
        readers.discard(subscription)
        if not readers and self._by_name.pop(subscription.name, None) is not None:
            self._last.pop(subscription.name, None)
            if self._engine.link is not None:
                self._engine.link.unsubscribe(subscription.name, self._is_original(self._engine.link))

    def close(self) -> None:
        for readers in list(self._by_name.values()):
            for subscription in list(readers):
                subscription.mailbox.close()

    def _refused(self, error: BaseException) -> None:
        for subscription in [one for readers in self._by_name.values() for one in readers]:
            _resolve(subscription.in_force, None, error)

    def _is_original(self, link: _Link) -> bool:
        return not link.info

    def _connected(self, link: _Link) -> None:
        instance = link.info.get("instance")
        if instance != self._instance:
            # Another start counts from 1: all of them were missed.
            self._last = {name: 0 for name in self._last}
            self._instance = instance
        if self._by_name:
            self._open(link)
        else:
            self._engine.ready(link)

    def _open(self, link: _Link) -> None:
        told = link.info.get("signalPort")
        port = told if isinstance(told, int) else self._port
        if port is not None:
            self._subscribe(link, port)
            return

        def answered(reply: _Reply, _: float) -> None:
            # Asked once for good: an original would send each signal once more each time.
            self._port = int(reply.head["signal_port"])
            self._subscribe(link, self._port)

        self._engine.ask({"event": "INIT_SIGNALS_HANDLING"}, answered)

    def _subscribe(self, link: _Link, port: int) -> None:
        link.open_signals(port)
        for name in self._by_name:
            link.subscribe(name, self._is_original(link))
        self._confirm(link)

    def _token(self) -> str:
        self._tokens += 1
        return f"{os.urandom(8).hex()}-{self._tokens}"

    def _confirm(self, link: _Link) -> None:
        if "confirm-subscriptions" not in link.features:
            # One more question gives it time to arrive, and no more than that.
            self._engine.ask({"event": "GET_INVENTORY"}, lambda reply, _: self._confirmed(link, {}))
            return
        token = self._token()
        link.mark(token, True)

        def answered(reply: _Reply, _: float) -> None:
            link.mark(token, False)
            counts = reply.head.get("seq")
            self._confirmed(link, counts if isinstance(counts, dict) else {})

        def failed(error: BaseException) -> None:
            if self._engine.link is link:
                link.mark(token, False)
                self._engine.ready(link)
                self._confirm(link)

        self._engine.ask({"event": "CONFIRM_SUBSCRIPTIONS", "token": token}, answered, failed)

    def _confirmed(self, link: _Link, counts: Dict[str, int]) -> None:
        for name, readers in self._by_name.items():
            count = counts.get(name)
            if isinstance(count, int) and name not in link.counted:
                self._catch_up(name, count)
                link.counted.add(name)
            for subscription in readers:
                _resolve(subscription.in_force, None)
        self._engine.ready(link)

    def _catch_up(self, name: str, count: int) -> None:
        """There have been so many: what did not come is missed."""
        last = self._last.get(name)
        if last is not None and count > last:
            for subscription in self._by_name.get(name, set()):
                subscription.miss(count - last)
        self._last[name] = max(count, last or 0)

    def _take(self, frames: List[bytes]) -> None:
        told = json.loads(frames[0])
        event, name = told.get("event"), told.get("signal")
        if event == "CONFIRM":
            self._marked(str(told.get("token")))
            return
        readers = list(self._by_name.get(name, set()))
        if event == "SIGNAL_END":
            error = told.get("error")
            for subscription in readers:
                place = f"{self._engine.place}: {name}"
                subscription.mailbox.close(None if error is None else RemoteError(f"{place} failed: {error}"))
                self.remove(subscription)
        elif event == "EMIT_SIGNAL" and readers:
            args = _with_arrays(told["args"], frames[1]) if len(frames) > 1 else told["args"]
            gap = self._gap(name, told.get("seq"))
            for subscription in readers:
                subscription.miss(gap)
                subscription.put(args)

    def _gap(self, name: str, number: Any) -> int:
        if not isinstance(number, int):
            return 0
        last = self._last.get(name)
        self._last[name] = max(number, last or 0)
        if last is None:
            return 0
        return number - last - 1 if number > last else -1

    def _look_for_losses(self, link: _Link) -> None:
        """What is sent last is missed without a gap behind it."""
        if link.signals is None or not self._by_name or "signal-counts" not in link.features:
            return
        token = self._token()
        for old in self._counts:
            link.mark(old, False)
        self._counts.clear()
        link.mark(token, True)

        def answered(reply: _Reply, _: float) -> None:
            counts = reply.head.get("seq")
            self._counts[token] = counts if isinstance(counts, dict) else {}

        self._engine.ask({"event": "SIGNAL_COUNTS", "token": token}, answered, lambda error: None)

    def _marked(self, token: str) -> None:
        """Everything that was counted has come by, or is lost."""
        link, counts = self._engine.link, self._counts.pop(token, None)
        if link is None or counts is None:
            return
        link.mark(token, False)
        for name in link.counted:
            if isinstance(counts.get(name), int):
                self._catch_up(name, counts[name])


def _not_in_force(place: str, timeout: float) -> RpcTimeoutError:
    return RpcTimeoutError(f"{place}: the subscription was not in force within {timeout:g} s: is the device there?")
