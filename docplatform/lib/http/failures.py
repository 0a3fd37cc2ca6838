"""Why a request to another server came to nothing, in words for people."""

from http import HTTPStatus

BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class Failed(Exception):
    """`message` is a sentence; `is_passing` says that the same request may succeed later."""

    def __init__(self, code: str, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.is_passing = is_passing


def not_public() -> Failed:
    """One sentence for what is private and for what does not exist: nobody explores a network by asking us."""
    return Failed("not_public", "The address does not belong to a server on the public internet.")


def too_slow(seconds: float) -> Failed:
    return Failed("too_slow", f"The server did not deliver the file within {seconds:g} seconds.", is_passing=True)


def too_large(most: int) -> Failed:
    return Failed("too_large", f"The file is larger than {most // 1024**2} MB, the limit for files of its type.")


def cut_short() -> Failed:
    return Failed("cut_short", "The server broke off before the file was complete.", is_passing=True)


def unreachable(host: str) -> Failed:
    return Failed("unreachable", f"The server {host} could not be reached or did not answer.", is_passing=True)


def answered(host: str, status: int) -> Failed:
    """The phrase is ours: a server could put anything into its own."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    reason = f"{status} {phrase}".strip()
    return Failed(
        f"http_{status}", f"The server {host} answered HTTP {reason}.", is_passing=status in BUSY or status >= 500
    )
