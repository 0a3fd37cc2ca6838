"""Lets a worker outlive a restart of the database: what it was doing is tried again on a new connection."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
PATIENCE_SECONDS = 120.0
logger = logging.getLogger("docplatform.database")


def patiently(call: Callable[[], T]) -> T:
    """Call until the database answers. Whatever is called must be harmless to do twice.

    Inside a transaction there is nothing to be done: the caller of the transaction must be the patient one.
    """
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.2
    while True:
        try:
            return call()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            logger.warning("database away", extra={"error": type(error).__name__})
        connection.close()
        time.sleep(pause)
        pause = min(pause * 2, 5.0)
