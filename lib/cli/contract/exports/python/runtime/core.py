from __future__ import annotations

import weakref
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .arrays import _ArrayWriter, _as_array, _with_arrays
from .engine import _Engine
from .errors import RigwireError, ValidationError
from .keys import _keys_of
from .requests import _Reply, _Request
from .streams import _Pull
from .subscriptions import _Subscription, _Subscriptions, _Told
from .values import _Contract, _Method

OWN_TIMEOUT: Any = object()
"""The time that the method's author said."""

_PROPERTY_WITHIN = 10.0


class BufferResult(NamedTuple):
    """What a method gives that sends bytes: the bytes, an array or a dict of arrays, and what is said of them."""

    data: Any
    info: Dict[str, Any]


def _close(engine: _Engine, subscriptions: _Subscriptions) -> None:
    engine.close()
    subscriptions.close()


class _Core:
    """What the two kinds of clients have in common: requests made of calls, and results of replies."""

    def __init__(
        self,
        contract: _Contract,
        url: str,
        name: Optional[str],
        keys: Optional[str],
        server_key: Optional[str],
        max_message_bytes: int,
    ) -> None:
        self.contract = contract
        self.engine = _Engine(url, name, contract.type, _keys_of(keys, server_key), max_message_bytes)
        self.subscriptions = _Subscriptions(self.engine)
        # A client that is forgotten ends, and so does one that is there when the interpreter ends.
        weakref.finalize(self, _close, self.engine, self.subscriptions)

    def close(self) -> None:
        _close(self.engine, self.subscriptions)

    def place(self, member: str) -> str:
        return f"{self.engine.place}: {member}"

    def call(
        self,
        name: str,
        arguments: Dict[str, Any],
        rest: Tuple[Any, ...] = (),
        timeout: Any = OWN_TIMEOUT,
        on_progress: Optional[Callable[[Dict[str, Any], Optional[bytes]], None]] = None,
        stream: Optional[str] = None,
    ) -> _Request:
        method = self.contract.methods[name]
        arrays = _ArrayWriter()
        args, kwargs = self._arguments(method, self.place(name), arguments, rest, arrays)
        message: Dict[str, Any] = {"event": "METHOD_CALL", "method": name, "params": {"args": args, "kwargs": kwargs}}
        within = method.timeout if timeout is OWN_TIMEOUT else timeout
        is_idle = method.idle and on_progress is not None
        if on_progress is not None:
            message["progress"] = True
            if is_idle and within is not None:
                message["idle"] = within * 1000
        if stream is not None:
            message["stream"] = stream
        return _Request(self.place(name), message, arrays.frame, within, True, is_idle, on_progress)

    def _arguments(
        self, method: _Method, place: str, given: Dict[str, Any], rest: Tuple[Any, ...], arrays: _ArrayWriter
    ) -> Tuple[List[Any], Dict[str, Any]]:
        """By their places; by their names, what follows one that was left out."""
        convert = self.contract.to_wire
        args = [convert({}, value, f"{place}: argument {index + 1}", arrays) for index, value in enumerate(rest)]
        kwargs: Dict[str, Any] = {}
        is_gap = False
        for parameter in method.parameters or ():
            value = given.pop(parameter.name)
            if value is None and parameter.optional:
                is_gap = True
                continue
            sent = convert(parameter.schema, value, f"{place}: {parameter.name}", arrays)
            if is_gap or parameter.keyword:
                kwargs[parameter.name] = sent
            else:
                args.append(sent)
        kwargs.update({name: convert({}, value, f"{place}: {name}", arrays) for name, value in given.items()})
        return args, kwargs

    def result(self, name: str, reply: _Reply) -> Any:
        method = self.contract.methods[name]
        if reply.data is None:
            return self._read(self.place(name), lambda: self.contract.from_wire(method.returns, reply.head.get("result")))
        return self._read(self.place(name), lambda: self._buffer(method, dict(reply.head), reply.data or b""))

    def _buffer(self, method: _Method, info: Dict[str, Any], data: bytes) -> Any:
        kind = info.pop("rigwire", None)
        if kind is None:
            return BufferResult(data, info)
        if kind == "object":
            value: Any = _with_arrays(info, data)
            return BufferResult(value, {}) if method.returns is None else self.contract.from_wire(method.returns, value)
        array = _as_array(info.pop("nd"), data)
        if kind == "array":
            return BufferResult(array, {}) if method.returns is None else array
        return BufferResult(array, info) if method.returns is None else (array, info)

    def get(self, name: str) -> _Request:
        message = {"event": "PROPERTY_GET", "property": name, "takesArrays": True}
        return _Request(self.place(name), message, timeout=_PROPERTY_WITHIN)

    def value(self, name: str, reply: _Reply) -> Any:
        def read() -> Any:
            told = reply.head.get("value")
            value = told if reply.data is None else _with_arrays(told, reply.data)
            return self.contract.from_wire(self.contract.properties[name], value)

        return self._read(self.place(name), read)

    def set(self, name: str, value: Any) -> _Request:
        arrays = _ArrayWriter()
        sent = self.contract.to_wire(self.contract.properties[name], value, self.place(name), arrays)
        message = {"event": "PROPERTY_SET", "property": name, "value": sent}
        return _Request(self.place(name), message, arrays.frame, _PROPERTY_WITHIN, True)

    def progress(self, name: str, value: Any) -> Any:
        return self._read(self.place(name), lambda: self.contract.from_wire(self.contract.methods[name].progress, value))

    def pull(self, name: str, arguments: Dict[str, Any], is_latest: bool, window: int, timeout: Any) -> _Pull:
        within = self.contract.methods[name].timeout if timeout is OWN_TIMEOUT else timeout
        # Made at once, so that a wrong argument is told where the stream is read.
        opening = self.call(name, dict(arguments), timeout=within, stream="latest" if is_latest else "all")

        def open_() -> _Request:
            fresh = _Request(opening.place, opening.message, opening.frame, within, True)
            return fresh

        return _Pull(self.engine, open_, self.place(name), is_latest, window, within)

    def item(self, name: str, value: Any) -> Any:
        return self._read(self.place(name), lambda: self.contract.from_wire(self.contract.methods[name].items, value))

    def subscribe(self, name: str) -> _Subscription:
        subscription = _Subscription(name)
        self.engine.post(lambda: self.subscriptions.add(subscription))
        return subscription

    def unsubscribe(self, subscription: _Subscription) -> None:
        try:
            self.engine.post(lambda: self.subscriptions.remove(subscription))
        except RigwireError:
            pass  # after a fork there is nothing to end

    def event(self, name: str, told: _Told) -> Any:
        told_schemas = self.contract.signals[name]
        schemas: List[Dict[str, Any]] = [{} for _ in told.args] if told_schemas is None else told_schemas

        def read() -> Any:
            values = [self.contract.from_wire(schema, value) for schema, value in zip(schemas, told.args)]
            return None if not values else values[0] if len(values) == 1 else tuple(values)

        return self._read(self.place(name), read)

    def _read(self, place: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise ValidationError(f"{place}: what the device sent cannot be read: {error!r}") from error
