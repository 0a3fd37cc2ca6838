"""What both kinds of storage share."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

Content = bytes | Path


class Listed(NamedTuple):
    """What a listing tells of a key."""

    key: str
    size: int
    modified: datetime


class Missing(Exception):
    """There is nothing under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
