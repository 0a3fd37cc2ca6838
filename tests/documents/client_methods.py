"""All that python-documentcloud offers, by looking at it, and which of it somebody uses."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from types import FunctionType
from typing import Any

import documentcloud
import pytest
from squarelet import SquareletClient

LATER = {"addon"}  # modules for a later part of the platform
ABSTRACT = {"BaseAPIClient", "BaseAPIObject", "ChildAPIClient"}  # what they offer is offered by their children
OPERATORS = {"__getitem__", "__iter__"}
ADDRESSES = {"api_path"}  # how the client is made, nothing to call


def classes() -> list[type]:
    """What people hold in their hands."""
    names = [row.name for row in pkgutil.iter_modules(documentcloud.__path__) if row.name not in LATER]
    modules = [import_module(f"documentcloud.{name}") for name in names]
    found = {kind for module in modules for kind in vars(module).values() if inspect.isclass(kind)}
    ours = [kind for kind in found if kind.__module__.startswith("documentcloud.") and not issubclass(kind, Exception)]
    return [kind for kind in ours if kind.__name__ not in ABSTRACT]


def offered() -> set[str]:
    """`Class.method` and `Class.property`, those of its parents included."""
    return {f"{kind.__name__}.{name}" for kind in classes() for name, _, _ in _members(kind)}


def record(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """From now on, whatever is called gets into this set."""
    called: set[str] = set()
    for name, owner, member in {member for kind in classes() for member in _members(kind)}:
        monkeypatch.setattr(owner, name, _noting(name, member, called))
    return called


def _members(kind: type) -> Iterator[tuple[str, type, Any]]:
    for owner in kind.__mro__:
        if owner is not SquareletClient and not owner.__module__.startswith("documentcloud."):
            continue
        for name, member in vars(owner).items():
            is_public = name in OPERATORS or not name.startswith("_")
            if is_public and name not in ADDRESSES and isinstance(member, (property, FunctionType)):
                yield name, owner, member


def _noting(name: str, member: Any, called: set[str]) -> Any:
    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(self: Any, *args: Any, **more: Any) -> Any:
            called.add(f"{type(self).__name__}.{name}")
            return function(self, *args, **more)

        return call

    return property(noting(member.fget), member.fset) if isinstance(member, property) else noting(member)
