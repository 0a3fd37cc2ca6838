"""Logs: one line of JSON per request and per step, with ids, without secrets or document text."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

SECRET_PARTS = ("signed", "token", "uidb64", "key", "secret", "signature")
LONGEST = 300

_ids: ContextVar[dict[str, str | int]] = ContextVar("ids", default={})  # noqa: B039  (never changed in place)


@contextmanager
def about(**ids: str | int) -> Iterator[None]:
    """Every line that is logged inside carries these ids: request, document, job, step."""
    token = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def safe_path(request: HttpRequest) -> str:
    """The path of a request without its query, and without the parts of it that open doors."""
    path = request.path
    for name, value in _address(request).items():
        if name in SECRET_PARTS and value:
            path = path.replace(str(value), "…")
    return path[:LONGEST]


def _address(request: HttpRequest) -> dict[str, Any]:
    """What the route finds in the path, also where the request was refused before it got to its route."""
    if request.resolver_match:
        return request.resolver_match.kwargs
    for path in (request.path_info, f"{request.path_info}/"):  # the last slash may be missing
        with suppress(Resolver404):
            return resolve(path).kwargs
    return {}


def where(error: BaseException) -> list[str]:
    """The way to an error as file:line function. Not the lines of code, and of the message only the first line:
    a database adds the row that it refused.
    """
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    message = str(error).strip().split("\n", 1)[0][:LONGEST]
    return [f"{type(error).__name__}: {message}", *(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))]


class Lines(JsonFormatter):
    """A log record as one line of JSON."""

    def __init__(self) -> None:
        super().__init__(
            "%(message)s",
            rename_fields={"message": "event"},
            json_ensure_ascii=False,
            reserved_attrs=[*RESERVED_ATTRS, "request"],
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Time, level and ids first; the message's first line only; errors by `where`."""
        error = record.exc_info[1] if record.exc_info else None
        message_dict.pop("exc_info", None)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.message = f"{record.levelname.lower()} response"
            message_dict["path"] = safe_path(request)
        super().add_fields(log_data, record, message_dict)
        lines: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            **_ids.get(),
        }
        if error is not None:
            lines["error"] = where(error)
        rest = dict(log_data)
        log_data.clear()
        log_data.update(lines | {name: value for name, value in rest.items() if name != "exc_info"})


def is_crash(record: logging.LogRecord) -> bool:
    """Whether there is more to tell than the status, which the request's own line has."""
    return bool(record.exc_info)


def _crashes() -> Callable[[logging.LogRecord], bool]:
    return is_crash


def config(level: str = "INFO") -> dict[str, Any]:
    """settings.LOGGING: everything goes to standard error, which the supervisor's starter keeps."""
    quiet = {"handlers": ["lines"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"crashes": {"()": _crashes}},
        "formatters": {"lines": {"()": "docplatform.lib.logs.Lines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django": {**quiet, "level": "INFO"},
            "django.request": {**quiet, "level": "ERROR", "filters": ["crashes"]},
            "django.security": {**quiet, "level": "ERROR"},
            # Its messages about every wake-up say nothing that the steps' own lines do not.
            "django-q": {**quiet, "level": "WARNING"},
            "_granian": {**quiet, "level": "WARNING"},
            "httpx": {**quiet, "level": "WARNING"},
            "botocore": {**quiet, "level": "WARNING"},
        },
    }
