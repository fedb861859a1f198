from __future__ import annotations

import logging
import os
import socket as sockets
import threading
from collections import deque
from typing import Any, Callable, Deque, List, Optional, Tuple

import zmq

from .errors import RigwireError

_LOG = logging.getLogger("rigwire")


class _SocketThread:
    """A thread that owns sockets: nothing else touches them. Others post to it what it shall do."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._wake_reader, self._wake_writer = sockets.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._posted: Deque[Callable[[], None]] = deque()
        self._is_closing = False
        self._is_over = False
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name=f"rigwire {place}", daemon=True)

    def post(self, action: Callable[[], None]) -> None:
        """Has something done by the thread of the sockets."""
        if self.is_forked:
            raise RigwireError(f"{self.place}: this client was made before a fork: make one in this process")
        self._posted.append(action)
        if self._is_over:
            self._do_posted()
        try:
            self._wake_writer.send(b"\0")
        except OSError:
            pass  # it is full, so the thread wakes up anyway, or closed

    @property
    def is_forked(self) -> bool:
        """Whether this process is a child of the one with the thread."""
        return os.getpid() != self._pid

    def close(self, timeout: Optional[float] = 2.0) -> None:
        """Ends the thread and closes the sockets. Idempotent."""
        if self.is_forked or self._is_closing:
            return
        self._is_closing = True
        self.post(lambda: None)
        if timeout is not None and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _sockets(self) -> List[Tuple["zmq.Socket[Any]", int]]:
        """What is waited for: sockets, each with the events."""
        raise NotImplementedError

    def _milliseconds_to_next(self) -> Optional[int]:
        """When the thread has to do something even if nothing comes."""
        raise NotImplementedError

    def _turn(self) -> None:
        """Reads what has come, and does what is due."""
        raise NotImplementedError

    def _end(self) -> None:
        """Closes the sockets."""
        raise NotImplementedError

    def _run(self) -> None:
        try:
            while not self._is_closing:
                self._wait()
                self._do_posted()
                self._turn()
        except Exception:
            _LOG.exception("%s: the client ended", self.place)
        finally:
            self._is_closing = True
            self._end()
            self._is_over = True
            self._do_posted()
            self._wake_reader.close()
            self._wake_writer.close()

    def _wait(self) -> None:
        poller = zmq.Poller()
        poller.register(self._wake_reader, zmq.POLLIN)
        for socket, events in self._sockets():
            poller.register(socket, events)
        poller.poll(self._milliseconds_to_next())
        try:
            self._wake_reader.recv(4096)
        except BlockingIOError:
            pass

    def _do_posted(self) -> None:
        while self._posted:
            try:
                action = self._posted.popleft()
            except IndexError:
                return  # at the end, whoever posts does it too
            self._guarded(action)

    def _guarded(self, action: Callable[[], None]) -> None:
        """Whatever comes from the network, the thread goes on."""
        try:
            action()
        except Exception as error:
            _LOG.debug("%s: %s", self.place, error, exc_info=True)
