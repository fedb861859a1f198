from __future__ import annotations

import time
from typing import Tuple

_DRIFT = 200e-6
"""Two clocks of quartz part by less than this."""

_SLEWED = 0.1
"""A clock that is being corrected may run slower by as much."""


def _now() -> float:
    """A moment of this computer, in seconds."""
    return time.monotonic()


class _ServerClock:
    """A device's clock, never taken to be later than it is: a deadline on it may be early, never late."""

    def __init__(self, told_ms: float, answered: float) -> None:
        self._best: Tuple[float, float] = (told_ms, answered)
        self._latest: Tuple[float, float] = (told_ms, answered)
        self._rate = 1 - _DRIFT

    def add(self, told_ms: float, asked: float, answered: float) -> None:
        latest_it_can_be = told_ms + (answered - asked) * 1000 * (1 + _DRIFT)
        is_slow = latest_it_can_be < self._at(answered)
        self._rate = 1 - _DRIFT
        if is_slow:
            passed = (answered - self._latest[1]) * 1000
            rate = (told_ms - self._latest[0]) / passed if passed > 0 else 0
            self._rate = min(max(rate, 1 - _SLEWED), 1 - _DRIFT)
        if is_slow or self._at(answered) < told_ms:
            self._best = (told_ms, answered)
        self._latest = (told_ms, answered)

    def is_good_for(self, left: float, now: float) -> bool:
        """Whether it is known well enough for a deadline so many seconds off."""
        return self._error(now) <= max(left * 1000 * 0.2, 2)

    def deadline(self, now: float, until: float) -> float:
        """What it reads, in milliseconds, at least when the moment has come."""
        return self._at(now) - self._error(now) + (until - now) * 1000 * self._rate

    def _at(self, moment: float) -> float:
        told, answered = self._best
        return told + (moment - answered) * 1000 * (1 - _DRIFT)

    def _error(self, moment: float) -> float:
        surely = max(told + (moment - at) * 1000 * (1 - _SLEWED) for told, at in (self._best, self._latest))
        return max(self._at(moment) - surely, 0)
