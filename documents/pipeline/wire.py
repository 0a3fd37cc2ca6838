"""Work and results as JSON: the language between the sandbox and the step inside it."""

import json
import types
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def dumps(value: object) -> str:
    """A dataclass as JSON."""
    return json.dumps(value, default=vars, ensure_ascii=True)


def write(value: object, path: Path) -> None:
    """The whole file or none of it."""
    partial = path.with_suffix(".partial")
    partial.write_text(dumps(value))
    partial.replace(path)


def build(kind: type[T], data: Any) -> T:
    """A dataclass from its JSON. ValueError, KeyError or TypeError where the JSON is not of that shape."""
    result: T = _build(kind, data)
    return result


def _build(kind: Any, data: Any) -> Any:
    if is_dataclass(kind):
        return _dataclass(kind, data)
    origin, args = get_origin(kind), get_args(kind)
    if origin is list:
        return [_build(args[0], item) for item in data]
    if origin is tuple:
        return tuple(_build(arg, item) for arg, item in zip(args, data, strict=True))
    if origin is dict:
        return {str(key): _build(args[1], value) for key, value in data.items()}
    if origin is types.UnionType:
        return _optional(args, data)
    return _plain(kind, data)


def _dataclass(kind: Any, data: Any) -> Any:
    plan = _plan(kind)
    return kind(**{name: _build(wanted, data[name]) for name, wanted in plan})


def _optional(args: tuple[Any, ...], data: Any) -> Any:
    return None if data is None else _build(args[0], data)


def _plain(kind: Any, data: Any) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise TypeError(f"{kind.__name__} expected, {type(data).__name__} found")
    return data


@cache
def _plan(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in fields(kind))
