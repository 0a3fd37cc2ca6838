"""Reads the parts of an e-mail message: for the converter, and for the step that takes messages apart."""

from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import TypeAlias

Part: TypeAlias = "Message[str, str]"


def leaves(part: Part) -> Iterator[Part]:
    """The parts that hold something; of alternatives the one with most of the looks."""
    inner = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(inner, list):
        yield part
        return
    parts = [one for one in inner if isinstance(one, Message)]
    if part.get_content_type() == "multipart/alternative" and parts:
        rich = (one for one in parts if any(leaf.get_content_type() == "text/html" for leaf in one.walk()))
        parts = [next(rich, parts[0])]
    for one in parts:
        yield from leaves(one)


def content_of(part: Part) -> bytes:
    """The bytes of an attachment; of a message inside the message, all of it."""
    if is_message(part):
        inner = part.get_payload()
        return bytes(inner[0]) if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def is_message(part: Part) -> bool:
    """A message inside the message."""
    return part.get_content_type() == "message/rfc822"


def name_of(part: Part) -> str:
    """The file name without folders; empty where it has none."""
    try:
        return Path((part.get_filename() or "").replace("\\", "/")).name
    except Exception:  # Python's reader of headers stumbles over broken ones in many ways
        return "unnamed"
