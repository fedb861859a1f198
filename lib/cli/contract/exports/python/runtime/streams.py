from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .arrays import _with_arrays
from .engine import _Engine
from .mailbox import _Mailbox
from .requests import _Reply, _Request

_NO_BOUND = 1 << 30


class _Item(NamedTuple):
    value: Any
    skipped: int
    bytes: int


class _Pull:
    """A stream of a device, pulled item by item, or as far ahead as its window goes."""

    def __init__(
        self, engine: _Engine, open_: Callable[[], _Request], place: str, is_latest: bool, window: int, timeout: Optional[float]
    ) -> None:
        self._engine = engine
        self._make = open_
        self._place = place
        self._is_latest = is_latest
        self._window = window
        self._timeout = timeout
        self._mailbox: _Mailbox[_Item] = _Mailbox(_NO_BOUND)
        self._opening: Optional[_Request] = None
        self._is_open = False
        self._is_asking = False
        self._is_over = False
        self._room = window
        self._next = 1

    def take(self) -> "Future[_Item]":
        future = self._mailbox.take()
        self._engine.post(self._pump)
        return future

    def took(self, item: _Item) -> None:
        def give_room() -> None:
            self._room += item.bytes
            if not self._is_latest:
                self._pump()

        self._engine.post(give_room)

    def put_back(self, item: _Item) -> None:
        self._mailbox.put_back(item)

    def close(self) -> None:
        self._mailbox.close()
        if not self._is_over:
            self._is_over = True
            opening = self._opening
            if opening is not None:
                opening.future.cancel()

    def _pump(self) -> None:
        if self._is_over:
            return
        if self._opening is None:
            self._open()
        elif self._is_open and not self._is_asking and self._is_wanted():
            self._ask(self._opening)

    def _is_wanted(self) -> bool:
        return self._mailbox.is_waited_for if self._is_latest else self._room > 0

    def _open(self) -> None:
        opening = self._opening = self._make()

        def told(progress: Dict[str, Any], _: Optional[bytes]) -> None:
            opening.until = None
            self._is_open = True
            self._pump()

        opening.on_progress = told
        opening.future.add_done_callback(self._ended)
        self._engine.submit(opening)

    def _ended(self, future: "Future[_Reply]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._finish(error)

    def _finish(self, error: Optional[BaseException]) -> None:
        self._is_over = True
        self._mailbox.close(error)

    def _ask(self, opening: _Request) -> None:
        self._is_asking = True
        message = {"event": "STREAM_NEXT", "stream": opening.number.decode(), "credit": max(self._room, 1)}
        request = _Request(self._place, message, timeout=self._timeout)

        def answered(future: "Future[_Reply]") -> None:
            self._is_asking = False
            error = future.exception() if not future.cancelled() else None
            if error is not None:
                if not self._is_over:
                    opening.future.cancel()
                self._finish(error)
                return
            self._arrived(future.result())

        request.future.add_done_callback(answered)
        self._engine.submit(request)

    def _arrived(self, reply: _Reply) -> None:
        items: List[Any] = reply.head.get("items", [])
        first = int(reply.head.get("seq", self._next))
        each = int(reply.head.get("bytes", 0)) // max(len(items), 1)
        frames = _frames_of(reply, len(items))
        for index, (value, frame) in enumerate(zip(items, frames)):
            skipped = first - self._next if index == 0 else 0
            self._room -= each
            self._mailbox.put(_Item(value if frame is None else _with_arrays(value, frame), skipped, each))
        self._next = first + len(items)
        if reply.head.get("end") is True:
            self._finish(None)
        else:
            self._pump()


def _frames_of(reply: _Reply, count: int) -> Tuple[Optional[bytes], ...]:
    """The arrays of each item lie one after the other, each item's at a multiple of 8 bytes."""
    sizes = reply.head.get("sizes")
    if reply.data is None or not isinstance(sizes, list):
        return (None,) * count
    frames: List[Optional[bytes]] = []
    offset = 0
    for size in sizes:
        if size is None:
            frames.append(None)
            continue
        offset += -offset % 8
        frames.append(reply.data[offset : offset + size])
        offset += size
    return tuple(frames)
