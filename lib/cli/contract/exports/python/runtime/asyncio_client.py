from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, AsyncIterator, Callable, ClassVar, Dict, Generator, Generic, Optional, Tuple, TypeVar

from .client import _SUBSCRIBED_WITHIN, Event, Latest, _Progress, _PulledReader, _PulledStream
from .core import OWN_TIMEOUT, _Core
from .mailbox import _Closed, _Mailbox
from .subscriptions import _not_in_force, _Subscription
from .values import _Contract

_AR = TypeVar("_AR")
_AP = TypeVar("_AP")
_AV = TypeVar("_AV")
_AD = TypeVar("_AD", bound="_AsyncDevice")


async def _taken(mailbox: "_Mailbox[_AV]", future: "Future[_AV]") -> _AV:
    """An item; what came at the moment its reader was cancelled is kept for the next one."""
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        if future.done() and not future.cancelled() and future.exception() is None:
            mailbox.put_back(future.result())
        raise


class AsyncRun(Generic[_AR, _AP]):
    """A call that is under way: await it for its result, iterate over it for its progress, cancel() it."""

    def __init__(
        self,
        core: _Core,
        name: str,
        arguments: Dict[str, Any],
        timeout: Any,
        on_progress: Optional[Callable[[_AP], object]] = None,
        rest: Tuple[Any, ...] = (),
        has_progress: bool = True,
    ) -> None:
        self._core = core
        self._name = name
        self._on_progress = on_progress
        self._progress = _Progress(core, name)
        self._request = core.call(name, arguments, rest, timeout, self._progress.tell if has_progress else None)
        self._request.future.add_done_callback(lambda _: self._progress.mailbox.close())
        core.engine.submit(self._request)

    @property
    def skipped(self) -> int:
        """How much of the progress was left out."""
        return self._progress.skipped

    def __await__(self) -> Generator[Any, None, _AR]:
        return self._result().__await__()

    async def _result(self) -> _AR:
        try:
            if self._on_progress is not None:
                async for progress in self:
                    self._on_progress(progress)
            result: _AR = self._core.result(self._name, await asyncio.wrap_future(self._request.future))
            return result
        except BaseException:
            self.cancel()
            raise

    async def __aiter__(self) -> AsyncIterator[_AP]:
        mailbox = self._progress.mailbox
        while True:
            try:
                value: _AP = self._progress.value(await _taken(mailbox, mailbox.take()))
            except _Closed:
                return
            except asyncio.CancelledError:
                self.cancel()
                raise
            yield value

    def cancel(self) -> None:
        """Gives the call up: the device ends the method."""
        self._request.future.cancel()


class AsyncReader(_PulledReader, Generic[_AV]):
    """A stream that is read. Leaving the loop ends it at the device, and so does close()."""

    def __aiter__(self) -> "AsyncReader[_AV]":
        return self

    async def __anext__(self) -> _AV:
        try:
            item = await asyncio.wrap_future(self._pull.take())
        except _Closed:
            raise StopAsyncIteration from None
        except BaseException:
            self.close()
            raise
        value: _AV = self._value(item)
        return value

    async def __aenter__(self) -> "AsyncReader[_AV]":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncStream(_PulledStream, Generic[_AV]):
    """The items of a device, at the pace of who reads them. Nothing is sent before it is read."""

    def __aiter__(self) -> "AsyncReader[_AV]":
        return self.read()

    def read(self, window: int = 1 << 20) -> "AsyncReader[_AV]":
        """Every item, in order; so many bytes may be under way."""
        return AsyncReader(self._core, self._name, self._pull(False, window), False)

    def latest(self, window: int = 1 << 20) -> "AsyncReader[Latest[_AV]]":
        """The newest item each time, and how many were left out since the one before."""
        return AsyncReader(self._core, self._name, self._pull(True, window), True)


class AsyncSubscription(Generic[_AV]):
    """Events of one signal, in order: `async for event in subscription`. It begins when it is entered or read."""

    def __init__(self, core: _Core, name: str) -> None:
        self._core = core
        self._name = name
        self._subscription: _Subscription = core.subscribe(name)

    @property
    def missed(self) -> int:
        """How many events this reader missed, those without a later one included."""
        return self._subscription.missed

    async def in_force(self) -> None:
        """Waits until the device has taken the subscription."""
        waiting = asyncio.shield(asyncio.wrap_future(self._subscription.in_force))
        try:
            await asyncio.wait_for(waiting, _SUBSCRIBED_WITHIN)
        except asyncio.TimeoutError:
            self.close()
            raise _not_in_force(self._core.place(self._name), _SUBSCRIBED_WITHIN) from None

    def __aiter__(self) -> "AsyncSubscription[_AV]":
        return self

    async def __anext__(self) -> Event[_AV]:
        mailbox = self._subscription.mailbox
        try:
            told = await _taken(mailbox, mailbox.take())
        except _Closed:
            raise StopAsyncIteration from None
        return Event(self._core.event(self._name, told), told.missed)

    def close(self) -> None:
        self._subscription.mailbox.close()
        self._core.unsubscribe(self._subscription)

    async def __aenter__(self) -> "AsyncSubscription[_AV]":
        await self.in_force()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class AsyncSignal(Generic[_AV]):
    """What a device tells by itself."""

    def __init__(self, core: _Core, name: str) -> None:
        self._core = core
        self._name = name

    def subscribe(self) -> AsyncSubscription[_AV]:
        """Events from now on; with `async with` it is certain that the device has taken the subscription."""
        return AsyncSubscription(self._core, self._name)


class AsyncReadonlyProperty(Generic[_AV]):
    """A value that can be read."""

    def __init__(self, core: _Core, name: str) -> None:
        self._core = core
        self._name = name

    async def get(self) -> _AV:
        request = self._core.get(self._name)
        value: _AV = self._core.value(self._name, await asyncio.wrap_future(self._core.engine.submit(request)))
        return value


class AsyncProperty(AsyncReadonlyProperty[_AV]):
    """A value that can be read and set."""

    async def set(self, value: _AV) -> None:
        await asyncio.wrap_future(self._core.engine.submit(self._core.set(self._name, value)))


class _AsyncDevice:
    """A remote device for asyncio. Its thread and sockets end with aclose(), or the end of its `async with`."""

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

    async def aclose(self) -> None:
        """Ends the connection: what waits fails. Idempotent."""
        await asyncio.get_running_loop().run_in_executor(None, self._core.close)

    async def __aenter__(self: _AD) -> _AD:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
