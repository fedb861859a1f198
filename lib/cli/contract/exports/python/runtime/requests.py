from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Callable, Dict, NamedTuple, Optional

from .clock import _now


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
        self.future: Future[_Reply] = Future()

    def is_late(self, now: float) -> bool:
        return self.until is not None and now >= self.until
