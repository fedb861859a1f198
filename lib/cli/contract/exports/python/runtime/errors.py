from __future__ import annotations

from typing import Any, Dict, Optional


class RigwireError(Exception):
    """Whatever goes wrong with a device. Its text names the device and the member."""


class DeviceUnavailableError(RigwireError, ConnectionError):
    """The device is not connected. Nothing was carried out."""


class WrongDeviceError(DeviceUnavailableError):
    """Another device is at the address. Nothing was asked of it."""


class AuthenticationError(DeviceUnavailableError):
    """The keys do not fit. Nothing was carried out."""


class ConnectionLostError(RigwireError, ConnectionError):
    """The connection ended before the reply came: the command may have been carried out."""


class RpcTimeoutError(RigwireError, TimeoutError):
    """No reply came in time: the command may have been carried out, unless the text says that nothing was sent."""


class BusyError(RigwireError):
    """The device or this client has too much to do. Nothing was carried out; it may be tried again later."""


class ValidationError(RigwireError, ValueError):
    """A value does not fit. Nothing was carried out."""


class CallInterruptedError(RigwireError):
    """A method such as stop() came first."""


class CallAbortedError(RigwireError):
    """The call was given up: the command may have been carried out."""


class RemoteError(RigwireError):
    """The device failed, or refused."""

    def __init__(self, text: str, name: Optional[str] = None, code: Any = None, traceback: str = "") -> None:
        super().__init__(text)
        self.name = name
        """The class of the device's error, where it told one."""
        self.code = code
        """The error's own code, where it has one."""
        self.traceback = traceback
        """Where the device's code failed."""


def _failure_of(place: str, reply: Dict[str, Any]) -> RigwireError:
    """The error that a device's refusal or failure is to its caller."""
    text = f"{place}: {reply.get('error', 'the device failed without a reason')}"
    kinds = {
        "invalid": ValidationError,
        "busy": BusyError,
        "late": RpcTimeoutError,
        "cancelled": CallAbortedError,
        "interrupted": CallInterruptedError,
    }
    kind = kinds.get(str(reply.get("reason")))
    if kind is not None:
        return kind(text)
    return RemoteError(text, reply.get("errorName"), reply.get("code"), str(reply.get("traceback", "")))
