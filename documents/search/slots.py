"""So many costly searches run at once and no more, whatever the number of processes and machines.

A slot is an advisory lock of the database that ends with the transaction: what crashes gives its slot back.
"""

import time

from django.db import connection

from docplatform.lib.errors import Refused
from documents.search import analyzer, statistics, tree
from documents.search.tree import ANY, ONE, Node, Pattern, Phrase, Word

SLOTS = 4
WAIT_SECONDS = 2.0
PAUSE_SECONDS = 0.1
RETRY_SECONDS = 5
LOCKS = 0x5EA2C4
"""The first number of the locks; the second one is that of the slot."""
SHORT = 3
"""A prefix of fewer letters stands for very many words."""
COMMON = 0.02
"""The share of the documents that hold a common word: of phrases of these, many pages are read."""

# Rows are tried one by one: LIMIT ends that with the first slot that is free.
TAKE = "SELECT n FROM generate_series(1, %s) AS n WHERE pg_try_advisory_xact_lock(%s, n) LIMIT 1"


class Busy(Refused):
    """All slots are taken."""

    wait = RETRY_SECONDS
    """Becomes the header Retry-After."""

    def __init__(self) -> None:
        message = "Too many costly searches run at the moment. Try again in a few seconds, or without wildcards, ~ and"
        super().__init__("other", f"{message} phrases.", status=503)


def take(node: Node) -> None:
    """A slot for the query if it is costly."""
    if any(map(is_costly, tree.walk(node))):
        wait()


def wait() -> None:
    """Wait a little for a slot; it is given back at the end of the transaction."""
    until = time.monotonic() + WAIT_SECONDS
    while not _taken():
        if time.monotonic() > until:
            raise Busy
        time.sleep(PAUSE_SECONDS)


def is_costly(node: Node) -> bool:
    """Whether this part of a query can take the database's time, by itself."""
    match node:
        case Pattern():
            letters = node.text.rstrip(ANY)
            return bool(letters) and (len(letters) < SHORT or ANY in letters or ONE in letters)
        case Word():
            return node.fuzzy > 0
        case Phrase():
            words = [token.exact for token in analyzer.tokens(node.text, "")]
            return len(words) > 1 and (node.slop > 0 or _are_common(words))
    return False


def _are_common(words: list[str]) -> bool:
    shares = statistics.frequencies()
    return all(shares.get(word, 0.0) >= COMMON for word in words)


def _taken() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [SLOTS, LOCKS])
        return cursor.fetchone() is not None
