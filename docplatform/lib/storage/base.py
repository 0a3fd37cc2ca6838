"""What both kinds of storage share."""

from pathlib import Path

Content = bytes | Path


class Missing(Exception):
    """There is nothing under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
