from __future__ import annotations

import dataclasses
import enum
import re
from datetime import datetime
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Type

from .arrays import _ArrayWriter, _is_array
from .errors import ValidationError

_Schema = Dict[str, Any]


class _Class(NamedTuple):
    """A class of the contract: its dataclass, the names of its fields on the wire, and its schema."""

    type: Type[Any]
    fields: Dict[str, str]
    schema: _Schema


class _Parameter(NamedTuple):
    name: str
    schema: _Schema
    optional: bool = False
    keyword: bool = False


class _Method(NamedTuple):
    """Times are in seconds; parameters are nothing where the device does not tell them."""

    parameters: Optional[Tuple[_Parameter, ...]]
    timeout: Optional[float]
    idle: bool = False
    returns: Optional[_Schema] = None
    progress: Optional[_Schema] = None
    items: Optional[_Schema] = None


class _Contract(NamedTuple):
    type: str
    classes: Dict[str, _Class]
    methods: Dict[str, _Method]
    properties: Dict[str, _Schema]
    signals: Dict[str, Optional[List[_Schema]]]
    enums: List[Tuple[_Schema, Type[enum.Enum]]] = []

    def to_wire(self, schema: _Schema, value: Any, place: str, arrays: _ArrayWriter) -> Any:
        """The value as it is sent. Raises ValidationError, with the place, where the device would refuse it."""
        return _Converter(self, arrays).to_wire(schema, value, place)

    def from_wire(self, schema: Optional[_Schema], value: Any) -> Any:
        """The value as its reader gets it: classes and dates made of what was sent."""
        return value if schema is None else _Converter(self, _ArrayWriter()).from_wire(schema, value)


class _Converter:
    def __init__(self, contract: _Contract, arrays: _ArrayWriter) -> None:
        self._classes = contract.classes
        self._enums = contract.enums
        self._arrays = arrays

    def to_wire(self, schema: _Schema, value: Any, place: str) -> Any:
        if isinstance(value, enum.Enum):
            value = value.value
        if hasattr(value, "item") and getattr(value, "shape", None) == ():
            value = value.item()  # a number of numpy's
        if "anyOf" in schema:
            return self._any_of(schema["anyOf"], value, place)
        if "$ref" in schema:
            return self._object(schema["$ref"], value, place)
        if "x-array" in schema:
            return self._array(schema["x-array"], value, place)
        sent = self._plain(schema, value, place)
        self._check(schema, sent, place)
        return sent

    def _plain(self, schema: _Schema, value: Any, place: str) -> Any:
        if isinstance(value, datetime):
            return value.astimezone().isoformat()
        if dataclasses.is_dataclass(value):
            known = next((one for one in self._classes.values() if isinstance(value, one.type)), None)
            if known is None:
                return {
                    field.name: self.to_wire({}, getattr(value, field.name), f"{place}.{field.name}")
                    for field in dataclasses.fields(value)
                }
            return self._fields(known, value, place)
        if isinstance(value, dict):
            inner = schema.get("additionalProperties", {})
            named = schema.get("properties", {})
            for key in value:
                if not isinstance(key, str):
                    raise ValidationError(f"{place}: the key {key!r} is no text")
            return {key: self.to_wire(named.get(key, inner), item, f"{place}.{key}") for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            places: List[_Schema] = schema.get("prefixItems", [])
            inner = schema.get("items", {})
            return [
                self.to_wire(places[index] if index < len(places) else inner, item, f"{place}[{index}]")
                for index, item in enumerate(value)
            ]
        if _is_array(value):
            return self._arrays.add(value, False)
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise ValidationError(f"{place}: a {type(value).__name__} cannot be sent")

    def _any_of(self, schemas: List[_Schema], value: Any, place: str) -> Any:
        problems: List[str] = []
        for schema in schemas:
            try:
                return self.to_wire(schema, value, place)
            except ValidationError as error:
                problems.append(str(error))
        raise ValidationError("; or ".join(problems))

    def _object(self, ref: str, value: Any, place: str) -> Any:
        known = self._classes.get(ref.rpartition("/")[2])
        if known is None:
            return self._plain({}, value, place)
        if isinstance(value, known.type):
            return self._fields(known, value, place)
        if not isinstance(value, dict):
            raise ValidationError(f"{place}: expected {known.type.__name__}, got {_short(value)}")
        sent = self._plain(known.schema, value, place)
        self._check(known.schema, sent, place)
        return sent

    def _fields(self, known: _Class, value: Any, place: str) -> Any:
        schemas = known.schema.get("properties", {})
        required = known.schema.get("required", [])
        return {
            wire: self.to_wire(schemas.get(wire, {}), getattr(value, name), f"{place}.{name}")
            for name, wire in known.fields.items()
            if wire in required or getattr(value, name) is not None
        }

    def _array(self, told: Dict[str, Any], value: Any, place: str) -> Any:
        dtype = told.get("dtype")
        if isinstance(value, (list, tuple)) and told.get("rank") == 1:
            return [self.to_wire({"type": "number"}, item, f"{place}[{index}]") for index, item in enumerate(value)]
        if not _is_array(value):
            raise ValidationError(f"{place}: expected an array of {dtype or 'numbers'}, got {_short(value)}")
        reference = self._arrays.add(value, told.get("rank") != 1)
        got = reference["nd"]["dtype"][1:]
        if dtype is not None and got != dtype:
            raise ValidationError(f"{place}: expected an array of {dtype}, got {got}: convert it with astype")
        if told.get("rank") == 1 and len(reference["nd"]["shape"]) != 1:
            raise ValidationError(f"{place}: expected one dimension, got the shape {reference['nd']['shape']}")
        return reference

    def _check(self, schema: _Schema, value: Any, place: str) -> None:
        choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if choices is not None and not any(value == one and type(value) is type(one) for one in choices):
            raise ValidationError(f"{place}: {_short(value)} is none of {', '.join(map(repr, choices))}")
        kinds = schema.get("type")
        wanted = kinds if isinstance(kinds, list) else [] if kinds is None else [kinds]
        if wanted and not any(_is_kind(kind, value) for kind in wanted):
            raise ValidationError(f"{place}: expected {' or '.join(wanted)}, got {_short(value)}")
        for problem in _broken_rules(schema, value):
            raise ValidationError(f"{place}: {_short(value)} {problem}")

    def from_wire(self, schema: _Schema, value: Any) -> Any:
        if "$ref" in schema:
            known = self._classes.get(schema["$ref"].rpartition("/")[2])
            return value if known is None else self._made(known, value)
        if "anyOf" in schema:
            return self._one_of(schema["anyOf"], value)
        if "x-enum-varnames" in schema:
            return self._chosen(schema, value)
        kinds = schema.get("type")
        if isinstance(value, str) and schema.get("format") == "date-time":
            return datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith("Z") else value)
        if isinstance(value, int) and not isinstance(value, bool) and (kinds == "number" or kinds == ["number", "null"]):
            return float(value)
        if isinstance(value, list):
            return self._items(schema, value)
        if isinstance(value, dict) and "additionalProperties" in schema:
            return {key: self.from_wire(schema["additionalProperties"], item) for key, item in value.items()}
        return value

    def _chosen(self, schema: _Schema, value: Any) -> Any:
        """A newer device may have members that this module does not know: they come as they are."""
        for told, type in self._enums:
            if all(schema.get(key) == told[key] for key in told) and value in told["enum"]:
                return type(value)
        return value

    def _items(self, schema: _Schema, value: List[Any]) -> Any:
        if "prefixItems" in schema:
            return tuple(self.from_wire(one, item) for one, item in zip(schema["prefixItems"], value))
        items = [self.from_wire(schema.get("items", {}), item) for item in value]
        try:
            return set(items) if schema.get("uniqueItems") is True else items
        except TypeError:
            return items

    def _one_of(self, schemas: List[_Schema], value: Any) -> Any:
        for schema in schemas:
            if ("$ref" in schema and isinstance(value, dict)) or value in schema.get("enum", ()) or any(
                _is_kind(kind, value) for kind in [schema.get("type")]
            ):
                return self.from_wire(schema, value)
        return value

    def _made(self, known: _Class, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        schemas = known.schema.get("properties", {})
        given = {
            name: self.from_wire(schemas.get(wire, {}), value[wire])
            for name, wire in known.fields.items()
            if wire in value
        }
        return known.type(**given)


def _is_kind(kind: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return bool(kind == "boolean")
    if kind == "integer":
        return isinstance(value, int)
    if kind == "number":
        return isinstance(value, (int, float))
    types: Dict[Any, Type[Any]] = {"string": str, "object": dict, "array": list, "null": type(None)}
    return kind in types and isinstance(value, types[kind])


def _broken_rules(schema: _Schema, value: Any) -> List[str]:
    broken: List[str] = []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        unit = f" {schema['x-unit']}" if "x-unit" in schema else ""
        if "minimum" in schema and not value >= schema["minimum"]:
            broken.append(f"is less than {schema['minimum']}{unit}")
        if "maximum" in schema and not value <= schema["maximum"]:
            broken.append(f"is more than {schema['maximum']}{unit}")
        if "exclusiveMinimum" in schema and not value > schema["exclusiveMinimum"]:
            broken.append(f"is not above {schema['exclusiveMinimum']}{unit}")
        if "exclusiveMaximum" in schema and not value < schema["exclusiveMaximum"]:
            broken.append(f"is not below {schema['exclusiveMaximum']}{unit}")
    if isinstance(value, str):
        broken.extend(_wrong_length(len(value), schema.get("minLength"), schema.get("maxLength"), "characters"))
    if isinstance(value, list):
        broken.extend(_wrong_length(len(value), schema.get("minItems"), schema.get("maxItems"), "items"))
    pattern = schema.get("pattern")
    if isinstance(value, str) and isinstance(pattern, str):
        try:
            if re.search(pattern, value) is None:
                broken.append(f"is not like /{pattern}/")
        except re.error:
            pass  # a pattern of JavaScript's own: the device checks it
    return broken


def _wrong_length(count: int, low: Optional[int], high: Optional[int], what: str) -> List[str]:
    if (low is None or count >= low) and (high is None or count <= high):
        return []
    wanted = low if low == high else f"{low or 0} to {high}" if high is not None else f"at least {low}"
    return [f"has {count} {what}, not {wanted}"]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
