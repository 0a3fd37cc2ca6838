"""Waiting for something that another process does."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], seconds: float = 15) -> float:
    """Wait until it holds; the seconds it took. Fails when it never does."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, f"still not so after {seconds} seconds"
        time.sleep(0.05)
    return time.monotonic() - begun
