"""Reads what the environment says into values of the right type, or refuses with a sentence that names the variable."""

import os
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
MAIL_SECONDS = 20  # a dead mail server must not keep a worker


def read_file(path: Path) -> None:
    """Take variables from a file such as .env; the real environment wins. A file of somebody else is passed over."""
    if os.access(path, os.R_OK):
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """A variable without the blanks around it; an empty one counts as unset."""
    return str(env.str(name, default="")).strip() or default


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list, separated by commas or blanks."""
    return text(name).replace(",", " ").split() or list(default)


def number(name: str, default: int, *, most: int) -> int:
    """A whole number from 0 to `most`."""
    found = text(name, str(default))
    if not found.isascii() or not found.isdigit() or int(found) > most:
        raise ImproperlyConfigured(f"{name} must be a whole number from 0 to {most}, not {found!r}.")
    return int(found)


def flag(name: str) -> bool:
    """Yes or no; unset is no."""
    found = text(name, "no").lower()
    if found not in {"yes", "no", "true", "false", "on", "off", "1", "0"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {found!r}.")
    return found in {"yes", "true", "on", "1"}


def web_address(name: str, default: str) -> SplitResult:
    """An http or https URL without query, fragment or password, and without its last slash."""
    found = text(name, default)
    try:
        address = urlsplit(found.rstrip("/"))
        usable = address.scheme in {"http", "https"} and address.hostname and (address.port is None or address.port)
    except ValueError:
        usable = False
    if not usable or "?" in found or "#" in found or "@" in address.netloc:
        raise ImproperlyConfigured(f"{name} must be a URL such as https://documents.example.org, not {found!r}.")
    return address


def is_origin(value: str) -> bool:
    """A site as browsers name it: scheme, host and unusual port, in lower case and without a path."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    usual = {"http": 80, "https": 443}
    is_plain = value == f"{parts.scheme}://{parts.netloc}".lower() and not set(parts.netloc) & set("*@\\")
    return is_plain and bool(parts.hostname) and parts.scheme in usual and port not in (0, usual[parts.scheme])


def postgres(name: str) -> dict[str, object] | None:
    """An entry of settings.DATABASES; None when the variable is unset."""
    found = text(name)
    if not found:
        return None
    if (
        urlsplit(found).scheme not in {"postgres", "postgresql", "pgsql", "psql"}
        or "/" not in found.partition("://")[2]
    ):
        # The value holds a password, so the sentence does not repeat it.
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/database.")
    entry: dict[str, object] = environ.Env.db_url_config(found)
    return entry


def mail(name: str) -> dict[str, object]:
    """Django's EMAIL_… settings; without the variable no mail leaves the machine."""
    try:
        config: dict[str, object] = environ.Env.email_url_config(text(name, "dummymail://"))
    except ImproperlyConfigured:
        raise ImproperlyConfigured(
            f"{name} must look like smtp+tls://user:password@mail.example.org:587 (or smtp+ssl, smtp)."
        ) from None
    return {**config, "EMAIL_TIMEOUT": MAIL_SECONDS}
