from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, InvalidStateError
from typing import Any, Deque, Generic, Optional, TypeVar

_T = TypeVar("_T")


def _resolve(future: "Future[Any]", value: Any, error: Optional[BaseException] = None) -> bool:
    """Ends a future that nobody gave up; tells whether it did."""
    try:
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
        return True
    except InvalidStateError:
        return False


class _Closed(Exception):
    """Nothing more comes."""


class _Mailbox(Generic[_T]):
    """Items from the thread of the sockets for one reader, who waits in a thread or in an event loop."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._items: Deque[_T] = deque()
        self._reader: Optional[Future[_T]] = None
        self._end: Optional[BaseException] = None

    @property
    def is_waited_for(self) -> bool:
        with self._lock:
            return self._reader is not None and not self._reader.done()

    def put(self, item: _T) -> bool:
        """Says False where there is no room."""
        with self._lock:
            if self._end is not None:
                return True
            reader, self._reader = self._reader, None
            if reader is None or not _resolve(reader, item):
                if len(self._items) >= self._room:
                    return False
                self._items.append(item)
            return True

    def put_newest(self, item: _T) -> None:
        """In the place of what was not read."""
        with self._lock:
            self._items.clear()
        self.put(item)

    def put_back(self, item: _T) -> None:
        with self._lock:
            self._items.appendleft(item)

    def close(self, error: Optional[BaseException] = None) -> None:
        """What was put before can still be taken; then comes the error, or the end."""
        with self._lock:
            if self._end is None:
                self._end = error or _Closed()
            reader, self._reader = self._reader, None
            if reader is not None:
                _resolve(reader, None, self._end)

    def take(self) -> "Future[_T]":
        future: Future[_T] = Future()
        with self._lock:
            if self._items:
                future.set_result(self._items.popleft())
            elif self._end is not None:
                future.set_exception(self._end)
            else:
                self._reader = future
        return future
