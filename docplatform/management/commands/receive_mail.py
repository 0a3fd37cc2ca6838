"""`manage.py receive_mail`: takes one message from a mail server, which reads from the exit code what became of it."""

import logging
import os
import re
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand

from docplatform.lib import storage
from documents.actions.mail import inbox
from organizations.actions import mailkeys
from organizations.models import User

OK, NOT_A_MESSAGE, NOBODY, TRY_LATER = os.EX_OK, os.EX_DATAERR, os.EX_NOUSER, os.EX_TEMPFAIL
UNKNOWN = "Nobody gets mail at this address."
TOO_LARGE = "The message is too large: send fewer files at once, or upload them."
LATER = "The message cannot be taken now. Send it again later."
HEAD = 64 * 1024  # bytes in which the mail server's own lines stand
RECIPIENT = re.compile(
    rb"^(?:Delivered-To|X-Original-To|Envelope-To):[ \t]*<?([^\s<>@]{1,64}@[^\s<>]{1,255})>?", re.I | re.M
)
CHUNK = 1024 * 1024
logger = logging.getLogger("docplatform.mail")


class Command(BaseCommand):
    """Exit codes are those of sysexits.h: 0 it is kept, 67 nobody has the address, 65 too large, 75 try again."""

    help = "Take one mail message from standard input and make documents of its attachments."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default="", help="the recipient; by default what the mail server wrote on top")

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        try:
            code, reason = _take(sys.stdin.buffer, to)
        except Exception as error:  # whatever is wrong here, the mail server keeps the message and comes again
            # without the rest: what is written here may be sent to whoever wrote the message
            logger.error("mail was not taken", extra={"reason": type(error).__name__})
            code, reason = TRY_LATER, LATER
        if code != OK:
            self.stderr.write(reason)
            raise SystemExit(code)


def _take(stream: BinaryIO, to: str) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder) / "message.eml"
        size = _copy(stream, message)
        user = _owner(to, message)
        if user is None:
            return NOBODY, UNKNOWN
        if size == 0 or size > settings.MAX_MAIL_BYTES:
            return NOT_A_MESSAGE, TOO_LARGE if size else "The message is empty."
        if storage.is_short():
            return TRY_LATER, LATER
        inbox.receive(message, user=user)
    return OK, ""


def _copy(stream: BinaryIO, path: Path) -> int:
    """All of the message is read, because mail servers dislike closed pipes; no more is kept than may be."""
    size = 0
    with path.open("wb") as target:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size <= settings.MAX_MAIL_BYTES:
                target.write(chunk)
    return size


def _owner(to: str, message: Path) -> User | None:
    """The first line that names an address was written last, by the mail server that is nearest."""
    if not to:
        with message.open("rb") as stream:
            head = re.split(rb"\r?\n\r?\n", stream.read(HEAD), maxsplit=1)[0]
        found = RECIPIENT.search(head)
        to = found[1].decode("ascii", "replace") if found else ""
    return mailkeys.owner(to)
