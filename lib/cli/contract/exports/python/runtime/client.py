from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as _FutureTimeout
from dataclasses import dataclass
from typing import Any, Callable, ClassVar, Dict, Generic, Iterator, Optional, Tuple, TypeVar

from .core import OWN_TIMEOUT, _Core
from .errors import CallAbortedError, RigwireError
from .mailbox import _Closed, _Mailbox
from .streams import _Item, _Pull
from .subscriptions import _not_in_force, _Subscription
from .values import _Contract

_R = TypeVar("_R")
_P = TypeVar("_P")
_V = TypeVar("_V")
_D = TypeVar("_D", bound="_Device")

_SUBSCRIBED_WITHIN = 10.0
_INTERRUPTIBLE = 0.2 if os.name == "nt" else None


def _wait(future: "Future[_V]") -> _V:
    """Waits; who is interrupted meanwhile gives up what was waited for."""
    try:
        while True:
            try:
                return future.result(_INTERRUPTIBLE)
            except _FutureTimeout:
                if future.done():
                    raise
    except BaseException:
        future.cancel()
        raise


@dataclass(frozen=True)
class Event(Generic[_V]):
    """A signal that arrived."""

    value: _V
    """What it carries: a tuple where it carries several values, None where it carries nothing."""
    missed: int
    """How many before it did not arrive."""


@dataclass(frozen=True)
class Latest(Generic[_V]):
    """The newest item of a stream."""

    value: _V
    skipped: int
    """How many were left out since the one before."""


class _Progress:
    """The newest of what a call told that was not read yet."""

    def __init__(self, core: _Core, name: str) -> None:
        self._core = core
        self._name = name
        self.mailbox: _Mailbox[Tuple[int, Any]] = _Mailbox(1)
        self._read = 0
        self.skipped = 0

    def tell(self, told: Dict[str, Any], _: Optional[bytes]) -> None:
        if told["seq"] > 0:
            self.mailbox.put_newest((told["seq"], told.get("value")))

    def value(self, taken: Tuple[int, Any]) -> Any:
        number, value = taken
        self.skipped += max(number - self._read - 1, 0)
        self._read = number
        return self._core.progress(self._name, value)


class Run(Generic[_R, _P]):
    """A call that takes time: iterate over it for its progress, the newest each time; then ask for its result()."""

    def __init__(self, core: _Core, name: str, arguments: Dict[str, Any], timeout: Any) -> None:
        self._core = core
        self._name = name
        self._progress = _Progress(core, name)
        self._request = core.call(name, arguments, (), timeout, self._progress.tell)
        self._request.future.add_done_callback(lambda _: self._progress.mailbox.close())
        core.engine.submit(self._request)

    @property
    def skipped(self) -> int:
        """How much of the progress was left out."""
        return self._progress.skipped

    def __iter__(self) -> Iterator[_P]:
        while True:
            try:
                value: _P = self._progress.value(_wait(self._progress.mailbox.take()))
            except _Closed:
                return
            except BaseException:
                self.cancel()
                raise
            yield value

    def result(self) -> _R:
        """Waits for the result. Raises what went wrong; gives the call up at Ctrl-C."""
        try:
            reply = _wait(self._request.future)
        except CancelledError:
            raise CallAbortedError(f"{self._request.place}: it was given up; it may have been carried out") from None
        result: _R = self._core.result(self._name, reply)
        return result

    def cancel(self) -> None:
        """Gives the call up: the device ends the method."""
        self._request.future.cancel()


class _PulledReader:
    """A stream that is read, whoever waits for its items. One that is forgotten ends too."""

    def __init__(self, core: _Core, name: str, pull: _Pull, is_latest: bool) -> None:
        self._core = core
        self._name = name
        self._pull = pull
        self._is_latest = is_latest

    def _value(self, item: _Item) -> Any:
        self._pull.took(item)
        value = self._core.item(self._name, item.value)
        return Latest(value, item.skipped) if self._is_latest else value

    def close(self) -> None:
        self._pull.close()

    def __del__(self) -> None:
        self.close()


class Reader(_PulledReader, Generic[_V]):
    """A stream that is read. Leaving the loop ends it at the device, and so does close()."""

    def __iter__(self) -> "Reader[_V]":
        return self

    def __next__(self) -> _V:
        try:
            item = _wait(self._pull.take())
        except _Closed:
            raise StopIteration from None
        except BaseException:
            self.close()
            raise
        value: _V = self._value(item)
        return value

    def __enter__(self) -> "Reader[_V]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _PulledStream:
    """The items of a device, at the pace of who reads them. Nothing is sent before it is read."""

    def __init__(self, core: _Core, name: str, arguments: Dict[str, Any], timeout: Any) -> None:
        self._core = core
        self._name = name
        self._arguments = arguments
        self._timeout = timeout

    def _pull(self, is_latest: bool, window: int) -> _Pull:
        return self._core.pull(self._name, self._arguments, is_latest, window, self._timeout)


class Stream(_PulledStream, Generic[_V]):
    """The items of a device, at the pace of who reads them. Nothing is sent before it is read."""

    def __iter__(self) -> "Reader[_V]":
        return self.read()

    def read(self, window: int = 1 << 20) -> "Reader[_V]":
        """Every item, in order; so many bytes may be under way."""
        return Reader(self._core, self._name, self._pull(False, window), False)

    def latest(self, window: int = 1 << 20) -> "Reader[Latest[_V]]":
        """The newest item each time, and how many were left out since the one before."""
        return Reader(self._core, self._name, self._pull(True, window), True)


class Subscription(Generic[_V]):
    """Events of one signal, in order: `for event in subscription`. close() ends it."""

    def __init__(self, core: _Core, name: str, callback: Optional[Callable[[Event[_V]], object]]) -> None:
        self._core = core
        self._name = name
        self._subscription: _Subscription = core.subscribe(name)
        try:
            self._subscription.in_force.result(_SUBSCRIBED_WITHIN)
        except BaseException as error:
            self.close()
            if isinstance(error, _FutureTimeout):
                raise _not_in_force(core.place(name), _SUBSCRIBED_WITHIN) from None
            raise
        if callback is not None:
            args = (core, name, self._subscription, callback)
            threading.Thread(target=_tell, args=args, name=f"rigwire {name}", daemon=True).start()

    @property
    def missed(self) -> int:
        """How many events this reader missed, those without a later one included."""
        return self._subscription.missed

    def __iter__(self) -> "Subscription[_V]":
        return self

    def __next__(self) -> Event[_V]:
        event = _next_event(self._core, self._name, self._subscription, None)
        if event is None:
            raise StopIteration
        return event

    def next(self, timeout: Optional[float] = None) -> Event[_V]:
        """The next event. Raises TimeoutError where none comes in so many seconds, RigwireError where the signal has ended."""
        event = _next_event(self._core, self._name, self._subscription, timeout)
        if event is None:
            raise RigwireError(f"{self._core.place(self._name)}: the signal has ended")
        return event

    def close(self) -> None:
        self._subscription.mailbox.close()
        self._core.unsubscribe(self._subscription)

    def __enter__(self) -> "Subscription[_V]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _next_event(core: _Core, name: str, subscription: _Subscription, timeout: Optional[float]) -> Optional[Event[Any]]:
    """Nothing where the signal has ended."""
    future = subscription.mailbox.take()
    try:
        told = _wait(future) if timeout is None else future.result(timeout)
    except _Closed:
        return None
    except _FutureTimeout:
        if not future.cancel():
            return _next_event_of(core, name, future)
        raise TimeoutError(f"{core.place(name)}: nothing came within {timeout:g} s") from None
    return Event(core.event(name, told), told.missed)


def _next_event_of(core: _Core, name: str, future: "Future[Any]") -> Optional[Event[Any]]:
    try:
        told = future.result()
    except _Closed:
        return None
    return Event(core.event(name, told), told.missed)


def _tell(core: _Core, name: str, subscription: _Subscription, callback: Callable[[Event[Any]], object]) -> None:
    while True:
        event = None
        try:
            event = _next_event(core, name, subscription, None)
            if event is None:
                return
            callback(event)
        except Exception:
            logging.getLogger("rigwire").exception("%s", core.place(name))
            if event is None:
                return


class Signal(Generic[_V]):
    """What a device tells by itself."""

    def __init__(self, core: _Core, name: str) -> None:
        self._core = core
        self._name = name

    def subscribe(self, callback: Optional[Callable[[Event[_V]], object]] = None) -> Subscription[_V]:
        """Events from now on: returns when the device has taken the subscription, which lasts across reconnections.

        Args:
            callback: Is called with each event, in a thread of its own. Without it, iterate over the subscription.
        """
        return Subscription(self._core, self._name, callback)


class _Device:
    """A remote device. Its threads and sockets end with close(), or the end of its `with`."""

    __slots__ = ("_core", "__weakref__")
    _contract: ClassVar[_Contract]

    def __init__(
        self,
        url: str,
        *,
        name: Optional[str] = None,
        keys: Optional[str] = None,
        server_key: Optional[str] = None,
        max_message_bytes: int = 64 << 20,
    ) -> None:
        """Connects, and goes on to look for the device for as long as it is open.

        Args:
            url: Such as tcp://10.0.0.7:9000.
            name: The device's name: another device at the address is asked nothing.
            keys: The .key file of this client, as `rigwire keygen` writes it. Default: RIGWIRE_KEYS.
            server_key: The device's public key, or its .pub file. Default: RIGWIRE_SERVER_KEY, or the client's own.
            max_message_bytes: The largest message that is taken.
        """
        self._core = _Core(self._contract, url, name, keys, server_key, max_message_bytes)

    def close(self) -> None:
        """Ends the connection: what waits fails. Idempotent."""
        self._core.close()

    def __enter__(self: _D) -> _D:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self, name: str) -> Any:
        return self._core.value(name, _wait(self._core.engine.submit(self._core.get(name))))

    def _set(self, name: str, value: Any) -> None:
        _wait(self._core.engine.submit(self._core.set(name, value)))

    def _call(self, name: str, arguments: Dict[str, Any], timeout: Any, rest: Tuple[Any, ...] = ()) -> Any:
        request = self._core.call(name, arguments, rest, timeout)
        return self._core.result(name, _wait(self._core.engine.submit(request)))

    def _run(
        self, name: str, arguments: Dict[str, Any], timeout: Any, on_progress: Optional[Callable[[Any], object]]
    ) -> Any:
        run: Run[Any, Any] = Run(self._core, name, arguments, timeout)
        try:
            for progress in run:
                if on_progress is not None:
                    on_progress(progress)
            return run.result()
        except BaseException:
            run.cancel()
            raise
